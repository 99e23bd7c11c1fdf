//! What can go wrong in a pipeline.

use polars::prelude::PolarsError;

use crate::error::{Class, Diagnostic};
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
    /// A dataset is defined through itself.
    #[error("dataset `{name}` is defined through itself")]
    Circular {
        /// The dataset.
        name: String,
    },
    /// A step failed.
    #[error("dataset `{dataset}`, step {step} ({verb})")]
    Step {
        /// The dataset.
        dataset: String,
        /// Position, from 1.
        step: usize,
        /// The verb.
        verb: &'static str,
        /// Why.
        source: Box<QueryError>,
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
    /// A step would produce more than memory may hold.
    #[error("{from} would give {found}; the most are {limit}")]
    TooLarge {
        /// What the step puts together, with sizes.
        from: String,
        /// What it would give.
        found: String,
        /// What it may give.
        limit: String,
    },
    /// polars refused an operation.
    #[error("the table operation failed")]
    Table(#[from] PolarsError),
}

impl Diagnostic for QueryError {
    fn class(&self) -> Class {
        match self {
            Self::Manifest(_) | Self::UnknownDataset { .. } | Self::Circular { .. } => Class::Usage,
            Self::TooLarge { .. } => Class::Usage,
            Self::Step { source, .. } => source.class(),
            _ => Class::Operation,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Manifest(error) => error.hint(),
            Self::Step { source, .. } => source.hint(),
            Self::TooLarge { .. } => {
                Some("join by keys that identify rows, or filter and select before this step".into())
            }
            _ => None,
        }
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
