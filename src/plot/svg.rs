//! The SVG rendering of a scene: one element a line, attributes in a fixed order, text as text.
//!
//! Bytes depend on the scene alone. Coordinates are rounded here and nowhere else.

use super::csv;
use super::element::{Anchor, Element, Group, Image, Outline, Shape, Text};
use super::geometry::{Point, Rect};
use super::hatch;
use super::mark::{Mark, MarkKind};
use super::paint::{Cap, Colour, Hatch, Paint};
use super::png::base64;
use super::scene::Scene;
use super::text::Face;
use super::xml::{Tag, escape, number};
use crate::digest::sha256;
use crate::evidence::{Lineage, Rows, SourceFile, Tier};

/// Fonts in order of preference; text was measured with the first.
const FONTS: &str = "DejaVu Sans, Verdana, Arial, sans-serif";

/// The scene as a complete SVG document.
pub fn svg(scene: &Scene) -> String {
    let mut writer = Writer::new(scene);
    writer.header();
    writer.metadata();
    writer.definitions();
    let page = Rect::sized(0.0, 0.0, scene.page.width, scene.page.height);
    writer.element(&Element::shape(Outline::Rect(page), Paint::filled(Colour::WHITE)));
    scene.page.elements.iter().for_each(|element| writer.element(element));
    writer.line("</svg>");
    writer.text
}

struct Writer<'a> {
    scene: &'a Scene,
    /// Prefix of ids, from the content, so that several figures can stand in one page.
    prefix: String,
    /// Distinct clip rectangles in drawing order, as written.
    clips: Vec<[String; 4]>,
    /// Distinct hatched fills in drawing order.
    hatches: Vec<(Colour, Hatch)>,
    /// The rows behind all marks.
    lineage: Lineage,
    text: String,
}

impl<'a> Writer<'a> {
    fn new(scene: &'a Scene) -> Self {
        let content = format!("{}\n{}\n{}", scene.id, scene.title, csv::mark_csv(&scene.marks));
        let (mut clips, mut hatches) = (Vec::new(), Vec::new());
        scene.visit(&mut |element| match element {
            Element::Group(Group { clip: Some(clip), .. }) => {
                let clip = clip_numbers(clip);
                if !clips.contains(&clip) {
                    clips.push(clip);
                }
            }
            Element::Shape(Shape { paint, .. }) => {
                hatches.extend(hatched(paint).filter(|hatched| !hatches.contains(hatched)));
            }
            _ => {}
        });
        let hash = sha256(content.as_bytes()).to_string();
        Self {
            scene,
            prefix: format!("f{}", &hash[..8]),
            clips,
            hatches,
            lineage: scene.lineage(),
            text: String::new(),
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn header(&mut self) {
        let Scene { id, title, page, marks, .. } = self.scene;
        let (width, height) = (number(page.width), number(page.height));
        let tag = Tag::new("svg")
            .attribute("xmlns", "http://www.w3.org/2000/svg")
            .attribute("width", &format!("{width}pt"))
            .attribute("height", &format!("{height}pt"))
            .attribute("viewBox", &format!("0 0 {width} {height}"))
            .attribute("role", "img")
            .attribute("aria-labelledby", &format!("{0}-title {0}-desc", self.prefix))
            .attribute("data-figure", id)
            .attribute("data-state", self.scene.state())
            .attribute("data-evidence", self.scene.evidence().map_or("", Tier::name))
            .attribute("data-marks", &marks.len().to_string())
            .attribute("font-family", FONTS);
        self.line(&tag.open());
        self.line(&format!("<title id=\"{}-title\">{}</title>", self.prefix, escape(title)));
        self.line(&format!(
            "<desc id=\"{}-desc\">{}</desc>",
            self.prefix,
            escape(&self.scene.words_with(&self.lineage))
        ));
    }

    /// Full lineage for machines: every file with its whole hash and all rows used.
    fn metadata(&mut self) {
        self.line("<metadata>");
        let evidence = Tag::new("evidence")
            .attribute("xmlns", "urn:repro:evidence:1")
            .attribute("state", self.scene.state())
            .attribute("tier", self.scene.evidence().map_or("", Tier::name));
        self.line(&evidence.open());
        if let Some(missing) = &self.scene.missing {
            let tag = Tag::new("missing").attribute("reason", missing.reason.name());
            self.line(&tag.attribute("detail", &missing.detail).close());
        }
        for source in &self.scene.sources {
            let tag = Tag::new("dataset").attribute("name", &source.dataset);
            self.line(&tag.attribute("alternative", &source.alternative).close());
        }
        let tag = |(file, rows): (&SourceFile, &Rows)| {
            Tag::new("file")
                .attribute("artifact", &file.artifact)
                .attribute("sha256", &file.sha256.to_string())
                .attribute("tier", file.tier.name())
                .attribute("rows", &rows.to_string())
                .close()
        };
        let files: Vec<String> = self.lineage.files().map(tag).collect();
        files.iter().for_each(|line| self.line(line));
        self.line("</evidence>");
        self.line("</metadata>");
    }

    fn definitions(&mut self) {
        if self.clips.is_empty() && self.hatches.is_empty() {
            return;
        }
        self.line("<defs>");
        for (index, [x, y, width, height]) in self.clips.clone().iter().enumerate() {
            let rect = Tag::new("rect").attribute("x", x).attribute("y", y);
            let rect = rect.attribute("width", width).attribute("height", height).close();
            self.line(&format!("<clipPath id=\"{}-clip{index}\">{rect}</clipPath>", self.prefix));
        }
        for (index, (colour, hatch)) in self.hatches.clone().iter().enumerate() {
            let id = format!("{}-hatch{index}", self.prefix);
            self.line(&hatch::pattern(&id, *colour, *hatch));
        }
        self.line("</defs>");
    }

    fn element(&mut self, element: &Element) {
        match element {
            Element::Group(group) => self.group(group),
            Element::Shape(shape) => self.shape(shape),
            Element::Text(text) => self.text(text),
            Element::Image(image) => self.image(image),
        }
    }

    fn group(&mut self, group: &Group) {
        let marks = group.marks.clone().and_then(|range| Some((range.clone(), self.scene.marks.get(range)?)));
        let first = marks.as_ref().and_then(|(_, marks)| marks.first());
        let rows = marks.as_ref().map(|(range, _)| match range.len() {
            1 => range.end.to_string(),
            _ => format!("{}-{}", range.start + 1, range.end),
        });
        let clip = group.clip.as_ref().and_then(|clip| {
            let clip = clip_numbers(clip);
            let index = self.clips.iter().position(|known| *known == clip)?;
            Some(format!("url(#{}-clip{index})", self.prefix))
        });
        // A cloud of points may hold several series.
        let series = marks.as_ref().and_then(|(_, marks)| {
            let first = &marks.first()?.series;
            marks.iter().all(|mark| mark.series == *first).then_some(first.as_str())
        });
        // One mark has one key; a line has one a vertex, which its title lists.
        let key = marks.as_ref().filter(|(_, marks)| marks.len() == 1).and(first);
        let tag = Tag::new("g")
            .optional("data-panel", group.panel.as_deref())
            .optional("data-mark", first.map(|mark| mark.kind.name()))
            .optional("data-series", series)
            .optional("data-key", key.map(|mark| mark.key.as_str()))
            .optional("data-rows", rows.as_deref())
            .optional("opacity", group.opacity.map(number).as_deref())
            .optional("clip-path", clip.as_deref());
        self.line(&tag.open());
        if let Some((_, marks)) = marks {
            self.line(&format!("<title>{}</title>", escape(&spoken(marks))));
        } else if let Some(words) = &group.words {
            self.line(&format!("<title>{}</title>", escape(words)));
        }
        group.children.iter().for_each(|child| self.element(child));
        self.line("</g>");
    }

    fn shape(&mut self, shape: &Shape) {
        let tag = match &shape.outline {
            Outline::Line(points) => Tag::new("path").attribute("d", &path(points)),
            Outline::Polygon(points) => Tag::new("path").attribute("d", &(path(points) + "Z")),
            Outline::Rect(rect) => Tag::new("rect")
                .number("x", rect.left)
                .number("y", rect.top)
                .number("width", rect.width())
                .number("height", rect.height()),
            Outline::Rounded { rect, radius } => Tag::new("rect")
                .number("x", rect.left)
                .number("y", rect.top)
                .number("width", rect.width())
                .number("height", rect.height())
                .number("rx", *radius),
            Outline::Circle { centre, radius } => {
                Tag::new("circle").number("cx", centre.x).number("cy", centre.y).number("r", *radius)
            }
        };
        self.line(&self.painted(tag, &shape.paint).close());
    }

    fn painted(&self, tag: Tag, paint: &Paint) -> Tag {
        let pattern = hatched(paint).and_then(|hatch| self.hatches.iter().position(|known| *known == hatch));
        let fill = match (pattern, paint.fill) {
            (Some(index), _) => format!("url(#{}-hatch{index})", self.prefix),
            (None, Some(colour)) => colour.to_string(),
            (None, None) => "none".to_owned(),
        };
        let tag = tag.attribute("fill", &fill);
        let tag = match &paint.stroke {
            None => tag,
            Some(stroke) => {
                let dashes: Vec<String> = stroke.dashes.iter().map(|length| number(*length)).collect();
                tag.attribute("stroke", &stroke.colour.to_string())
                    .number("stroke-width", stroke.width)
                    .optional("stroke-dasharray", (!dashes.is_empty()).then(|| dashes.join(" ")).as_deref())
                    .optional("stroke-linecap", (stroke.cap == Cap::Square).then_some("square"))
            }
        };
        let opacity = (paint.opacity < 1.0).then(|| number(paint.opacity));
        tag.optional("opacity", opacity.as_deref())
    }

    fn image(&mut self, image: &Image) {
        let tag = Tag::new("image")
            .number("x", image.rect.left)
            .number("y", image.rect.top)
            .number("width", image.rect.width())
            .number("height", image.rect.height())
            .attribute("preserveAspectRatio", "none");
        // Written as it is: base 64 has nothing to escape, and a million characters are slow to look through.
        let start = tag.unclosed();
        self.line(&format!("{start} href=\"data:image/png;base64,{}\"/>", base64(&image.png)));
    }

    fn text(&mut self, text: &Text) {
        if text.text.is_empty() {
            return;
        }
        let (x, y) = (number(text.at.x), number(text.at.y));
        let anchor = match text.anchor {
            Anchor::Start => None,
            Anchor::Middle => Some("middle"),
            Anchor::End => Some("end"),
        };
        let turn = (text.angle != 0.0).then(|| format!("rotate({} {x} {y})", number(-text.angle)));
        // Viewers join spaces unless told not to.
        let spaces = text.text.contains("  ") || text.text.trim() != text.text;
        let tag = Tag::new("text")
            .attribute("x", &x)
            .attribute("y", &y)
            .number("font-size", text.size)
            .optional("font-weight", (text.face == Face::Bold).then_some("bold"))
            .optional("font-style", (text.face == Face::Oblique).then_some("italic"))
            .optional("text-anchor", anchor)
            .attribute("fill", &text.colour.to_string())
            .optional("transform", turn.as_deref())
            .optional("xml:space", spaces.then_some("preserve"));
        self.line(&format!("{}{}</text>", tag.open(), escape(&text.text)));
    }
}

/// Colour and lines of a hatched fill.
fn hatched(paint: &Paint) -> Option<(Colour, Hatch)> {
    paint.fill.zip(paint.hatch)
}

fn path(points: &[Point]) -> String {
    let step = |(index, point): (usize, &Point)| {
        let command = if index == 0 { 'M' } else { 'L' };
        format!("{command}{} {}", number(point.x), number(point.y))
    };
    points.iter().enumerate().map(step).collect()
}

fn clip_numbers(clip: &Rect) -> [String; 4] {
    [clip.left, clip.top, clip.width(), clip.height()].map(number)
}

/// Marks of a group that its title lists one by one.
const SPOKEN: usize = 100;

/// What a mark says, for a tooltip and a screen reader.
fn spoken(marks: &[Mark]) -> String {
    let value = |value: Option<f64>| value.map_or("?".to_owned(), |value| value.to_string());
    match marks {
        [] => String::new(),
        [mark] => match mark.kind {
            MarkKind::Box => format!(
                "{}: median {}, quartiles {} and {}, whiskers {} and {}",
                mark.key,
                value(mark.y),
                value(mark.q1),
                value(mark.q3),
                value(mark.low),
                value(mark.high)
            ),
            MarkKind::Bar if mark.low.is_some() => {
                format!("{}, {}: from {} to {}", mark.series, mark.key, value(mark.low), value(mark.y))
            }
            MarkKind::Bracket => format!("{}: {}", mark.key, mark.text),
            MarkKind::Text => format!("{}: {}", mark.series, mark.text),
            MarkKind::Interval => {
                format!("{}, {}: {} to {}", mark.series, mark.key, value(mark.low), value(mark.high))
            }
            _ => format!("{}, {}: {}", mark.series, mark.key, value(mark.number(mark.told))),
        },
        [..] if marks.len() > SPOKEN => format!("{} {}s", marks.len(), marks[0].kind.name()),
        [first, ..] => {
            let vertices: Vec<String> =
                marks.iter().map(|mark| format!("{} {}", mark.key, value(mark.y))).collect();
            format!("{}: {}", first.series, vertices.join(", "))
        }
    }
}
