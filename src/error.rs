//! What every failure can tell: its class, which becomes the exit status, and a hint a user can act on.

use std::path::PathBuf;

use crate::digest::file::is_not_a_file;

/// The class of a failure. `cli::exit` maps it to an exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The command line or a manifest is wrong.
    Usage,
    /// Bytes differ from their pin.
    Mismatch,
    /// Network, disk or a stage failed.
    Operation,
}

/// A failure that can be shown to a stranger: a message (its `Display`), a cause chain (its `source`),
/// a class and, where the user can act, a hint.
pub trait Diagnostic: std::error::Error + Send + Sync + 'static {
    /// The class, from which the exit status follows.
    fn class(&self) -> Class;

    /// One sentence on what to do next.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// A failure with its causes in one line. Libraries repeat their cause's message in their own; here it stands once.
pub fn sentence(failure: &dyn Diagnostic) -> String {
    let mut text = failure.to_string();
    let mut last = text.clone();
    let mut cause = failure.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !last.contains(&message) {
            text.push_str(&format!(": {message}"));
        }
        last = message;
        cause = error.source();
    }
    text
}

/// Any failure of the library.
pub type Failure = Box<dyn Diagnostic>;

impl<E: Diagnostic> From<E> for Failure {
    fn from(error: E) -> Self {
        Box::new(error)
    }
}

/// A failed file operation with the path it concerned.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`", path.display())]
pub struct FileError {
    /// What was tried, an infinitive: `read`, `write`, `create`.
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// Why the operating system refused.
    pub source: std::io::Error,
}

impl FileError {
    /// A closure for `map_err` that adds the action and the path to an I/O error.
    pub fn on(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self { action, path, source }
    }
}

impl Diagnostic for FileError {
    fn class(&self) -> Class {
        // A named pipe in place of a file is the user's matter, not the disk's.
        if is_not_a_file(&self.source) { Class::Usage } else { Class::Operation }
    }

    fn hint(&self) -> Option<String> {
        is_not_a_file(&self.source).then(|| "put a regular file in its place".to_owned())
    }
}
