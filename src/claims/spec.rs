//! `[[claims]]` bodies as they are written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::set::MOST_CLAIMS;
use super::{Cells, Rule};
use crate::evidence::{Missing, Reason};
use crate::manifest::{ManifestError, RawSpec};
use crate::query::OneOrMany;

/// A `[[claims]]` body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    pub place: String,
    /// Version of the paper; may hold `{column}`.
    pub version: Option<String>,
    pub artifact: String,
    /// Column and the text, or one of the texts, that the cells of the set's rows have; all rows when empty.
    #[serde(default, rename = "where")]
    pub conditions: BTreeMap<String, OneOrMany>,
    pub value: String,
    pub rule: Rule,
    pub tolerance: Option<Tolerance>,
    /// Columns of the paper's own interval, for the rule `interval`.
    pub interval: Option<IntervalSpec>,
    /// Columns that tell groups apart, for the rule `order`.
    #[serde(default)]
    pub within: Vec<String>,
    pub key: Vec<String>,
    pub expected: usize,
    /// Where our numbers stand, in order of preference.
    #[serde(default)]
    pub ours: Vec<Ours>,
    /// Why there is no number of ours where none was found; the first that fits a row.
    #[serde(default)]
    pub waits: Vec<Waits>,
    /// The same values printed once more elsewhere: they are no claims of their own.
    #[serde(default)]
    pub alias: Vec<AliasSpec>,
}

/// Columns that hold an interval around a value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
pub(super) enum IntervalSpec {
    /// Both ends.
    Ends { low: String, high: String },
    /// Distance of both ends from the value, such as a standard deviation.
    Around { half_width: String },
}

/// How far our number may be from the published one.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected the name of a column or a number")]
pub(super) enum Tolerance {
    /// A column of the published file that holds each row's own.
    Column(String),
    /// The same for every row.
    Same(f64),
}

/// Where our number stands: in a mark of a figure or in a row of a dataset.
///
/// Texts may hold `{column}`, which stands for that column of the claim's row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ours {
    pub figure: Option<String>,
    pub dataset: Option<String>,
    /// Column of the mark table or of the dataset.
    pub column: String,
    /// Translates `column` once it is filled in.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Translates cells of the claim's row before they are filled in: column = { published = ours }.
    #[serde(default)]
    pub translate: BTreeMap<String, BTreeMap<String, String>>,
    /// What must hold of exactly one mark or row.
    #[serde(rename = "match")]
    pub matching: BTreeMap<String, String>,
}

/// Why some of a set's claims have no number of ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waits {
    /// Rows it speaks of; all when empty.
    #[serde(default, rename = "where")]
    pub conditions: BTreeMap<String, OneOrMany>,
    pub reason: Reason,
    /// A sentence; may hold `{column}`.
    pub detail: String,
    /// Artifacts and needs that would change it; may hold `{column}`.
    #[serde(default)]
    pub needs: Vec<String>,
}

/// Rows of another file that print values of this set once more.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AliasSpec {
    pub place: String,
    pub artifact: String,
    #[serde(default, rename = "where")]
    pub conditions: BTreeMap<String, OneOrMany>,
    pub value: String,
    pub key: Vec<String>,
    pub expected: usize,
    /// Translates cells of the alias's row before they are filled in.
    #[serde(default)]
    pub translate: BTreeMap<String, BTreeMap<String, String>>,
    /// Columns of the claim's row and what they hold: exactly one claim of the set.
    pub of: BTreeMap<String, String>,
}

impl Ours {
    /// The row with its cells translated.
    pub fn translated<'a>(&self, cells: &'a Cells) -> Cow<'a, Cells> {
        translated(&self.translate, cells)
    }
}

impl Waits {
    /// Whether it speaks of a row.
    pub fn fits(&self, cells: &Cells) -> bool {
        fulfils(&self.conditions, cells)
    }

    /// Why a row that it speaks of has no number.
    pub fn missing(&self, cells: &Cells) -> Missing {
        let needs = self.needs.iter().map(|need| fill(need, cells));
        Missing::new(self.reason, fill(&self.detail, cells)).waiting_for(needs)
    }
}

impl AliasSpec {
    /// What the claim's row holds that an alias repeats.
    pub fn wanted(&self, cells: &Cells) -> Vec<(&str, String)> {
        let cells = translated(&self.translate, cells);
        self.of.iter().map(|(column, text)| (column.as_str(), fill(text, &cells))).collect()
    }
}

/// What a claim set refers to, by id. Templates with `{column}` stand as they are written.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// Artifacts of published values.
    pub artifacts: Vec<String>,
    /// Figures whose marks are judged.
    pub figures: Vec<String>,
    /// Datasets whose rows are judged.
    pub datasets: Vec<String>,
    /// Artifacts and needs that claims wait for.
    pub needs: Vec<String>,
}

/// Lists what a claim set refers to.
///
/// # Errors
/// A body that cannot be read.
pub fn uses(raw: &RawSpec) -> Result<Uses, ManifestError> {
    let spec: Spec = raw.parse()?;
    let aliases = spec.alias.into_iter().map(|alias| alias.artifact);
    Ok(Uses {
        artifacts: std::iter::once(spec.artifact).chain(aliases).collect(),
        figures: spec.ours.iter().filter_map(|ours| ours.figure.clone()).collect(),
        datasets: spec.ours.iter().filter_map(|ours| ours.dataset.clone()).collect(),
        needs: spec.waits.into_iter().flat_map(|waits| waits.needs).collect(),
    })
}

/// Whether a row has, in every column, the text or one of the texts.
pub(super) fn fulfils(conditions: &BTreeMap<String, OneOrMany>, cells: &Cells) -> bool {
    conditions.iter().all(|(column, texts)| cells.get(column).is_some_and(|cell| texts.0.contains(cell)))
}

fn translated<'a>(words: &BTreeMap<String, BTreeMap<String, String>>, cells: &'a Cells) -> Cow<'a, Cells> {
    if words.is_empty() {
        return Cow::Borrowed(cells);
    }
    let mut cells = cells.clone();
    for (column, texts) in words {
        if let Some(cell) = cells.get_mut(column)
            && let Some(text) = texts.get(cell.as_str())
        {
            cell.clone_from(text);
        }
    }
    Cow::Owned(cells)
}

/// Replaces `{column}` by the row's text of that column. What a cell holds is not filled again.
pub(super) fn fill(template: &str, cells: &Cells) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let named = after.split_once('}').and_then(|(name, after)| Some((cells.get(name)?, after)));
        let (text, after) = named.map_or(("{", after), |(cell, after)| (cell.as_str(), after));
        filled.push_str(text);
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The names that a template fills in; empty braces are text.
pub(super) fn names(template: &str) -> impl Iterator<Item = &str> {
    let parts = template.split('{').skip(1);
    parts.map(|part| part.split_once('}').map_or(part, |(name, _)| name)).filter(|name| !name.is_empty())
}

impl Spec {
    pub fn check(&self, raw: &RawSpec) -> Result<(), ManifestError> {
        let needs_interval = self.rule == Rule::Interval;
        let keys = [
            ("tolerance", self.rule.needs_tolerance(), self.tolerance.is_some()),
            ("interval", Some(needs_interval), self.interval.is_some()),
            ("within", (self.rule != Rule::Order).then_some(false), !self.within.is_empty()),
        ];
        for (key, needed, given) in keys {
            if needed.is_some_and(|needed| needed != given) {
                let verb = if given { "takes no" } else { "needs" };
                return Err(raw.error(format!("rule `{}` {verb} `{key}`", self.rule.name())));
            }
        }
        if let Some(Tolerance::Same(tolerance)) = self.tolerance
            && !(tolerance.is_finite() && tolerance >= 0.0)
        {
            return Err(raw.error(format!("`tolerance` is {tolerance}, not a number of at least 0")));
        }
        if !(1..=MOST_CLAIMS).contains(&self.expected) {
            let message = format!("`expected` is {}, not a number from 1 to {MOST_CLAIMS}", self.expected);
            return Err(raw.error(message));
        }
        if self.ours.iter().any(|ours| ours.figure.is_some() == ours.dataset.is_some()) {
            return Err(raw.error("each `ours` needs either `figure` or `dataset`"));
        }
        if self.ours.is_empty() && self.waits.is_empty() {
            return Err(raw.error("a claim set needs `ours` or `waits`"));
        }
        Ok(())
    }

    /// Texts that are filled in with cells of the file, each with its key.
    pub fn templates(&self) -> Vec<(String, &str)> {
        let mut texts = vec![("place".to_owned(), self.place.as_str())];
        texts.extend(self.version.iter().map(|version| ("version".to_owned(), version.as_str())));
        for ours in &self.ours {
            texts.extend(ours.figure.iter().map(|figure| ("ours.figure".to_owned(), figure.as_str())));
            texts.push(("ours.column".to_owned(), &ours.column));
            let matching = ours.matching.iter();
            texts.extend(matching.map(|(name, text)| (format!("ours.match.{name}"), text.as_str())));
        }
        for waits in &self.waits {
            texts.push(("waits.detail".to_owned(), &waits.detail));
            texts.extend(waits.needs.iter().map(|need| ("waits.needs".to_owned(), need.as_str())));
        }
        texts
    }

    /// Columns that the file must have.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        let interval = match &self.interval {
            Some(IntervalSpec::Ends { low, high }) => vec![low, high],
            Some(IntervalSpec::Around { half_width }) => vec![half_width],
            None => Vec::new(),
        };
        let tolerance = match &self.tolerance {
            Some(Tolerance::Column(column)) => Some(column),
            Some(Tolerance::Same(_)) | None => None,
        };
        let values = [&self.value].into_iter().chain(tolerance).chain(interval);
        let waits = self.waits.iter().flat_map(|waits| waits.conditions.keys());
        self.key.iter().chain(self.conditions.keys()).chain(values).chain(&self.within).chain(waits)
    }
}
