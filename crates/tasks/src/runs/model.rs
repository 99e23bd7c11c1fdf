//! Models that can be run.

use std::path::{Path, PathBuf};

use super::Baseline;
use super::words::words;
use crate::TaskError;

/// Something that fills in masked entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name, also that of its folder of results.
    pub name: String,
    /// How it is run.
    pub kind: ModelKind,
}

/// How a model is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelKind {
    /// A folder with `main.py` and `pyproject.toml`.
    Folder(PathBuf),
    /// A program and its first arguments.
    Command(Vec<String>),
    /// One of ours.
    Baseline(Baseline),
}

/// How Python is started for a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Python {
    /// The folder's own `.venv` where it has one, else this program.
    Program(String),
    /// `uv run`, which makes the environment that `pyproject.toml` asks for.
    Uv,
}

impl Model {
    /// The model that `NAME=command with arguments` describes.
    pub fn parse(text: &str) -> Result<Self, TaskError> {
        let wrong = |why: &str| {
            TaskError::unfit(format!("`{text}` is no command of a model: {why}"))
                .hint("write NAME=PROGRAM ARGUMENTS; quotes hold blanks together")
        };
        let (name, command) = text.split_once('=').ok_or_else(|| wrong("it has no name"))?;
        let command = words(command).ok_or_else(|| wrong("a quote is not closed"))?;
        if command.first().is_none_or(String::is_empty) {
            return Err(wrong("it has no program"));
        }
        Ok(Self { name: name.trim().to_owned(), kind: ModelKind::Command(command) })
    }

    /// Program, arguments and folder of the process; `None` for one of ours.
    pub(super) fn process(&self, python: &Python) -> Option<(String, Vec<String>, Option<PathBuf>)> {
        match &self.kind {
            ModelKind::Baseline(_) => None,
            ModelKind::Command(words) => {
                let (program, arguments) = words.split_first()?;
                Some((program.clone(), arguments.to_vec(), None))
            }
            ModelKind::Folder(folder) => {
                let main = "main.py".to_owned();
                let (program, arguments) = match python {
                    Python::Uv => {
                        let arguments = ["run", "--project", ".", "python"].map(str::to_owned);
                        ("uv".to_owned(), [&arguments[..], &[main]].concat())
                    }
                    Python::Program(program) => {
                        let own = folder.join(".venv/bin/python");
                        let program = if own.is_file() { own.display().to_string() } else { program.clone() };
                        (program, vec![main])
                    }
                };
                Some((program, arguments, Some(folder.clone())))
            }
        }
    }
}

/// The models below a folder, in order of their names.
pub fn find_models(folder: &Path) -> Result<Vec<Model>, TaskError> {
    let entries = std::fs::read_dir(folder).map_err(TaskError::file("read", folder))?;
    let mut models = Vec::new();
    for entry in entries {
        let path = entry.map_err(TaskError::file("read", folder))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if path.join("main.py").is_file() && path.join("pyproject.toml").is_file() {
            // A process works in its folder: the path must hold from everywhere.
            let own = std::path::absolute(&path).map_err(TaskError::file("read", &path))?;
            models.push(Model { name: name.to_owned(), kind: ModelKind::Folder(own) });
        }
    }
    models.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(models)
}
