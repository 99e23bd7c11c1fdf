//! A figure that cannot be drawn as its manifest describes it.

use crate::error::{Class, Diagnostic};
use crate::manifest::{At, ManifestError, RawSpec};
use crate::query::NotANumber;

/// A figure spec that contradicts itself or its data; names file and line of the entry.
#[derive(Debug, thiserror::Error)]
#[error("{place}")]
pub struct FigureError {
    place: ManifestError,
    hint: Option<String>,
}

impl FigureError {
    /// An error about a figure; `message` continues "figure `id`: ".
    pub(super) fn new(spec: &RawSpec, message: &str) -> Self {
        Self { place: spec.error(format!("figure `{}`: {message}", spec.id)), hint: None }
    }

    /// The same, placed at a value of the figure.
    pub(super) fn at(spec: &RawSpec, way: &[At<'_>], message: &str) -> Self {
        Self { place: spec.error_at(way, format!("figure `{}`: {message}", spec.id)), hint: None }
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

    /// A cell that is needed as a number and is not one.
    pub(super) fn text(spec: &RawSpec, cell: &NotANumber) -> Self {
        Self::new(spec, &cell.to_string()).with_hint(&cell.hint())
    }

    /// Adds a hint.
    pub(super) fn with_hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }
}

impl Diagnostic for FigureError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        self.hint.clone()
    }
}
