//! Data types of NumPy and elements from their bytes.

use super::{Item, Pickle, Problem};
use crate::values::Values;

/// A data type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DataType {
    pub kind: u8,
    /// Bytes an element, or characters where `kind` is `U`.
    pub width: usize,
    pub big_endian: bool,
}

/// `numpy.dtype("<f8", False, True)` with the state that carries the byte order.
pub(super) fn data_type(pickle: &Pickle, item: Item) -> Result<DataType, Problem> {
    let unknown = || Problem::Unknown(pickle.describe(item));
    let (call, module, name) = pickle.call(item).ok_or_else(unknown)?;
    let code = match (module, name, pickle.tuple(call.arguments)) {
        ("numpy", "dtype", Some([code, ..])) => pickle.text(*code).ok_or_else(unknown)?,
        _ => return Err(unknown()),
    };
    let state = call.state.and_then(|state| pickle.tuple(state)).unwrap_or_default();
    // Version, byte order, sub-array, names, fields, and more.
    if state.get(2..5).is_some_and(|parts| parts.iter().any(|part| *part != Item::None)) {
        return Err(Problem::Unknown("a NumPy data type with fields".to_owned()));
    }
    let order = state.get(1).and_then(|order| pickle.text(*order)).unwrap_or_default();
    let big_endian = order == ">" || code.starts_with('>');
    let code = code.trim_start_matches(['<', '>', '=', '|']);
    let (kind, width) = code.split_at_checked(1).unwrap_or_default();
    let width = if width.is_empty() { Ok(1) } else { width.parse() };
    match (kind.as_bytes(), width) {
        ([kind], Ok(width)) => Ok(DataType { kind: *kind, width, big_endian }),
        _ => Err(Problem::Unknown(format!("the NumPy data type `{code}`"))),
    }
}

impl DataType {
    /// Bytes an element.
    pub fn bytes(&self) -> usize {
        if self.kind == b'U' { self.width.saturating_mul(4) } else { self.width }
    }

    /// An error unless `n` elements are `bytes` bytes.
    pub fn check(&self, n: usize, bytes: usize) -> Result<(), Problem> {
        if n.checked_mul(self.bytes()) == Some(bytes) {
            return Ok(());
        }
        Err(Problem::Malformed(format!("{bytes} bytes"), "array of its shape"))
    }

    /// Bytes that `n` elements take in memory, at most.
    pub fn memory(&self, n: usize) -> u64 {
        let each = match self.kind {
            b'U' | b'S' => self.bytes() + size_of::<String>(),
            b'f' => self.width.max(4),
            _ => self.width,
        };
        (n as u64).saturating_mul(each as u64)
    }
}

/// Fixed-width numbers from their bytes in either order.
macro_rules! numbers {
    ($type:ty, $bytes:expr, $big_endian:expr) => {{
        let (elements, _) = $bytes.as_chunks::<{ size_of::<$type>() }>();
        let of = if $big_endian { <$type>::from_be_bytes } else { <$type>::from_le_bytes };
        elements.iter().map(|element| of(*element)).collect::<Vec<$type>>()
    }};
}

/// `n` elements from as many bytes as they have.
pub(super) fn decode(dtype: &DataType, n: usize, bytes: &[u8]) -> Result<Values, Problem> {
    let DataType { kind, width, big_endian } = *dtype;
    Ok(match (kind, width) {
        (b'b', 1) => Values::Bool(bytes.iter().map(|byte| *byte != 0).collect()),
        (b'i', 1) => Values::I8(numbers!(i8, bytes, big_endian)),
        (b'i', 2) => Values::I16(numbers!(i16, bytes, big_endian)),
        (b'i', 4) => Values::I32(numbers!(i32, bytes, big_endian)),
        (b'i', 8) => Values::I64(numbers!(i64, bytes, big_endian)),
        (b'u', 1) => Values::U8(bytes.to_vec()),
        (b'u', 2) => Values::U16(numbers!(u16, bytes, big_endian)),
        (b'u', 4) => Values::U32(numbers!(u32, bytes, big_endian)),
        (b'u', 8) => Values::U64(numbers!(u64, bytes, big_endian)),
        (b'f', 2) => Values::F32(numbers!(u16, bytes, big_endian).into_iter().map(half).collect()),
        (b'f', 4) => Values::F32(numbers!(f32, bytes, big_endian)),
        (b'f', 8) => Values::F64(numbers!(f64, bytes, big_endian)),
        (b'U' | b'S', 0) => Values::Text(vec![String::new(); n]),
        (b'U', _) => {
            let text = |element: &[u8]| -> Option<String> {
                let codes = numbers!(u32, element, big_endian);
                let used = codes.len() - codes.iter().rev().take_while(|code| **code == 0).count();
                codes[..used].iter().map(|code| char::from_u32(*code)).collect()
            };
            let texts: Option<_> = bytes.chunks_exact(dtype.bytes()).map(text).collect();
            Values::Text(texts.ok_or_else(|| Problem::Malformed("a text".to_owned(), "text of Unicode"))?)
        }
        (b'S', _) => {
            let text = |element: &[u8]| {
                std::str::from_utf8(element).map(|text| text.trim_end_matches('\0').to_owned()).ok()
            };
            let texts: Option<_> = bytes.chunks_exact(width).map(text).collect();
            Values::Text(
                texts.ok_or_else(|| Problem::Malformed("a byte string".to_owned(), "text in UTF-8"))?,
            )
        }
        _ => return Err(Problem::Unknown(format!("the NumPy data type `{}{width}`", char::from(kind)))),
    })
}

/// A float of 16 bits.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (bits >> 15, (bits >> 10) & 0x1f, bits & 0x3ff);
    let magnitude = match exponent {
        0 => f32::from(fraction) / 16_777_216.0,
        0x1f if fraction == 0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => f32::from_bits((u32::from(exponent) + 112) << 23 | u32::from(fraction) << 13),
    };
    if sign == 1 { -magnitude } else { magnitude }
}
