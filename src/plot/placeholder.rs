//! The card that stands where a figure has no evidence: calm, hatched, and clear about why.

use super::element::{self, Element, Group, Outline, Text};
use super::figure::Page;
use super::geometry::{Point, Rect};
use super::paint::{Colour, Paint, Stroke};
use super::scene::Scene;
use super::text::{self, Face};
use crate::evidence::{Lookups, Missing};

const INK: Colour = Colour::grey(64);
const FAINT: Colour = Colour::grey(200);
const CARD: Colour = Colour::grey(250);
/// Distance of hatch lines in points.
const HATCH: f64 = 9.0;
/// Free space around the text in points.
const MARGIN: f64 = 12.0;

/// A placeholder of the figure's size in points that says what is missing, why, and what would unlock it.
pub fn placeholder(id: &str, title: &str, (width, height): (f64, f64), missing: Missing) -> Scene {
    let page = Rect::sized(0.0, 0.0, width, height);
    let card = page.grown(-2.0);
    let outline = Paint { fill: Some(CARD), ..Paint::outlined(Stroke::dashed(FAINT, 1.0)) };
    let mut elements = vec![Element::shape(Outline::Rect(card), outline), hatching(card)];
    let lines = wording(id, title, &missing, &card);
    if let Some(bounds) = element::bounds(&lines) {
        let ground = bounds.grown(MARGIN / 2.0).intersection(&card).unwrap_or(card);
        elements.push(Element::shape(Outline::Rect(ground), Paint::filled(CARD)));
    }
    elements.extend(lines);
    Scene {
        id: id.to_owned(),
        title: title.to_owned(),
        description: match missing.is_error() {
            true => format!("Not drawn: {}", missing.detail),
            false => format!("Not drawn ({}): {}", missing.reason, missing.detail),
        },
        page: Page { width, height, elements },
        marks: Vec::new(),
        sources: Vec::new(),
        missing: Some(missing),
        lookups: Lookups::default(),
    }
}

fn hatching(card: Rect) -> Element {
    let paint = Paint::outlined(Stroke::solid(FAINT, 0.6)).with_opacity(0.6);
    let count = ((card.width() + card.height()) / HATCH).clamp(0.0, 2000.0) as usize;
    let line = |index: usize| {
        let x = card.left + index as f64 * HATCH;
        let top = Point::new(x, card.top);
        Element::segment(top, Point::new(x - card.height(), card.bottom), paint.clone())
    };
    let children = (1..=count).map(line).collect();
    Element::Group(Group { clip: Some(card), children, ..Group::default() })
}

/// The text in the largest size that fits the card; in the smallest size, lines that do not fit are left out, the
/// description holds them.
fn wording(id: &str, title: &str, missing: &Missing, card: &Rect) -> Vec<Element> {
    const SIZES: [f64; 6] = [12.0, 11.0, 10.0, 9.0, 8.0, 7.0];
    let inner = card.grown(-MARGIN);
    let mut elements = Vec::new();
    let heading = match missing.is_error() {
        true => "Error".to_owned(),
        false => format!("Missing: {}", missing.reason),
    };
    for size in SIZES {
        let wrapped = |text: &str, face| {
            text::wrap(text, size, face, inner.width()).into_iter().map(move |line| (line, face))
        };
        let lines: Vec<(String, Face)> = wrapped(id, Face::Bold)
            .chain(wrapped(title, Face::Regular))
            .chain(wrapped(&heading, Face::Bold))
            .chain(wrapped(&missing.detail, Face::Regular))
            .collect();
        let step = 1.3 * size;
        let room = ((inner.height() / step).max(0.0) as usize).min(lines.len());
        let fits = room == lines.len();
        let top = inner.top + (inner.height() - room as f64 * step).max(0.0) / 2.0;
        elements = lines
            .into_iter()
            .take(room)
            .enumerate()
            .map(|(index, (line, face))| {
                let at = Point::new(inner.left, top + index as f64 * step + text::ASCENT * size);
                Element::Text(Text { face, colour: INK, ..Text::new(line, size, at) })
            })
            .collect();
        if fits {
            break;
        }
    }
    elements
}
