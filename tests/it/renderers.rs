//! PNG and PDF: size, colours, text, hostile labels and the same bytes every time.

use proptest::prelude::*;
use repro::evidence::{Missing, Reason};
use repro::plot::{
    Colour, Element, Face, Group, Hatch, Outline, Page, Paint, Point, Rect, Scene, Stroke, Text, pdf,
    placeholder, png, svg,
};

const BLUE: Colour = Colour::rgb(31, 119, 180);

fn scene(width: f64, height: f64, elements: Vec<Element>) -> Scene {
    Scene {
        id: "figure".to_owned(),
        title: "A title that can be found".to_owned(),
        description: "What it shows.".to_owned(),
        page: Page { width, height, elements },
        marks: Vec::new(),
        sources: Vec::new(),
        missing: None,
        lookups: Default::default(),
    }
}

fn label(text: &str, at: Point) -> Element {
    Element::Text(Text::new(text, 10.0, at))
}

fn bar(rect: Rect, paint: Paint) -> Element {
    Element::shape(Outline::Rect(rect), paint)
}

/// A decoded PNG.
struct Picture {
    width: usize,
    height: usize,
    /// Red, green and blue, row after row.
    pixels: Vec<u8>,
    dots_per_metre: u32,
}

impl Picture {
    fn of(scene: &Scene) -> Self {
        let bytes = png(scene).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((frame.color_type, frame.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
        let dots_per_metre = reader.info().pixel_dims.unwrap().xppu;
        Self { width: frame.width as usize, height: frame.height as usize, pixels, dots_per_metre }
    }

    /// The colour at a place in points.
    fn at(&self, x: f64, y: f64) -> [u8; 3] {
        let index = |points: f64| (points * 300.0 / 72.0) as usize;
        let first = 3 * (index(y) * self.width + index(x));
        self.pixels[first..first + 3].try_into().unwrap()
    }

    /// The rectangle around everything that is not white, in points.
    fn ink(&self) -> Option<Rect> {
        let dark = self.pixels.chunks(3).enumerate().filter(|(_, pixel)| **pixel != [255; 3]);
        let places = dark.map(|(index, _)| (index % self.width, index / self.width));
        let rect = |(x, y): (usize, usize)| {
            let points = |pixels: usize| pixels as f64 * 72.0 / 300.0;
            Rect::sized(points(x), points(y), points(1), points(1))
        };
        places.map(rect).reduce(|a, b| a.union(&b))
    }

    /// Pixels that are not white.
    fn n_dark(&self) -> usize {
        self.pixels.chunks(3).filter(|pixel| **pixel != [255; 3]).count()
    }
}

#[test]
fn a_picture_has_300_dots_per_inch_and_the_colours_of_the_scene() {
    let solid = bar(Rect::sized(10.0, 10.0, 20.0, 30.0), Paint::filled(BLUE));
    let picture = Picture::of(&scene(72.0, 100.0, vec![solid]));
    assert_eq!((picture.width, picture.height), (300, 417), "417 covers the last part of a pixel");
    assert_eq!(picture.dots_per_metre, 11811);
    assert_eq!(picture.at(20.0, 25.0), [31, 119, 180]);
    assert_eq!(picture.at(5.0, 5.0), [255; 3]);
    assert_eq!(picture.at(71.9, 99.9), [255; 3], "the last pixel is white, not black");
}

#[test]
fn clips_and_opacity_reach_the_picture() {
    let wide = bar(Rect::sized(0.0, 0.0, 72.0, 72.0), Paint::filled(Colour::BLACK).with_opacity(0.5));
    let clip = Some(Rect::sized(0.0, 0.0, 36.0, 72.0));
    let group = Element::Group(Group { clip, opacity: Some(0.5), children: vec![wide], ..Group::default() });
    let picture = Picture::of(&scene(72.0, 72.0, vec![group]));
    assert!((190..=192).contains(&picture.at(10.0, 10.0)[0]), "a quarter of black on white");
    assert_eq!(picture.at(60.0, 10.0), [255; 3]);
}

#[test]
fn hatches_show_their_lines_on_the_fill() {
    let hatches = [
        Hatch::Rising,
        Hatch::Falling,
        Hatch::Crossed,
        Hatch::Level,
        Hatch::Upright,
        Hatch::Grid,
        Hatch::Dotted,
    ];
    let rect = Rect::sized(6.0, 6.0, 48.0, 48.0);
    let mut counts = Vec::new();
    for hatch in hatches {
        let scene = scene(60.0, 60.0, vec![bar(rect, Paint::filled(BLUE).hatched(Some(hatch)))]);
        roxmltree::Document::parse(&svg(&scene)).unwrap();
        let picture = Picture::of(&scene);
        let solid = picture.pixels.chunks(3).filter(|pixel| **pixel == [31, 119, 180]).count();
        let share = solid as f64 / 40_000.0;
        assert!((0.4..0.95).contains(&share), "{hatch:?} leaves {share} of the fill");
        assert!(pdf(&scene).unwrap().starts_with(b"%PDF-"));
        counts.push(picture.pixels);
    }
    counts.dedup();
    assert_eq!(counts.len(), hatches.len(), "every hatch looks different");
}

#[test]
fn text_takes_the_room_it_was_measured_with() {
    for face in [Face::Regular, Face::Bold, Face::Oblique] {
        let text = Text {
            face,
            ..Text::new("AVery plain label, 0.5 −1 α → ≥ ²", 10.0, Point::new(10.0, 30.0))
        };
        let bounds = text.bounds().unwrap();
        let ink = Picture::of(&scene(260.0, 50.0, vec![Element::Text(text)])).ink().unwrap();
        // Side bearings of the outer glyphs lie between the ink and the advance widths; slanted ends hang over.
        assert!((ink.left - bounds.left).abs() < 1.5, "{face:?}: {ink:?} {bounds:?}");
        assert!((ink.right - bounds.right).abs() < 1.5, "{face:?}: {ink:?} {bounds:?}");
    }
}

#[test]
fn faces_and_missing_glyphs_are_seen() {
    let ink = |text: &str, face| {
        let text = Text { face, ..Text::new(text, 10.0, Point::new(20.0, 30.0)) };
        Picture::of(&scene(100.0, 50.0, vec![Element::Text(text)])).n_dark()
    };
    assert!(ink("label", Face::Bold) > ink("label", Face::Regular));
    assert!(ink("label", Face::Oblique) > 0);
    assert!(ink("\u{6f22}", Face::Regular) > 100, "a character that the font lacks shows as a box");
    assert_eq!(ink("", Face::Regular), 0);
}

#[test]
fn a_pdf_holds_its_title_its_fonts_and_no_date() {
    let words = vec![label("Plain text", Point::new(10.0, 20.0)), {
        let bold = Text { face: Face::Bold, ..Text::new("Bold", 10.0, Point::new(10.0, 40.0)) };
        Element::Text(bold.turned(90.0))
    }];
    let bytes = pdf(&scene(120.0, 80.0, words)).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("%PDF-") && text.trim_end().ends_with("%%EOF"));
    assert!(text.contains("A title that can be found"));
    assert_eq!(text.matches("/ToUnicode").count(), 2, "text stays text in both fonts");
    assert!(text.contains("DejaVuSans-Bold"));
    assert!(text.contains("/MediaBox[0 0 120 80]"), "the page has the figure's size");
    assert!(text.contains("/Alt"), "the description stands in the figure's tag");
    assert!(!text.contains("CreationDate") && !text.contains("ModDate"));
}

#[test]
fn hostile_labels_are_rendered() {
    let long = "W".repeat(300);
    let labels = [
        "<script>alert(1)</script> & \"quotes\" 'n' ]]>",
        &long,
        "\u{202e}right to left \u{5d0}\u{5d1}\u{627}\u{628}",
        "",
        " ",
        "\u{0}\u{1}\u{1b}[31m\u{7f}\u{fffe}\n\t\r",
        "e\u{301}\u{1f600}\u{10ffff}\u{6f22}",
        "ffi fl \u{200b}\u{200d}\u{feff}",
    ];
    for text in labels {
        let mut hostile = scene(200.0, 40.0, vec![label(text, Point::new(5.0, 20.0))]);
        (hostile.id, hostile.title, hostile.description) =
            (text.to_owned(), text.to_owned(), text.to_owned());
        let picture = Picture::of(&hostile);
        assert_eq!((picture.width, picture.height), (834, 167), "{text:?}");
        assert!(pdf(&hostile).unwrap().starts_with(b"%PDF-"), "{text:?}");
    }
}

#[test]
fn impossible_pages_are_refused() {
    let error = png(&scene(72_000.0, 72_000.0, Vec::new())).unwrap_err().to_string();
    assert!(error.contains("300000 by 300000 pixels at 300 dpi"), "{error}");
    for (width, height) in [(0.0, 10.0), (f64::NAN, 10.0), (10.0, -1.0), (f64::INFINITY, 10.0)] {
        assert!(png(&scene(width, height, Vec::new())).is_err(), "{width} x {height}");
        assert!(pdf(&scene(width, height, Vec::new())).is_err(), "{width} x {height}");
    }
}

#[test]
fn placeholders_are_rendered_too() {
    let missing = Missing::new(Reason::NotFetched, "the file is not there".to_owned());
    let scene = placeholder("fig1/a", "A figure", (200.0, 100.0), missing);
    assert!(Picture::of(&scene).n_dark() > 1000);
    assert!(pdf(&scene).unwrap().starts_with(b"%PDF-"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    /// Whatever a label says and wherever it stands: no panic, and the same bytes twice.
    #[test]
    fn any_label_gives_the_same_bytes_twice(text in "\\PC{0,40}", x in -1e6_f64..1e6, angle in 0.0_f64..360.0) {
        let turned = Element::Text(Text::new(text, 10.0, Point::new(x, 20.0)).turned(angle));
        let line = Element::segment(
            Point::new(x, 0.0), Point::new(-x, 20.0), Paint::outlined(Stroke::dashed(BLUE, 1.0)),
        );
        let scene = scene(60.0, 40.0, vec![turned, line]);
        prop_assert_eq!(png(&scene).unwrap(), png(&scene).unwrap());
        prop_assert_eq!(pdf(&scene).unwrap(), pdf(&scene).unwrap());
    }
}
