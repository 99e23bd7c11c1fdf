//! The false discovery rate of many tests.

/// P-values adjusted by the procedure of Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate" (1995):
/// the i-th smallest of n becomes the least of n / j times the j-th smallest over all j >= i, at most 1. In the order of
/// the input; NaN stays NaN and counts as no test.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).filter(|test| !p_values[*test].is_nan()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let n = order.len() as f64;
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let mut least = 1.0_f64;
    for (place, test) in order.iter().enumerate().rev() {
        // The share is rounded first, as statsmodels does.
        least = least.min(p_values[*test] / ((place + 1) as f64 / n));
        adjusted[*test] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_fall_with_p_and_never_exceed_one() {
        // SciPy 1.17.1: false_discovery_control without the missing one.
        let rates = benjamini_hochberg(&[0.01, 0.04, f64::NAN, 0.03, 0.9, 0.005]);
        let expected = [0.025, 0.05, f64::NAN, 0.05, 0.9, 0.025];
        for (rate, expected) in rates.iter().zip(expected) {
            assert!((rate - expected).abs() < 1e-15 || (rate.is_nan() && expected.is_nan()), "{rates:?}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
        assert_eq!(benjamini_hochberg(&[0.9, 1.0, 1.0]), [1.0, 1.0, 1.0]);
    }
}
