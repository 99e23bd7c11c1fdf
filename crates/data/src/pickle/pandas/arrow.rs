//! Texts in the buffers of Arrow, as pyarrow pickles them.

use std::borrow::Cow;

use super::super::numpy;
use super::super::reader::Reader;
use super::super::{Item, List, Object, Problem};
use crate::error::DataError;

/// Texts in order, `None` where one is missing.
pub(super) type Texts = Vec<Option<String>>;

/// A chunked array, or one array, of texts.
pub(super) fn texts(reader: &mut Reader<'_>, item: Item) -> Result<Texts, DataError> {
    let Some(made) = reader.made(item) else { return Err(reader.unknown(item)) };
    match (made.module, made.name, made.arguments) {
        ("pyarrow.lib", "chunked_array", [chunks, ..]) => {
            let Some(Object::List(List::Items(chunks))) = reader.pickle.object(*chunks) else {
                return Err(reader.unknown(*chunks));
            };
            let mut all = Vec::new();
            for chunk in chunks {
                all.extend(array(reader, *chunk)?);
            }
            Ok(all)
        }
        _ => array(reader, item),
    }
}

/// `_restore_array((type, length, null count, offset, [validity, offsets, text], children, dictionary))`.
fn array(reader: &mut Reader<'_>, item: Item) -> Result<Texts, DataError> {
    let Some(made) = reader.made(item) else { return Err(reader.unknown(item)) };
    let ("pyarrow.lib", "_restore_array", [parts]) = (made.module, made.name, made.arguments) else {
        return Err(reader.unknown(item));
    };
    let Some([kind, length, _, offset, buffers, ..]) = reader.pickle.tuple(*parts) else {
        return Err(reader.unknown(item));
    };
    let width = width(reader, *kind)?;
    let count = |item: Item| numpy::integer(reader.pickle, item).and_then(|n| usize::try_from(n).ok());
    let (Some(n), Some(from)) = (count(*length), count(*offset)) else {
        return Err(reader.malformed("an Arrow array of no length"));
    };
    let Some(Object::List(List::Items(buffers))) = reader.pickle.object(*buffers) else {
        return Err(reader.unknown(*buffers));
    };
    let [validity, offsets, text] = buffers.as_slice() else {
        return Err(reader.malformed(format!("{} buffers where texts have three", buffers.len())));
    };
    if n == 0 {
        return Ok(Vec::new());
    }
    let (validity, offsets, text) =
        (buffer(reader, *validity)?, buffer(reader, *offsets)?, buffer(reader, *text)?);
    let short = || reader.malformed("the buffers of an Arrow array end before its length");
    let offsets = offsets.ok_or_else(short)?;
    let ends = from.checked_add(n).and_then(|end| end.checked_add(1)).ok_or_else(short)?;
    let offsets = offsets.get(from.saturating_mul(width)..ends.saturating_mul(width)).ok_or_else(short)?;
    let offsets: Option<Vec<usize>> = offsets.chunks_exact(width).map(position).collect();
    let offsets = offsets.ok_or_else(|| reader.malformed("an Arrow array with a negative offset"))?;
    let text = text.unwrap_or_default();
    let mut texts = Vec::with_capacity(n);
    let mut spent = n * size_of::<Option<String>>();
    for (at, ends) in offsets.windows(2).enumerate() {
        let valid = match &validity {
            Some(bits) => bits.get((from + at) / 8).ok_or_else(short)? >> ((from + at) % 8) & 1 == 1,
            None => true,
        };
        let bytes = text.get(ends[0]..ends[1]).ok_or_else(short)?;
        let text = std::str::from_utf8(bytes).map_err(|_| reader.malformed("a text that is not UTF-8"))?;
        spent = spent.saturating_add(text.len());
        texts.push(valid.then(|| text.to_owned()));
    }
    reader.spend(spent)?;
    Ok(texts)
}

/// Bytes of an offset in an array of texts.
fn width(reader: &Reader<'_>, kind: Item) -> Result<usize, DataError> {
    let made = reader.made(kind).filter(|made| (made.module, made.name) == ("pyarrow.lib", "type_for_alias"));
    let alias = made.and_then(|made| made.arguments.first().copied());
    match alias.and_then(|alias| reader.pickle.text(alias)) {
        Some("string" | "utf8") => Ok(4),
        Some("large_string" | "large_utf8") => Ok(8),
        Some(other) => Err(reader.error(Problem::Unknown(format!("an Arrow array of type `{other}`")))),
        None => Err(reader.unknown(kind)),
    }
}

/// `py_buffer(bytes)`, or none.
fn buffer<'a>(reader: &Reader<'a>, item: Item) -> Result<Option<Cow<'a, [u8]>>, DataError> {
    if item == Item::None {
        return Ok(None);
    }
    match reader.made(item) {
        Some(made)
            if (made.module, made.name) == ("pyarrow.lib", "py_buffer") && made.arguments.len() == 1 =>
        {
            let bytes = numpy::bytes(reader.pickle, made.arguments[0]);
            bytes.map(Some).map_err(|problem| reader.error(problem))
        }
        _ => Err(reader.unknown(item)),
    }
}

/// A position of 4 or 8 bytes, little-endian; `None` where it is negative.
fn position(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [a, b, c, d] => usize::try_from(i32::from_le_bytes([a, b, c, d])).ok(),
        _ => usize::try_from(i64::from_le_bytes(bytes.try_into().ok()?)).ok(),
    }
}
