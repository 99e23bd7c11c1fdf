//! Percentile bootstrap of the mean (B. Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979).

use super::pairwise::pairwise_mean;
use super::quantile;
use super::random::Generator;

/// The distribution of resampled means, summarised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapMean {
    /// Mean of the resampled means; near the mean of the values and not equal to it.
    pub mean: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Draws `resamples` samples of the values' own size, each member anew from all values, and takes their means; `low` and
/// `high` leave out (1 - `level`) / 2 of the means on either side, with linear interpolation.
///
/// The positions are the rows of NumPy's `integers(0, n, size=(resamples, n))`, which are also those of `choice` with
/// replacement, and means are rounded as NumPy's, so the ends equal NumPy's to the interpolation's last bit. One value
/// gives that value three times and takes nothing from the stream.
///
/// `None` for no values, a value that is not finite, no resamples, or a `level` outside 0 to 1.
pub fn bootstrap_mean(
    values: &[f64],
    resamples: usize,
    level: f64,
    random: &mut Generator,
) -> Option<BootstrapMean> {
    if resamples == 0 || !(0.0..=1.0).contains(&level) || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    if let [value] = *values {
        // The mean of many equal numbers is rounded; their value is known.
        return Some(BootstrapMean { mean: value, low: value, high: value });
    }
    let means = resampled_means(values, resamples, random)?;
    let outside = (1.0 - level) / 2.0;
    Some(BootstrapMean {
        mean: pairwise_mean(&means),
        low: quantile(&means, outside)?,
        high: quantile(&means, 1.0 - outside)?,
    })
}

/// The mean of every resample. `None` for no values.
fn resampled_means(values: &[f64], resamples: usize, random: &mut Generator) -> Option<Vec<f64>> {
    let last = values.len().checked_sub(1)? as u64;
    let mut row = vec![0.0; values.len()];
    let mut means = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        row.fill_with(|| values[random.up_to(last) as usize]);
        means.push(pairwise_mean(&row));
    }
    Some(means)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::random::tests::sha256;

    /// A case of `tests/oracle/numpy_random.py`; doubles as their bits.
    #[derive(Deserialize)]
    struct Case {
        values: Vec<u64>,
        resamples: usize,
        means_sha256: String,
        mean: u64,
        intervals: Vec<(f64, u64, u64)>,
    }

    #[derive(Deserialize)]
    struct Oracle {
        bootstraps: Vec<Case>,
    }

    fn cases() -> Vec<Case> {
        let text = include_str!("../tests/oracle/numpy_random.json");
        serde_json::from_str::<Oracle>(text).unwrap().bootstraps
    }

    #[test]
    fn resampled_means_are_numpys_bit_for_bit() {
        for case in cases() {
            let values: Vec<f64> = case.values.iter().copied().map(f64::from_bits).collect();
            let means = resampled_means(&values, case.resamples, &mut Generator::from_seed(42)).unwrap();
            let bytes: Vec<u8> = means.iter().flat_map(|mean| mean.to_le_bytes()).collect();
            assert_eq!(sha256(&bytes), case.means_sha256, "{} values", values.len());
            assert_eq!(pairwise_mean(&means).to_bits(), case.mean, "{} values", values.len());
        }
    }

    #[test]
    fn ends_agree_with_numpy() {
        for case in cases() {
            let values: Vec<f64> = case.values.iter().copied().map(f64::from_bits).collect();
            for (level, low, high) in case.intervals {
                let mut random = Generator::from_seed(42);
                let ours = bootstrap_mean(&values, case.resamples, level, &mut random).unwrap();
                assert!(
                    (ours.low - f64::from_bits(low)).abs() <= 1e-14,
                    "{} values at {level}",
                    values.len()
                );
                assert!(
                    (ours.high - f64::from_bits(high)).abs() <= 1e-14,
                    "{} values at {level}",
                    values.len()
                );
            }
        }
    }

    #[test]
    fn one_value_is_certain() {
        let mut random = Generator::from_seed(1);
        let certain = BootstrapMean { mean: 0.1, low: 0.1, high: 0.1 };
        assert_eq!(bootstrap_mean(&[0.1], 4000, 0.95, &mut random), Some(certain));
        assert_eq!(random, Generator::from_seed(1));
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let mut random = Generator::from_seed(1);
        assert_eq!(bootstrap_mean(&[], 10, 0.95, &mut random), None);
        assert_eq!(bootstrap_mean(&[1.0, f64::NAN], 10, 0.95, &mut random), None);
        assert_eq!(bootstrap_mean(&[1.0, 2.0], 0, 0.95, &mut random), None);
        assert_eq!(bootstrap_mean(&[1.0, 2.0], 10, 1.1, &mut random), None);
        assert_eq!(bootstrap_mean(&[1.0, 2.0], 10, f64::NAN, &mut random), None);
        assert_eq!(random, Generator::from_seed(1));
    }
}
