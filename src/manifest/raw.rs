//! Raw TOML bodies with their place in the file, deserialised later by the module that owns the kind.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::line_of;
use super::{Line, ManifestError};

/// A manifest file and its text, so that any later error can name file and line.
#[derive(Debug)]
pub struct SourceText {
    /// Path shown in messages, relative to the project.
    pub path: PathBuf,
    /// Whole text.
    pub text: String,
}

/// One `[[figure]]`, `[[dataset]]`, … entry: id and kind read, the rest raw.
///
/// The owner of the kind reads the body, which keeps no places. Only when that fails is the file parsed again, for the
/// line that the message names: a TOML tree with places borrows from its text.
#[derive(Clone, Debug)]
pub struct RawSpec {
    /// Identifier within the manifest.
    pub id: String,
    /// Kind, empty for sections without kinds.
    pub kind: String,
    section: &'static str,
    index: usize,
    span: Range<usize>,
    source: Arc<SourceText>,
    /// Without `id` and `kind`.
    body: Arc<toml::Table>,
}

impl RawSpec {
    /// Reads `id` and, when `with_kind`, `kind` of the `index`th entry of a section.
    pub(super) fn new(
        entry: Spanned<DeTable<'_>>,
        (section, index): (&'static str, usize),
        with_kind: bool,
        source: &Arc<SourceText>,
    ) -> Result<Self, ManifestError> {
        let span = entry.span();
        let mut body = entry.into_inner();
        let id = string(&body, "id", &span, source)?;
        let kind = if with_kind { string(&body, "kind", &span, source)? } else { String::new() };
        remove_names(&mut body, &kind);
        let value = Spanned::new(span.clone(), DeValue::Table(body));
        let body = toml::Table::deserialize(value.into_deserializer())
            .map_err(|error| ManifestError::from_toml(source, error, span.clone()))?;
        Ok(Self { id, kind, section, index, span, source: Arc::clone(source), body: Arc::new(body) })
    }

    /// The body, without `id` and `kind`, as the owner's typed spec.
    pub fn parse<T: for<'de> Deserialize<'de>>(&self) -> Result<T, ManifestError> {
        self.parse_without(&[])
    }

    /// The same without the keys that all kinds have in common.
    pub fn parse_without<T: for<'de> Deserialize<'de>>(&self, common: &[&str]) -> Result<T, ManifestError> {
        let mut body = (*self.body).clone();
        body.retain(|key, _| !common.contains(&key));
        T::deserialize(toml::Value::Table(body)).or_else(|_| self.parse_with_places(common))
    }

    /// The body as it stands, without `id` and `kind`.
    pub fn body(&self) -> &toml::Table {
        &self.body
    }

    /// The typed spec from the text of the file.
    fn parse_with_places<T: for<'de> Deserialize<'de>>(&self, common: &[&str]) -> Result<T, ManifestError> {
        let failed = |error| ManifestError::from_toml(&self.source, error, self.span.clone());
        let mut root = DeTable::parse(&self.source.text).map_err(failed)?.into_inner();
        let entry = match root.remove(self.section).map(Spanned::into_inner) {
            Some(DeValue::Array(array)) => array.into_iter().nth(self.index).map(Spanned::into_inner),
            _ => None,
        };
        let Some(DeValue::Table(mut body)) = entry else {
            return Err(self.error(format!("no `[[{}]]` entry number {}", self.section, self.index + 1)));
        };
        remove_names(&mut body, &self.kind);
        for key in common {
            body.remove(*key);
        }
        let value = Spanned::new(self.span.clone(), DeValue::Table(body));
        T::deserialize(value.into_deserializer()).map_err(failed)
    }

    /// An error about a value within this entry, placed at the value's first line, or at the entry's where no such value
    /// is found. The file is parsed again for it.
    pub fn error_at(&self, way: &[At<'_>], message: impl Into<String>) -> ManifestError {
        let entry = || {
            let mut root = DeTable::parse(&self.source.text).ok()?.into_inner();
            match root.remove(self.section).map(Spanned::into_inner)? {
                DeValue::Array(array) => array.into_iter().nth(self.index),
                _ => None,
            }
        };
        let span = entry().and_then(|entry| span_within(entry, way)).unwrap_or(self.span.clone());
        ManifestError::at(&self.source, Some(span), message.into())
    }

    /// File and first line of the entry.
    pub fn line(&self) -> Line {
        let line = line_of(&self.source.text, self.span.start);
        Line { file: self.source.path.clone(), line }
    }

    /// File and line where a text first stands in the entry, in quotes or as a key; its first line if it stands nowhere.
    pub fn line_with(&self, text: &str) -> Line {
        let body = self.source.text.get(self.span.start..).unwrap_or_default();
        let next = format!("\n[[{}]]", self.section);
        let body = &body[..body.find(&next).unwrap_or(body.len())];
        let quoted = body.find(&format!("\"{text}\"")).or_else(|| body.find(&format!("{text} =")));
        let line = line_of(&self.source.text, self.span.start + quoted.unwrap_or(0));
        Line { file: self.source.path.clone(), line }
    }

    /// An error about this entry as a whole, placed at its first line.
    pub fn error(&self, message: impl Into<String>) -> ManifestError {
        ManifestError::at(&self.source, Some(self.span.clone()), message.into())
    }
}

/// A step from a value of an entry to one within it.
#[derive(Clone, Copy, Debug)]
pub enum At<'k> {
    /// A key of a table.
    Key(&'k str),
    /// A position in an array, from 0.
    Index(usize),
}

/// Where a value within an entry stands in the text.
fn span_within(entry: Spanned<DeValue<'_>>, way: &[At<'_>]) -> Option<Range<usize>> {
    way.iter()
        .try_fold(entry, |value, at| match (value.into_inner(), at) {
            (DeValue::Table(mut table), At::Key(key)) => table.remove(*key),
            (DeValue::Array(array), At::Index(index)) => array.into_iter().nth(*index),
            _ => None,
        })
        .map(|value| value.span())
}

/// Leaves what the owner of the kind reads.
fn remove_names(body: &mut DeTable<'_>, kind: &str) {
    body.remove("id");
    if !kind.is_empty() {
        body.remove("kind");
    }
}

/// A string of a table.
fn string(
    table: &DeTable<'_>,
    key: &str,
    span: &Range<usize>,
    source: &Arc<SourceText>,
) -> Result<String, ManifestError> {
    match table.get(key).map(|value| (value.span(), value.get_ref())) {
        Some((_, DeValue::String(text))) => Ok(text.clone().into_owned()),
        Some((span, _)) => Err(ManifestError::at(source, Some(span), format!("`{key}` must be a string"))),
        None => Err(ManifestError::at(source, Some(span.clone()), format!("missing key `{key}`"))),
    }
}
