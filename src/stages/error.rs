//! Why a stage did not run.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use crate::data::error::DataProblem;
use crate::digest::Sha256;
use crate::digest::file::is_not_a_file;
use crate::error::{Class, Diagnostic};
use crate::tasks::TaskError;

impl Diagnostic for TaskError {
    fn class(&self) -> Class {
        match self {
            Self::File { source, .. } => class_of(source),
            Self::Data { source, .. } => match &source.problem {
                DataProblem::Io(error) => class_of(error),
                _ => Class::Usage,
            },
            Self::Mismatch { .. } => Class::Mismatch,
            Self::Unfit { .. } => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unfit { hint, .. } => hint.clone(),
            Self::Mismatch { hint, .. } => Some((*hint).to_owned()),
            Self::File { source, .. } => wrong_path(source).map(str::to_owned),
            Self::Data { source, .. } => match &source.problem {
                DataProblem::Io(error) => wrong_path(error).map(str::to_owned),
                _ => None,
            },
        }
    }
}

/// The class of an I/O error: a wrong path or a damaged file is the user's input, anything else the system's failure.
fn class_of(error: &io::Error) -> Class {
    let damaged =
        matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput);
    // A named pipe in place of a file is the user's matter, not the disk's.
    let unfit = damaged || is_not_a_file(error) || wrong_path(error).is_some();
    if unfit { Class::Usage } else { Class::Operation }
}

/// What to do about a path that names nothing, or something else than a file; `None` for other errors.
fn wrong_path(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::NotFound => Some("nothing has this name: check the path"),
        ErrorKind::IsADirectory => Some("it is a folder: give a file"),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            Some("a part of the path is a file, where a folder is needed: check the path")
        }
        ErrorKind::InvalidFilename => Some("no file can have this name: check the path"),
        _ => None,
    }
}

/// Why a stage did not run.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The task refused or failed.
    #[error("stage `{stage}` failed")]
    Task {
        /// The stage.
        stage: String,
        /// Why.
        source: TaskError,
    },
    /// An input is not what its pin says.
    #[error("`{}` is not the pinned file\n\n  Expected: {expected}\n  Computed: {computed}\n", path.display())]
    Mismatch {
        /// Path relative to the project.
        path: PathBuf,
        /// Pin.
        expected: Sha256,
        /// Hash of the bytes.
        computed: Sha256,
    },
    /// An input has another size than its pin says.
    #[error("`{}` is not the pinned file\n\n  Expected: {expected} bytes\n  Computed: {found} bytes\n", path.display())]
    Size {
        /// Path relative to the project.
        path: PathBuf,
        /// Size of the pinned file.
        expected: u64,
        /// Size of the file.
        found: u64,
    },
    /// An input is not a regular file, or is reached through a link that leaves the project.
    #[error("`{}`, which the stage reads, is refused: {why}", path.display())]
    Refused {
        /// Path relative to the project.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// An input cannot be used.
    #[error("`{}`, which the stage reads, {problem}", path.display())]
    Input {
        /// Path relative to the project.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// A run that failed after one that succeeded.
    #[error("the last run of the stage `{stage}` failed; the outputs of the run before it count: {message}")]
    FailedLater {
        /// The stage.
        stage: String,
        /// Why.
        message: String,
    },
    /// Outputs that do not count any more.
    #[error("the outputs of the stage `{stage}` are stale and not used: {why}")]
    Stale {
        /// The stage.
        stage: String,
        /// What changed.
        why: String,
        /// Whether it can run again.
        is_declared: bool,
    },
    /// Stages that wait for each other.
    #[error("the stages {} wait for each other", stages.join(", "))]
    Circle {
        /// All of them.
        stages: Vec<String>,
    },
}

impl Diagnostic for StageError {
    fn class(&self) -> Class {
        match self {
            Self::Mismatch { .. } | Self::Task { source: TaskError::Mismatch { .. }, .. } => Class::Mismatch,
            // A stage that fails is a failed stage, whatever the reason: what is wrong lies behind other stages.
            Self::Task { .. } | Self::Input { .. } => Class::Operation,
            Self::FailedLater { .. } | Self::Stale { .. } => Class::Operation,
            Self::Size { .. } => Class::Mismatch,
            Self::Circle { .. } | Self::Refused { .. } => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Task { source, .. } => source.hint(),
            Self::Mismatch { .. } | Self::Size { .. } | Self::Refused { .. } | Self::Input { .. } => {
                Some("`repro verify` lists every file that differs".into())
            }
            Self::Stale { stage, is_declared: true, .. } => Some(format!("`repro run` runs `{stage}` again")),
            Self::Stale { .. } => Some("delete its folder, or declare the stage again".into()),
            Self::FailedLater { stage, .. } => Some(format!("`repro run --force` runs `{stage}` again")),
            Self::Circle { .. } => None,
        }
    }
}
