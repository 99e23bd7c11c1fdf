//! Printed decimals: what a number of digits leaves open.

/// Whether a number rounds (half to even, on its exact binary value) to a printed decimal, whose trailing zeros
/// count.
///
/// A percent sign counts: 0.734 rounds to `73%`.
pub fn rounds_to(number: f64, printed: &str) -> Result<bool, String> {
    if let Some(percent) = printed.strip_suffix('%') {
        return rounds_to(number * 100.0, percent);
    }
    let digits = digits(printed)?;
    let rounded = format!("{number:.digits$}");
    let plain = |text: &str| -> Option<f64> { text.parse().ok() };
    Ok(plain(&rounded) == plain(printed))
}

/// Digits behind the decimal point that anybody prints; formatting more of them fails.
const MOST_DIGITS: usize = 300;

/// Digits behind the decimal point.
fn digits(printed: &str) -> Result<usize, String> {
    if printed.contains(['e', 'E']) {
        return Err(format!("`{printed}` has an exponent; its printed digits are not plain"));
    }
    let digits = printed.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if digits > MOST_DIGITS {
        return Err(format!("a number with {digits} digits behind its point has more than {MOST_DIGITS}"));
    }
    Ok(digits)
}

/// The numbers that may stand behind a printed decimal: half a unit of its last digit on both sides.
pub fn bounds(printed: &str) -> Result<(f64, f64), String> {
    if let Some(percent) = printed.strip_suffix('%') {
        return bounds(percent).map(|(low, high)| (low / 100.0, high / 100.0));
    }
    let digits = digits(printed)?;
    let unit: f64 = format!("1e-{digits}").parse().map_err(|_| format!("`{printed}` is not a number"))?;
    let number: f64 = printed.parse().map_err(|_| format!("`{printed}` is not a number"))?;
    Ok((number - unit / 2.0, number + unit / 2.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_go_to_even_on_the_exact_binary_value() {
        // 0.125 is exact in binary: half to even gives 0.12.
        assert_eq!(rounds_to(0.125, "0.12"), Ok(true));
        assert_eq!(rounds_to(0.125, "0.13"), Ok(false));
        // 0.375 is exact too, and goes to 0.38.
        assert_eq!(rounds_to(0.375, "0.38"), Ok(true));
        // 1.005 is a little less than that in binary.
        assert_eq!(rounds_to(1.005, "1.00"), Ok(true));
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(rounds_to(0.001, "-0.00"), Ok(true));
        assert_eq!(rounds_to(-0.001, "0.00"), Ok(true));
    }

    #[test]
    fn long_fractions_are_compared_digit_by_digit() {
        assert_eq!(rounds_to(0.1, "0.1000000000000000056"), Ok(true));
        assert_eq!(rounds_to(2.5, "2"), Ok(true));
        assert_eq!(rounds_to(3.5, "4"), Ok(true));
        assert_eq!(rounds_to(0.734, "73%"), Ok(true));
        assert_eq!(rounds_to(0.736, "73%"), Ok(false));
    }

    proptest! {
        #[test]
        fn what_rounds_to_a_decimal_lies_within_its_bounds(number in -1000.0..1000.0_f64, digits in 0..6_usize) {
            let printed = format!("{number:.digits$}");
            prop_assert_eq!(rounds_to(number, &printed), Ok(true));
            let (low, high) = bounds(&printed).unwrap();
            prop_assert!(low - 1e-9 <= number && number <= high + 1e-9);
        }
    }
}
