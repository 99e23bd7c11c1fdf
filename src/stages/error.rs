//! Why a stage did not run.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use crate::data::error::DataProblem;
use crate::digest::Sha256;
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
            Self::Mismatch { hint, .. } => Some(hint.clone()),
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
    if damaged || wrong_path(error).is_some() { Class::Usage } else { Class::Operation }
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
    /// An input cannot be used.
    #[error("`{}`, which the stage reads, {problem}", path.display())]
    Input {
        /// Path relative to the project.
        path: PathBuf,
        /// Why.
        problem: String,
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
            Self::Circle { .. } => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Task { source, .. } => source.hint(),
            Self::Mismatch { .. } | Self::Input { .. } => {
                Some("`repro verify` lists every file that differs".into())
            }
            Self::Circle { .. } => None,
        }
    }
}
