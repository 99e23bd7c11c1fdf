//! The false discovery rate of many tests.

/// P-values adjusted by the procedure of Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate" (1995):
/// the i-th smallest of n becomes the least of n / j times the j-th smallest over all j >= i, at most 1. In the order of
/// the input, which must hold no NaN.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let n = p_values.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![0.0; n];
    let mut least = 1.0_f64;
    for (rank, index) in order.iter().enumerate().rev() {
        // n / rank is rounded first, as the usual implementations do.
        least = least.min(p_values[*index] / ((rank + 1) as f64 / n as f64));
        adjusted[*index] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_family() {
        let adjusted = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]);
        let expected = [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5];
        assert!(adjusted.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{adjusted:?}");
        assert!(benjamini_hochberg(&[]).is_empty());
        assert_eq!(benjamini_hochberg(&[0.9, 1.0, 1.0]), [1.0, 1.0, 1.0]);
    }
}
