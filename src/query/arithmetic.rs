//! Verbs that compute with numbers: linear and min_max.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::frame::Frame;
use super::group::{Selected, groups};
use super::{Column, QueryError};
use crate::evidence::Lookups;

/// Weighted sum of number columns, row by row; missing where one of them is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Linear {
    into: String,
    /// Column = weight.
    terms: BTreeMap<String, f64>,
    #[serde(default)]
    constant: f64,
}

impl Linear {
    pub fn apply(&self, mut frame: Frame) -> Result<Frame, QueryError> {
        let mut sums = vec![Some(self.constant); frame.n_rows()];
        for (column, weight) in &self.terms {
            for (sum, value) in sums.iter_mut().zip(frame.numbers(column)?) {
                *sum = sum.zip(value).map(|(sum, value)| sum + weight * value);
            }
        }
        frame.set(&self.into, Column::Number(sums))?;
        Ok(frame)
    }
}

/// Position of a value between the smallest and the largest of its group, both moved outwards by `padding` times
/// their distance R: n = (v - (min - padding R)) / ((1 + 2 padding) R), and 1 - n where lower is better. Without
/// padding the result lies in [0, 1]. Rows with a missing value take no part.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MinMax {
    by: Vec<String>,
    value: String,
    into: String,
    #[serde(default)]
    padding: f64,
    /// Rows whose values are turned around.
    #[serde(default)]
    lower_is_better: Selected,
    /// Result for a group whose values are all equal; R counts as 1 there when absent.
    constant: Option<f64>,
}

impl MinMax {
    pub fn apply(&self, mut frame: Frame, seen: &mut Lookups) -> Result<Frame, QueryError> {
        let values = frame.numbers(&self.value)?;
        let lower_is_better = self.lower_is_better.rows(&frame, seen)?;
        let mut scaled = vec![None; values.len()];
        let mut lineage = frame.lineage.to_vec();
        for group in groups(&frame, &self.by)? {
            let present: Vec<(usize, f64)> =
                group.into_iter().filter_map(|row| values[row].map(|value| (row, value))).collect();
            let low = present.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
            let high = present.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
            // A scaled value depends on the ends of its group, hence on all of it.
            let inputs = frame.lineage.union(present.iter().map(|(row, _)| *row));
            for (row, value) in present {
                scaled[row] = Some(self.scale(value, low, high, lower_is_better[row]));
                lineage[row] = inputs.clone();
            }
        }
        frame.set(&self.into, Column::Number(scaled))?;
        frame.lineage = lineage.into();
        Ok(frame)
    }

    fn scale(&self, value: f64, low: f64, high: f64, lower_is_better: bool) -> f64 {
        let range = match (high > low, self.constant) {
            (true, _) => high - low,
            (false, Some(constant)) => return constant,
            (false, None) => 1.0,
        };
        let position = (value - (low - self.padding * range)) / ((1.0 + 2.0 * self.padding) * range);
        if lower_is_better { 1.0 - position } else { position }
    }
}
