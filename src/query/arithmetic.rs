//! Verbs that compute with numbers: linear and min_max.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::frame::Frame;
use super::group::{Selected, groups};
use super::origins::Origins;
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
    /// The sum in words.
    pub fn words(&self) -> String {
        let terms = self.terms.iter().map(|(column, weight)| format!("{weight} x `{column}`"));
        let constant = (self.constant != 0.0 || self.terms.is_empty()).then(|| self.constant.to_string());
        format!("`{}` is {}", self.into, terms.chain(constant).collect::<Vec<_>>().join(" + "))
    }

    pub fn apply(&self, mut frame: Frame) -> Result<Frame, QueryError> {
        let mut sums = vec![Some(self.constant); frame.n_rows()];
        // The same from what the manifest wrote alone.
        let mut written = vec![self.constant; frame.n_rows()];
        let mut origins = Vec::new();
        for (column, weight) in &self.terms {
            // A term without weight is as much the manifest's as the constant is.
            let of_column = frame.origins(column);
            for (row, value) in frame.numbers(column)?.into_iter().enumerate() {
                sums[row] = sums[row].zip(value).map(|(sum, value)| sum + weight * value);
                if of_column.is_declared(row) {
                    written[row] += weight * value.unwrap_or_default();
                }
            }
            if *weight != 0.0 {
                origins.push(of_column);
            }
        }
        require_finite(&frame, &sums, |row| vec![row], "the weighted sum")?;
        let mut origins = Origins::combined(&origins.iter().collect::<Vec<_>>(), frame.n_rows());
        // Terms that add nothing in any row, such as a column minus itself, leave what the manifest wrote.
        let left = |(sum, written): (&Option<f64>, &f64)| sum.is_none_or(|sum| sum == *written);
        if written.iter().any(|written| *written != 0.0) && sums.iter().zip(&written).all(left) {
            origins = Origins::declared(frame.n_rows());
        }
        frame.set(&self.into, Column::Number(sums))?;
        frame.set_origins(&self.into, origins);
        Ok(frame)
    }
}

/// Refuses numbers that overflowed: a table has no place for them, and a missing value would hide them. `rows` tells which
/// rows a number was computed from.
pub(super) fn require_finite(
    frame: &Frame,
    numbers: &[Option<f64>],
    rows: impl Fn(usize) -> Vec<usize>,
    what: &str,
) -> Result<(), QueryError> {
    match numbers.iter().position(|number| number.is_some_and(|number| !number.is_finite())) {
        Some(index) => Err(QueryError::Infinite { place: frame.place(rows(index)), what: what.to_owned() }),
        None => Ok(()),
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
    /// The scaling in words.
    pub fn words(&self) -> String {
        let constant = self.constant.map(|constant| format!(", {constant} where all are equal"));
        let padding = (self.padding != 0.0).then(|| format!(" with a padding of {}", self.padding));
        format!(
            "`{}` is the position of `{}` between the smallest and the largest of its group{}{}",
            self.into,
            self.value,
            padding.unwrap_or_default(),
            constant.unwrap_or_default()
        )
    }

    /// Column of the values.
    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn apply(&self, mut frame: Frame, seen: &mut Lookups) -> Result<Frame, QueryError> {
        frame.settle(self.by.iter().chain(self.lower_is_better.columns()));
        let origins = frame.origins(&self.value);
        let mut cells = vec![Default::default(); frame.n_rows()];
        let values = frame.numbers(&self.value)?;
        let lower_is_better = self.lower_is_better.rows(&frame, seen)?;
        let mut scaled = vec![None; values.len()];
        let mut lineage = frame.lineage.to_vec();
        for group in groups(&frame, &self.by)? {
            let present: Vec<(usize, f64)> =
                group.into_iter().filter_map(|row| values[row].map(|value| (row, value))).collect();
            let low = present.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
            let high = present.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
            // Divided by an infinite distance, all values would be the same.
            if !present.is_empty() && !(high - low).is_finite() {
                let place = frame.place(present.iter().map(|(row, _)| *row));
                return Err(QueryError::Infinite {
                    place,
                    what: "the distance of the largest from the smallest value".into(),
                });
            }
            // A scaled value depends on the ends of its group, hence on all of it.
            let inputs = frame.lineage.union(present.iter().map(|(row, _)| *row));
            let rows: Vec<usize> = present.iter().map(|(row, _)| *row).collect();
            let (declared, also) = origins.united(&rows);
            // Where all values are equal the result is the manifest's, whatever the values are.
            let cell = (declared || low == high, also);
            for (row, value) in present {
                cells[row] = cell.clone();
                scaled[row] = Some(self.scale(value, low, high, lower_is_better[row]));
                lineage[row] = inputs.clone();
            }
        }
        require_finite(&frame, &scaled, |row| vec![row], "the scaled value")?;
        frame.set(&self.into, Column::Number(scaled))?;
        frame.set_origins(&self.into, Origins::gathered(cells));
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
