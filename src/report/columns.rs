//! Text in a terminal: how many columns it takes, and how it is cut to fit.

use super::markdown::hides;

/// Characters that take no column: marks that combine with the one before, joiners, variation selectors.
const NONE: [(u32, u32); 17] = [
    (0x0300, 0x036f),
    (0x0483, 0x0489),
    (0x0591, 0x05bd),
    (0x0610, 0x061a),
    (0x064b, 0x065f),
    (0x0900, 0x0902),
    (0x093c, 0x093c),
    (0x0941, 0x0948),
    (0x1ab0, 0x1aff),
    (0x1dc0, 0x1dff),
    (0x200b, 0x200f),
    (0x2060, 0x2064),
    (0x20d0, 0x20ff),
    (0xfe00, 0xfe0f),
    (0xfe20, 0xfe2f),
    (0xfeff, 0xfeff),
    (0xe0100, 0xe01ef),
];

/// Characters that take two: East Asian wide and full-width forms (Unicode Standard Annex 11), and emoji.
const TWO: [(u32, u32); 12] = [
    (0x1100, 0x115f),
    (0x231a, 0x231b),
    (0x2e80, 0x303e),
    (0x3041, 0xa4cf),
    (0xa960, 0xa97c),
    (0xac00, 0xd7a3),
    (0xf900, 0xfaff),
    (0xfe30, 0xfe6f),
    (0xff00, 0xff60),
    (0xffe0, 0xffe6),
    (0x1f300, 0x1faff),
    (0x20000, 0x3fffd),
];

/// Columns of a text in which nothing is hidden.
pub fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

fn width(character: char) -> usize {
    let within = |ranges: &[(u32, u32)]| {
        ranges.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(character)))
    };
    if within(&NONE) {
        0
    } else if within(&TWO) {
        2
    } else {
        1
    }
}

/// A text of one line: what would move the cursor or turn the direction becomes a sign that shows it was there.
pub fn plain(text: &str) -> String {
    text.chars().map(|character| if hides(character) { '\u{fffd}' } else { character }).collect()
}

/// The text, its end replaced by an ellipsis where it takes more than `most` columns.
pub fn cut(text: &str, most: usize) -> String {
    let text = plain(text);
    if columns(&text) <= most {
        return text;
    }
    let (mut kept, mut used) = (String::new(), 0);
    for character in text.chars() {
        used += width(character);
        if used + 1 > most {
            break;
        }
        kept.push(character);
    }
    kept + "\u{2026}"
}

/// The text padded with spaces to exactly `most` columns, or cut to it.
pub fn pad(text: &str, most: usize) -> String {
    let text = cut(text, most);
    let space = " ".repeat(most.saturating_sub(columns(&text)));
    text + &space
}

/// Lines of at most `most` columns, broken at spaces where there are any.
pub fn wrap(text: &str, most: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in plain(text).split_whitespace() {
        let mut word = word.to_owned();
        if !line.is_empty() && columns(&line) + 1 + columns(&word) > most {
            lines.push(std::mem::take(&mut line));
        }
        while columns(&word) > most {
            let mut head = cut(&word, most);
            head.pop();
            word = word[head.len()..].to_owned();
            lines.push(head);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in "\\PC{0,80}", most in 4..40_usize) {
            prop_assert!(columns(&cut(&text, most)) <= most);
            prop_assert_eq!(columns(&pad(&text, most)), most);
            prop_assert!(wrap(&text, most).iter().all(|line| columns(line) <= most));
        }

        #[test]
        fn wrapping_keeps_every_word(text in "[a-z]{1,9}( [a-z]{1,9}){0,9}") {
            prop_assert_eq!(wrap(&text, 12).join(" "), text);
        }
    }

    #[test]
    fn wide_and_combining_characters_are_counted() {
        assert_eq!(["ab", "\u{4e2d}\u{6587}", "e\u{301}", "\u{1f600}"].map(columns), [2, 4, 1, 2]);
        assert_eq!(cut("\u{4e2d}\u{6587}x", 4), "\u{4e2d}\u{2026}");
        assert_eq!(plain("a\u{202e}\u{1b}b"), "a\u{fffd}\u{fffd}b");
    }
}
