//! Elements as their bytes lie in a file, by the names that NumPy gives to their types.

use std::io::Read;

use crate::error::{DataError, DataProblem};
use crate::values::{DataType, Values};

/// Elements decoded at once: memory grows with what is there, not with what is promised.
const BLOCK: usize = 1 << 16;

/// Texts without a single byte that one array may hold: nothing in the file pays for them.
const MAX_EMPTY_TEXTS: usize = 1 << 20;

/// Type of the elements in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// Numbers or truth values of this type.
    Plain(DataType),
    /// Floats of 16 bits.
    Half,
    /// Texts of so many bytes, padded with NUL.
    Bytes(usize),
    /// Texts of so many UTF-32 code points, padded with NUL.
    Utf32(usize),
}

/// How elements lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    /// Their type.
    pub stored: Stored,
    /// Whether the most significant byte of each comes first.
    pub big_endian: bool,
}

impl Encoding {
    /// The encoding that NumPy calls `name`, such as `<f4` or `|S3`.
    pub fn parse(name: &str) -> Result<Self, DataError> {
        let unread = || DataError::new("", DataProblem::Unsupported(format!("the data type `{name}`")));
        let (big_endian, rest) = match name.as_bytes().first() {
            Some(b'<' | b'|' | b'=') => (false, &name[1..]),
            Some(b'>') => (true, &name[1..]),
            _ => (false, name),
        };
        let kind = rest.chars().next().filter(char::is_ascii).ok_or_else(unread)?;
        let width = &rest[1..];
        if width.is_empty() || width.len() > 9 || !width.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unread());
        }
        let width: usize = width.parse().map_err(|_| unread())?;
        let stored = match (kind, width) {
            ('b', 1) => Stored::Plain(DataType::Bool),
            ('i', 1) => Stored::Plain(DataType::I8),
            ('i', 2) => Stored::Plain(DataType::I16),
            ('i', 4) => Stored::Plain(DataType::I32),
            ('i', 8) => Stored::Plain(DataType::I64),
            ('u', 1) => Stored::Plain(DataType::U8),
            ('u', 2) => Stored::Plain(DataType::U16),
            ('u', 4) => Stored::Plain(DataType::U32),
            ('u', 8) => Stored::Plain(DataType::U64),
            ('f', 2) => Stored::Half,
            ('f', 4) => Stored::Plain(DataType::F32),
            ('f', 8) => Stored::Plain(DataType::F64),
            ('S' | 'a', n) => Stored::Bytes(n),
            ('U', n) => Stored::Utf32(n),
            _ => return Err(unread()),
        };
        Ok(Self { stored, big_endian })
    }

    /// How elements of a type are written: the least significant byte first. `None` for texts.
    pub fn little(data_type: DataType) -> Option<Self> {
        data_type.width()?;
        Some(Self { stored: Stored::Plain(data_type), big_endian: false })
    }

    /// Bytes an element.
    pub fn size(self) -> usize {
        match self.stored {
            Stored::Plain(data_type) => data_type.width().unwrap_or(0),
            Stored::Half => 2,
            Stored::Bytes(n) => n,
            Stored::Utf32(n) => n.saturating_mul(4),
        }
    }

    /// Type that the elements have in memory.
    pub fn data_type(self) -> DataType {
        match self.stored {
            Stored::Plain(data_type) => data_type,
            Stored::Half => DataType::F32,
            Stored::Bytes(_) | Stored::Utf32(_) => DataType::Text,
        }
    }

    /// NumPy's name of an encoding.
    pub fn name(self) -> String {
        let order = match (self.size(), self.stored) {
            (_, Stored::Bytes(_)) | (1, _) => '|',
            _ if self.big_endian => '>',
            _ => '<',
        };
        let (kind, width) = match self.stored {
            Stored::Plain(DataType::Bool) => ('b', 1),
            Stored::Plain(DataType::F32) => ('f', 4),
            Stored::Plain(DataType::F64) => ('f', 8),
            Stored::Plain(DataType::U8 | DataType::U16 | DataType::U32 | DataType::U64) => ('u', self.size()),
            Stored::Plain(_) => ('i', self.size()),
            Stored::Half => ('f', 2),
            Stored::Bytes(n) => ('S', n),
            Stored::Utf32(n) => ('U', n),
        };
        format!("{order}{kind}{width}")
    }

    /// The next `n` elements.
    pub fn read(self, reader: &mut dyn Read, n: usize) -> Result<Values, DataError> {
        macro_rules! numbers {
            ($variant:ident, $type:ty) => {
                Values::$variant(if self.big_endian {
                    elements(reader, n, <$type>::from_be_bytes)?
                } else {
                    elements(reader, n, <$type>::from_le_bytes)?
                })
            };
        }
        Ok(match self.stored {
            Stored::Plain(DataType::Bool) => Values::Bool(elements(reader, n, |[byte]| byte != 0)?),
            Stored::Plain(DataType::I8) => numbers!(I8, i8),
            Stored::Plain(DataType::I16) => numbers!(I16, i16),
            Stored::Plain(DataType::I32) => numbers!(I32, i32),
            Stored::Plain(DataType::I64) => numbers!(I64, i64),
            Stored::Plain(DataType::U8) => numbers!(U8, u8),
            Stored::Plain(DataType::U16) => numbers!(U16, u16),
            Stored::Plain(DataType::U32) => numbers!(U32, u32),
            Stored::Plain(DataType::U64) => numbers!(U64, u64),
            Stored::Plain(DataType::F32) => numbers!(F32, f32),
            Stored::Plain(DataType::F64) => numbers!(F64, f64),
            Stored::Half if self.big_endian => {
                Values::F32(elements(reader, n, |bytes| half(u16::from_be_bytes(bytes)))?)
            }
            Stored::Half => Values::F32(elements(reader, n, |bytes| half(u16::from_le_bytes(bytes)))?),
            Stored::Bytes(_) | Stored::Utf32(_) | Stored::Plain(DataType::Text) => self.texts(reader, n)?,
        })
    }

    fn texts(self, reader: &mut dyn Read, n: usize) -> Result<Values, DataError> {
        let size = self.size();
        if size == 0 && n > MAX_EMPTY_TEXTS {
            return Err(DataError::new("", DataProblem::Limit(format!("{n} texts of no bytes"))));
        }
        let mut texts = Vec::new();
        let mut element = Vec::new();
        for _ in 0..n {
            element.clear();
            reader.take(size as u64).read_to_end(&mut element).map_err(unreadable)?;
            if element.len() != size {
                return Err(truncated());
            }
            texts.push(self.text(&element)?);
        }
        Ok(Values::Text(texts))
    }

    /// The text in one element, without the NULs that pad it.
    fn text(self, element: &[u8]) -> Result<String, DataError> {
        let mut text = if matches!(self.stored, Stored::Utf32(_)) {
            let code = |bytes: &[u8; 4]| {
                let code =
                    if self.big_endian { u32::from_be_bytes(*bytes) } else { u32::from_le_bytes(*bytes) };
                char::from_u32(code)
                    .ok_or_else(|| DataError::malformed("", format!("{code:#x} is no Unicode code point")))
            };
            let codes = element.as_chunks::<4>().0;
            let end = codes.iter().rposition(|code| *code != [0; 4]).map_or(0, |last| last + 1);
            codes[..end].iter().map(code).collect::<Result<String, _>>()?
        } else {
            let end = element.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            String::from_utf8(element[..end].to_vec()).map_err(|_| not_utf8())?
        };
        text.shrink_to_fit();
        Ok(text)
    }
}

/// Numbers and truth values as bytes, the least significant first. `None` for texts.
pub(crate) fn to_bytes(values: &Values) -> Option<Vec<u8>> {
    Some(match values {
        Values::Bool(values) => values.iter().map(|value| u8::from(*value)).collect(),
        Values::I8(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Values::I16(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Values::I32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Values::I64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Values::U8(values) => values.clone(),
        Values::U16(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Values::U32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Values::U64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Values::F32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Values::F64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Values::Text(_) => return None,
    })
}

fn elements<T, const SIZE: usize>(
    reader: &mut dyn Read,
    n: usize,
    convert: impl Fn([u8; SIZE]) -> T,
) -> Result<Vec<T>, DataError> {
    let mut values = Vec::new();
    let mut block = vec![0; SIZE * n.min(BLOCK)];
    let mut left = n;
    while left > 0 {
        let now = left.min(BLOCK);
        let bytes = &mut block[..now * SIZE];
        reader.read_exact(bytes).map_err(unreadable)?;
        values.extend(bytes.as_chunks::<SIZE>().0.iter().map(|element| convert(*element)));
        left -= now;
    }
    Ok(values)
}

/// A float of 16 bits; every one of them is a float of 32 bits too.
pub(crate) fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (bits >> 15, (bits >> 10) & 0x1f, bits & 0x3ff);
    let magnitude = match exponent {
        0 => f32::from(fraction) / 16_777_216.0,
        0x1f if fraction == 0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => f32::from_bits((u32::from(exponent) + 112) << 23 | u32::from(fraction) << 13),
    };
    if sign == 1 { -magnitude } else { magnitude }
}

/// Number of elements of an array of `shape`, where it can be counted.
pub(crate) fn count(shape: &[usize]) -> Result<usize, DataError> {
    let n = shape.iter().try_fold(1_usize, |n, length| n.checked_mul(*length));
    n.ok_or_else(|| DataError::malformed("", format!("the shape {shape:?}")))
}

/// Strides of an array in C order: by how many elements a step along each dimension moves.
pub(crate) fn c_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    for i in (1..shape.len()).rev() {
        strides[i - 1] = strides[i].saturating_mul(shape[i]);
    }
    strides
}

/// Strides of an array in Fortran order.
pub(crate) fn fortran_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    for i in 1..shape.len() {
        strides[i] = strides[i - 1].saturating_mul(shape[i - 1]);
    }
    strides
}

/// Where every element of an array of `shape` lies, in C order, when a step along each dimension moves by `strides`.
pub(crate) struct Positions {
    shape: Vec<usize>,
    strides: Vec<usize>,
    index: Vec<usize>,
    position: usize,
    left: usize,
}

impl Positions {
    /// The number of elements must be countable.
    pub fn new(shape: &[usize], strides: &[usize]) -> Self {
        let left = count(shape).unwrap_or(0);
        Self {
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            index: vec![0; shape.len()],
            position: 0,
            left,
        }
    }
}

impl Iterator for Positions {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let position = self.position;
        for i in (0..self.shape.len()).rev() {
            self.index[i] += 1;
            if self.index[i] < self.shape[i] {
                self.position += self.strides[i];
                break;
            }
            self.position -= self.strides[i] * (self.shape[i] - 1);
            self.index[i] = 0;
        }
        Some(position)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

pub(crate) fn truncated() -> DataError {
    DataError::malformed("", "the data end early")
}

pub(crate) fn not_utf8() -> DataError {
    DataError::malformed("", "a text is not UTF-8")
}

/// A failure to read; an early end is the file's fault.
pub(crate) fn unreadable(error: std::io::Error) -> DataError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => truncated(),
        _ => DataError::new("", error),
    }
}

/// The same refusal, said of the element at `at` where it does not say of which it is.
pub(crate) fn within(at: &str) -> impl Fn(DataError) -> DataError + '_ {
    move |error| if error.at.is_empty() { DataError { at: at.to_owned(), ..error } } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_is_the_float_that_its_bits_say() {
        assert_eq!(half(0x3c00), 1.0);
        assert_eq!(half(0xc500), -5.0);
        assert_eq!(half(0x7bff), 65504.0);
        assert_eq!(half(0x0001), 5.960_464_5e-8);
        assert_eq!(half(0x03ff), 6.097_555e-5);
        assert_eq!(half(0xfc00), f32::NEG_INFINITY);
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn names_of_types_are_those_that_are_written() {
        for name in [
            "|b1", "|i1", "<i2", ">i4", "<i8", "|u1", "<u2", "<u4", ">u8", "<f2", "<f4", ">f8", "|S7", "<U40",
        ] {
            assert_eq!(Encoding::parse(name).unwrap().name(), name);
        }
        for name in [
            "",
            "<",
            "|O",
            "<f16",
            "<c8",
            "<M8[ns]",
            "|V4",
            "é",
            "<é4",
            "<i-4",
            "<i+4",
            "<U99999999999",
            "<i 4",
        ] {
            let error = Encoding::parse(name).unwrap_err();
            assert!(matches!(error.problem, DataProblem::Unsupported(_)), "{name}: {error}");
        }
    }

    #[test]
    fn positions_follow_strides() {
        let of = |shape: &[usize], strides: &[usize]| Positions::new(shape, strides).collect::<Vec<_>>();
        assert_eq!(of(&[2, 3], &c_strides(&[2, 3])), [0, 1, 2, 3, 4, 5]);
        assert_eq!(of(&[2, 3], &fortran_strides(&[2, 3])), [0, 2, 4, 1, 3, 5]);
        assert_eq!(of(&[], &[]), [0]);
        assert_eq!(of(&[3, 0], &[1, 3]), [0_usize; 0]);
    }
}
