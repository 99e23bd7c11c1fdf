//! The result of a dataset pipeline: named columns of text or numbers, and the lineage of every row.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use polars::prelude::{DataType, Float64Chunked, PlSmallStr, StringChunked};
use rayon::prelude::*;

use super::categories::Categories;
use super::decimal::parse_number;
use super::frame::Frame;
use super::spelling::advice;
use crate::evidence::{Lineage, Lineages};

/// A column; `None` is a missing value. Numbers are finite.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Text as it stands in the file.
    Text(Vec<Option<String>>),
    /// Finite numbers.
    Number(Vec<Option<f64>>),
}

/// A cell that is needed as a number and holds another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotANumber {
    /// File and row.
    pub place: String,
    /// The column.
    pub column: String,
    /// What the cell holds.
    pub value: String,
}

impl NotANumber {
    /// What to do about it.
    pub fn hint(&self) -> String {
        let Self { column, value, .. } = self;
        let listed = || {
            format!(
                "if it stands for a missing value, list it: `{{ to_number = {{ columns = [{column:?}], missing = \
                 [{value:?}] }} }}`"
            )
        };
        advice(value).unwrap_or_else(listed)
    }
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, column `{}`: `{}` is not a number", self.place, self.column, self.value)
    }
}

/// A table of `n_rows` rows. Every column is text or finite numbers; numbers are in one piece, text in few.
#[derive(Clone, Debug, Default)]
pub struct Table(Frame);

impl Table {
    /// A table from columns of equal length and one lineage a row. Returns `None` when lengths differ, or when two
    /// columns have one name.
    pub fn new(columns: Vec<(String, Column)>, lineage: Vec<Lineage>) -> Option<Self> {
        let equal = columns.iter().all(|(_, column)| column.len() == lineage.len());
        let mut frame = Frame::new(Default::default(), lineage.into());
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
        self.texts(column)?.get(row)
    }

    /// The cells of a column as text, found by its name once for many rows; `None` for an unknown column.
    pub fn texts(&self, column: &str) -> Option<Texts<'_>> {
        let column = self.0.data.column(column).ok()?;
        match column.dtype() {
            DataType::String => column.str().ok().map(Texts::Text),
            _ => column.f64().ok().map(Texts::Number),
        }
    }

    /// A cell as a finite number; `None` for a missing value or an unknown column. The error is a text that is not a
    /// number.
    pub fn number(&self, column: &str, row: usize) -> Result<Option<f64>, NotANumber> {
        let Ok(cells) = self.0.require(column) else { return Ok(None) };
        if let Ok(numbers) = cells.f64() {
            return Ok(numbers.get(row));
        }
        let text = cells.str().ok().and_then(|cells| cells.get(row)).unwrap_or_default();
        match parse_number(text) {
            None if !text.is_empty() => Err(self.not_a_number(column, row, text)),
            number => Ok(number),
        }
    }

    fn not_a_number(&self, column: &str, row: usize, text: &str) -> NotANumber {
        let place = self.union([row]).place();
        NotANumber { place, column: column.to_owned(), value: text.to_owned() }
    }

    /// The first of these rows whose cell is a text that is not a number.
    pub fn first_text(&self, column: &str, mut rows: impl Iterator<Item = usize>) -> Option<NotANumber> {
        // A column of numbers need not be searched.
        self.0.require(column).ok()?.str().ok()?;
        rows.find_map(|row| self.number(column, row).err())
    }

    /// The numbers of a whole column, NaN where there is none ([`Self::first_text`] finds what is a text); `None` for an
    /// unknown column.
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
        let cells = self.texts(column)?;
        Some(Categories::read(positions, |position| cells.get(position as usize)))
    }

    /// Where a row comes from; `None` beyond the last row.
    pub fn lineage(&self, row: usize) -> Option<Lineage> {
        self.0.lineage.get(row)
    }

    /// Everything that decided a cell: its row, further rows, and whether the manifest declares it; `None` beyond the last
    /// row.
    pub fn lineage_of(&self, column: &str, row: usize) -> Option<Lineage> {
        self.0.lineage_of(column, row)
    }

    /// Whether cells of a column come from more or less than their rows.
    pub fn has_origins(&self, column: &str) -> bool {
        self.0.has_origins(column)
    }

    /// Rows beyond its own that decide cells of a row, such as the rows among which it was numbered.
    pub fn decided_by(&self, row: usize) -> Option<Arc<Lineage>> {
        self.0.decided_by(row)
    }

    /// Rows beyond its own that decide one cell of a row.
    pub fn cell_decided_by(&self, column: &str, row: usize) -> Option<Arc<Lineage>> {
        self.0.origins(column).also(row).cloned()
    }

    /// Whether the rows are those of one file as it was read, so that a row has its place whatever other rows hold.
    pub fn is_whole_file(&self) -> bool {
        self.0.lineage.is_whole_file()
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

/// The cells of a column as text: numbers in their shortest form.
#[derive(Clone, Copy)]
pub enum Texts<'a> {
    /// Text as it stands in the file.
    Text(&'a StringChunked),
    /// Finite numbers.
    Number(&'a Float64Chunked),
}

impl<'a> Texts<'a> {
    /// The cell of a row; `None` for a missing value.
    pub fn get(&self, row: usize) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(cells) => cells.get(row).map(Cow::Borrowed),
            Self::Number(cells) => cells.get(row).map(|value| Cow::Owned(value.to_string())),
        }
    }
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
    fn a_column_without_numbers_is_full_of_holes() {
        let columns = vec![
            ("text".to_owned(), Column::Text(vec![Some("1.5".to_owned()), None, Some("x".to_owned())])),
            ("number".to_owned(), Column::Number(vec![Some(f64::NAN), None, Some(2.0)])),
        ];
        let table = Table::new(columns, vec![Lineage::default(); 3]).unwrap();
        let holes = |name| -> Vec<bool> {
            table.numbers(name).unwrap().iter().map(|number| number.is_nan()).collect()
        };
        assert_eq!(holes("text"), [false, true, true]);
        assert_eq!(holes("number"), [true, true, false]);
        assert_eq!(table.number("number", 0), Ok(None));
        assert_eq!(table.number("text", 0), Ok(Some(1.5)));
        assert_eq!(table.number("text", 1), Ok(None));
        let text = table.number("text", 2).unwrap_err();
        assert_eq!(text.to_string(), "a row of no file, column `text`: `x` is not a number");
        assert_eq!(table.first_text("text", 0..2), None);
        assert_eq!(table.first_text("text", 0..3), Some(text));
        assert_eq!(table.first_text("number", 0..3), None);
    }

    #[test]
    fn infinity_is_not_a_missing_value() {
        let column = Column::Number(vec![Some(f64::INFINITY)]);
        assert!(Table::new(vec![("x".to_owned(), column)], vec![Lineage::default()]).is_none());
    }
}
