//! A table that cannot be made as its manifest describes it.

use crate::error::{Class, Diagnostic};
use crate::manifest::{ManifestError, RawSpec};

/// A table spec that contradicts itself or its claims; names file and line of the entry.
#[derive(Debug, thiserror::Error)]
#[error("{place}")]
pub struct TableError {
    place: ManifestError,
    hint: Option<String>,
}

impl TableError {
    /// An error about a table; `message` continues "table `id`: ".
    pub(super) fn new(spec: &RawSpec, message: &str) -> Self {
        Self { place: spec.error(format!("table `{}`: {message}", spec.id)), hint: None }
    }

    /// A name that is not among the known ones; the hint gives the nearest, or all of them.
    pub(super) fn unknown<'a>(
        spec: &RawSpec,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.collect();
        let nearest = known
            .iter()
            .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
            .filter(|(similarity, _)| *similarity >= 0.75)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let hint = match nearest {
            Some((_, nearest)) => format!("did you mean `{nearest}`?"),
            None => format!("known: `{}`", known.join("`, `")),
        };
        Self { hint: Some(hint), ..Self::new(spec, &format!("unknown {what} `{name}`")) }
    }
}

impl From<ManifestError> for TableError {
    fn from(place: ManifestError) -> Self {
        let hint = place.hint();
        Self { place, hint }
    }
}

impl Diagnostic for TableError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}
