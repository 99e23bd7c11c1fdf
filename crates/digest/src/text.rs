//! Characters of texts from files that a terminal or a page obeys instead of showing them.

use std::borrow::Cow;

/// Whether a terminal or browser acts on a character instead of showing it: control characters other than line break and tab
/// (escape sequences start with one), and characters that reverse the reading direction.
pub fn is_obeyed(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' => true,
        _ => character.is_control(),
    }
}

/// The text for a terminal: obeyed characters as `\u001b`, which reads the same in JSON.
pub fn escaped(text: &str) -> Cow<'_, str> {
    replaced(text, |character, into| into.push_str(&format!("\\u{:04x}", u32::from(character))))
}

/// The same for a text that must stay one line: a line break in it could pass for the next message.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let text = escaped(text);
    if text.contains('\n') { Cow::Owned(text.replace('\n', "\\u000a")) } else { text }
}

/// The text for a page or a drawing: U+FFFD in place of obeyed characters. An escape would be undone by whoever reads the
/// page's JSON.
pub fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, |_, into| into.push(char::REPLACEMENT_CHARACTER))
}

fn replaced(text: &str, replace: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut replaced = String::with_capacity(text.len());
    for character in text.chars() {
        if is_obeyed(character) { replace(character, &mut replaced) } else { replaced.push(character) }
    }
    Cow::Owned(replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_obeyed_becomes_visible_and_the_rest_stays() {
        let hostile = "a\u{1b}[2J\r\u{8}\u{0}\u{7f}\u{9b}\u{202e}\u{2066}\u{200f}\u{61c}é\n\tשלום ö";
        let shown = "a\\u001b[2J\\u000d\\u0008\\u0000\\u007f\\u009b\\u202e\\u2066\\u200f\\u061cé\n\tשלום ö";
        assert_eq!(escaped(hostile), shown);
        assert_eq!(visible(hostile).matches(char::REPLACEMENT_CHARACTER).count(), 10);
        assert!(matches!(escaped("as it is\n"), Cow::Borrowed(_)));
        assert_eq!(one_line("a\nerror: b\u{1b}"), "a\\u000aerror: b\\u001b");
        assert!(matches!(one_line("as it is\t"), Cow::Borrowed(_)));
    }
}
