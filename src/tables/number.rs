//! Numbers for readers: how many digits, which sign, how large a difference is.

use super::Delta;
use crate::claims::{Claim, Outcome, Rule, Value};

/// The minus sign, as wide as a plus.
const MINUS: &str = "\u{2212}";
/// More digits than a number has are noise.
const MOST_DECIMALS: usize = 17;

/// Digits after the point of a plain decimal number; `None` for anything else.
pub(super) fn decimals(printed: &str) -> Option<usize> {
    let printed = printed.trim();
    let digits = printed.strip_prefix(['-', '+']).unwrap_or(printed);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (plain(whole) && plain(fraction) && !digits.trim_matches('.').is_empty()).then_some(fraction.len())
}

/// Our value for readers: one digit more than printed, where both are numbers.
pub(super) fn rounded(printed: &str, ours: &Value) -> String {
    match (ours.number(), decimals(printed)) {
        (Some(number), Some(decimals)) => fixed(number, decimals + 1),
        (Some(number), None) => number.to_string().replace('-', MINUS),
        (None, _) => ours.to_string(),
    }
}

/// The difference of a judged claim.
pub(super) fn delta(claim: &Claim) -> Option<Delta> {
    let value = claim.difference?;
    let decimals = decimals(&claim.value);
    let text = match decimals {
        Some(decimals) => fixed(value, decimals + 1),
        None => value.to_string().replace('-', MINUS),
    };
    // What rounds to nothing has no sign.
    let signed = value > 0.0 && text.contains(|digit: char| ('1'..='9').contains(&digit));
    let text = if signed { format!("+{text}") } else { text };
    Some(Delta { value, text, level: level(claim, value, decimals) })
}

fn fixed(number: f64, decimals: usize) -> String {
    let text = format!("{number:.0$}", decimals.min(MOST_DECIMALS));
    match text.strip_prefix('-') {
        Some(rest) if rest.contains(|digit: char| ('1'..='9').contains(&digit)) => format!("{MINUS}{rest}"),
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

fn level(claim: &Claim, difference: f64, decimals: Option<usize>) -> u8 {
    if claim.outcome != Outcome::Differs {
        return 0;
    }
    let half_unit = decimals.map_or(0.0, |decimals| 0.5 / libm::pow(10.0, decimals as f64));
    let value = claim.value.trim().parse::<f64>().unwrap_or_default();
    let allowed = match claim.rule {
        Rule::Rel => claim.tolerance.unwrap_or_default() * value.abs(),
        _ => claim.tolerance.unwrap_or_default(),
    };
    let times = difference.abs() / half_unit.max(allowed);
    if times > 10.0 {
        3
    } else if times > 3.0 {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_has_one_digit_more_than_printed() {
        let shown = |printed, ours| rounded(printed, &Value::Number(ours));
        assert_eq!(shown("0.10", 0.097), "0.097");
        assert_eq!(shown("0.1", 0.097), "0.10");
        assert_eq!(shown("141130", 141_130.25), "141130.2");
        assert_eq!(shown("-0.5", -0.476), "\u{2212}0.48");
        assert_eq!(shown("0.0", -0.001), "0.00");
        assert_eq!(shown("1e-3", 0.0012), "0.0012");
        assert_eq!(rounded("**", &Value::Text("*".into())), "*");
        assert_eq!(rounded("0.1", &Value::Numbers(vec![0.1, 0.2])), "0.15");
    }

    #[test]
    fn decimals_are_those_of_plain_numbers() {
        assert_eq!(decimals(" 0.10 "), Some(2));
        assert_eq!(decimals("-7"), Some(0));
        for text in ["", ".", "-", "nan", "1e-3", "0.1 (0.2)", "\u{661}"] {
            assert_eq!(decimals(text), None, "{text}");
        }
    }
}
