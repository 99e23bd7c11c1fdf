//! The result of a dataset pipeline: named columns of text or numbers, and the lineage of every row.

use crate::evidence::Lineage;

/// A column; `None` is a missing value. Numbers are finite.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Text as it stands in the file.
    Text(Vec<Option<String>>),
    /// Finite numbers.
    Number(Vec<Option<f64>>),
}

/// A table of `n_rows` rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<(String, Column)>,
    lineage: Vec<Lineage>,
}

impl Table {
    /// A table from columns of equal length and one lineage a row. Returns `None` when lengths differ.
    pub fn new(columns: Vec<(String, Column)>, lineage: Vec<Lineage>) -> Option<Self> {
        let n_rows = lineage.len();
        let equal = columns.iter().all(|(_, column)| column.len() == n_rows);
        equal.then_some(Self { columns, lineage })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.lineage.len()
    }

    /// Column names in order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, column)| column)
    }

    /// A cell as text: numbers in their shortest form. `None` for a missing value or an unknown column.
    pub fn text(&self, column: &str, row: usize) -> Option<String> {
        match self.column(column)? {
            Column::Text(values) => values.get(row)?.clone(),
            Column::Number(values) => (*values.get(row)?).map(|value| value.to_string()),
        }
    }

    /// A cell as a finite number. `None` for a missing value, text that is no number, or an unknown column.
    pub fn number(&self, column: &str, row: usize) -> Option<f64> {
        match self.column(column)? {
            Column::Text(values) => parse_number(values.get(row)?.as_deref()?),
            Column::Number(values) => *values.get(row)?,
        }
    }

    /// Where a row comes from.
    pub fn lineage(&self, row: usize) -> Option<&Lineage> {
        self.lineage.get(row)
    }
}

impl Column {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Number(values) => values.len(),
        }
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A finite number from text; surrounding spaces are ignored, `nan`, `inf` and anything else are missing.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|value: &f64| value.is_finite())
}
