//! XML text and numbers.

use std::fmt::Write;

use crate::digest::text::is_obeyed;

/// A text that is safe between tags and inside a quoted attribute, on one line: markup is escaped, line breaks
/// become character references, and characters that XML forbids or that turn the direction of reading are replaced by U+FFFD.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ if is_obeyed(character) => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A coordinate with at most three decimals, without trailing zeros and without a negative zero; what is not
/// finite becomes 0, so that a broken number can never break the file.
pub fn number(value: f64) -> String {
    let rounded = if value.is_finite() { (value * 1000.0).round() / 1000.0 } else { 0.0 };
    if rounded == 0.0 || !rounded.is_finite() { "0".to_owned() } else { rounded.to_string() }
}

/// One start tag being written; attributes appear in the order of the calls.
pub struct Tag {
    text: String,
}

impl Tag {
    /// `<name`.
    pub fn new(name: &str) -> Self {
        Self { text: format!("<{name}") }
    }

    /// Adds an attribute.
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        // Writing to a string cannot fail.
        let _ = write!(self.text, " {name}=\"{}\"", escape(value));
        self
    }

    /// Adds an attribute if there is a value.
    pub fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    /// Adds a coordinate or size.
    pub fn number(self, name: &str, value: f64) -> Self {
        self.attribute(name, &number(value))
    }

    /// Neither: the caller writes the rest.
    pub fn unclosed(self) -> String {
        self.text
    }

    /// `>`: children follow.
    pub fn open(self) -> String {
        self.text + ">"
    }

    /// `/>`: nothing follows.
    pub fn close(self) -> String {
        self.text + "/>"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(1.0), "1");
        assert_eq!(number(-0.0004), "0");
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(12.34567), "12.346");
        assert_eq!(number(f64::NAN), "0");
        assert_eq!(number(f64::INFINITY), "0");
        assert_eq!(number(1e-9), "0");
    }

    #[test]
    fn nothing_breaks_out_of_an_attribute() {
        assert_eq!(escape("a<b>&\"'\n\0"), "a&lt;b&gt;&amp;&quot;&#39;&#10;\u{fffd}");
        assert_eq!(Tag::new("g").attribute("id", "\"/>").close(), "<g id=\"&quot;/&gt;\"/>");
    }
}
