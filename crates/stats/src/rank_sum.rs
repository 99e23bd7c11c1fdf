//! The rank-sum test of two samples.

use crate::rank::average_ranks;

/// Two-sided p of Wilcoxon's rank-sum test by the normal approximation without correction for ties or continuity, as
/// SciPy's `ranksums`. `None` for an empty sample or values that are not finite.
pub fn rank_sum_test(a: &[f64], b: &[f64]) -> Option<f64> {
    let all: Vec<f64> = a.iter().chain(b).copied().collect();
    if a.is_empty() || b.is_empty() || !all.iter().all(|value| value.is_finite()) {
        return None;
    }
    let (n, m) = (a.len() as f64, b.len() as f64);
    let sum: f64 = average_ranks(&all)[..a.len()].iter().sum();
    let z = (sum - n * (n + m + 1.0) / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt();
    Some(libm::erfc(z.abs() / std::f64::consts::SQRT_2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_sums_agree_with_scipy() {
        // SciPy 1.17.1: ranksums(a, b).pvalue.
        let cases: [(&[f64], &[f64], f64); 3] = [
            (&[1.0, 2.0, 3.0, 4.5], &[2.5, 6.0, 7.0, 8.0, 9.0], 0.050043521248705106),
            (&[0.0, 0.0, 1.0, 0.0, 2.0], &[0.0, 3.0, 0.0, 1.0, 5.0, 6.0], 0.23533326650958586),
            (
                &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0],
                &[20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0, 28.0],
                0.00012423612343122087,
            ),
        ];
        for (a, b, p) in cases {
            let ours = rank_sum_test(a, b).unwrap();
            assert!((ours / p - 1.0).abs() < 1e-12, "{ours} instead of {p}");
            assert_eq!(rank_sum_test(b, a).unwrap(), ours);
        }
        assert_eq!(rank_sum_test(&[], &[1.0]), None);
        assert_eq!(rank_sum_test(&[f64::NAN], &[1.0]), None);
    }
}
