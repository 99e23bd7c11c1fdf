//! Rules that look at repeated runs.

use super::decimal;
use crate::stats::equivalence_test;

/// Level of the two one-sided tests.
const LEVEL: f64 = 0.05;

/// Whether the mean of runs is shown to lie within `margin` of a value.
pub fn equivalent(runs: &[f64], value: f64, margin: f64) -> Result<bool, String> {
    let p = equivalence_test(runs, value, margin).ok_or("the rule needs at least two runs")?;
    Ok(p < LEVEL)
}

/// Whether a printed value may lie between the smallest and the largest of at least three runs.
pub fn spans(runs: &[f64], printed: &str) -> Result<bool, String> {
    if runs.len() < 3 {
        return Err(format!("the rule needs at least three runs, there are {}", runs.len()));
    }
    let (low, high) = range(runs);
    let (least, most) = decimal::bounds(printed)?;
    Ok(least <= high && low <= most)
}

/// Smallest and largest.
pub fn range(runs: &[f64]) -> (f64, f64) {
    let low = runs.iter().copied().fold(f64::INFINITY, f64::min);
    (low, runs.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}
