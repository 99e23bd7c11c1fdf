//! Our figure, faded, with the published values drawn above it at the places where it would show them.

use super::element::{Element, Group, Text};
use super::figure::Page;
use super::geometry::{Point, Rect};
use super::legend::{Entry, Legend, Place};
use super::marker::Marker;
use super::paint::{Colour, Paint, Stroke};
use super::scene::Scene;
use super::text::{self, Face};

/// Opacity of our marks under the published ones.
const FADED: f64 = 0.45;
/// Width of a published value's symbol in points.
const SYMBOL: f64 = 5.0;
/// Width of its lines in points, and of the white below them that sets them off against our figure.
const LINE: f64 = 0.9;
const HALO: f64 = 2.6;
/// Vermilion: apart from black for every colour vision.
const APART: Colour = Colour::rgb(213, 94, 0);
/// Grey: a value that says nothing about the paper stays behind those that do.
pub(super) const REDRAWN: Colour = Colour::grey(110);
/// Font size of legend and caption in points.
const TEXT: f64 = 8.0;
/// Free space around legend and caption in points.
const MARGIN: f64 = 7.2;

/// What a comparison says about a published value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Ours agrees with it, on evidence of its own.
    Agrees,
    /// Ours is drawn from the published value itself, which is no evidence.
    Redrawn,
    /// Ours differs.
    Differs,
}

/// A published value on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Its place.
    pub at: Point,
    /// The place of ours.
    pub ours: Option<Point>,
    /// What the comparison with ours says.
    pub verdict: Verdict,
    /// Both values, for a tooltip.
    pub words: String,
}

/// The comparison of a figure: `caption` is one sentence or more a paragraph.
pub fn overlay(scene: &Scene, published: &[Published], caption: &[String]) -> Scene {
    let mut elements: Vec<Element> = scene.page.elements.iter().cloned().map(faded).collect();
    // All white first, so that no value hides another.
    elements.extend(published.iter().map(|published| symbol(published, Colour::WHITE, HALO)));
    elements.extend(published.iter().map(|published| {
        let colour = match published.verdict {
            Verdict::Agrees => Colour::BLACK,
            Verdict::Redrawn => REDRAWN,
            Verdict::Differs => APART,
        };
        let drawn = symbol(published, colour, LINE);
        Element::Group(Group {
            words: Some(published.words.clone()),
            children: vec![drawn],
            ..Group::default()
        })
    }));
    let legend = legend(scene.page.width - 2.0 * MARGIN);
    let (legend_width, legend_height) = legend.extent();
    elements.extend(legend.draw(Point::new(MARGIN, scene.page.height)));
    let width = scene.page.width.max(legend_width + 2.0 * MARGIN);
    let top = scene.page.height + legend_height;
    let (lines, height) = written(caption, Rect::sized(MARGIN, top, width - 2.0 * MARGIN, 0.0));
    elements.extend(lines);
    Scene {
        title: format!("{}: our marks and the published values", scene.title),
        description: format!("{} {}", scene.description, caption.join(" ")),
        page: Page { width, height: top + height + MARGIN, elements },
        ..scene.clone()
    }
}

/// The same with everything that draws a mark faded; axes and titles stay.
fn faded(element: Element) -> Element {
    match element {
        Element::Group(group) if group.marks.is_some() => {
            Element::Group(Group { opacity: Some(group.opacity.unwrap_or(1.0) * FADED), ..group })
        }
        Element::Group(group) => {
            let children = group.children.into_iter().map(faded).collect();
            Element::Group(Group { children, ..group })
        }
        other => other,
    }
}

/// A ring where the values agree, a square where ours is the published one; else a cross, and a line to it from our value.
fn symbol(published: &Published, colour: Colour, width: f64) -> Element {
    let paint = Paint::outlined(Stroke::solid(colour, width));
    match published.verdict {
        Verdict::Agrees => return Marker::Circle.draw(published.at, SYMBOL, &paint),
        Verdict::Redrawn => return Marker::Square.draw(published.at, SYMBOL, &paint),
        Verdict::Differs => {}
    }
    let mut children = cross(published.at, &paint).to_vec();
    children.extend(published.ours.map(|ours| Element::segment(ours, published.at, paint)));
    Element::Group(Group { children, ..Group::default() })
}

fn cross(at: Point, paint: &Paint) -> [Element; 2] {
    let half = SYMBOL / 2.0;
    let stroke = |y: f64| {
        let ends = [Point::new(at.x - half, at.y - y), Point::new(at.x + half, at.y + y)];
        Element::segment(ends[0], ends[1], paint.clone())
    };
    [stroke(half), stroke(-half)]
}

fn legend(width: f64) -> Legend {
    let grey = Marker::paint(Colour::grey(160));
    let ring = Paint::outlined(Stroke::solid(Colour::BLACK, LINE));
    let square = Paint::outlined(Stroke::solid(REDRAWN, LINE));
    let cross = Paint { stroke: Some(Stroke::solid(APART, LINE)), ..Paint::filled(APART) };
    let entries = vec![
        Entry::marker("ours (faded)", Marker::Circle, SYMBOL, grey),
        Entry::marker("published, agrees", Marker::Circle, SYMBOL, ring),
        Entry::marker("published, redrawn (not evidence)", Marker::Square, SYMBOL, square),
        Entry::marker("published, differs", Marker::FilledCross, SYMBOL, cross),
    ];
    let legend =
        Legend { title: String::new(), entries, columns: 4, size: TEXT, frame: false, place: Place::Right };
    if legend.extent().0 <= width { legend } else { Legend { columns: 1, ..legend } }
}

/// Paragraphs from the top of a rectangle on, and the height they take.
fn written(paragraphs: &[String], place: Rect) -> (Vec<Element>, f64) {
    let step = 1.25 * TEXT;
    let lines = paragraphs.iter().flat_map(|text| text::wrap(text, TEXT, Face::Regular, place.width()));
    let lines: Vec<Element> = lines
        .enumerate()
        .map(|(index, line)| {
            let at = Point::new(place.left, place.top + index as f64 * step + text::ASCENT * TEXT);
            Element::Text(Text::new(line, TEXT, at))
        })
        .collect();
    let height = lines.len() as f64 * step;
    (lines, height)
}
