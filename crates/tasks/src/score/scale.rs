//! On which scale a matrix is: counts, their logarithms or something else.
//!
//! Scores of matrices on different scales are numbers without a meaning, and nothing in them shows it. What is compared is
//! robust on purpose: a few wild values of a prediction, an empty matrix or a tiny one decide nothing.

use std::fmt::Display;

use rayon::prelude::*;
use repro_metrics::{Cells, Real};
use serde::Serialize;

use crate::TaskError;

/// Fewest values other than 0 that say something about the scale.
const FEWEST: usize = 16;

/// Share of the values other than 0 that are whole where all of them are meant to be.
const WHOLE: f64 = 0.999;

/// Distance of a whole number from the nearest, over its size: what rounding to 32 bits on the way leaves.
const ROUNDING: f64 = 1e-6;

/// The same at most, whatever the size.
const MOST_ROUNDING: f64 = 0.01;

/// No logarithm of a count is above it: ln(1 + 1e8) is 18.4, log2(1 + 1e6) is 19.9.
const LARGEST_LOGARITHM: f64 = 20.0;

/// Cells of which some value is above it are not in logarithms.
const LARGE: f64 = 50.0;

/// Share of such cells from which on they are no outliers.
const LARGE_CELLS: f64 = 0.05;

/// Share of values below 0 from which on a matrix was centred.
const CENTRED: f64 = 0.1;

/// Quotient of means from which on a remark is due.
const FAR: f64 = 5.0;

/// Values of one parallel task; fixed, so that sums do not depend on the number of threads.
const BLOCK: usize = 1 << 16;

/// What the values of a matrix are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scale {
    /// Whether they are whole numbers; `None` where too few are other than 0.
    pub whole: Option<bool>,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    #[serde(skip)]
    counts: Counts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    values: usize,
    nonzero: usize,
    whole: usize,
    negative: usize,
    cells: usize,
    large_cells: usize,
    sum: f64,
    min: f64,
    max: f64,
}

impl Scale {
    /// Describes a matrix in one pass.
    pub fn of<T: Real>(cells: &Cells<T>) -> Self {
        let n_genes = cells.n_genes().max(1);
        let rows = (BLOCK / n_genes).max(1);
        let parts: Vec<Counts> =
            cells.values().par_chunks(rows * n_genes).map(|part| Counts::of(part, n_genes)).collect();
        let counts = parts.into_iter().reduce(Counts::and).unwrap_or_default();
        let share = counts.whole as f64 / counts.nonzero.max(1) as f64;
        Self {
            whole: (counts.nonzero >= FEWEST).then_some(share >= WHOLE),
            min: counts.min,
            max: counts.max,
            mean: counts.sum / counts.values.max(1) as f64,
            counts,
        }
    }

    /// Whether many cells have values that no logarithm of a count has.
    fn is_large(&self) -> bool {
        self.counts.large_cells as f64 >= LARGE_CELLS * self.counts.cells as f64
            && self.counts.large_cells > 0
    }

    /// Whether values were centred: many are below 0.
    fn is_centred(&self) -> bool {
        self.counts.negative as f64 >= CENTRED * self.counts.values.max(1) as f64
    }

    /// Whether fold changes of exponentials make no sense, since these are not logarithms; the reason.
    pub fn not_logarithms(&self) -> Option<String> {
        let known = self.whole?;
        (known || self.is_large()).then(|| self.to_string())
    }

    /// Whether both matrices are on different scales, as far as they show it.
    fn contradicts(&self, other: &Self) -> bool {
        let (Some(whole), Some(other_whole)) = (self.whole, other.whole) else { return false };
        let logarithms = |scale: &Self| scale.max <= LARGEST_LOGARITHM;
        whole != other_whole
            || (!whole && self.is_large() && logarithms(other))
            || (!whole && other.is_large() && logarithms(self))
    }

    fn is_far_from(&self, other: &Self) -> bool {
        if self.counts.nonzero < FEWEST || other.counts.nonzero < FEWEST {
            return false;
        }
        let (a, b) = (self.mean.abs(), other.mean.abs());
        a.max(b) > FAR * a.min(b)
    }
}

impl Display for Scale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.whole == Some(true) { "whole numbers" } else { "fractions" };
        write!(f, "{kind} from {} to {}", short(self.min), short(self.max))
    }
}

/// A number with four digits.
fn short(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

impl Counts {
    fn of<T: Real>(values: &[T], n_genes: usize) -> Self {
        let first = values.first().map_or(0.0, |value| value.to_f64());
        let mut counts = Self { values: values.len(), min: first, max: first, ..Self::default() };
        for cell in values.chunks(n_genes) {
            let mut most = f64::NEG_INFINITY;
            for value in cell {
                let value = value.to_f64();
                most = if value > most { value } else { most };
                counts.min = if value < counts.min { value } else { counts.min };
                counts.sum += value;
                counts.nonzero += usize::from(value != 0.0);
                counts.negative += usize::from(value < 0.0);
                counts.whole += usize::from(value != 0.0 && is_whole(value));
            }
            counts.max = counts.max.max(most);
            counts.cells += 1;
            counts.large_cells += usize::from(most > LARGE);
        }
        counts
    }

    fn and(self, other: Self) -> Self {
        Self {
            values: self.values + other.values,
            nonzero: self.nonzero + other.nonzero,
            whole: self.whole + other.whole,
            negative: self.negative + other.negative,
            cells: self.cells + other.cells,
            large_cells: self.large_cells + other.large_cells,
            sum: self.sum + other.sum,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() <= (ROUNDING * value.abs().max(1.0)).min(MOST_ROUNDING)
}

/// The scale of a matrix of a file.
pub struct Named {
    /// The scale.
    pub scale: Scale,
    /// The file, for messages.
    pub name: String,
    /// Whether the matrix is a prediction.
    pub predicted: bool,
}

/// Compares the scales of all matrices of a score; returns remarks.
///
/// # Errors
/// Where two matrices are on different scales, unless `allowed`, which makes a remark of it.
pub fn compare(all: &[Named], allowed: bool) -> Result<Vec<String>, TaskError> {
    let mut remarks = Vec::new();
    for (at, named) in all.iter().enumerate() {
        for other in &all[..at] {
            if let Some(problem) = problem(named, other) {
                let text = format!(
                    "{} contains {}, {} contains {}: {problem}",
                    other.name, other.scale, named.name, named.scale
                );
                if !allowed {
                    return Err(TaskError::unfit(text).hint(
                        "score matrices of one scale, for example log1p of normalised counts; `--allow-scale` \
                         (`allow_scale = true` in a stage) scores them as they are",
                    ));
                }
                remarks.push(format!("{text}; they are scored as they are, as `--allow-scale` says"));
            } else if named.predicted != other.predicted && named.scale.is_far_from(&other.scale) {
                let (mean, other_mean) = (short(named.scale.mean), short(other.scale.mean));
                remarks.push(format!(
                    "the mean value of {} is {other_mean}, that of {} {mean}: check that both are on one scale",
                    other.name, named.name,
                ));
            }
        }
    }
    Ok(remarks)
}

fn problem(named: &Named, other: &Named) -> Option<&'static str> {
    if named.scale.contradicts(&other.scale) {
        return Some("they are on different scales");
    }
    // A linear model predicts values below 0 for data that have none; nobody measures them.
    let centred = |own: &Named, other: &Named| {
        let other = &other.scale.counts;
        !own.predicted && own.scale.is_centred() && other.nonzero >= FEWEST && other.negative == 0
    };
    (centred(named, other) || centred(other, named)).then_some("one was centred and the other was not")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(n: usize, value: impl Fn(usize) -> f64) -> Scale {
        Scale::of(&Cells::new(n, 20, (0..n * 20).map(|at| value(at) as f32).collect()).unwrap())
    }

    fn count(at: usize) -> f64 {
        (at * 7919 % 101 / 20 * (at % 3)) as f64
    }

    fn normalised(at: usize) -> f64 {
        count(at) * 31.7
    }

    fn named(scale: Scale, predicted: bool) -> Named {
        Named { scale, name: "`a`".to_owned(), predicted }
    }

    fn conflict(a: Scale, b: Scale) -> bool {
        let refused = compare(&[named(a, false), named(b, true)], false).is_err();
        assert_eq!(compare(&[named(b, false), named(a, true)], false).is_err(), refused);
        assert!(compare(&[named(a, false), named(b, true)], true).is_ok());
        refused
    }

    #[test]
    fn counts_logarithms_and_normalised_counts_are_told_apart() {
        let counts = scale(30, count);
        let logarithms = scale(30, |at| libm::log1p(normalised(at)));
        let large = scale(30, normalised);
        assert_eq!((counts.whole, logarithms.whole, large.whole), (Some(true), Some(false), Some(false)));
        for (a, b) in [(counts, logarithms), (counts, large), (logarithms, large)] {
            assert!(conflict(a, b), "{a} {b}");
        }
        for own in [counts, logarithms, large] {
            assert!(!conflict(own, own));
        }
        // Counts that were logarithms once are still whole.
        let again = scale(30, |at| libm::expm1(f64::from(libm::log1p(count(at)) as f32)));
        assert!(conflict(logarithms, again) && !conflict(counts, again));
        // One value of a thousand does not make fractions of counts.
        assert_eq!(scale(200, |at| if at == 4 { 0.5 } else { count(at) }).whole, Some(true));
    }

    #[test]
    fn what_says_nothing_is_not_refused() {
        let logarithms = scale(30, |at| libm::log1p(normalised(at)));
        let counts = scale(30, count);
        let empty = Scale::of(&Cells::<f32>::new(0, 20, Vec::new()).unwrap());
        for nothing in [scale(30, |_| 0.0), empty, scale(30, |at| if at % 60 == 7 { 1.0 } else { 0.0 })] {
            assert!(!conflict(logarithms, nothing) && !conflict(counts, nothing));
        }
        // A prediction that exploded in one cell is on the same scale.
        let wild = scale(30, |at| libm::log1p(normalised(at)) + if at == 77 { 900.0 } else { 0.0 });
        assert!(!conflict(logarithms, wild));
    }

    #[test]
    fn centred_truth_is_not_compared_with_other_values() {
        let logarithms = scale(30, |at| libm::log1p(normalised(at)));
        let centred = scale(30, |at| libm::log1p(normalised(at)) - 1.7);
        assert!(compare(&[named(centred, false), named(logarithms, true)], false).is_err());
        assert!(compare(&[named(logarithms, false), named(centred, true)], false).is_ok());
        let small = scale(30, |at| libm::log1p(normalised(at)) / 100.0);
        let remarks = compare(&[named(logarithms, false), named(small, true)], false).unwrap();
        assert!(remarks[0].contains("check that both are on one scale"), "{remarks:?}");
    }
}
