//! Below the table: what letters, shades and hatches mean, the remark, the footnotes.

use super::block::{HATCHED, NOTE_SIZE};
use super::slot::{HIGHER, LOWER};
use super::{Canvas, INNER, PAD, PAGE_WIDTH, QUIET, SIZE, step, text};
use crate::plot::{
    ASCENT, Anchor, Colour, Element, Face, Hatch, Outline, Paint, Point, Rect, Text, width, wrap,
};
use crate::tables::notes::letter;
use crate::tables::{Grid, Kind, words};

/// Width of a sample of a shade or hatch, in points.
const SAMPLE: f64 = 9.0;
/// Between two entries, in points.
const BETWEEN: f64 = 12.0;

/// Draws the foot and moves the canvas below it.
pub fn draw(grid: &Grid, canvas: &mut Canvas) {
    let style = (SIZE, Face::Regular, QUIET);
    let ours = grid.n_ours() > 0;
    if grid.kind == Kind::Wide {
        let mut explained = "Each cell: the published value".to_owned();
        if ours {
            explained
                .push_str(", below it ours and the difference (ours \u{2212} published) with its outcome: ");
            explained.push_str(&words::legend(grid).join(", "));
        }
        canvas.paragraph(&(explained + "."), style, PAD);
    }
    if grid.cells().any(|cell| cell.best) {
        let both = if ours {
            "Bold: the best published value and the best of ours."
        } else {
            "Bold: the best published value."
        };
        canvas.paragraph(both, style, PAD);
    }
    entries(canvas, &samples(grid));
    if let Some(remark) = &grid.remark {
        canvas.paragraph(remark, style, PAD);
    }
    let numbers = [grid.notes.len().to_string(), letter(grid.needs.len())];
    let widest = numbers.iter().map(|number| width(number, NOTE_SIZE, Face::Regular)).fold(0.0, f64::max);
    let indent = widest + 3.0;
    for (index, note) in grid.notes.iter().enumerate() {
        footnote(canvas, &(index + 1).to_string(), note, indent);
    }
    for (index, need) in grid.needs.iter().enumerate() {
        footnote(canvas, &letter(index), need, indent);
    }
}

/// A colour, hatched or not, and what it means.
type Sample = (Vec<(Colour, Option<Hatch>)>, String);

fn samples(grid: &Grid) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    let shaded = |lower: bool| {
        grid.cells()
            .filter_map(|cell| cell.delta.as_ref())
            .any(|delta| delta.level > 0 && (delta.value < 0.0) == lower)
    };
    let plain = |shades: [Colour; 3]| shades.map(|shade| (shade, None)).to_vec();
    let beyond = "than the rule allows: up to 3, up to 10, more than 10 times the tolerance";
    if shaded(true) {
        samples.push((plain(LOWER), format!("ours lower {beyond}")));
    }
    if shaded(false) {
        samples.push((plain(HIGHER), format!("ours higher {beyond}")));
    }
    if grid.cells().any(|cell| cell.ours.is_none()) {
        let hatched = vec![(HATCHED, Some(Hatch::Rising))];
        samples.push((hatched, "no value of ours, for the reason in the footnote".to_owned()));
    }
    if grid.rows.iter().any(|row| row.cells.iter().any(Option::is_none)) {
        samples.push((Vec::new(), format!("{}  the paper prints no value here", words::NOT_PRINTED)));
    }
    samples
}

/// Entries from left to right, in as many lines as they need.
fn entries(canvas: &mut Canvas, samples: &[Sample]) {
    let mut x = PAD;
    for (shades, words) in samples {
        let wide = shades.len() as f64 * SAMPLE + 3.0 + width(words, SIZE, Face::Regular);
        if x > PAD && x + wide > PAGE_WIDTH - PAD {
            x = PAD;
            canvas.y += step();
        }
        for (colour, hatch) in shades {
            let rect = Rect::sized(x, canvas.y + 0.4, SAMPLE, step() - 2.0);
            let paint = Paint { hatch: *hatch, ..Paint::filled(*colour) };
            canvas.elements.push(Element::shape(Outline::Rect(rect), paint));
            x += SAMPLE;
        }
        x += if shades.is_empty() { 0.0 } else { 3.0 };
        let entry = text(words, (x, canvas.y), Anchor::Start, Face::Regular);
        x += width(words, SIZE, Face::Regular) + BETWEEN;
        canvas.elements.push(Element::Text(Text { colour: QUIET, ..entry }));
    }
    if !samples.is_empty() {
        canvas.y += step();
    }
}

/// A footnote with its number or letter before it.
fn footnote(canvas: &mut Canvas, number: &str, note: &str, indent: f64) {
    let at = Point::new(PAD + indent - 2.0, canvas.y + ASCENT * NOTE_SIZE);
    let label = Text::new(number, NOTE_SIZE, at).anchored(Anchor::End);
    canvas.elements.push(Element::Text(Text { colour: QUIET, ..label }));
    let lines = wrap(note, SIZE, Face::Regular, INNER - indent);
    if lines.is_empty() {
        canvas.y += step();
    }
    for line in lines {
        let line = text(&line, (PAD + indent, canvas.y), Anchor::Start, Face::Regular);
        canvas.elements.push(Element::Text(Text { colour: QUIET, ..line }));
        canvas.y += step();
    }
}
