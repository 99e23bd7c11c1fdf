//! Numbers from text.
//!
//! Of a short decimal the digits as a whole number and the power of ten are both exact, so that their quotient is the
//! nearest number there is (W. D. Clinger, How to read floating point numbers accurately, 1990).

/// Powers of ten that are exact.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A finite number from text: digits with an optional sign, decimal point and exponent, and nothing else, so that no
/// other spelling becomes another number. `None` also for what is too large or too small for double precision.
pub fn parse_number(text: &str) -> Option<f64> {
    match short_decimal(text.as_bytes()) {
        None => long_decimal(text),
        number => number,
    }
}

/// The standard library reads `inf` and `nan`, and makes 0 of `1e-400`; those are refused.
fn long_decimal(text: &str) -> Option<f64> {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(plain) {
        return None;
    }
    let number = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    let mut digits = text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E'));
    let vanished = number == 0.0 && digits.any(|byte| matches!(byte, b'1'..=b'9'));
    (!vanished).then_some(number)
}

/// A number of at most 15 digits without exponent, as `-12.345`; `None` for any other text.
fn short_decimal(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // A sign or a point alone is no number, and what is longer may have more than 15 digits.
    if digits.len() > 16 || !digits.first()?.is_ascii_digit() {
        return None;
    }
    let (mut whole, mut n, mut after) = (0_u64, 0, None);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                whole = 10 * whole + u64::from(byte - b'0');
                n += 1;
            }
            b'.' if after.is_none() => after = Some(n),
            _ => return None,
        }
    }
    if n > 15 {
        return None;
    }
    let number = whole as f64 / POWERS[n - after.unwrap_or(n)];
    Some(if negative { -number } else { number })
}

/// A number of at most seven digits on either side of its point, which starts at a place, as `-12.345`, and where it
/// ends; `None` where there is none, and for some that are near the end of the text. What follows is for the caller to
/// look at: it may make a longer number.
pub(super) fn decimal(text: &[u8], start: usize) -> Option<(f64, usize)> {
    const WHOLE: [u64; 8] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];
    let negative = *text.get(start)? == b'-';
    let first = start + usize::from(negative);
    let (mut digits, n) = leading_digits(text, first)?;
    let (mut end, mut after) = (first + n, 0);
    if n == 0 {
        return None;
    }
    if text.get(end) == Some(&b'.') {
        let fraction;
        (fraction, after) = leading_digits(text, end + 1)?;
        digits = digits * WHOLE[after] + fraction;
        end += 1 + after;
    }
    let number = digits as f64 / POWERS[after];
    Some((if negative { -number } else { number }, end))
}

/// The digits at a place as a whole number, and how many there are; `None` for more than seven, or less than eight bytes
/// of text. Looks at all eight at once, since the end of a number is what a processor cannot foresee.
fn leading_digits(text: &[u8], start: usize) -> Option<(u64, usize)> {
    const ONES: u64 = u64::MAX / 255;
    let values = u64::from_le_bytes(*text.get(start..)?.first_chunk()?) ^ (ONES * u64::from(b'0'));
    // Adding 118 carries what is more than nine into the top bit; up to the first such byte, into that of no other.
    let others = (values.wrapping_add(ONES * 118) | values) & (ONES << 7);
    let n = others.trailing_zeros() / 8;
    if n == 8 {
        return None;
    }
    // Zeros before the digits; then pairs, fours and all eight of them, the first digit in the lowest byte.
    let eight = values.checked_shl(64 - 8 * n).unwrap_or(0);
    let pairs = (eight * 10 + (eight >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some(((fours * 10_000 + (fours >> 32)) & 0xffff_ffff, n as usize))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slow(text: &str) -> Option<u64> {
        if text.chars().any(|character| !"0123456789+-.eE".contains(character)) {
            return None;
        }
        let number = text.parse().ok().filter(|value: &f64| value.is_finite());
        number.map(f64::to_bits)
    }

    #[test]
    fn other_spellings_are_not_numbers() {
        for text in [
            " 7",
            "7 ",
            "\t7",
            "nan",
            "NaN",
            "inf",
            "-inf",
            "infinity",
            "1_000",
            "1,000",
            "0x10",
            "1e400",
            "1e-400",
            "50%",
            "\u{2212}1",
            "\u{ff11}",
            "\u{663}",
            "1.",
            "+.5",
            "",
        ] {
            let number = matches!(text, "1." | "+.5");
            assert_eq!(parse_number(text).is_some(), number, "{text:?}");
        }
        assert_eq!(parse_number("0e-400"), Some(0.0));
        assert_eq!(parse_number("1e-300"), Some(1e-300));
    }

    #[test]
    fn numbers_are_those_of_the_standard_library() {
        let texts = [
            "",
            "-",
            ".",
            "-.",
            "5.",
            ".5",
            "-.5",
            "0",
            "-0",
            "+1",
            "--1",
            "1.2.3",
            "00012",
            "1e5",
            " 7 ",
            "nan",
            "inf",
            "0.1",
            "0.30000000000000004",
            "999999999999999",
            "9999999999999999",
            "123456789012345.",
            "1_000",
            "٣",
            "0.000000000000001",
            "-0.00000000000001",
        ];
        for text in texts {
            assert_eq!(parse_number(text).map(f64::to_bits), slow(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn short_decimals_are_read_exactly(text in "-?[0-9]{0,9}(\\.[0-9]{0,9})?") {
            prop_assert_eq!(parse_number(&text).map(f64::to_bits), slow(&text));
        }

        #[test]
        fn anything_is_read_as_the_standard_library_reads_it(text in "[-+0-9.e ]{0,20}") {
            prop_assert_eq!(parse_number(&text).map(f64::to_bits), slow(&text));
        }
    }

    /// Every number whose digits are at most seven on either side and which is far from the end is read.
    #[test]
    fn decimals_are_read_up_to_their_end() {
        for (text, number) in [
            ("0", 0.0),
            ("-0", -0.0),
            ("7.", 7.0),
            ("1234567.7654321", 1_234_567.765_432_1),
            ("-12.345", -12.345),
        ] {
            for follows in [",", "\n", "e5", "é", "\u{ff}\u{ff}", "- "] {
                let line = format!("x,{text}{follows}        ");
                let found = decimal(line.as_bytes(), 2).unwrap();
                assert_eq!((found.0.to_bits(), found.1), (f64::to_bits(number), 2 + text.len()), "{line}");
            }
        }
        for text in ["", "-", ".5", "x", "+1", "12345678", "1.12345678", "--1", "\u{b0}1"] {
            assert_eq!(decimal(format!("{text}        ").as_bytes(), 0), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn decimals_are_those_of_the_standard_library(text in "-?[0-9]{1,7}(\\.[0-9]{0,7})?", follows in "[,\n]") {
            let line = format!("{text}{follows}1,2,3,4,5,6");
            let (number, end) = decimal(line.as_bytes(), 0).unwrap();
            prop_assert_eq!((Some(number.to_bits()), end), (slow(&text), text.len()));
        }
    }
}
