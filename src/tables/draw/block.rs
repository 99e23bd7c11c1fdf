//! Columns that stand side by side: heads, rules, rows.

use std::ops::Range;

use super::sheet::{GAP, Sheet};
use super::slot::{Band, Line, Slot, note_width};
use super::{Canvas, PAD, SIZE, step, text};
use crate::plot::{
    ASCENT, Anchor, Colour, Element, Face, Hatch, Mark, MarkKind, Outline, Paint, Point, Reading, Rect,
    Stroke, Text, width, wrap,
};
use crate::tables::{Cell, Kind, words};

/// Font size of the numbers of footnotes.
pub const NOTE_SIZE: f64 = 5.0;
/// Ground of a hatched field.
pub const HATCHED: Colour = Colour::grey(218);
const FAINT: Colour = Colour::grey(110);
/// Free space above and below the texts of a row, in points.
const ROW_PAD: f64 = 2.4;

/// Draws a block and moves the canvas below it.
pub fn draw(sheet: &Sheet<'_>, columns: Range<usize>, canvas: &mut Canvas) {
    let block = Block { sheet, columns };
    block.rule(canvas, 1.0);
    block.heads(canvas);
    block.rule(canvas, 0.6);
    for index in 0..sheet.rows.len() {
        if index > 0 {
            block.divider(canvas, index);
        }
        block.row(canvas, index);
    }
    block.rule(canvas, 1.0);
}

struct Block<'a> {
    sheet: &'a Sheet<'a>,
    columns: Range<usize>,
}

impl Block<'_> {
    fn left(&self, column: usize) -> f64 {
        PAD + self.sheet.left(column, &self.columns)
    }

    fn right(&self) -> f64 {
        PAD + self.sheet.width(&self.columns)
    }

    fn rule(&self, canvas: &mut Canvas, thickness: f64) {
        self.line(canvas, PAD, Stroke::solid(Colour::BLACK, thickness));
    }

    fn line(&self, canvas: &mut Canvas, left: f64, pen: Stroke) {
        let ends = [Point::new(left, canvas.y), Point::new(self.right(), canvas.y)];
        canvas.elements.push(Element::segment(ends[0], ends[1], Paint::outlined(pen)));
    }

    /// Dots between rows, a line between groups of them.
    fn divider(&self, canvas: &mut Canvas, row: usize) {
        let grid = self.sheet.grid;
        let nested = grid.row_keys.len() > 1;
        let starts = grid.row_groups(1).iter().any(|run| run.start == row);
        if nested && starts {
            self.line(canvas, PAD, Stroke::solid(FAINT, 0.4));
        } else {
            let left = if nested { PAD + self.sheet.heads[0] } else { PAD };
            let dots = Stroke { dashes: vec![0.5, 1.5], ..Stroke::solid(FAINT, 0.4) };
            self.line(canvas, left, dots);
        }
    }

    /// Runs of columns of this block with the same head down to a level.
    fn runs(&self, level: usize) -> impl Iterator<Item = Range<usize>> {
        let Range { start, end } = self.columns;
        let runs = self.sheet.grid.groups(level + 1).into_iter();
        runs.map(move |run| run.start.max(start)..run.end.min(end)).filter(|run| !run.is_empty())
    }

    /// Heads of columns; those of rows stand at the foot of them.
    fn heads(&self, canvas: &mut Canvas) {
        let grid = self.sheet.grid;
        canvas.y += ROW_PAD;
        for level in 0..grid.column_keys.len().saturating_sub(1) {
            self.group_heads(canvas, level);
        }
        let titles = grid
            .row_keys
            .iter()
            .zip(&self.sheet.heads)
            .map(|(key, room)| wrap(&key.title, SIZE, Face::Bold, room - 2.0 * GAP));
        let titles: Vec<Vec<String>> = titles.collect();
        let label = |column: usize| {
            let room = self.sheet.columns[column].width - 2.0 * GAP;
            wrap(self.sheet.label(column), SIZE, Face::Regular, room.max(1.0))
        };
        let labels: Vec<Vec<String>> = self.columns.clone().map(label).collect();
        let tallest = titles.iter().chain(&labels).map(Vec::len).max().unwrap_or(0).max(1);
        let bottom = canvas.y + tallest as f64 * step();
        let mut left = PAD;
        for (lines, room) in titles.iter().zip(&self.sheet.heads) {
            lifted(canvas, lines, (left + GAP, bottom), Anchor::Start, Face::Bold);
            left += room;
        }
        for (lines, column) in labels.iter().zip(self.columns.clone()) {
            let middle = self.left(column) + self.sheet.columns[column].width / 2.0;
            lifted(canvas, lines, (middle, bottom), Anchor::Middle, Face::Regular);
        }
        canvas.y = bottom + ROW_PAD;
    }

    fn group_heads(&self, canvas: &mut Canvas, level: usize) {
        let heads: Vec<(Range<usize>, Vec<String>)> = self
            .runs(level)
            .map(|run| {
                let room = self.left(run.end) - self.left(run.start) - 2.0 * GAP;
                let label = &self.sheet.grid.columns[run.start].labels[level];
                let lines = wrap(label, SIZE, Face::Bold, room.max(1.0));
                (run, lines)
            })
            .collect();
        let tallest = heads.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0).max(1);
        let bottom = canvas.y + tallest as f64 * step();
        for (run, lines) in heads {
            let (left, right) = (self.left(run.start), self.left(run.end));
            lifted(canvas, &lines, (f64::midpoint(left, right), bottom), Anchor::Middle, Face::Bold);
            let y = bottom + 1.0;
            let ends = [Point::new(left + GAP, y), Point::new(right - GAP, y)];
            let pen = Paint::outlined(Stroke::solid(Colour::BLACK, 0.4));
            canvas.elements.push(Element::segment(ends[0], ends[1], pen));
        }
        canvas.y = bottom + 1.0 + ROW_PAD;
    }

    fn row(&self, canvas: &mut Canvas, index: usize) {
        let slots = &self.sheet.rows[index];
        let labels = self.labels(index);
        let of_slot = |column: usize| slots[column].lines.len() + usize::from(slots[column].band.is_some());
        let lines =
            self.columns.clone().map(of_slot).chain(labels.iter().map(Vec::len)).max().unwrap_or(0).max(1);
        let (top, height) = (canvas.y + ROW_PAD, lines as f64 * step());
        let mut left = PAD;
        for (lines, room) in labels.iter().zip(&self.sheet.heads) {
            for (number, line) in lines.iter().enumerate() {
                let at = (left + GAP, top + number as f64 * step());
                canvas.elements.push(Element::Text(text(line, at, Anchor::Start, Face::Regular)));
            }
            left += room;
        }
        let lowest = self.columns.clone().map(of_slot).max().unwrap_or(0);
        self.bands(canvas, index, top, top + lowest as f64 * step());
        match self.sheet.grid.kind {
            Kind::Wide => {
                self.columns.clone().for_each(|column| self.cell(canvas, index, column..column + 1, top))
            }
            Kind::Comparison => self.cell(canvas, index, self.columns.clone(), top),
        }
        canvas.y = top + height + ROW_PAD;
    }

    /// Lines of the heads of a row; a head that several rows have in common stands at the first.
    fn labels(&self, index: usize) -> Vec<Vec<String>> {
        let grid = self.sheet.grid;
        let levels = grid.row_keys.len();
        let label = |level: usize| {
            let starts =
                level + 1 == levels || grid.row_groups(level + 1).iter().any(|run| run.start == index);
            let room = (self.sheet.heads[level] - 2.0 * GAP).max(1.0);
            let text = &grid.rows[index].head.labels[level];
            if starts { wrap(text, SIZE, Face::Regular, room) } else { Vec::new() }
        };
        (0..levels).map(label).collect()
    }

    /// The texts of a cell, which may have several columns.
    fn cell(&self, canvas: &mut Canvas, index: usize, columns: Range<usize>, top: f64) {
        let grid = self.sheet.grid;
        let row = &grid.rows[index];
        let mut children = Vec::new();
        for column in columns.clone() {
            self.texts(&self.sheet.rows[index][column], column, top, &mut children);
        }
        let (cell, head) = match grid.kind {
            Kind::Wide => (row.cells[columns.start].as_ref(), &grid.columns[columns.start]),
            Kind::Comparison => (row.cells.first().and_then(Option::as_ref), &grid.columns[0]),
        };
        let place = words::place(&row.head, head);
        match cell {
            None => canvas.group(format!("{place}: the paper prints no value here"), children),
            Some(cell) if cell.ours.is_none() => {
                canvas.group(format!("{place}: {}", words::cell(cell)), children);
            }
            Some(cell) => canvas.marked(mark(cell, &place), children),
        }
    }

    fn texts(&self, slot: &Slot, column: usize, top: f64, into: &mut Vec<Element>) {
        let (left, layout) = (self.left(column), &self.sheet.columns[column]);
        let middle = left + layout.width / 2.0;
        for (number, line) in slot.lines.iter().enumerate() {
            let top = top + number as f64 * step();
            if let Some(colour) = line.ground {
                let rect = Rect::sized(left + 1.0, top - 0.6, layout.width - 2.0, step());
                into.push(Element::shape(Outline::Rect(rect), Paint::filled(colour)));
            }
            let (before, after) = line.parts();
            let start = if line.aligned {
                middle - (layout.before + layout.after) / 2.0 + layout.before - before
            } else {
                middle - (before + after) / 2.0
            };
            into.extend(line_at(line, (start, top)));
        }
    }

    /// Hatched fields in place of our values; neighbours of one group with the same reason are one field.
    fn bands(&self, canvas: &mut Canvas, index: usize, top: f64, bottom: f64) {
        let slots = &self.sheet.rows[index];
        let level = self.sheet.grid.column_keys.len().saturating_sub(1).min(1);
        let group = |column: usize| match level {
            0 => None,
            _ => self.sheet.grid.columns.get(column).map(|head| &head.keys[0]),
        };
        let merged = self.sheet.grid.kind == Kind::Comparison || level > 0;
        let mut column = self.columns.start;
        while column < self.columns.end {
            let Some(band) = &slots[column].band else {
                column += 1;
                continue;
            };
            let mut end = column + 1;
            while merged
                && end < self.columns.end
                && slots[end].band.as_ref() == Some(band)
                && group(end) == group(column)
            {
                end += 1;
            }
            let above = slots[column..end].iter().map(|slot| slot.lines.len()).max().unwrap_or(0);
            let rect = Rect {
                left: self.left(column) + 1.0,
                top: top + above as f64 * step() - 0.6,
                right: self.left(end) - 1.0,
                bottom: bottom + 0.6,
            };
            let note = band.note.and_then(|note| self.sheet.grid.notes.get(note - 1));
            let words = note.cloned().unwrap_or_else(|| band.text.to_owned());
            canvas.group(words, field(band, &rect));
            column = end;
        }
    }
}

/// A hatched field with its reason, or with the number of the footnote alone if there is no room for more.
fn field(band: &Band, rect: &Rect) -> Vec<Element> {
    let paint = Paint { hatch: Some(Hatch::Rising), ..Paint::filled(HATCHED) };
    let mut elements = vec![Element::shape(Outline::Rect(*rect), paint)];
    let room = rect.width() - 2.0;
    let reason = width(band.text, SIZE, Face::Regular);
    let fits = reason + note_width(band.note) <= room;
    let shown = if fits { band.text } else { "" };
    let used = if fits { reason } else { 0.0 } + note_width(band.note);
    let line = Line {
        text: shown.to_owned(),
        face: Face::Regular,
        aligned: false,
        note: band.note,
        ground: None,
        faint: false,
    };
    let top = rect.centre().y - step() / 2.0 + 0.6;
    elements.extend(line_at(&line, (rect.centre().x - used / 2.0, top)));
    elements
}

/// A line of text from a left end, with the number of its footnote.
fn line_at(line: &Line, (start, top): (f64, f64)) -> Vec<Element> {
    let drawn = text(&line.text, (start, top), Anchor::Start, line.face);
    let colour = if line.faint { FAINT } else { Colour::BLACK };
    let end = start + width(&line.text, SIZE, line.face);
    let note = line.note.map(|note| {
        let at = Point::new(end + 1.0, top + ASCENT * NOTE_SIZE);
        Element::Text(Text::new(note.to_string(), NOTE_SIZE, at))
    });
    let drawn = (!line.text.is_empty()).then_some(Element::Text(Text { colour, ..drawn }));
    drawn.into_iter().chain(note).collect()
}

/// Lines that end at a lower edge.
fn lifted(canvas: &mut Canvas, lines: &[String], (x, bottom): (f64, f64), anchor: Anchor, face: Face) {
    for (number, line) in lines.iter().rev().enumerate() {
        let top = bottom - (number + 1) as f64 * step();
        canvas.elements.push(Element::Text(text(line, (x, top), anchor, face)));
    }
}

/// A value of ours as a mark.
fn mark(cell: &Cell, place: &str) -> Mark {
    Mark {
        y: cell.number,
        text: words::cell(cell),
        reading: Reading::Nowhere,
        ..Mark::new(MarkKind::Text, "", place, &cell.claim, cell.lineage.clone())
    }
}
