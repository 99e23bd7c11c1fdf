//! The paired t-test with its exact distribution.

/// Result of a paired two-sided t-test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedTest {
    /// Statistic: mean difference over its standard error.
    pub t: f64,
    /// Degrees of freedom, number of pairs minus one.
    pub df: f64,
    /// Two-sided probability, in [0, 1].
    pub p: f64,
}

/// Paired two-sided t-test (Student 1908) of equally long samples, value i of one paired with value i of the other.
/// `None` when lengths differ, for fewer than two pairs, or when all differences are equal: their variance is
/// zero and the statistic undefined.
pub fn paired_t_test(a: &[f64], b: &[f64]) -> Option<PairedTest> {
    if a.len() != b.len() || a.len() < 2 {
        return None;
    }
    let n = a.len() as f64;
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / (n - 1.0);
    // Equal differences leave a variance of rounding errors; treating it as real would give any p at all.
    let spread = differences.iter().fold(0.0_f64, |spread, d| spread.max((d - differences[0]).abs()));
    let scale = a.iter().chain(b).fold(0.0_f64, |scale, value| scale.max(value.abs()));
    if !variance.is_finite() || spread <= 4.0 * f64::EPSILON * scale {
        return None;
    }
    let t = mean / (variance / n).sqrt();
    let df = n - 1.0;
    Some(PairedTest { t, df, p: student_t_two_sided(t, df) })
}

/// Probability that |T| >= |t| for Student's t distribution with `df` > 0 degrees of freedom: the regularised
/// incomplete beta function I_x(df/2, 1/2) at x = df / (df + t^2) (Abramowitz and Stegun 26.7.1).
pub fn student_t_two_sided(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if t == 0.0 {
        return 1.0;
    }
    if t.is_infinite() {
        return 0.0;
    }
    let ratio = t * t / df;
    let (half_df, half) = (df / 2.0, 0.5);
    let (ln_x, ln_rest) = if ratio.is_finite() {
        let ln_x = -libm::log1p(ratio);
        (ln_x, libm::log(ratio) + ln_x)
    } else {
        (libm::log(df) - 2.0 * libm::log(t.abs()), 0.0)
    };
    let x = 1.0 / (1.0 + ratio);
    // The continued fraction converges fast below this point only; above it, the complement is used.
    if x < (half_df + 1.0) / (half_df + half + 2.0) {
        beta_tail(half_df, half, x, ln_x, ln_rest)
    } else {
        1.0 - beta_tail(half, half_df, ratio / (1.0 + ratio), ln_rest, ln_x)
    }
}

/// I_x(a, b) from ln x and ln (1 - x), which the caller knows without cancellation.
fn beta_tail(a: f64, b: f64, x: f64, ln_x: f64, ln_rest: f64) -> f64 {
    let ln_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    libm::exp(a * ln_x + b * ln_rest - ln_beta) / a * continued_fraction(a, b, x)
}

/// Continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8) by Lentz's method.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..=1000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_degrees_of_freedom_have_a_closed_form() {
        for t in [0.01, 0.5, 1.0, 4.3, 25.0] {
            let closed = 1.0 - t / libm::sqrt(t * t + 2.0);
            assert!((student_t_two_sided(t, 2.0) - closed).abs() < 1e-14);
        }
    }

    #[test]
    fn degenerate_samples_have_no_test() {
        assert_eq!(paired_t_test(&[1.0], &[2.0]), None);
        assert_eq!(paired_t_test(&[1.0, 2.0], &[2.0]), None);
        assert_eq!(paired_t_test(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(paired_t_test(&[1.1, 2.2, 3.3], &[1.2, 2.3, 3.4]), None);
        assert_eq!(paired_t_test(&[1.0, f64::NAN], &[2.0, 1.0]), None);
    }

    #[test]
    fn extreme_statistics_stay_probabilities() {
        assert_eq!(student_t_two_sided(0.0, 5.0), 1.0);
        assert_eq!(student_t_two_sided(f64::INFINITY, 5.0), 0.0);
        assert!((student_t_two_sided(1e200, 1.0) / 6.366_197_723_675_814e-201 - 1.0).abs() < 1e-12);
        assert!(student_t_two_sided(f64::NAN, 3.0).is_nan());
    }
}
