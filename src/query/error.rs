//! What can go wrong in a pipeline.

use polars::prelude::PolarsError;

use super::NotANumber;
use crate::error::{Class, Diagnostic, FileError};
use crate::manifest::ManifestError;

/// A dataset that cannot be computed although its files are there.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The manifest's spec is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// No dataset of this name.
    #[error("no dataset is called `{name}`")]
    UnknownDataset {
        /// As used.
        name: String,
    },
    /// Something is wrong at a place of the manifest: with a step, or with the files that it names.
    #[error("{place}: {problem}")]
    At {
        /// File, line and what stands there.
        place: ManifestError,
        /// Why.
        problem: Box<QueryError>,
    },
    /// A cell that is needed as a number is not one.
    #[error("{cell}{}", others(*more))]
    NotANumber {
        /// The first such cell.
        cell: NotANumber,
        /// Further cells of the column that are not numbers.
        more: usize,
    },
    /// A computed number is too large.
    #[error("{place}: {what} is not a finite number")]
    Infinite {
        /// Files and rows it was computed from.
        place: String,
        /// Which number.
        what: String,
    },
    /// Two values of one group have the same pair label.
    #[error("{place}: {group} has two values with {label}; values that are paired need different labels")]
    Unpaired {
        /// File and rows.
        place: String,
        /// The group: column and text.
        group: String,
        /// The label: column and text.
        label: String,
    },
    /// A column that a verb needs is not there.
    #[error("no column `{column}`; the columns are {known}")]
    NoColumn {
        /// Wanted.
        column: String,
        /// Present, quoted.
        known: String,
    },
    /// A column would exist twice.
    #[error("column `{column}` exists already")]
    ColumnExists {
        /// The name.
        column: String,
    },
    /// A file is not a table.
    #[error("`{artifact}` cannot be read as a table: {problem}")]
    NotATable {
        /// Artifact id.
        artifact: String,
        /// Why, in one line.
        problem: String,
    },
    /// Columns of one table differ in length, or a sample cannot be drawn.
    #[error("{problem}")]
    Unequal {
        /// Which, and how.
        problem: String,
    },
    /// Two rows share a key that only one may have.
    #[error("two rows have {key}: {first} and {second}")]
    NotUnique {
        /// Columns with their cells.
        key: String,
        /// Where the first row comes from.
        first: String,
        /// Where the second row comes from.
        second: String,
    },
    /// A file of our own cannot be written or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// polars refused an operation.
    #[error("the table operation failed")]
    Table(#[from] PolarsError),
}

impl Diagnostic for QueryError {
    fn class(&self) -> Class {
        match self {
            Self::At { problem, .. } => problem.class(),
            Self::File(_) => Class::Operation,
            _ => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Manifest(error) => error.hint(),
            Self::At { place, problem } => problem.hint().or_else(|| place.hint()),
            Self::NotANumber { cell, .. } => Some(cell.hint()),
            Self::Unpaired { .. } => {
                Some("narrow the rows with `filter`, or average them with `mean`".into())
            }
            _ => None,
        }
    }
}

/// The rest of a message about one of several cells.
fn others(n: usize) -> String {
    match n {
        0 => String::new(),
        1 => ", nor is 1 other cell of the column".to_owned(),
        n => format!(", nor are {n} other cells of the column"),
    }
}

/// What a reader of CSV says, without its advice to the programmer: that names options which no user of ours has.
pub(super) fn brief(error: &PolarsError) -> String {
    let text = error.to_string();
    let original = text.split_once("Original error:").map_or(text.as_str(), |(_, original)| original);
    let lines = original.lines().map(|line| line.trim().trim_matches('`').trim());
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).take(2).collect();
    lines.join(": ")
}

/// Names in backticks, joined by commas.
pub(super) fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
