//! One thing that is suspicious, with its place, and how it is shown.

use std::fmt;

use serde::Serialize;

use crate::digest::text::one_line;
use crate::error::{Class, Diagnostic};
use crate::manifest::Line;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something was left out or cannot be used: exit status 2.
    Error,
    /// Something matches nothing or is used by nobody; it changes no exit status.
    Warning,
}

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The item cannot be read, computed, drawn or judged.
    Broken,
    /// A folder in `manifests/` holds manifests but neither `paper.toml` nor `collection.toml`.
    LostFolder,
    /// A manifest lies in `manifests/` itself, where nothing reads it.
    LostManifest,
    /// A file or folder in `manifests/` that is no paper.
    StrayEntry,
    /// A file of a paper that looks like a manifest and is not read.
    UnreadFile,
    /// No file of the paper states `schema`.
    NoSchema,
    /// The paper declares nothing.
    EmptyPaper,
    /// A dataset without rows.
    NoRows,
    /// Texts that the manifest looks for and no row has.
    NoMatch,
    /// Rows that no series, category or other list takes.
    RowsNotShown,
    /// Marks of a figure that lie outside of its axes.
    MarksOutside,
    /// Rows that a join drops.
    RowsDropped,
    /// Rows of a file of published values that no claim set takes.
    RowsNotClaimed,
    /// Names that are declared and that nothing refers to.
    UnusedName,
    /// Sources, artifacts, datasets or needs that nothing uses.
    UnusedItem,
    /// An id that does not exist.
    UnknownId,
    /// A file that is there without a pin.
    Unpinned,
    /// A tolerance above the spread of the published values.
    WideTolerance,
}

/// The section of a manifest that a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// The folder `manifests/`.
    Project,
    /// The paper as a whole.
    Paper,
    /// Sources.
    Source,
    /// Artifacts.
    Artifact,
    /// Stages.
    Stage,
    /// Datasets.
    Dataset,
    /// Figures.
    Figure,
    /// Tables.
    Table,
    /// Claim sets.
    Claims,
    /// Notes.
    Note,
    /// Needs.
    Need,
}

impl Section {
    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Paper => "paper",
            Self::Source => "source",
            Self::Artifact => "artifact",
            Self::Stage => "stage",
            Self::Dataset => "dataset",
            Self::Figure => "figure",
            Self::Table => "table",
            Self::Claims => "claim set",
            Self::Note => "note",
            Self::Need => "need",
        }
    }
}

/// The item that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Subject {
    /// Paper or collection; empty for the project.
    pub paper: String,
    /// Section of its manifest.
    pub section: Section,
    /// Identifier within the section; empty for the section as a whole.
    pub id: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What kind it is.
    pub check: Check,
    /// What it is about.
    #[serde(flatten)]
    pub subject: Subject,
    /// Manifest file, relative to the project.
    pub file: Option<String>,
    /// Line of that file, from 1.
    pub line: Option<usize>,
    /// What was found, without the place.
    pub message: String,
    /// How many texts, rows or items.
    pub count: usize,
    /// The texts or ids, all of them.
    pub names: Vec<String>,
    /// The command or key to use.
    pub hint: Option<String>,
}

impl Finding {
    /// A finding about one item.
    pub fn new(check: Check, subject: Subject, message: String) -> Self {
        let severity = match check {
            Check::Broken | Check::LostFolder | Check::LostManifest => Severity::Error,
            _ => Severity::Warning,
        };
        let (file, line, names, hint) = (None, None, Vec::new(), None);
        Self { severity, check, subject, file, line, message, count: 1, names, hint }
    }

    /// A failure of an item as a finding.
    pub fn broken(subject: Subject, failure: &dyn Diagnostic) -> Self {
        let mut message = failure.to_string();
        let mut cause = failure.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            cause = error.source();
        }
        Self { hint: failure.hint(), ..Self::new(Check::Broken, subject, message) }
    }

    /// The same with its place.
    #[must_use]
    pub fn at(self, line: Option<Line>) -> Self {
        let Some(Line { file, line }) = line else { return self };
        Self { file: Some(file.display().to_string()), line: Some(line), ..self }
    }

    /// The same about several names, which `some` shows.
    #[must_use]
    pub fn naming<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        Self { count: names.len(), names, ..self }
    }

    /// The same with the number of what it concerns.
    #[must_use]
    pub fn counting(self, count: usize) -> Self {
        Self { count, ..self }
    }

    /// The same with a hint.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The first of some names in backticks, and how many more there are.
pub(super) fn some<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const SHOWN: usize = 4;
    let names: Vec<&str> = names.into_iter().collect();
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", one_line(name))).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => quoted.join(", "),
        more => format!("{} and {more} more", quoted.join(", ")),
    }
}

/// `1 row`, `2 rows`.
pub(super) fn counted(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: "),
            (Some(file), None) => format!("{file}: "),
            _ => String::new(),
        };
        // The message of a manifest error begins with its place.
        if self.message.starts_with(&place) {
            return f.write_str(&self.message);
        }
        write!(f, "{place}{}", self.message)
    }
}

impl std::error::Error for Finding {}

impl Diagnostic for Finding {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_control_characters_shown() {
        assert_eq!(some(["a", "b"]), "`a`, `b`");
        assert_eq!(some(["a", "b", "c", "d", "e", "f"]), "`a`, `b`, `c`, `d` and 2 more");
        assert_eq!(some(["\u{1b}[2J"]), "`\\u001b[2J`");
    }
}
