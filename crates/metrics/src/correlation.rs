//! Correlations that say why they have no value.

use repro_stats::{average_ranks, pearson};

use crate::undefined::{Score, Undefined};

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

/// Pearson's correlation.
pub fn correlation(x: &[f64], y: &[f64]) -> Score {
    if x.len() < 2 {
        return Err(Undefined::Pairs { found: x.len() });
    }
    let missing = x.iter().zip(y).filter(|(x, y)| x.is_nan() || y.is_nan()).count();
    if missing > 0 {
        return Err(Undefined::NoNumber { count: missing });
    }
    pearson(x, y).ok_or(Undefined::NoSpread)
}

/// Spearman's correlation.
pub fn rank_correlation(x: &[f64], y: &[f64]) -> Score {
    // What is no number has no rank: the plain correlation says why.
    match correlation(x, y) {
        Ok(_) | Err(Undefined::NoSpread) => correlation(&average_ranks(x), &average_ranks(y)),
        undefined => undefined,
    }
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
}
