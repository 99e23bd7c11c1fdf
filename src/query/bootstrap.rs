//! The verb bootstrap_mean: one row a group with an interval of its mean.

use serde::{Deserialize, Deserializer};

use super::arithmetic::require_finite;
use super::frame::Frame;
use super::group::valued_groups;
use super::origins::Origins;
use super::{Column, QueryError};
use crate::stats::bootstrap_mean;
use crate::stats::random::Generator;

/// More resamples than anybody publishes, and few enough to keep their means in memory.
const MOST_RESAMPLES: usize = 1_000_000;

/// Percentile bootstrap of the mean within groups, one row a group in order of its first row with a value: `by`, then the mean of the
/// resampled means and the ends of the interval that holds `level` of them.
///
/// Every group gets NumPy's `default_rng(seed)` anew, its values in row order, missing ones left out. The interval of one
/// value is that value; a group without values has none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BootstrapMean {
    by: Vec<String>,
    value: String,
    into_mean: String,
    into_low: String,
    into_high: String,
    /// From 1 to [`MOST_RESAMPLES`].
    #[serde(default = "four_thousand", deserialize_with = "resamples")]
    resamples: usize,
    #[serde(default = "forty_two")]
    seed: u64,
    /// Between 0 and 1.
    #[serde(default = "ninety_five_percent", deserialize_with = "level")]
    level: f64,
}

fn four_thousand() -> usize {
    4000
}

fn forty_two() -> u64 {
    42
}

fn ninety_five_percent() -> f64 {
    0.95
}

fn resamples<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let n = usize::deserialize(deserializer)?;
    if (1..=MOST_RESAMPLES).contains(&n) {
        return Ok(n);
    }
    Err(serde::de::Error::custom(format!("`resamples` is {n} and must be from 1 to {MOST_RESAMPLES}")))
}

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let level = f64::deserialize(deserializer)?;
    if level > 0.0 && level < 1.0 {
        return Ok(level);
    }
    Err(serde::de::Error::custom(format!("`level` is {level} and must be between 0 and 1")))
}

impl BootstrapMean {
    /// Column of the values.
    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn apply(&self, mut frame: Frame) -> Result<Frame, QueryError> {
        self.check_names()?;
        frame.settle(&self.by);
        let origins = frame.origins(&self.value);
        let mut cells = Vec::new();
        let values = frame.numbers(&self.value)?;
        let groups = valued_groups(&frame, &self.by, &values)?;
        let (mut means, mut lows, mut highs) = (Vec::new(), Vec::new(), Vec::new());
        let mut lineage = Vec::with_capacity(groups.len());
        for group in &groups {
            let used: Vec<usize> = group.iter().copied().filter(|row| values[*row].is_some()).collect();
            let present: Vec<f64> = used.iter().filter_map(|row| values[*row]).collect();
            let mut random = Generator::from_seed(self.seed);
            let interval = bootstrap_mean(&present, self.resamples, self.level, &mut random);
            means.push(interval.map(|interval| interval.mean));
            lows.push(interval.map(|interval| interval.low));
            highs.push(interval.map(|interval| interval.high));
            cells.push(origins.united(&used));
            lineage.push(frame.lineage.union(used));
        }
        for numbers in [&means, &lows, &highs] {
            require_finite(&frame, numbers, |group| groups[group].clone(), "the resampled mean")?;
        }
        let first: Vec<usize> = groups.iter().filter_map(|group| group.first().copied()).collect();
        let mut result = super::reshape::select(&frame.take(&first)?, &self.by)?;
        result.lineage = lineage.into();
        result.set(&self.into_mean, Column::Number(means))?;
        result.set(&self.into_low, Column::Number(lows))?;
        result.set(&self.into_high, Column::Number(highs))?;
        for name in [&self.into_mean, &self.into_low, &self.into_high] {
            result.set_origins(name, Origins::gathered(cells.clone()));
        }
        Ok(result)
    }

    /// The columns of the result differ from each other.
    fn check_names(&self) -> Result<(), QueryError> {
        let mut names: Vec<&String> = self.by.iter().collect();
        for name in [&self.into_mean, &self.into_low, &self.into_high] {
            if names.contains(&name) {
                return Err(QueryError::ColumnExists { column: name.clone() });
            }
            names.push(name);
        }
        Ok(())
    }
}
