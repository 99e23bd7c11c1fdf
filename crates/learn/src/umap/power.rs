//! Powers of floats of 32 bits from polynomials: a layout takes hundreds of millions of them.

/// `base` to the power of `exponent`, to 1e-5 of it where the result is a normal number. `base` is positive; what is too
/// small becomes 0 and what is too large about 1e38.
pub(super) fn power(base: f32, exponent: f32) -> f32 {
    exp2(exponent * log2(base))
}

/// Binary logarithm: the exponent, and the series of the inverse hyperbolic tangent for the rest, which lies between the
/// roots of 1/2 and 2.
fn log2(x: f32) -> f32 {
    const ROOT_HALF: u32 = 0x3f35_04f3;
    let bits = x.to_bits().wrapping_sub(ROOT_HALF);
    let exponent = (bits as i32) >> 23;
    let rest = f32::from_bits((bits & 0x007f_ffff) + ROOT_HALF);
    let s = (rest - 1.0) / (rest + 1.0);
    let t = s * s;
    // 2 / ln 2 divided by 1, 3, 5, 7 and 9.
    let series = 2.885_39 + t * (0.961_796_7 + t * (0.577_078 + t * (0.412_198_6 + t * 0.320_598_9)));
    exponent as f32 + s * series
}

/// Power of 2: whole part as exponent, Taylor's series for the rest, which lies within 1/2.
fn exp2(x: f32) -> f32 {
    let x = x.clamp(-126.0, 127.0);
    // Adding and subtracting 1.5 · 2²³ rounds to a whole number without a function of the platform.
    const ROUND: f32 = 12_582_912.0;
    let whole = (x + ROUND) - ROUND;
    let y = (x - whole) * std::f32::consts::LN_2;
    let series = 1.0
        + y * (1.0 + y * (0.5 + y * (1.0 / 6.0 + y * (1.0 / 24.0 + y * (1.0 / 120.0 + y * (1.0 / 720.0))))));
    f32::from_bits((series.to_bits() as i32 + ((whole as i32) << 23)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_agree_with_the_exact_ones() {
        let mut worst = 0.0_f64;
        for step in 0..20_000 {
            let base = libm::exp(-30.0 + 0.002 * f64::from(step)) as f32;
            for exponent in [0.3_f32, 0.79, 0.895, -0.105, 1.0, 1.9] {
                let exact = libm::pow(f64::from(base), f64::from(exponent));
                worst = worst.max((f64::from(power(base, exponent)) / exact - 1.0).abs());
            }
        }
        assert!(worst < 1e-5, "{worst:e}");
    }

    #[test]
    fn extremes_stay_finite() {
        for base in [f32::MIN_POSITIVE, 1e-40, 1e-20, 1.0, 1e20, f32::MAX] {
            for exponent in [-3.0, -0.2, 0.0, 0.9, 3.0] {
                let value = power(base, exponent);
                assert!(value.is_finite() && value > 0.0, "{base} {exponent} {value}");
            }
        }
        assert_eq!(power(1.0, 0.7), 1.0);
    }
}
