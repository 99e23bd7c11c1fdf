//! The exponential of many negative numbers.

/// log2(e), and ln 2 in two parts whose first has trailing zeros (W. J. Cody and W. Waite, "Software Manual for the
/// Elementary Functions", 1980).
const LOG2_E: f64 = std::f64::consts::LOG2_E;
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Adding and taking away 1.5 · 2^52 rounds to the nearest integer.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Below it the result is 0 here; the exact one is less than 1e-307.
const LEAST: f64 = -707.0;

/// exp(x) for x in (-∞, 0], within 1e-15 of it; 0 below -707.
///
/// Free of branches, so that the compiler makes vector instructions of a loop over it, and of fused or platform
/// functions, so that it has the same bits everywhere.
#[inline(always)]
pub fn exp_negative(x: f64) -> f64 {
    let bounded = if x < LEAST { LEAST } else { x };
    let shifted = bounded * LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (bounded - k * LN2_HIGH) - k * LN2_LOW;
    // Taylor to r^13 / 13!: |r| <= 0.347, so that the rest is below 1e-17.
    const TERMS: [f64; 14] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let mut sum = TERMS[0];
    for term in &TERMS[1..] {
        sum = sum * r + term;
    }
    // The low bits of `shifted` hold k; those of the exponent get k + 1023.
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    if x < LEAST { 0.0 } else { sum * power }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_exact_exponential() {
        let mut x = 0.0;
        while x > -707.0 {
            let expected = libm::exp(x);
            let got = exp_negative(x);
            assert!((got - expected).abs() <= 1e-15 * expected, "{x}: {got} {expected}");
            x -= 0.013_7;
        }
        assert_eq!(exp_negative(0.0), 1.0);
        assert_eq!(exp_negative(-1e9), 0.0);
        assert_eq!(exp_negative(f64::NEG_INFINITY), 0.0);
        assert!((exp_negative(-1e-18) - 1.0).abs() < 1e-15);
    }
}
