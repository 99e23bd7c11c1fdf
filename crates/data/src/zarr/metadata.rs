//! What a store says of an array, the same for versions 2 and 3 of the format.

use serde_json::Value;

use super::codec::Codec;
use crate::elements::{Encoding, Stored, c_strides, count, fortran_strides, half};
use crate::error::{DataError, DataProblem};
use crate::store::Kind;
use crate::values::DataType;

/// Most dimensions of an array.
const MAX_DIMENSIONS: usize = 64;

/// Type of the elements of an array.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Elements {
    /// Of one size each.
    Plain(Encoding),
    /// Texts, each with its length.
    Texts,
    /// Records of fields: name, encoding, shape of the field.
    Records(Vec<Field>),
    /// Something that is not read.
    Other(String),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub name: String,
    pub encoding: Encoding,
    pub shape: Vec<usize>,
}

impl Field {
    /// Bytes.
    pub fn size(&self) -> Result<usize, DataError> {
        count(&[count(&self.shape)?, self.encoding.size()])
    }
}

impl Elements {
    /// Bytes an element; of a text those that it takes in memory when it is empty.
    pub fn size(&self) -> Result<usize, DataError> {
        match self {
            Self::Plain(encoding) => Ok(encoding.size()),
            Self::Texts => Ok(size_of::<String>()),
            Self::Records(fields) => fields.iter().try_fold(0_usize, |size, field| {
                size.checked_add(field.size()?)
                    .ok_or_else(|| DataError::malformed("", "the size of a record"))
            }),
            Self::Other(what) => Err(DataError::new("", DataProblem::Unsupported(what.clone()))),
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Plain(encoding) => Kind::Plain(encoding.data_type()),
            Self::Texts => Kind::Plain(DataType::Text),
            Self::Records(fields) => Kind::Records(fields.iter().map(|field| field.name.clone()).collect()),
            Self::Other(what) => Kind::Other(what.clone()),
        }
    }
}

/// Where the chunks of an array lie.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ChunkKeys {
    /// What the numbers of a chunk follow, where they follow something.
    pub prefix: Option<&'static str>,
    /// What stands between the numbers.
    pub separator: char,
}

impl ChunkKeys {
    /// Key of a chunk, relative to the array.
    pub fn key(&self, chunk: &[usize]) -> String {
        let mut key = self.prefix.unwrap_or_default().to_owned();
        for (i, number) in chunk.iter().enumerate() {
            if i > 0 || self.prefix.is_some() {
                key.push(self.separator);
            }
            key.push_str(&number.to_string());
        }
        if key.is_empty() { "0".to_owned() } else { key }
    }
}

/// How a chunk becomes bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pipeline {
    /// By how many elements a step along each dimension moves in the chunk as it is stored.
    pub order: Order,
    /// How the elements become bytes.
    pub serial: Serial,
    /// What is done to the bytes then, in this order.
    pub codecs: Vec<Codec>,
}

/// Order in which elements are stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Order {
    /// The last dimension fastest.
    C,
    /// The first dimension fastest.
    Fortran,
    /// Dimensions in this order, the last of them fastest.
    Permuted(Vec<usize>),
}

impl Order {
    /// Shape of a chunk as it is stored.
    pub fn stored_shape(&self, shape: &[usize]) -> Vec<usize> {
        match self {
            Self::C => shape.to_vec(),
            Self::Fortran => shape.iter().rev().copied().collect(),
            Self::Permuted(order) => order.iter().map(|dimension| shape[*dimension]).collect(),
        }
    }

    /// Strides of a chunk as it is stored, by dimension of the array; `None` where they are those of C.
    pub fn strides(&self, shape: &[usize]) -> Option<Vec<usize>> {
        match self {
            Self::C => None,
            Self::Fortran => Some(fortran_strides(shape)),
            Self::Permuted(order) => {
                let mut strides = vec![0; shape.len()];
                for (dimension, stride) in order.iter().zip(c_strides(&self.stored_shape(shape))) {
                    strides[*dimension] = stride;
                }
                Some(strides)
            }
        }
    }
}

/// How elements become bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Serial {
    /// One after the other.
    Bytes,
    /// Texts: their number, then each with its length.
    Texts,
    /// Chunks inside of the chunk.
    Sharded(Box<Sharding>),
}

/// Chunks inside of a chunk, the shard.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sharding {
    pub chunk: Vec<usize>,
    pub pipeline: Pipeline,
    /// What is done to the bytes of the index.
    pub index_codecs: Vec<Codec>,
    pub index_big_endian: bool,
    pub index_at_end: bool,
}

/// An array as the store describes it.
pub(super) struct ArrayInfo {
    pub shape: Vec<usize>,
    /// Shape of the chunks, of as many dimensions; no length is 0.
    pub chunk: Vec<usize>,
    pub elements: Elements,
    /// Bytes of an element, or text, where no chunk is.
    pub fill: Result<Vec<u8>, DataError>,
    pub keys: ChunkKeys,
    pub pipeline: Result<Pipeline, DataError>,
}

/// An error where shape and chunks contradict each other.
pub(super) fn check_shapes(shape: &[usize], chunk: &[usize]) -> Result<(), DataError> {
    if shape.len() > MAX_DIMENSIONS || chunk.len() != shape.len() || chunk.contains(&0) {
        let why = format!("chunks of {chunk:?} of an array of {shape:?}");
        return Err(DataError::malformed("", why));
    }
    Ok(())
}

/// Lengths in a document.
pub(super) fn lengths(lengths: &[u64]) -> Result<Vec<usize>, DataError> {
    let lengths: Option<Vec<usize>> = lengths.iter().map(|length| usize::try_from(*length).ok()).collect();
    lengths.ok_or_else(|| DataError::malformed("", "a length beyond memory"))
}

/// Bytes of an element from the value in a document; `null` is 0.
pub(super) fn fill(elements: &Elements, value: &Value) -> Result<Vec<u8>, DataError> {
    let wrong = || DataError::malformed("", "the fill value is of another type than the array");
    match elements {
        Elements::Plain(encoding) => element(*encoding, value).ok_or_else(wrong),
        Elements::Texts => match value {
            Value::String(text) => Ok(text.clone().into_bytes()),
            Value::Null => Ok(Vec::new()),
            Value::Number(number) if number.as_f64() == Some(0.0) => Ok(Vec::new()),
            _ => Err(wrong()),
        },
        Elements::Records(_) => {
            let size = elements.size()?;
            match value {
                Value::String(text) => base64(text).filter(|bytes| bytes.len() == size).ok_or_else(wrong),
                Value::Null => zeros(size),
                Value::Number(number) if number.as_f64() == Some(0.0) => zeros(size),
                _ => Err(DataError::new("", DataProblem::Unsupported("a fill value of records".to_owned()))),
            }
        }
        Elements::Other(_) => Ok(Vec::new()),
    }
}

/// Largest element that is filled in.
const MAX_ELEMENT: usize = 1 << 20;

fn zeros(size: usize) -> Result<Vec<u8>, DataError> {
    if size > MAX_ELEMENT {
        return Err(DataError::new("", DataProblem::Limit(format!("elements of {size} bytes"))));
    }
    Ok(vec![0; size])
}

fn element(encoding: Encoding, value: &Value) -> Option<Vec<u8>> {
    let size = encoding.size();
    let mut bytes = zeros(size).ok()?;
    if value.is_null() {
        return Some(bytes);
    }
    let little: Vec<u8> = match (encoding.stored, value) {
        (Stored::Utf32(n), Value::String(text)) if text.chars().count() <= n => {
            text.chars().flat_map(|character| u32::from(character).to_le_bytes()).collect()
        }
        (Stored::Bytes(_), Value::String(text)) => base64(text)?,
        // zarr-python 2 writes the number 0 for texts.
        (Stored::Utf32(_) | Stored::Bytes(_), Value::Number(zero)) if zero.as_f64() == Some(0.0) => {
            Vec::new()
        }
        (Stored::Plain(DataType::Bool), Value::Bool(value)) => vec![u8::from(*value)],
        (Stored::Plain(DataType::Bool), Value::Number(value)) => vec![u8::from(value.as_f64()? != 0.0)],
        (Stored::Plain(DataType::F32 | DataType::F64) | Stored::Half, _) => float(encoding.stored, value)?,
        (Stored::Plain(_), Value::Number(number)) => integer(size, number)?,
        _ => return None,
    };
    bytes.get_mut(..little.len())?.copy_from_slice(&little);
    if encoding.big_endian {
        let part = if matches!(encoding.stored, Stored::Utf32(_)) { 4 } else { size };
        bytes.chunks_exact_mut(part.max(1)).for_each(<[u8]>::reverse);
    }
    Some(bytes)
}

/// The low bytes of a number; fields are filled with what an element of their type can hold.
fn integer(size: usize, number: &serde_json::Number) -> Option<Vec<u8>> {
    let whole = number.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64);
    let bits = number
        .as_i64()
        .or(whole.filter(|_| !number.is_u64()))
        .map(|number| number as u64)
        .or(number.as_u64())?;
    Some(bits.to_le_bytes().get(..size)?.to_vec())
}

fn float(stored: Stored, value: &Value) -> Option<Vec<u8>> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => match text.as_str() {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            bits => return hexadecimal(bits, stored),
        },
        _ => return None,
    };
    Some(match stored {
        Stored::Plain(DataType::F32) => (number as f32).to_le_bytes().to_vec(),
        Stored::Plain(DataType::F64) => number.to_le_bytes().to_vec(),
        _ if number.is_nan() => 0x7e00_u16.to_le_bytes().to_vec(),
        _ => (0..=u16::MAX).find(|bits| f64::from(half(*bits)) == number)?.to_le_bytes().to_vec(),
    })
}

/// Bits of a float, as version 3 writes those that no number stands for.
fn hexadecimal(text: &str, stored: Stored) -> Option<Vec<u8>> {
    let digits =
        text.strip_prefix("0x").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let size = Encoding { stored, big_endian: false }.size();
    if digits.len() != 2 * size {
        return None;
    }
    Some(u64::from_str_radix(digits, 16).ok()?.to_le_bytes().get(..size)?.to_vec())
}

/// Bytes from their base 64 (RFC 4648, section 4).
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut n) = (Vec::new(), 0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        n += 6;
        if n >= 8 {
            n -= 8;
            bytes.push((bits >> n & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, json: &str) -> Option<Vec<u8>> {
        element(Encoding::parse(name).unwrap(), &serde_json::from_str(json).unwrap())
    }

    #[test]
    fn fill_values_are_bytes_of_an_element() {
        assert_eq!(of("<i4", "-2"), Some(vec![254, 255, 255, 255]));
        assert_eq!(of(">i2", "1"), Some(vec![0, 1]));
        assert_eq!(of("<u8", "18446744073709551615"), Some(vec![255; 8]));
        assert_eq!(of("<i8", "2.0"), Some(vec![2, 0, 0, 0, 0, 0, 0, 0]));
        assert_eq!(of("<f4", "\"-Infinity\""), Some(f32::NEG_INFINITY.to_le_bytes().to_vec()));
        assert_eq!(of("<f4", "\"0x3fc00000\""), Some(1.5_f32.to_le_bytes().to_vec()));
        assert_eq!(of(">f2", "0.5"), Some(vec![0x38, 0]));
        assert_eq!(of("|b1", "true"), Some(vec![1]));
        assert_eq!(of("<U2", "\"a\""), Some(vec![97, 0, 0, 0, 0, 0, 0, 0]));
        assert_eq!(of(">U1", "\"a\""), Some(vec![0, 0, 0, 97]));
        assert_eq!(of("|S3", "\"YWI=\""), Some(vec![97, 98, 0]));
        assert_eq!(of("<i4", "null"), Some(vec![0; 4]));
        for (name, json) in
            [("<i4", "\"a\""), ("<U1", "\"ab\""), ("<f4", "\"0x12\""), ("<i4", "1.5"), ("<f8", "[]")]
        {
            assert_eq!(of(name, json), None, "{name} {json}");
        }
    }

    #[test]
    fn base_64_is_that_of_the_standard() {
        assert_eq!(base64("Zm9vYmFy"), Some(b"foobar".to_vec()));
        assert_eq!(base64("Zm9vYg=="), Some(b"foob".to_vec()));
        assert_eq!(base64(""), Some(Vec::new()));
        for text in ["Z", "Zg", "Zm9!", "===="] {
            assert_eq!(base64(text), None, "{text}");
        }
    }
}
