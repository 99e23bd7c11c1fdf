//! The spec of a dataset: alternatives in order of preference.

use serde::Deserialize;

use super::content::TableSpec;
use super::step::Step;
use crate::evidence::Reason;

/// A `[[dataset]]` body.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetSpec {
    /// What the table holds, for lists and the report.
    pub about: Option<String>,
    /// The first available one wins.
    pub(super) any_of: Vec<Alternative>,
}

/// One way to the table: exactly one of `artifact`, `artifacts`, `dataset`, then steps; or `absent`, a way that is
/// known not to exist.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alternative {
    /// A file.
    pub artifact: Option<String>,
    /// A glob over artifact ids; all that match must be present, their rows are stacked in order, columns by name.
    pub artifacts: Option<String>,
    /// Another dataset.
    pub dataset: Option<String>,
    /// Why there is no file to name: it is unknown, or was never shared.
    pub absent: Option<Absent>,
    /// What this alternative is, as it stands in figures and the report.
    pub says: Option<String>,
    /// What of a file that holds more than a table becomes one.
    pub table: Option<TableSpec>,
    /// Verbs, applied in order.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A way to the table that does not exist, stated so that a placeholder can say why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Absent {
    /// Class of the reason.
    pub reason: Reason,
    /// What is missing and what is known of it.
    pub detail: String,
    /// Ids of the artifacts and needs that would change it.
    #[serde(default)]
    pub needs: Vec<String>,
}

impl Alternative {
    /// Ids of the datasets it is computed from.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        let joined = self.steps.iter().filter_map(Step::joined_dataset);
        self.dataset.as_deref().into_iter().chain(joined)
    }

    /// The columns that become numbers before anything else is done with the rows.
    pub fn numbers(&self) -> Vec<&str> {
        let first = self.steps.iter().map_while(|step| match step {
            Step::ToNumber(numbers) => numbers.plain(),
            _ => None,
        });
        first.flatten().map(String::as_str).collect()
    }
}

impl DatasetSpec {
    /// Ids of the datasets this one may be computed from.
    pub(super) fn parents(&self) -> impl Iterator<Item = &str> {
        self.any_of.iter().flat_map(Alternative::parents)
    }
}
