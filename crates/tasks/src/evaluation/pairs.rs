//! Sums over pairs of a true and a predicted value, from which all metrics follow.

/// A metric's value, or why it has none.
pub type Score = Result<f64, String>;

/// Sums over pairs. Adding pairs one by one and merging parts in order gives the same digits for any number of threads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pairs {
    n: u64,
    truth: f64,
    predicted: f64,
    truth_spread: f64,
    predicted_spread: f64,
    shared: f64,
    squares: Sum,
    absolutes: Sum,
}

/// A sum with what rounding took from it (A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation
/// endlicher Summen", 1974).
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let (large, small) =
            if self.sum.abs() >= value.abs() { (self.sum, value) } else { (value, self.sum) };
        self.lost += (large - sum) + small;
        self.sum = sum;
    }

    fn value(self) -> f64 {
        self.sum + self.lost
    }
}

impl Pairs {
    /// Adds a pair (B. P. Welford, "Note on a method for calculating corrected sums of squares and products", 1962).
    pub fn add(&mut self, truth: f64, predicted: f64) {
        self.n += 1;
        let n = self.n as f64;
        let (dt, dp) = (truth - self.truth, predicted - self.predicted);
        self.truth += dt / n;
        self.predicted += dp / n;
        let rest = predicted - self.predicted;
        self.truth_spread += dt * (truth - self.truth);
        self.predicted_spread += dp * rest;
        self.shared += dt * rest;
        let error = truth - predicted;
        self.squares.add(error * error);
        self.absolutes.add(error.abs());
    }

    /// Adds other pairs (T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for
    /// computing sample variances", 1979).
    pub fn merge(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        if self.n == 0 {
            *self = *other;
            return;
        }
        let (own, more) = (self.n as f64, other.n as f64);
        let part = more / (own + more);
        let (dt, dp) = (other.truth - self.truth, other.predicted - self.predicted);
        self.n += other.n;
        self.truth += dt * part;
        self.predicted += dp * part;
        self.truth_spread += other.truth_spread + dt * dt * own * part;
        self.predicted_spread += other.predicted_spread + dp * dp * own * part;
        self.shared += other.shared + dt * dp * own * part;
        self.squares.add(other.squares.value());
        self.absolutes.add(other.absolutes.value());
    }

    /// Number of pairs.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Mean squared error.
    pub fn mse(&self) -> Score {
        self.mean(self.squares)
    }

    /// Mean absolute error.
    pub fn mae(&self) -> Score {
        self.mean(self.absolutes)
    }

    fn mean(&self, sum: Sum) -> Score {
        if self.n == 0 {
            return Err("no pair of values".to_owned());
        }
        finite(sum.value() / self.n as f64)
    }

    /// Pearson's correlation.
    pub fn pearson(&self) -> Score {
        if self.n < 2 {
            return Err(format!("{} pairs of values, at least 2 are needed", self.n));
        }
        for (spread, what) in [(self.truth_spread, "true"), (self.predicted_spread, "predicted")] {
            if spread == 0.0 {
                return Err(format!("the {what} values are all equal"));
            }
        }
        let r = self.shared / (self.truth_spread.sqrt() * self.predicted_spread.sqrt());
        finite(r).map(|r| r.clamp(-1.0, 1.0))
    }
}

fn finite(value: f64) -> Score {
    if value.is_finite() { Ok(value) } else { Err("too large for 64-bit floats".to_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(pairs: &[(f64, f64)]) -> Pairs {
        let mut sums = Pairs::default();
        pairs.iter().for_each(|(truth, predicted)| sums.add(*truth, *predicted));
        sums
    }

    #[test]
    fn the_worked_example() {
        let pairs = of(&[(1.0, 0.5), (3.0, 2.0), (0.0, 1.0)]);
        assert_eq!(pairs.mse(), Ok(0.75));
        assert!((pairs.mae().unwrap() - 2.5 / 3.0).abs() < 1e-15);
        assert!((pairs.pearson().unwrap() - 11.0 / 14.0).abs() < 1e-15);
    }

    #[test]
    fn what_has_no_value_says_why() {
        assert_eq!(of(&[]).mse(), Err("no pair of values".to_owned()));
        assert_eq!(of(&[(1.0, 2.0)]).pearson(), Err("1 pairs of values, at least 2 are needed".to_owned()));
        assert_eq!(of(&[(1.0, 0.1); 3]).pearson(), Err("the true values are all equal".to_owned()));
        let flat = of(&[(1.0, 0.1), (2.0, 0.1), (4.0, 0.1)]);
        assert_eq!(flat.pearson(), Err("the predicted values are all equal".to_owned()));
        assert!(of(&[(1e200, 0.0), (0.0, 1e200)]).mse().is_err());
    }

    #[test]
    fn a_constant_stays_one_when_parts_are_merged() {
        let mut all = Pairs::default();
        for part in 1..50 {
            let pairs: Vec<_> = (0..part).map(|n| (f64::from(n), 0.1)).collect();
            all.merge(&of(&pairs));
        }
        assert_eq!(all.pearson(), Err("the predicted values are all equal".to_owned()));
    }

    fn pairs() -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec((-100_i32..100, -100_i32..100), 2..60)
            .prop_map(|all| all.into_iter().map(|(t, p)| (f64::from(t) / 8.0, f64::from(p) / 8.0)).collect())
    }

    proptest! {
        #[test]
        fn parts_make_the_whole(pairs in pairs(), cut in 0_usize..60) {
            let (one, other) = pairs.split_at(cut.min(pairs.len()));
            let mut merged = of(one);
            merged.merge(&of(other));
            let whole = of(&pairs);
            prop_assert!((merged.mse().unwrap() - whole.mse().unwrap()).abs() < 1e-9);
            prop_assert!((merged.mae().unwrap() - whole.mae().unwrap()).abs() < 1e-9);
            match (merged.pearson(), whole.pearson()) {
                (Ok(merged), Ok(whole)) => prop_assert!((merged - whole).abs() < 1e-9),
                (merged, whole) => prop_assert_eq!(merged.is_err(), whole.is_err()),
            }
        }

        #[test]
        fn shifted_predictions(pairs in pairs(), shift in -4_i32..4) {
            let shift = f64::from(shift) / 4.0;
            let same: Vec<_> = pairs.iter().map(|(truth, _)| (*truth, truth + shift)).collect();
            let sums = of(&same);
            prop_assert!((sums.mse().unwrap() - shift * shift).abs() < 1e-12);
            prop_assert!((sums.mae().unwrap() - shift.abs()).abs() < 1e-12);
            if let Ok(r) = sums.pearson() {
                prop_assert!((r - 1.0).abs() < 1e-12);
            }
        }
    }
}
