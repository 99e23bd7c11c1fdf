//! Equivalence of a mean to a value by two one-sided tests.

use super::student_t_two_sided;

/// Larger of the two one-sided p values of Schuirmann's procedure (1987): a small p shows that the mean of the
/// population behind `values` lies within `margin` of `target`. `None` for fewer than two values; a spread of zero
/// decides by the mean alone (p is 0 inside the margin and 1 outside).
pub fn equivalence_test(values: &[f64], target: f64, margin: f64) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    if error == 0.0 {
        return Some(f64::from(u8::from((mean - target).abs() >= margin)));
    }
    let above = (mean - (target - margin)) / error;
    let below = ((target + margin) - mean) / error;
    Some(upper_tail(above, n - 1.0).max(upper_tail(below, n - 1.0)))
}

/// Probability that T >= t.
fn upper_tail(t: f64, df: f64) -> f64 {
    let tail = student_t_two_sided(t, df) / 2.0;
    if t >= 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_sample_in_the_middle_is_equivalent() {
        let p = equivalence_test(&[0.30, 0.31, 0.29, 0.32], 0.31, 0.05).unwrap();
        assert!(p < 0.01, "{p}");
        assert!(equivalence_test(&[0.30, 0.31, 0.29, 0.32], 0.31, 0.005).unwrap() > 0.05);
    }

    #[test]
    fn a_mean_on_the_margin_is_a_coin_toss() {
        let p = equivalence_test(&[0.0, 1.0, 2.0], 0.0, 1.0).unwrap();
        assert!((p - 0.5).abs() < 1e-12, "{p}");
    }

    #[test]
    fn equal_values_are_decided_by_the_mean() {
        assert_eq!(equivalence_test(&[1.0, 1.0], 1.1, 0.2), Some(0.0));
        assert_eq!(equivalence_test(&[1.0, 1.0], 2.0, 0.2), Some(1.0));
        assert_eq!(equivalence_test(&[1.0], 1.0, 0.2), None);
    }
}
