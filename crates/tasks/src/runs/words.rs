//! Words of a command, as a shell reads them without its other features.

/// Words separated by blanks. Quotes of either kind hold blanks together; a backslash takes the next character as it is,
/// between single quotes itself. `None` where a quote is not closed.
pub fn words(text: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().push(characters.next()?),
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let is = |text: &str, expected: &[&str]| assert_eq!(words(text).unwrap(), expected, "{text}");
        is("python main.py --fast", &["python", "main.py", "--fast"]);
        is("  a   b\t", &["a", "b"]);
        is(r#"'a b' "c d"e f\ g ''"#, &["a b", "c de", "f g", ""]);
        is(r#"'a\b' "a\"b""#, &["a\\b", "a\"b"]);
        is("", &[]);
        for open in ["'a", "a \"b", "a\\"] {
            assert_eq!(words(open), None, "{open}");
        }
    }
}
