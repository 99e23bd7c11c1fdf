//! The Python literals of a header: a dict of texts, truth values, numbers, tuples and lists. Nothing is evaluated.

use crate::error::DataError;

/// Tuples and lists inside each other.
const MAX_DEPTH: usize = 8;

/// A literal.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Bool(bool),
    Int(u64),
    Tuple(Vec<Literal>),
    List(Vec<Literal>),
    Dict(Vec<(String, Literal)>),
}

/// The one literal that `text` is.
pub(super) fn parse(text: &str) -> Result<Literal, DataError> {
    let mut parser = Parser { rest: text };
    let literal = parser.literal(0)?;
    parser.space();
    if !parser.rest.is_empty() {
        return Err(parser.wrong());
    }
    Ok(literal)
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn wrong(&self) -> DataError {
        let rest: String = self.rest.chars().take(20).collect();
        DataError::malformed("", format!("the header is no Python literal before {rest:?}"))
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\t', '\r']);
    }

    /// Takes `token` where it comes next.
    fn took(&mut self, token: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn literal(&mut self, depth: usize) -> Result<Literal, DataError> {
        if depth > MAX_DEPTH {
            return Err(DataError::malformed("", "the header nests too deeply"));
        }
        if self.took("{") {
            return self.dict(depth);
        }
        if self.took("(") {
            return self.tuple(depth);
        }
        if self.took("[") {
            return Ok(Literal::List(self.items("]", depth)?.0));
        }
        for (word, value) in [("True", true), ("False", false)] {
            if self.took(word) {
                return Ok(Literal::Bool(value));
            }
        }
        if self.rest.starts_with(['\'', '"']) {
            return Ok(Literal::Text(self.text()?));
        }
        self.number()
    }

    /// Literals up to `end`, and whether a comma followed the last.
    fn items(&mut self, end: &str, depth: usize) -> Result<(Vec<Literal>, bool), DataError> {
        let mut items = Vec::new();
        loop {
            if self.took(end) {
                let comma = !items.is_empty();
                return Ok((items, comma));
            }
            items.push(self.literal(depth + 1)?);
            if self.took(end) {
                return Ok((items, false));
            }
            if !self.took(",") {
                return Err(self.wrong());
            }
        }
    }

    /// One literal in parentheses without a comma is that literal.
    fn tuple(&mut self, depth: usize) -> Result<Literal, DataError> {
        let (mut items, comma) = self.items(")", depth)?;
        match (items.len(), comma) {
            (1, false) => items.pop().ok_or_else(|| self.wrong()),
            _ => Ok(Literal::Tuple(items)),
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Literal, DataError> {
        let mut entries: Vec<(String, Literal)> = Vec::new();
        loop {
            if self.took("}") {
                return Ok(Literal::Dict(entries));
            }
            let key = self.text()?;
            if !self.took(":") || entries.iter().any(|(own, _)| *own == key) {
                return Err(self.wrong());
            }
            entries.push((key, self.literal(depth + 1)?));
            if !self.took(",") && !self.rest.starts_with('}') {
                return Err(self.wrong());
            }
        }
    }

    /// A text in single or double quotes; escapes of the quotes, the backslash and code points are read.
    fn text(&mut self) -> Result<String, DataError> {
        self.space();
        let quote = self
            .rest
            .chars()
            .next()
            .filter(|first| matches!(first, '\'' | '"'))
            .ok_or_else(|| self.wrong())?;
        let mut text = String::new();
        let mut characters = self.rest[1..].chars();
        loop {
            let character = match characters.next() {
                Some('\\') => match characters.next() {
                    Some(escaped @ ('\\' | '\'' | '"')) => Some(escaped),
                    Some('n') => Some('\n'),
                    Some('t') => Some('\t'),
                    Some('r') => Some('\r'),
                    Some('x') => code_point(&mut characters, 2),
                    Some('u') => code_point(&mut characters, 4),
                    Some('U') => code_point(&mut characters, 8),
                    _ => None,
                },
                Some('\n') | None => None,
                Some(end) if end == quote => {
                    self.rest = characters.as_str();
                    return Ok(text);
                }
                other => other,
            };
            text.push(character.ok_or_else(|| self.wrong())?);
        }
    }

    /// A number that is not negative, with the `L` that Python 2 appends to long ones.
    fn number(&mut self) -> Result<Literal, DataError> {
        let end = self.rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest[..end].parse().map_err(|_| self.wrong())?;
        let rest = &self.rest[end..];
        self.rest = rest.strip_prefix('L').unwrap_or(rest);
        Ok(Literal::Int(number))
    }
}

fn code_point(characters: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + characters.next()?.to_digit(16)?;
    }
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_headers_are_read() {
        let header = "{'descr': [('a', '<i4'), (\"b\\u00e9\", '|S2', (2, 3))], 'fortran_order': False, 'shape': (3L,), }  \n";
        let Literal::Dict(entries) = parse(header).unwrap() else { panic!("no dict") };
        assert_eq!(entries[1], ("fortran_order".to_owned(), Literal::Bool(false)));
        assert_eq!(entries[2].1, Literal::Tuple(vec![Literal::Int(3)]));
        let Literal::List(fields) = &entries[0].1 else { panic!("no list") };
        let Literal::Tuple(field) = &fields[1] else { panic!("no tuple") };
        assert_eq!(field[0], Literal::Text("bé".to_owned()));
        assert_eq!(parse("(5)").unwrap(), Literal::Int(5));
        assert_eq!(parse("()").unwrap(), Literal::Tuple(Vec::new()));
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for text in [
            "",
            "{",
            "{'a'}",
            "{'a': 1",
            "{'a': 1 'b': 2}",
            "{'a': 1, 'a': 2}",
            "(1",
            "(,)",
            "[1 2]",
            "-1",
            "1.5",
            "__import__('os')",
            "None",
            "'a",
            "'\\",
            "'\\x4",
            "'\\ud800'",
            "'a\n'",
            "99999999999999999999999",
            "1 1",
            "é",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        let deep = "(".repeat(100_000);
        assert!(parse(&deep).unwrap_err().to_string().contains("too deeply"));
    }
}
