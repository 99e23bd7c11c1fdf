//! Spellings of numbers that are not read as numbers, and what to write instead.

use super::decimal::parse_number;

/// What a text that is not a number should be written as, as an instruction for its author: `write \`1000\`: thousands
/// separators are not read`. `None` for a text that does not look like a number.
pub fn advice(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return (!text.is_empty())
            .then(|| "leave the cell empty: blanks are not read as a missing value".to_owned());
    }
    if trimmed.contains('\u{b1}') || trimmed.contains("+/-") {
        return Some("write the value alone, and its spread (\u{b1}) in a column of its own".to_owned());
    }
    const BOUNDS: [char; 7] = ['<', '>', '\u{2264}', '\u{2265}', '~', '\u{2248}', '='];
    if trimmed.starts_with(BOUNDS) {
        return Some("a bound is not a number: write the number, or leave the row out".to_owned());
    }
    let (plain, mut found) = plain(trimmed);
    if trimmed.len() < text.len() {
        found.push("blanks around a number");
    }
    if parse_number(&plain).is_some() {
        let grouped =
            found.contains(&THOUSANDS) && trimmed.matches(',').count() == 1 && !trimmed.contains('.');
        let decimal = trimmed.replacen(',', ".", 1);
        let or =
            if grouped { format!(", or `{decimal}` if the comma is a decimal comma") } else { String::new() };
        return (!found.is_empty())
            .then(|| format!("write `{plain}`{or}: {} are not read", found.join(" and ")));
    }
    other(&plain)
}

const THOUSANDS: &str = "thousands separators";

/// The text as a number is written, as far as it is one, and the names of what was changed.
fn plain(text: &str) -> (String, Vec<&'static str>) {
    let mut found = Vec::new();
    let mut plain = text.to_owned();
    let mut change = |plain: &mut String, changed: String, name: &'static str| {
        if *plain != changed {
            *plain = changed;
            found.push(name);
        }
    };
    let changed = with_powers(&plain);
    change(&mut plain, changed, "powers of ten other than `e`");
    let changed = plain.chars().map(minus).collect();
    change(&mut plain, changed, "minus signs other than `-`");
    let changed = plain.chars().map(digit).collect();
    change(&mut plain, changed, "digits other than 0 to 9");
    let changed = without_thousands(&plain).unwrap_or_else(|| plain.clone());
    change(&mut plain, changed, THOUSANDS);
    let changed = with_point(&plain).unwrap_or_else(|| plain.clone());
    change(&mut plain, changed, "decimal commas");
    (plain, found)
}

fn minus(character: char) -> char {
    match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => '-',
        other => other,
    }
}

/// Digits of other scripts and full width, of which each row starts with its zero.
fn digit(character: char) -> char {
    const ZEROS: [char; 5] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{ff10}'];
    let code = u32::from(character);
    let of_row = |zero: &char| code.checked_sub(u32::from(*zero)).filter(|digit| *digit < 10);
    match character {
        '\u{66b}' | '\u{ff0e}' => '.',
        _ => ZEROS.iter().find_map(of_row).and_then(|digit| char::from_digit(digit, 10)).unwrap_or(character),
    }
}

/// `1.5 \u{d7} 10^-3` as `1.5e-3`.
fn with_powers(text: &str) -> String {
    let Some(at) = text.find(['\u{d7}', '\u{b7}', '*', 'x', 'X']) else { return text.to_owned() };
    let (number, rest) = text.split_at(at);
    let rest = rest.trim_start_matches(['\u{d7}', '\u{b7}', '*', 'x', 'X', ' ']);
    match rest.strip_prefix("10") {
        // `0x105` is another number.
        Some(power) if power.starts_with(['^', '+', '-', '\u{2212}']) => {
            format!(
                "{}e{}",
                number.trim(),
                power.trim_start_matches('^').chars().map(minus).collect::<String>()
            )
        }
        _ => text.to_owned(),
    }
}

/// A number whose digits stand in groups of three, as one group; underscores may stand anywhere.
fn without_thousands(text: &str) -> Option<String> {
    if text.contains('_') {
        return Some(text.replace('_', ""));
    }
    let number = text.trim_start_matches(['-', '+']);
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let separator = whole.chars().find(|character| !character.is_ascii_digit())?;
    if !matches!(separator, ',' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}') {
        return None;
    }
    let mut groups = whole.split(separator);
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group));
    let joined =
        || format!("{}{}{fraction}", &text[..text.len() - number.len()], whole.replace(separator, ""));
    (first && groups.all(|group| group.len() == 3 && digits(group))).then(joined)
}

/// A number with a decimal comma, with a point.
fn with_point(text: &str) -> Option<String> {
    (text.matches(',').count() == 1 && !text.contains('.')).then(|| text.replace(',', "."))
}

/// Advice on a text that is not a number however its digits are written.
fn other(text: &str) -> Option<String> {
    if let Some(digits) = text.strip_suffix('%') {
        let number = parse_number(digits.trim())?;
        return Some(format!("write the fraction `{}`: percent signs are not read here", number / 100.0));
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let number = u64::from_str_radix(digits, 16).ok()?;
        return Some(format!("write `{number}`: hexadecimal numbers are not read"));
    }
    if text
        .parse()
        .is_ok_and(|number: f64| number.is_finite() || text.bytes().any(|byte| byte.is_ascii_digit()))
    {
        return Some("the number is too large or too small for double precision".to_owned());
    }
    let number = text.trim_end_matches(|character: char| !character.is_ascii_digit() && character != '.');
    parse_number(number).map(|_| format!("write `{number}` alone: units and remarks are not read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_named_with_what_to_write() {
        for (text, words) in [
            (
                "1,000",
                "write `1000`, or `1.000` if the comma is a decimal comma: thousands separators are not read",
            ),
            ("-12,345,678.5", "write `-12345678.5`: thousands separators are not read"),
            ("1 000", "write `1000`: thousands separators are not read"),
            ("1\u{202f}000", "write `1000`: thousands separators"),
            ("1'000.5", "write `1000.5`: thousands separators"),
            ("1_000", "write `1000`: thousands separators"),
            ("0,9138", "write `0.9138`: decimal commas are not read"),
            ("\u{2212}0.5", "write `-0.5`: minus signs other than `-` are not read"),
            (
                "\u{2013}1,000.5",
                "write `-1000.5`: minus signs other than `-` and thousands separators are not read",
            ),
            ("<0.001", "a bound is not a number"),
            ("\u{2264} 5", "a bound is not a number"),
            ("0.50\u{b1}0.02", "in a column of its own"),
            ("\u{ff11}\u{ff0e}\u{ff15}", "write `1.5`: digits other than 0 to 9 are not read"),
            ("\u{660}\u{66b}\u{665}", "write `0.5`: digits other than 0 to 9 are not read"),
            ("0x10", "write `16`: hexadecimal"),
            ("  0.5 ", "write `0.5`: blanks around a number are not read"),
            (" ", "leave the cell empty"),
            ("1.5 \u{d7} 10^\u{2212}3", "write `1.5e-3`: powers of ten other than `e` are not read"),
            ("50%", "write the fraction `0.5`"),
            ("1e400", "too large or too small"),
            ("1e-400", "too large or too small"),
            ("12 ms", "write `12` alone"),
        ] {
            let advice = advice(text).unwrap_or_default();
            assert!(advice.contains(words), "{text:?}: {advice}");
        }
    }

    #[test]
    fn other_texts_have_no_spelling() {
        for text in ["", "nan", "NaN", "NA", "inf", "oops", "TRUE", "-", "1-2-3", "2024-01-02", "v1.5x"] {
            assert_eq!(advice(text), None, "{text:?}");
        }
    }
}
