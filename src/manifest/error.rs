//! Manifest errors: file, line, key, and the nearest known key.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{Line, SourceText};
use crate::error::{Class, Diagnostic};

/// Hint for a link that leaves the project.
pub(super) const LINK: &str =
    "replace the link with what it points to; only the folder of the project itself may be a link";

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {message}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ManifestError {
    path: PathBuf,
    line: Option<usize>,
    message: String,
    hint: Option<String>,
    source: Option<std::io::Error>,
}

impl Diagnostic for ManifestError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}

impl ManifestError {
    /// An error at a place of a file.
    pub(super) fn at(source: &SourceText, span: Option<Range<usize>>, message: String) -> Self {
        let line = span.map(|span| line_of(&source.text, span.start));
        Self { path: source.path.clone(), line, message, hint: None, source: None }
    }

    /// File and line, where the error is about one.
    pub fn place(&self) -> Option<Line> {
        self.line.map(|line| Line { file: self.path.clone(), line })
    }

    /// The message without file and line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// A file that cannot be read.
    pub(super) fn unreadable(path: &Path, source: std::io::Error) -> Self {
        let message = "cannot read the manifest".to_owned();
        Self { path: path.to_owned(), line: None, message, hint: None, source: Some(source) }
    }

    /// A file that is reached through a link that leaves the project.
    pub(super) fn link(path: &Path) -> Self {
        let source = SourceText { path: path.to_owned(), text: String::new() };
        Self::at(&source, None, "is a symbolic link that leaves the project".to_owned()).with_hint(LINK)
    }

    /// A syntax or schema error, with the nearest known key when a key is unknown.
    pub(super) fn from_toml(source: &SourceText, error: toml::de::Error, body: Range<usize>) -> Self {
        let message = error.message().trim_end().replace('\n', "; ");
        let hint = nearest_known_key(&message);
        // Absent keys carry no place of their own: the entry they are missing from is the place.
        let span = error.span().filter(|span| *span != (0..0)).unwrap_or(body);
        Self { hint, ..Self::at(source, Some(span), message) }
    }

    /// Adds a hint.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Line, from 1, of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// For serde's "unknown field `x`, expected one of `a`, `b`": the expected name closest to `x`.
fn nearest_known_key(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field ").or_else(|| message.strip_prefix("unknown variant "))?;
    let mut names = rest.split('`').skip(1).step_by(2);
    let unknown = names.next()?;
    nearest(unknown, names).map(|name| format!("did you mean `{name}`?"))
}

/// The candidate most similar to a name, if any is similar enough to be a slip of the pen.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_named() {
        let message = "unknown field `sha265`, expected one of `sha256`, `size`, `path`";
        assert_eq!(nearest_known_key(message).as_deref(), Some("did you mean `sha256`?"));
        assert_eq!(nearest_known_key("unknown field `zzz`, expected `path`"), None);
        assert_eq!(nearest_known_key("invalid type: integer"), None);
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!(line_of("a\nb\nc", 0), 1);
        assert_eq!(line_of("a\nb\nc", 4), 3);
        assert_eq!(line_of("a", 99), 1);
    }
}
