//! Texts and integers as pickles write them.

use super::{Item, Object, Problem};

/// UTF-8 in which single surrogates may stand, as `surrogatepass` writes them; those become U+FFFD.
pub(super) fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The text of protocol 0's UNICODE: Latin-1 with `\uXXXX` and `\UXXXXXXXX`.
pub(super) fn raw_unicode(line: &[u8]) -> Result<String, Problem> {
    let malformed = || Problem::Malformed(String::from_utf8_lossy(line).into_owned(), "text");
    let mut text = String::new();
    let mut rest = line;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = match (byte, after.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => {
                text.push(char::from(byte));
                rest = after;
                continue;
            }
        };
        let code = after.get(1..=digits).and_then(|code| std::str::from_utf8(code).ok());
        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok()).ok_or_else(malformed)?;
        text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = &after[1 + digits..];
    }
    Ok(text)
}

/// The bytes of protocol 0's STRING: a Python literal in quotes, with its escapes.
pub(super) fn quoted(line: &[u8]) -> Result<Vec<u8>, Problem> {
    let malformed = || Problem::Malformed(String::from_utf8_lossy(line).into_owned(), "text in quotes");
    let (first, last) = line.first().zip(line.last()).ok_or_else(malformed)?;
    if line.len() < 2 || first != last || !matches!(first, b'\'' | b'"') {
        return Err(malformed());
    }
    let mut bytes = Vec::new();
    let mut rest = line[1..line.len() - 1].iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next().ok_or_else(malformed)? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            byte @ (b'\\' | b'\'' | b'"') => byte,
            b'x' => {
                let digits =
                    [rest.next(), rest.next()].map(|digit| digit.and_then(|d| char::from(d).to_digit(16)));
                let [Some(high), Some(low)] = digits else { return Err(malformed()) };
                (high * 16 + low) as u8
            }
            _ => return Err(malformed()),
        });
    }
    Ok(bytes)
}

/// A decimal integer, with the `L` of Python 2 or without.
pub(super) fn decimal(word: &str) -> Result<Item, Problem> {
    let digits = word.strip_suffix('L').unwrap_or(word).trim();
    digits.parse().map(Item::Int).map_err(|_| Problem::Malformed(word.to_owned(), "integer of 64 bits"))
}

/// A decimal float.
pub(super) fn float(word: &str) -> Result<Item, Problem> {
    word.trim().parse().map(Item::Float).map_err(|_| Problem::Malformed(word.to_owned(), "number"))
}

/// An integer from two's complement, little-endian: in place if it has 64 bits or fewer.
pub(super) fn integer(bytes: Vec<u8>) -> Result<i64, Object> {
    if bytes.len() > 8 {
        return Err(Object::BigInt(bytes));
    }
    let sign = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut whole = [sign; 8];
    whole[..bytes.len()].copy_from_slice(&bytes);
    Ok(i64::from_le_bytes(whole))
}
