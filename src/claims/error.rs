//! What is wrong with a claim set, told with the file, the row and the claim.

use super::problem::Problem;
use crate::error::{Class, Diagnostic};
use crate::manifest::ManifestError;

/// A claim set, or a row of one, that cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum ClaimsError {
    /// The spec is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The file registers another number of claims than the manifest says.
    #[error("claim set `{set}` registers {found} claims from `{artifact}`, the manifest expects {expected}")]
    Count {
        /// The set.
        set: String,
        /// The file.
        artifact: String,
        /// Rows that are claims.
        found: usize,
        /// Manifest's count.
        expected: usize,
    },
    /// The file is not a table.
    #[error("claim set `{set}`: {problem}")]
    File {
        /// The set.
        set: String,
        /// Which file it is and what is wrong with it.
        problem: String,
    },
    /// A row cannot be a claim.
    #[error("claim `{id}`: `{artifact}` row {row}: {}", problem.what)]
    Row {
        /// The set.
        set: String,
        /// The file.
        artifact: String,
        /// Row, from 1.
        row: u32,
        /// The claim.
        id: String,
        /// What is wrong.
        problem: Problem,
    },
    /// A column is not there.
    #[error("claim set `{set}`: `{artifact}` has no column `{column}`")]
    Column {
        /// The set.
        set: String,
        /// The file.
        artifact: String,
        /// Wanted.
        column: String,
    },
}

impl Diagnostic for ClaimsError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Manifest(error) => error.hint(),
            Self::Row { problem, .. } => problem.hint.clone(),
            Self::Count { .. } => Some("update `expected` if rows were meant to come or go".into()),
            _ => None,
        }
    }
}
