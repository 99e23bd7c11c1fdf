//! Claim sets: how the rows of one published CSV become claims.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Rule;
use crate::digest::Sha256;
use crate::error::{Class, Diagnostic, Failure};
use crate::evidence::{Missing, Reason};
use crate::manifest::{Artifact, DerivedRow, ManifestError, RawSpec};
use crate::query::{OneOrMany, Table, read_csv};
use crate::store::{ReadError, Vault};

/// A `[[claims]]` body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    place: String,
    artifact: String,
    /// Column and the text, or one of the texts, that the cells of the set's rows have; all rows when empty.
    #[serde(default, rename = "where")]
    conditions: BTreeMap<String, OneOrMany>,
    value: String,
    rule: Rule,
    tolerance: Option<Tolerance>,
    /// Columns of the paper's own interval, for the rule `interval`.
    interval: Option<IntervalSpec>,
    /// Columns that tell groups apart, for the rule `order`.
    #[serde(default)]
    within: Vec<String>,
    key: Vec<String>,
    expected: usize,
    ours: Vec<Ours>,
}

/// Columns that hold an interval around a value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum IntervalSpec {
    /// Both ends.
    Ends { low: String, high: String },
    /// Distance of both ends from the value, such as a standard deviation.
    Around { half_width: String },
}

/// How far our number may be from the published one.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected the name of a column or a number")]
enum Tolerance {
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

impl Ours {
    /// The row with its cells translated.
    pub fn translated<'a>(&self, row: &'a Row) -> Cow<'a, Row> {
        if self.translate.is_empty() {
            return Cow::Borrowed(row);
        }
        let mut row = row.clone();
        for (column, texts) in &self.translate {
            if let Some(cell) = row.cells.get_mut(column)
                && let Some(text) = texts.get(cell.as_str())
            {
                cell.clone_from(text);
            }
        }
        Cow::Owned(row)
    }
}

/// A registered set: every row that is a claim, ready to be judged.
#[derive(Debug)]
pub struct ClaimSet {
    /// Identifier within the manifest.
    pub id: String,
    /// Where in the paper the values stand.
    pub place: String,
    /// Number of claims the manifest says there are.
    pub expected: usize,
    /// Rows of the file that are no claims, with the reason.
    pub excluded: Vec<DerivedRow>,
    /// The claims, or why none could be registered.
    pub rows: Result<Vec<Row>, Missing>,
    pub(super) rule: Rule,
    pub(super) ours: Vec<Ours>,
}

/// A published value.
#[derive(Clone, Debug)]
pub struct Row {
    /// Identifier: the set's id and the key columns.
    pub id: String,
    /// Value as printed.
    pub value: String,
    /// Row of the file, from 1.
    pub row: u32,
    pub(super) sha256: Sha256,
    pub(super) tolerance: Option<f64>,
    pub(super) interval: Option<[f64; 2]>,
    /// Group within which the rule `order` compares.
    pub(super) group: Vec<String>,
    pub(super) cells: BTreeMap<String, String>,
}

/// A claim set that cannot be registered.
#[derive(Debug, thiserror::Error)]
pub enum ClaimsError {
    /// The spec is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The file registers another number of claims than the manifest says.
    #[error("claim set `{set}` registers {found} claims from `{artifact}`, the manifest expects {expected}")]
    Count {
        /// The set.
        set: String,
        /// The file.
        artifact: String,
        /// Rows that are claims.
        found: usize,
        /// Manifest's count.
        expected: usize,
    },
    /// A row cannot be a claim.
    #[error("claim set `{set}`: `{artifact}` row {row}: {problem}")]
    Row {
        /// The set.
        set: String,
        /// The file.
        artifact: String,
        /// Row, from 1.
        row: u32,
        /// What is wrong.
        problem: String,
    },
    /// A column is not there.
    #[error("claim set `{set}`: `{artifact}` has no column `{column}`")]
    Column {
        /// The set.
        set: String,
        /// The file.
        artifact: String,
        /// Wanted.
        column: String,
    },
}

impl Diagnostic for ClaimsError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Manifest(error) => error.hint(),
            Self::Count { .. } => Some("update `expected` if rows were meant to come or go".into()),
            _ => None,
        }
    }
}

impl ClaimSet {
    /// Registers the claims of a set. A file that is absent or not the pinned one leaves the set without rows;
    /// a mismatch is pushed to `problems`.
    pub fn register(
        raw: &RawSpec,
        vault: &Vault<'_>,
        problems: &mut Vec<ReadError>,
    ) -> Result<Self, Failure> {
        let spec: Spec = raw.parse().map_err(ClaimsError::from)?;
        let artifact = vault.manifest().artifact(&spec.artifact);
        let unknown = || ClaimsError::from(raw.error(format!("no artifact is called `{}`", spec.artifact)));
        let artifact = artifact.ok_or_else(unknown)?;
        spec.check(raw)?;
        let missing =
            |reason, what: &str| Err(Missing { reason, detail: format!("`{}` {what}", artifact.id) });
        let rows = match vault.read(artifact) {
            Ok(Ok(file)) => {
                Ok(spec.rows(&raw.id, artifact, &read_csv(&file, artifact)?, file.source.sha256)?)
            }
            Ok(Err(_)) => missing(Reason::NotFetched, "is not there"),
            Err(problem @ ReadError::Mismatch { .. }) => {
                problems.push(problem);
                missing(Reason::HashMismatch, "is not the pinned file")
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            id: raw.id.clone(),
            place: spec.place,
            expected: spec.expected,
            excluded: artifact.derived_rows.clone(),
            rows,
            rule: spec.rule,
            ours: spec.ours,
        })
    }
}

impl Spec {
    fn check(&self, raw: &RawSpec) -> Result<(), ClaimsError> {
        let needs_interval = self.rule == Rule::Interval;
        let keys = [
            ("tolerance", self.rule.needs_tolerance(), self.tolerance.is_some()),
            ("interval", Some(needs_interval), self.interval.is_some()),
            ("within", (self.rule != Rule::Order).then_some(false), !self.within.is_empty()),
        ];
        for (key, needed, given) in keys {
            if needed.is_some_and(|needed| needed != given) {
                let verb = if given { "takes no" } else { "needs" };
                return Err(raw.error(format!("rule `{}` {verb} `{key}`", self.rule.name())).into());
            }
        }
        if let Some(Tolerance::Same(tolerance)) = self.tolerance
            && !(tolerance.is_finite() && tolerance >= 0.0)
        {
            return Err(raw.error(format!("`tolerance` is {tolerance}, not a number of at least 0")).into());
        }
        if self.ours.iter().any(|ours| ours.figure.is_some() == ours.dataset.is_some()) {
            return Err(raw.error("each `ours` needs either `figure` or `dataset`").into());
        }
        Ok(())
    }

    /// Columns that the file must have.
    fn columns(&self) -> impl Iterator<Item = &String> {
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
        self.key.iter().chain(self.conditions.keys()).chain(values).chain(&self.within)
    }

    fn rows(
        &self,
        set: &str,
        artifact: &Artifact,
        table: &Table,
        sha256: Sha256,
    ) -> Result<Vec<Row>, ClaimsError> {
        let names: Vec<&str> = table.column_names().collect();
        for column in self.columns() {
            if !names.contains(&column.as_str()) {
                let (set, artifact) = (set.to_owned(), artifact.id.clone());
                return Err(ClaimsError::Column { set, artifact, column: column.clone() });
            }
        }
        let mut rows = Vec::new();
        let mut ids = BTreeSet::new();
        for index in 0..table.n_rows() {
            let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let fulfils = |(column, texts): (&String, &OneOrMany)| {
                table.text(column, index).is_some_and(|cell| texts.0.contains(&cell))
            };
            let derived = artifact.derived_rows.iter().any(|derived| derived.row == row);
            if derived || !self.conditions.iter().all(fulfils) {
                continue;
            }
            let problem = |problem: String| {
                let (set, artifact) = (set.to_owned(), artifact.id.clone());
                ClaimsError::Row { set, artifact, row, problem }
            };
            let cells: BTreeMap<String, String> = names
                .iter()
                .map(|name| ((*name).to_owned(), table.text(name, index).unwrap_or_default()))
                .collect();
            let claim = self.row(set, row, cells, sha256).map_err(problem)?;
            if !ids.insert(claim.id.clone()) {
                return Err(problem(format!("the id `{}` exists already", claim.id)));
            }
            rows.push(claim);
        }
        if rows.len() != self.expected {
            let (set, artifact) = (set.to_owned(), artifact.id.clone());
            return Err(ClaimsError::Count { set, artifact, found: rows.len(), expected: self.expected });
        }
        Ok(rows)
    }

    fn row(
        &self,
        set: &str,
        row: u32,
        cells: BTreeMap<String, String>,
        sha256: Sha256,
    ) -> Result<Row, String> {
        let cell = |column: &str| cells.get(column).cloned().unwrap_or_default();
        let value = cell(&self.value);
        if value.is_empty() {
            return Err(format!("no value in column `{}`", self.value));
        }
        let number = |column: &String, least: f64| -> Result<f64, String> {
            let text = cell(column);
            let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= least);
            number.ok_or_else(|| match least {
                0.0 => format!("`{text}` in column `{column}` is not a number of at least 0"),
                _ => format!("`{text}` in column `{column}` is not a number"),
            })
        };
        let tolerance = match &self.tolerance {
            None => None,
            Some(Tolerance::Same(tolerance)) => Some(*tolerance),
            Some(Tolerance::Column(column)) => Some(number(column, 0.0)?),
        };
        let interval = match &self.interval {
            None => None,
            Some(IntervalSpec::Ends { low, high }) => Some([number(low, f64::MIN)?, number(high, f64::MIN)?]),
            Some(IntervalSpec::Around { half_width }) => {
                let (middle, half) = (number(&self.value, f64::MIN)?, number(half_width, 0.0)?);
                Some([middle - half, middle + half])
            }
        };
        let texts = |columns: &[String]| columns.iter().map(|column| cell(column)).collect::<Vec<_>>();
        let (id, group) = (format!("{set}/{}", texts(&self.key).join("/")), texts(&self.within));
        Ok(Row { id, value, row, sha256, tolerance, interval, group, cells })
    }
}
