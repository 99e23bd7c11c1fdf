//! The kinds of stages: one file each, which fills in a task's specification.

mod mask;
mod score;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Stage;
use crate::manifest::{ManifestError, RawSpec};
use crate::tasks::TaskError;

/// Artifacts by the key that names them: id and path.
pub type Paths<'a> = BTreeMap<&'a str, (&'a str, PathBuf)>;

/// A kind of stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Entries of a matrix become -1.
    Mask,
    /// Metrics of reconstruction.
    Score,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Mask, Self::Score];

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// All names, for messages.
    pub fn names() -> String {
        Self::ALL.map(|kind| format!("`{}`", kind.name())).join(", ")
    }

    /// Its name in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Score => "score",
        }
    }

    /// Version of its outputs: those of another version do not count.
    pub fn version(self) -> u32 {
        match self {
            Self::Mask => mask::VERSION,
            Self::Score => score::VERSION,
        }
    }

    /// Keys that name artifacts.
    pub fn inputs(self) -> &'static [&'static str] {
        match self {
            Self::Mask => &mask::INPUTS,
            Self::Score => &score::INPUTS,
        }
    }

    /// An error where the body is not what the task's specification needs.
    pub fn check(self, raw: &RawSpec, common: &[&str]) -> Result<(), ManifestError> {
        match self {
            Self::Mask => mask::check(raw, common),
            Self::Score => score::check(raw, common),
        }
    }

    /// Runs the task and writes its outputs to `folder`; gives its remarks.
    pub fn run(self, stage: &Stage, paths: &Paths<'_>, folder: &Path) -> Result<Vec<String>, TaskError> {
        match self {
            Self::Mask => mask::run(stage, paths, folder),
            Self::Score => score::run(stage, paths, folder),
        }
    }
}

/// The body of a stage with paths in place of artifacts.
fn with_paths(stage: &Stage, paths: &Paths<'_>) -> Result<toml::Table, TaskError> {
    let mut body = stage.parameters.clone();
    for (key, (id, path)) in paths {
        let Some(path) = path.to_str() else {
            return Err(TaskError::unfit(format!("the path of `{id}` is no text of Unicode")));
        };
        body.insert((*key).to_owned(), toml::Value::String(path.to_owned()));
    }
    Ok(body)
}
