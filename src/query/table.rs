//! The result of a dataset pipeline: named columns of text or numbers, and the lineage of every row.

use std::borrow::Cow;
use std::collections::HashMap;

use polars::prelude::{DataType, PlSmallStr, StringChunked};
use rayon::prelude::*;

use super::decimal::parse_number;
use super::frame::Frame;
use crate::evidence::{Lineage, Lineages};

/// Rows that one thread works on at a time. A fixed number: results never depend on how many threads there are.
const BLOCK: usize = 1 << 15;

/// A column; `None` is a missing value. Numbers are finite.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Text as it stands in the file.
    Text(Vec<Option<String>>),
    /// Finite numbers.
    Number(Vec<Option<f64>>),
}

/// A table of `n_rows` rows. Every column is text or finite numbers, in one piece.
#[derive(Clone, Debug, Default)]
pub struct Table(Frame);

/// A column as the numbers of its different texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Categories {
    /// The different texts in ascending order.
    pub texts: Vec<String>,
    /// For every row asked for, the index of its text; `None` for a missing value.
    pub indices: Vec<Option<u32>>,
}

impl Table {
    /// A table from columns of equal length and one lineage a row. Returns `None` when lengths differ, or when two
    /// columns have one name.
    pub fn new(columns: Vec<(String, Column)>, lineage: Vec<Lineage>) -> Option<Self> {
        let equal = columns.iter().all(|(_, column)| column.len() == lineage.len());
        let mut frame = Frame { lineage: lineage.into(), ..Frame::default() };
        for (name, column) in columns {
            if !equal || frame.has(&name) {
                return None;
            }
            frame.set(&name, column).ok()?;
        }
        frame.into_table().ok()
    }

    /// A frame whose columns are text or finite numbers, in one piece.
    pub(super) fn from_frame(frame: Frame) -> Self {
        Self(frame)
    }

    pub(super) fn frame(&self) -> &Frame {
        &self.0
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.0.n_rows()
    }

    /// Column names in order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.0.data.get_column_names().into_iter().map(PlSmallStr::as_str)
    }

    /// Whether there is a column of this name.
    pub fn has(&self, column: &str) -> bool {
        self.0.has(column)
    }

    /// A cell as text: numbers in their shortest form. `None` for a missing value or an unknown column.
    pub fn text(&self, column: &str, row: usize) -> Option<String> {
        self.cell(column, row).map(Cow::into_owned)
    }

    /// The same, without a copy of what is text already.
    pub fn cell(&self, column: &str, row: usize) -> Option<Cow<'_, str>> {
        let column = self.0.require(column).ok()?;
        match column.dtype() {
            DataType::String => column.str().ok()?.get(row).map(Cow::Borrowed),
            _ => column.f64().ok()?.get(row).map(|value| Cow::Owned(value.to_string())),
        }
    }

    /// A cell as a finite number. `None` for a missing value, text that is no number, or an unknown column.
    pub fn number(&self, column: &str, row: usize) -> Option<f64> {
        let column = self.0.require(column).ok()?;
        match column.dtype() {
            DataType::String => parse_number(column.str().ok()?.get(row)?),
            _ => column.f64().ok()?.get(row),
        }
    }

    /// The numbers of a whole column, NaN where there is none; `None` for an unknown column.
    pub fn numbers(&self, column: &str) -> Option<Cow<'_, [f64]>> {
        let column = self.0.require(column).ok()?;
        if column.dtype() == &DataType::String {
            return Some(Cow::Owned(parse_all(column.str().ok()?)));
        }
        let numbers = column.f64().ok()?;
        Some(match numbers.cont_slice() {
            Ok(numbers) => Cow::Borrowed(numbers),
            Err(_) => numbers.iter().map(|number| number.unwrap_or(f64::NAN)).collect(),
        })
    }

    /// The texts of a column at these positions, each different text once; `None` for an unknown column.
    pub fn categories(&self, column: &str, positions: &[u32]) -> Option<Categories> {
        let column = self.0.require(column).ok()?;
        let blocks: Vec<Block<'_>> = match column.dtype() {
            DataType::String => {
                let cells = column.str().ok()?;
                let cell = |position: u32| cells.get(position as usize).map(Cow::Borrowed);
                positions.par_chunks(BLOCK).map(|positions| Block::read(positions, cell)).collect()
            }
            _ => {
                let cells = column.f64().ok()?;
                let cell = |position: u32| Some(Cow::Owned(cells.get(position as usize)?.to_string()));
                positions.par_chunks(BLOCK).map(|positions| Block::read(positions, cell)).collect()
            }
        };
        let mut texts: Vec<&str> = blocks.iter().flat_map(|block| &block.texts).map(AsRef::as_ref).collect();
        texts.sort_unstable();
        texts.dedup();
        let place = |text: &Cow<'_, str>| texts.binary_search(&text.as_ref()).ok().map(|index| index as u32);
        let places: Vec<Vec<Option<u32>>> =
            blocks.iter().map(|block| block.texts.iter().map(place).collect()).collect();
        let index = |row: usize| places[row / BLOCK][blocks[row / BLOCK].indices[row % BLOCK]? as usize];
        let indices = (0..positions.len()).into_par_iter().with_min_len(BLOCK).map(index).collect();
        Some(Categories { texts: texts.into_iter().map(str::to_owned).collect(), indices })
    }

    /// Where a row comes from; `None` beyond the last row.
    pub fn lineage(&self, row: usize) -> Option<Lineage> {
        self.0.lineage.get(row)
    }

    /// Where some rows come from together.
    pub fn union(&self, rows: impl IntoIterator<Item = usize>) -> Lineage {
        self.0.lineage.union(rows)
    }

    /// Where all rows come from.
    pub fn lineages(&self) -> &Lineages {
        &self.0.lineage
    }
}

/// Categories of a block of rows, texts in order of first appearance.
struct Block<'a> {
    texts: Vec<Cow<'a, str>>,
    indices: Vec<Option<u32>>,
}

impl<'a> Block<'a> {
    fn read(positions: &[u32], cell: impl Fn(u32) -> Option<Cow<'a, str>>) -> Self {
        let mut known: HashMap<Cow<'a, str>, u32> = HashMap::new();
        let mut texts: Vec<Cow<'a, str>> = Vec::new();
        // Few texts that come again and again are found here, without a hash that no file can fool.
        let mut recent = [0; 256];
        let index = |position: &u32| {
            let text = cell(*position)?;
            let slot = &mut recent[usize::from(slot(text.as_bytes()))];
            if texts.get(*slot as usize) == Some(&text) {
                return Some(*slot);
            }
            let index = *known.entry(text).or_insert_with_key(|text| {
                texts.push(text.clone());
                texts.len() as u32 - 1
            });
            *slot = index;
            Some(index)
        };
        let indices = positions.iter().map(index).collect();
        Self { texts, indices }
    }
}

/// A number that often differs between different texts.
fn slot(text: &[u8]) -> u8 {
    let end = |back: usize| text.len().checked_sub(back).map_or(0, |place| text[place]);
    end(1).wrapping_mul(5) ^ end(2).wrapping_mul(83) ^ end(3).wrapping_mul(151) ^ text.len() as u8
}

impl Column {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Number(values) => values.len(),
        }
    }
}

/// The numbers of all cells, NaN where there is none.
pub(super) fn parse_all(cells: &StringChunked) -> Vec<f64> {
    let mut numbers = vec![f64::NAN; cells.len()];
    let (mut parts, mut rest) = (Vec::new(), numbers.as_mut_slice());
    for (piece, length) in cells.downcast_iter().zip(cells.chunk_lengths()) {
        let (part, others) = rest.split_at_mut(length);
        parts.push((piece, part));
        rest = others;
    }
    parts.into_par_iter().for_each(|(piece, part)| {
        for (number, cell) in part.iter_mut().zip(piece.iter()) {
            *number = cell.and_then(parse_number).unwrap_or(f64::NAN);
        }
    });
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_the_texts_in_order() {
        let n = 2 * BLOCK + 3;
        // The last block alone has a text that stands before all others.
        let text = |row: usize| match row {
            row if row == n - 1 => Some("a".to_owned()),
            row if row % 5 == 0 => None,
            row => Some(format!("t{}", row % 3)),
        };
        let numbers = (0..n).map(|row| Some((row % 2) as f64 / 2.0)).collect();
        let columns = vec![
            ("text".to_owned(), Column::Text((0..n).map(text).collect())),
            ("number".to_owned(), Column::Number(numbers)),
        ];
        let table = Table::new(columns, vec![Lineage::default(); n]).unwrap();
        let all: Vec<u32> = (0..n as u32).collect();
        let categories = table.categories("text", &all).unwrap();
        assert_eq!(categories.texts, ["a", "t0", "t1", "t2"]);
        let found =
            |row: usize| categories.indices[row].map(|index| categories.texts[index as usize].clone());
        assert!((0..n).all(|row| found(row) == text(row)));
        assert_eq!(table.categories("number", &[3, 2]).unwrap().texts, ["0", "0.5"]);
        assert_eq!(table.categories("number", &[3, 2]).unwrap().indices, [Some(1), Some(0)]);
        assert_eq!(table.categories("nothing", &all), None);
    }

    #[test]
    fn a_column_without_numbers_is_full_of_holes() {
        let columns = vec![
            ("text".to_owned(), Column::Text(vec![Some("1.5".to_owned()), None, Some("x".to_owned())])),
            ("number".to_owned(), Column::Number(vec![Some(f64::INFINITY), None, Some(2.0)])),
        ];
        let table = Table::new(columns, vec![Lineage::default(); 3]).unwrap();
        let holes = |name| -> Vec<bool> {
            table.numbers(name).unwrap().iter().map(|number| number.is_nan()).collect()
        };
        assert_eq!(holes("text"), [false, true, true]);
        assert_eq!(holes("number"), [true, true, false]);
        assert_eq!(table.number("number", 0), None);
    }
}
