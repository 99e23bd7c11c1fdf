//! Quantiles by linear interpolation and the five numbers of a box.

/// Quantile of a sample by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996,
/// the default of NumPy and R). `level` is within [0, 1]; `None` for an empty sample, a level outside, or a
/// value that is not finite.
pub fn quantile(values: &[f64], level: f64) -> Option<f64> {
    sorted(values).filter(|_| (0.0..=1.0).contains(&level)).map(|sorted| of_sorted(&sorted, level))
}

/// The five numbers of a box plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quartiles {
    /// Smallest value within 1.5 interquartile ranges below `q1`.
    pub low: f64,
    /// First quartile.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
    /// Largest value within 1.5 interquartile ranges above `q3`.
    pub high: f64,
}

impl Quartiles {
    /// The box of a sample; whiskers end at the last value within the fence, not at the fence (Tukey 1977).
    /// `None` for an empty sample or a value that is not finite.
    pub fn of(values: &[f64]) -> Option<Self> {
        let sorted = sorted(values)?;
        let [q1, median, q3] = [0.25, 0.5, 0.75].map(|level| of_sorted(&sorted, level));
        let reach = 1.5 * (q3 - q1);
        // A whisker never ends inside its box: with interpolated quartiles the last value within the fence may.
        let low = sorted.iter().copied().find(|value| *value >= q1 - reach).map_or(q1, |value| value.min(q1));
        let high =
            sorted.iter().copied().rfind(|value| *value <= q3 + reach).map_or(q3, |value| value.max(q3));
        Some(Self { low, q1, median, q3, high })
    }
}

/// Ascending copy of a non-empty sample of finite numbers.
fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    let usable = !values.is_empty() && values.iter().all(|value| value.is_finite());
    usable.then(|| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    })
}

fn of_sorted(sorted: &[f64], level: f64) -> f64 {
    let position = level * (sorted.len() - 1) as f64;
    let below = (position.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whiskers_end_at_the_last_value_within_the_fence() {
        let values = [1.0, 2.0, 3.0, 4.0, 100.0];
        let quartiles = Quartiles::of(&values).unwrap();
        assert_eq!((quartiles.low, quartiles.q1, quartiles.q3, quartiles.high), (1.0, 2.0, 4.0, 4.0));
    }

    #[test]
    fn three_values_reach_from_minimum_to_maximum() {
        let quartiles = Quartiles::of(&[5.0, -1.0, 2.0]).unwrap();
        assert_eq!(quartiles, Quartiles { low: -1.0, q1: 0.5, median: 2.0, q3: 3.5, high: 5.0 });
    }

    #[test]
    fn degenerate_samples() {
        assert_eq!(Quartiles::of(&[]), None);
        assert_eq!(quantile(&[1.0, f64::NAN], 0.5), None);
        assert_eq!(quantile(&[1.0], 1.5), None);
        let constant = Quartiles::of(&[2.0, 2.0]).unwrap();
        assert_eq!((constant.low, constant.median, constant.high), (2.0, 2.0, 2.0));
    }
}
