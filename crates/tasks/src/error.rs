//! Why a task did not run.

use std::io;
use std::path::PathBuf;

use repro_data::error::DataError;
use repro_digest::Sha256;

/// Why a task did not run.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A file cannot be opened, read or written.
    #[error("cannot {action} `{}`", path.display())]
    File {
        /// What was tried, an infinitive: `read`, `write`, `create`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why the operating system refused.
        source: io::Error,
    },
    /// A file is damaged, or lacks what is asked of it.
    #[error("cannot use `{}`", path.display())]
    Data {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: DataError,
    },
    /// A file whose bytes are not those that a record describes.
    #[error("`{}` is not {expectation}\n\n  Expected: {expected}\n  Computed: {computed}\n", path.display())]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// The file that was expected, and the record that describes it: "the mask that its record describes".
        expectation: Box<str>,
        /// The hash in the record.
        expected: Sha256,
        /// The hash of the bytes.
        computed: Sha256,
        /// Advice for the user.
        hint: &'static str,
    },
    /// Sound by itself and unfit for what is asked.
    #[error("{problem}")]
    Unfit {
        /// What was expected and what was found, with the names of the files.
        problem: String,
        /// Advice for the user.
        hint: Option<String>,
    },
}

impl TaskError {
    /// A closure for `map_err` that adds the action and the path to an I/O error.
    pub fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// A closure for `map_err` that adds the path to what is wrong with a file.
    pub fn data(path: impl Into<PathBuf>) -> impl FnOnce(DataError) -> Self {
        let path = path.into();
        move |source| Self::Data { path, source }
    }

    /// What is sound by itself and unfit for what is asked.
    pub fn unfit(problem: impl Into<String>) -> Self {
        Self::Unfit { problem: problem.into(), hint: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(self, advice: impl Into<String>) -> Self {
        match self {
            Self::Unfit { problem, .. } => Self::Unfit { problem, hint: Some(advice.into()) },
            other => other,
        }
    }
}
