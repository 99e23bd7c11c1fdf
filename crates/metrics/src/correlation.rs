//! Correlations that say why they have no value.
//!
//! A few values that are not finite do not undo a correlation over thousands: they are left out, and who reports the
//! correlation reports them ([`not_finite`]). Of many, the correlation would be one of a selection, and is undefined.

use repro_stats::{average_ranks, pearson};

use crate::undefined::{Score, Undefined};

/// One value in this many may be left out of a correlation.
const ONE_IN: usize = 5;

/// Which correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correlation {
    /// Of the values.
    Pearson,
    /// Of their ranks, ties averaged.
    Spearman,
}

impl Correlation {
    /// The correlation of paired values, -1 to 1.
    pub fn of(self, x: &[f64], y: &[f64]) -> Score {
        match self {
            Self::Pearson => correlation(x, y),
            Self::Spearman => rank_correlation(x, y),
        }
    }
}

/// Returns the positions of the pairs that a correlation leaves out: those of which a value is not finite.
pub fn not_finite(x: &[f64], y: &[f64]) -> Vec<usize> {
    let pairs = x.iter().zip(y).enumerate();
    pairs.filter(|(_, (x, y))| !(x.is_finite() && y.is_finite())).map(|(at, _)| at).collect()
}

/// Computes Pearson's correlation of the pairs of finite values, which must be at least four of five.
pub fn correlation(x: &[f64], y: &[f64]) -> Score {
    of_finite(x, y, |x, y| pearson(x, y).ok_or(Undefined::NoSpread))
}

/// Computes Spearman's correlation of the same pairs.
pub fn rank_correlation(x: &[f64], y: &[f64]) -> Score {
    of_finite(x, y, |x, y| pearson(&average_ranks(x), &average_ranks(y)).ok_or(Undefined::NoSpread))
}

fn of_finite(x: &[f64], y: &[f64], correlate: impl Fn(&[f64], &[f64]) -> Score) -> Score {
    if x.len() < 2 {
        return Err(Undefined::Pairs { found: x.len() });
    }
    let missing = not_finite(x, y).len();
    if missing == 0 {
        return correlate(x, y);
    }
    if missing * ONE_IN > x.len() {
        return Err(Undefined::NoNumber { count: missing });
    }
    let pairs = x.iter().zip(y).filter(|(x, y)| x.is_finite() && y.is_finite());
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.map(|(x, y)| (*x, *y)).unzip();
    if x.len() < 2 { Err(Undefined::Pairs { found: x.len() }) } else { correlate(&x, &y) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_leaves_no_correlation() {
        for kind in [Correlation::Pearson, Correlation::Spearman] {
            assert_eq!(kind.of(&[1.0, f64::NAN], &[1.0, 2.0]), Err(Undefined::NoNumber { count: 1 }));
            assert_eq!(kind.of(&[1.0], &[1.0]), Err(Undefined::Pairs { found: 1 }));
            assert_eq!(kind.of(&[1.0, 1.0], &[1.0, 2.0]), Err(Undefined::NoSpread));
        }
        assert!((rank_correlation(&[1.0, 2.0, 9.0], &[5.0, 6.0, 7.0]).unwrap() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_few_undefined_values_are_left_out() {
        let (x, y) = ([1.0, 2.0, f64::NAN, 4.0, 3.0, 7.0], [2.0, 1.0, 9.0, 4.0, 5.0, 6.0]);
        let (kept_x, kept_y) = ([1.0, 2.0, 4.0, 3.0, 7.0], [2.0, 1.0, 4.0, 5.0, 6.0]);
        for kind in [Correlation::Pearson, Correlation::Spearman] {
            assert_eq!(kind.of(&x, &y), kind.of(&kept_x, &kept_y));
            assert!(kind.of(&x, &y).is_ok());
            // An infinite value is one of them, and two of six are too many.
            let mut two = y;
            two[0] = f64::INFINITY;
            assert_eq!(kind.of(&x, &two), Err(Undefined::NoNumber { count: 2 }));
            assert_eq!(not_finite(&x, &two), [0, 2]);
        }
    }
}
