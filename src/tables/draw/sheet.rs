//! Widths of columns, and which of them stand side by side.

use std::ops::Range;

use super::slot::{Slot, note_width, slots};
use super::{INNER, SIZE};
use crate::plot::{Face, width};
use crate::tables::{Grid, Kind, words};

/// Free space at both sides of a column, in points.
pub const GAP: f64 = 3.0;
/// The least width of a column without its gaps, in points.
const NARROWEST: f64 = 12.0;
/// The longest word that a head keeps in one line, in points.
const LONGEST_WORD: f64 = 60.0;
/// What heads of rows take of the page where columns of values would take more than the rest.
const HEADS: f64 = 0.34;
/// By how much a column is widened at most to fill the page, in points.
const MOST_EXTRA: f64 = 12.0;

/// A laid out table: all widths, not yet any place.
pub struct Sheet<'a> {
    pub grid: &'a Grid,
    /// Widths of the heads of rows.
    pub heads: Vec<f64>,
    pub columns: Vec<Column>,
    /// Rows and what stands in their columns.
    pub rows: Vec<Vec<Slot>>,
    /// Columns that stand side by side.
    pub blocks: Vec<Range<usize>>,
}

/// A column of values.
#[derive(Clone, Debug, Default)]
pub struct Column {
    pub width: f64,
    /// Widest text before the decimal point.
    pub before: f64,
    /// Widest text from the decimal point on.
    pub after: f64,
}

impl<'a> Sheet<'a> {
    pub fn new(grid: &'a Grid) -> Self {
        let rows: Vec<Vec<Slot>> = grid.rows.iter().map(|row| slots(grid, row)).collect();
        let n_columns = match grid.kind {
            Kind::Wide => grid.columns.len(),
            Kind::Comparison => words::FIELDS.len(),
        };
        let mut columns: Vec<Column> = (0..n_columns).map(|index| column(grid, &rows, index)).collect();
        widen_for_groups(grid, &mut columns);
        let heads = heads(grid, &columns);
        let room = INNER - heads.iter().sum::<f64>();
        let blocks = blocks(grid, &columns, room);
        let extra = |block: &Range<usize>| {
            let used: f64 = columns[block.clone()].iter().map(|column| column.width).sum();
            (room - used) / block.len() as f64
        };
        let extra = blocks.iter().map(extra).fold(MOST_EXTRA, f64::min).max(0.0);
        columns.iter_mut().for_each(|column| column.width += extra);
        Self { grid, heads, columns, rows, blocks }
    }

    /// Width of the heads of rows and of some columns.
    pub fn width(&self, columns: &Range<usize>) -> f64 {
        self.left(columns.end, columns)
    }

    /// Left edge of a column of a block.
    pub fn left(&self, column: usize, block: &Range<usize>) -> f64 {
        let before = self.columns[block.start..column].iter().map(|column| column.width).sum::<f64>();
        self.heads.iter().sum::<f64>() + before
    }

    /// What a column is called.
    pub fn label(&self, column: usize) -> &str {
        match self.grid.kind {
            Kind::Wide => self.grid.columns[column].labels.last().map_or("", String::as_str),
            Kind::Comparison => words::FIELDS[column],
        }
    }
}

fn column(grid: &Grid, rows: &[Vec<Slot>], index: usize) -> Column {
    let mut column = Column::default();
    let mut content: f64 = NARROWEST;
    for slot in rows.iter().filter_map(|slots| slots.get(index)) {
        for line in &slot.lines {
            let (before, after) = line.parts();
            if line.aligned {
                column.before = column.before.max(before);
                column.after = column.after.max(after);
            } else {
                content = content.max(before + after);
            }
        }
        if let Some(band) = &slot.band {
            content = content.max(note_width(band.note) + 2.0);
            let reason = width(band.text, SIZE, Face::Regular) + note_width(band.note);
            match grid.kind {
                // It has two columns.
                Kind::Comparison => content = content.max(reason / 2.0),
                // Columns that stand alone have it for themselves.
                Kind::Wide if grid.column_keys.len() == 1 => content = content.max(reason),
                Kind::Wide => {}
            }
        }
    }
    let label = match grid.kind {
        Kind::Wide => grid.columns[index].labels.last().map_or("", String::as_str),
        Kind::Comparison => words::FIELDS[index],
    };
    let content = content.max(column.before + column.after).max(longest_word(label, Face::Regular));
    column.width = content + 2.0 * GAP;
    column
}

fn longest_word(text: &str, face: Face) -> f64 {
    let widths = text.split_whitespace().map(|word| width(word, SIZE, face));
    widths.fold(0.0, f64::max).min(LONGEST_WORD)
}

/// A group is as wide as the longest word of its head.
fn widen_for_groups(grid: &Grid, columns: &mut [Column]) {
    for level in 0..grid.column_keys.len().saturating_sub(1) {
        for run in grid.groups(level + 1) {
            let wanted = longest_word(&grid.columns[run.start].labels[level], Face::Bold) + 2.0 * GAP;
            let used: f64 = columns[run.clone()].iter().map(|column| column.width).sum();
            let extra = (wanted - used).max(0.0) / run.len() as f64;
            columns[run].iter_mut().for_each(|column| column.width += extra);
        }
    }
}

/// Heads of rows as wide as their longest text, if there is room; else the widest give way, down to their longest
/// word.
fn heads(grid: &Grid, columns: &[Column]) -> Vec<f64> {
    let left = INNER - columns.iter().map(|column| column.width).sum::<f64>();
    let room = match grid.kind {
        Kind::Wide => left.max(HEADS * INNER),
        Kind::Comparison => left,
    };
    let widest = |index: usize, measure: fn(&str, Face) -> f64| {
        let labels = grid.rows.iter().map(|row| measure(&row.head.labels[index], Face::Regular));
        labels.fold(measure(&grid.row_keys[index].title, Face::Bold), f64::max) + 2.0 * GAP
    };
    let n = grid.row_keys.len();
    let mut least: Vec<f64> = (0..n).map(|index| widest(index, longest_word)).collect();
    let natural = (0..n).map(|index| widest(index, |text, face| width(text, SIZE, face)));
    let wanted: Vec<f64> = natural.zip(&least).map(|(natural, least)| (natural - least).max(0.0)).collect();
    let used: f64 = least.iter().sum();
    if used > room {
        least.iter_mut().for_each(|least| *least *= room / used);
    }
    let most = level(&wanted, (room - used).max(0.0));
    least.iter().zip(wanted).map(|(least, wanted)| least + wanted.min(most)).collect()
}

/// The level up to which all wishes can be fulfilled with what there is.
fn level(wanted: &[f64], room: f64) -> f64 {
    let mut sorted = wanted.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut free = room;
    for (index, wish) in sorted.iter().enumerate() {
        let share = free / (sorted.len() - index) as f64;
        if *wish > share {
            return share;
        }
        free -= wish;
    }
    f64::INFINITY
}

/// Whole groups of columns side by side, evenly; a group that is too wide for the page is divided.
fn blocks(grid: &Grid, columns: &[Column], room: f64) -> Vec<Range<usize>> {
    if grid.kind == Kind::Comparison {
        return std::iter::once(0..columns.len()).collect();
    }
    let level = grid.column_keys.len().saturating_sub(1).min(1);
    let groups =
        if level == 0 { (0..columns.len()).map(|index| index..index + 1).collect() } else { grid.groups(1) };
    let used = |range: &Range<usize>| columns[range.clone()].iter().map(|column| column.width).sum::<f64>();
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for group in groups {
        if used(&group) <= room {
            pieces.push(group);
        } else {
            pieces.extend(group.map(|index| index..index + 1));
        }
    }
    let packed = pack(&pieces, room, &used, usize::MAX);
    let even = pack(&pieces, room, &used, pieces.len().div_ceil(packed.len().max(1)));
    if even.len() == packed.len() { even } else { packed }
}

/// As many pieces side by side as fit, and not more than `most`.
fn pack(
    pieces: &[Range<usize>],
    room: f64,
    used: &impl Fn(&Range<usize>) -> f64,
    most: usize,
) -> Vec<Range<usize>> {
    let mut blocks: Vec<(Range<usize>, usize)> = Vec::new();
    for piece in pieces {
        match blocks.last_mut() {
            Some((block, n)) if *n < most && used(&(block.start..piece.end)) <= room => {
                (block.end, *n) = (piece.end, *n + 1);
            }
            _ => blocks.push((piece.clone(), 1)),
        }
    }
    blocks.into_iter().map(|(block, _)| block).collect()
}
