//! What stands in one column of one row.

use super::SIZE;
use crate::plot::{Colour, Face, width, wrap};
use crate::tables::{Cell, Grid, Kind, Row, number, words};

/// A text wider than this is broken into lines, in points.
const WIDEST: f64 = 78.0;
/// Numbers with more digits after the point stand in the middle: they would make room that no other number needs.
const MOST_ALIGNED: usize = 8;
/// Grounds of differences up to 3, up to 10 and beyond 10 times the tolerance: blue for ours higher.
pub const HIGHER: [Colour; 3] =
    [Colour::rgb(214, 231, 245), Colour::rgb(163, 203, 233), Colour::rgb(107, 168, 216)];
/// Orange for ours lower.
pub const LOWER: [Colour; 3] =
    [Colour::rgb(253, 228, 206), Colour::rgb(251, 192, 138), Colour::rgb(240, 152, 80)];

/// Lines of text and, below them, perhaps a band.
#[derive(Clone, Debug, Default)]
pub struct Slot {
    pub lines: Vec<Line>,
    pub band: Option<Band>,
}

/// A line of text.
#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    pub face: Face,
    /// Whether it stands with its decimal point at that of the column, or in the middle.
    pub aligned: bool,
    /// Number of a footnote behind it.
    pub note: Option<usize>,
    pub ground: Option<Colour>,
    pub faint: bool,
}

/// A hatched field that stands for a value of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    pub text: &'static str,
    pub note: Option<usize>,
}

impl Line {
    fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { text, face: Face::Regular, aligned: false, note: None, ground: None, faint: false }
    }

    /// Widths before the decimal point and from it on; of all before and nothing after for a text in the middle.
    pub fn parts(&self) -> (f64, f64) {
        let split = if self.aligned { self.point() } else { self.text.len() };
        let before = width(&self.text[..split], SIZE, self.face);
        (before, width(&self.text, SIZE, self.face) - before + note_width(self.note))
    }

    /// Where the decimal point is, or would be: at the first character behind the first run of digits.
    fn point(&self) -> usize {
        let first = self.text.find(|c: char| c.is_ascii_digit()).unwrap_or(self.text.len());
        let rest = &self.text[first..];
        first + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
    }
}

/// Room that the number of a footnote takes behind a text.
pub fn note_width(note: Option<usize>) -> f64 {
    note.map_or(0.0, |note| 1.0 + width(&note.to_string(), super::block::NOTE_SIZE, Face::Regular))
}

/// The slots of a row: one a column, or one a field of a comparison.
pub fn slots(grid: &Grid, row: &Row) -> Vec<Slot> {
    match grid.kind {
        Kind::Wide => row.cells.iter().map(|cell| cell.as_ref().map_or_else(empty, stacked)).collect(),
        Kind::Comparison => row.cells.iter().flatten().flat_map(fields).collect(),
    }
}

fn empty() -> Slot {
    Slot { lines: vec![Line { faint: true, ..Line::plain(words::NOT_PRINTED) }], band: None }
}

/// Published above ours above the difference.
fn stacked(cell: &Cell) -> Slot {
    let mut lines = value(cell, &cell.published(), cell.best);
    let Some(ours) = &cell.rounded else { return Slot { lines, band: Some(band(cell)) } };
    lines.extend(value(cell, ours, cell.best_ours));
    let delta = cell.delta.as_ref().map(|delta| format!("{} ", delta.text)).unwrap_or_default();
    let text = format!("{delta}{}", words::code(cell.outcome));
    let aligned = cell.delta.is_some();
    lines.push(Line { aligned, note: cell.note, ground: ground(cell), ..Line::plain(text) });
    Slot { lines, band: None }
}

fn fields(cell: &Cell) -> [Slot; 6] {
    let lines = |lines: Vec<Line>| Slot { lines, band: None };
    let word = |word: &str| lines(vec![Line::plain(word)]);
    let published = lines(value(cell, &cell.published(), cell.best));
    let evidence = word(cell.evidence.map_or(words::NOT_PRINTED, |tier| tier.name()));
    let outcome = word(cell.outcome.name());
    let (ours, delta) = match &cell.rounded {
        None => {
            let band = Slot { lines: Vec::new(), band: Some(band(cell)) };
            (band.clone(), band)
        }
        Some(ours) => {
            let mut ours = value(cell, ours, cell.best_ours);
            if let Some(last) = ours.last_mut() {
                last.note = cell.note;
            }
            let delta = cell.delta.as_ref().map(|delta| {
                let line = Line::plain(delta.text.clone());
                Line { aligned: true, ground: ground(cell), ..line }
            });
            (lines(ours), lines(delta.into_iter().collect()))
        }
    };
    [published, ours, delta, word(cell.rule.name()), outcome, evidence]
}

fn band(cell: &Cell) -> Band {
    Band { text: words::instead(cell), note: cell.note }
}

/// A value in one line, or in several if it is long.
fn value(cell: &Cell, text: &str, best: bool) -> Vec<Line> {
    let face = if best { Face::Bold } else { Face::Regular };
    let aligned = number::decimals(&cell.value).is_some_and(|decimals| decimals <= MOST_ALIGNED);
    if width(text, SIZE, face) <= WIDEST {
        return vec![Line { face, aligned, ..Line::plain(text) }];
    }
    wrap(text, SIZE, face, WIDEST).into_iter().map(|line| Line { face, ..Line::plain(line) }).collect()
}

fn ground(cell: &Cell) -> Option<Colour> {
    let delta = cell.delta.as_ref()?;
    let shade = usize::from(delta.level).checked_sub(1)?;
    let shades = if delta.value < 0.0 { LOWER } else { HIGHER };
    shades.get(shade).copied()
}
