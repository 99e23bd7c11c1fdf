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
    /// Remarks for the user that stand nowhere else.
    #[serde(skip)]
    pub notes: Vec<String>,
}

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
    pub notes: Vec<String>,
}

impl Found {
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
