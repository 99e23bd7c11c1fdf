//! What a score found.

use std::collections::BTreeMap;

use repro_data::delimited::csv_line;
use repro_digest::Sha256;
use repro_metrics::Score;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::TaskError;
use crate::files::pretty;

/// Metrics of a pair, with everything that they depend on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Version of this layout: 1.
    pub schema: u32,
    /// Value of each metric; null where it has none.
    pub metrics: Map<String, Value>,
    /// For each null the reason.
    pub undefined: BTreeMap<String, String>,
    /// Settings, all of them.
    pub params: Map<String, Value>,
    /// SHA-256 of each file that was read, by its path as it was given.
    pub inputs: BTreeMap<String, Sha256>,
    /// Values of single gene sets, pathways and signatures, by metric.
    pub details: BTreeMap<String, Map<String, Value>>,
    /// For each correlation that leaves something out, what it leaves out.
    pub left_out: BTreeMap<String, LeftOut>,
    /// Remarks for the user that stand nowhere else.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// Genes, cells or signatures that a correlation leaves out, since a value of theirs is not a finite number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// `genes`, `cells` or `signatures`.
    pub what: &'static str,
    /// Number of them.
    pub count: usize,
    /// Number of all that the correlation is over.
    pub of: usize,
    /// Names of the first of them.
    pub names: Vec<String>,
}

/// Names that are kept of what is left out.
const NAMED: usize = 10;

impl Scores {
    /// All of it as JSON.
    pub fn json(&self) -> Result<String, TaskError> {
        pretty(self)
    }

    /// The metrics as CSV, a row each; what is undefined has an empty value and a reason.
    pub fn csv(&self) -> String {
        let mut text = csv_line(["metric", "value", "reason"]);
        for (name, value) in &self.metrics {
            let value = value.as_f64().map_or_else(String::new, |value| value.to_string());
            let reason = self.undefined.get(name).map_or("", String::as_str);
            text.push_str(&csv_line([name.as_str(), &value, reason]));
        }
        text
    }
}

/// Metrics as they are found.
#[derive(Default)]
pub struct Found {
    pub metrics: Map<String, Value>,
    pub undefined: BTreeMap<String, String>,
    pub details: BTreeMap<String, Map<String, Value>>,
    pub left_out: BTreeMap<String, LeftOut>,
    pub notes: Vec<String>,
}

impl Found {
    /// Notes what a correlation leaves out, if it has a value.
    pub fn left_out(&mut self, metric: &str, what: &'static str, of: usize, names: &[String]) {
        if names.is_empty() || !self.metrics.get(metric).is_some_and(Value::is_number) {
            return;
        }
        let (count, names) = (names.len(), names[..names.len().min(NAMED)].to_vec());
        self.left_out.insert(metric.to_owned(), LeftOut { what, count, of, names });
    }

    /// Adds a remark for each set that correlations leave out; correlations of one set share it.
    pub fn note_left_out(&mut self) {
        let mut sets: Vec<(&LeftOut, Vec<&str>)> = Vec::new();
        for (metric, own) in &self.left_out {
            match sets.iter_mut().find(|(other, _)| *other == own) {
                Some((_, metrics)) => metrics.push(metric),
                None => sets.push((own, vec![metric])),
            }
        }
        let notes: Vec<String> = sets
            .iter()
            .map(|(own, metrics)| {
                let names: Vec<String> = own.names.iter().map(|name| format!("`{name}`")).collect();
                let more = if own.count > names.len() { ", …" } else { "" };
                format!(
                    "{} leave{} out {} of {} {}, whose values are undefined: {}{more}",
                    metrics.join(", "),
                    if metrics.len() == 1 { "s" } else { "" },
                    own.count,
                    own.of,
                    own.what,
                    names.join(", "),
                )
            })
            .collect();
        self.notes.extend(notes);
    }

    /// Notes the value of a metric, or why it has none.
    pub fn put(&mut self, name: impl Into<String>, score: Score) {
        match score {
            Ok(value) if value.is_finite() => {
                self.metrics.insert(name.into(), Value::from(value));
            }
            Ok(_) => self.undefined(name, "the values are too large for it"),
            Err(undefined) => self.undefined(name, undefined.to_string()),
        }
    }

    /// Notes that a metric has no value.
    pub fn undefined(&mut self, name: impl Into<String>, reason: impl Into<String>) {
        let name = name.into();
        self.metrics.insert(name.clone(), Value::Null);
        self.undefined.insert(name, reason.into());
    }

    /// Notes the values that a metric is the mean or the correlation of.
    pub fn detail(&mut self, metric: impl Into<String>, values: impl IntoIterator<Item = (String, Score)>) {
        let number =
            |score: Score| score.ok().filter(|value| value.is_finite()).map_or(Value::Null, Value::from);
        let values = values.into_iter().map(|(name, score)| (name, number(score))).collect();
        self.details.insert(metric.into(), values);
    }
}
