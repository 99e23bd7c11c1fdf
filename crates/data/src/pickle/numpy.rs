//! NumPy arrays, scalars and data types among recorded calls, as NumPy 1.x and 2.x write them.

use std::borrow::Cow;

use super::{Budget, Item, Object, Pickle, Problem};
use crate::values::Values;

/// Largest number of dimensions NumPy has.
const MAX_DIMENSIONS: usize = 64;

/// An array in C order whose elements may be Python objects.
#[derive(Clone, Debug, PartialEq)]
pub struct NdArray {
    /// Lengths of the dimensions; none for a scalar.
    pub shape: Vec<usize>,
    /// Elements, the last dimension fastest.
    pub elements: Elements,
}

/// Elements of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Elements {
    /// Numbers, truth values and texts; bytes of a fixed width are texts too.
    Values(Values),
    /// Python objects of the same pickle.
    Objects(Vec<Item>),
}

/// A data type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DataType {
    kind: u8,
    /// Bytes an element, or characters where `kind` is `U`.
    width: usize,
    big_endian: bool,
}

/// The parts of which an array is made.
#[derive(Clone, Copy)]
struct Parts {
    shape: Item,
    dtype: Item,
    fortran: bool,
    data: Item,
}

impl Elements {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Objects(items) => items.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements at `positions`; `None` where one lies outside.
    pub fn take(&self, positions: &[usize]) -> Option<Self> {
        Some(match self {
            Self::Values(values) => Self::Values(values.take(positions)?),
            Self::Objects(items) => {
                let items: Option<_> =
                    positions.iter().map(|position| items.get(*position).copied()).collect();
                Self::Objects(items?)
            }
        })
    }
}

/// The array that a recorded call stands for.
pub fn array(pickle: &Pickle, item: Item, budget: &mut Budget) -> Result<NdArray, Problem> {
    let parts = parts(pickle, item)?.ok_or_else(|| Problem::Unknown(pickle.describe(item)))?;
    let shape = lengths(pickle, parts.shape)?;
    let n = shape.iter().try_fold(1_usize, |n, length| n.checked_mul(*length));
    let n = n.ok_or_else(|| Problem::Malformed(format!("{shape:?}"), "shape"))?;
    let dtype = data_type(pickle, parts.dtype)?;
    let elements = match (dtype.kind, pickle.object(parts.data)) {
        (b'O', Some(Object::List(list))) => {
            budget.spend(list.len() as u64 * size_of::<Item>() as u64)?;
            Elements::Objects(list.items().collect())
        }
        _ => {
            let bytes = bytes(pickle, parts.data)?;
            dtype.check(n, bytes.len())?;
            budget.spend(dtype.memory(n))?;
            Elements::Values(decode(&dtype, n, &bytes)?)
        }
    };
    if elements.len() != n {
        return Err(Problem::Malformed(format!("{} elements", elements.len()), "array of its shape"));
    }
    let elements = if parts.fortran && shape.len() > 1 {
        budget.spend(n as u64 * 8)?;
        elements.take(&c_order(&shape, n)).ok_or(Problem::Stack)?
    } else {
        elements
    };
    Ok(NdArray { shape, elements })
}

/// The floats of 64 bits in a row of one array, with the bytes taken out of the pickle; `None`, and nothing taken, for
/// anything else. The pickle then no longer holds the array.
pub(crate) fn take_f64(pickle: &mut Pickle, item: Item) -> Result<Option<Vec<f64>>, Problem> {
    let Some(parts) = parts(pickle, item)? else { return Ok(None) };
    let dtype = data_type(pickle, parts.dtype)?;
    let shape = lengths(pickle, parts.shape)?;
    let (DataType { kind: b'f', width: 8, big_endian: false }, [n] | [1, n]) = (dtype, shape.as_slice())
    else {
        return Ok(None);
    };
    let data = match pickle.call(parts.data).map(|(call, ..)| pickle.tuple(call.arguments)) {
        Some(Some([inner])) => *inner,
        _ => parts.data,
    };
    match pickle.take_bytes(data) {
        Some(bytes) => {
            dtype.check(*n, bytes.len())?;
            Ok(Some(bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()))
        }
        None => Ok(None),
    }
}

/// The scalar that a recorded call stands for: one element.
pub fn scalar(pickle: &Pickle, item: Item) -> Result<Values, Problem> {
    let unknown = || Problem::Unknown(pickle.describe(item));
    let (call, module, name) = pickle.call(item).ok_or_else(unknown)?;
    match (module, name, pickle.tuple(call.arguments)) {
        ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar", Some([dtype, data])) => {
            let dtype = data_type(pickle, *dtype)?;
            let bytes = bytes(pickle, *data)?;
            dtype.check(1, bytes.len())?;
            decode(&dtype, 1, &bytes)
        }
        _ => Err(unknown()),
    }
}

/// Whether a value is a recorded array.
pub fn is_array(pickle: &Pickle, item: Item) -> bool {
    pickle.call(item).is_some_and(|(_, module, name)| {
        module.starts_with("numpy.") && matches!(name, "_reconstruct" | "_frombuffer")
    })
}

/// Whether a value is a recorded scalar.
pub fn is_scalar(pickle: &Pickle, item: Item) -> bool {
    pickle.call(item).is_some_and(|(_, module, name)| {
        matches!(module, "numpy.core.multiarray" | "numpy._core.multiarray") && name == "scalar"
    })
}

/// What an array is made of; `None` for what is none.
fn parts(pickle: &Pickle, item: Item) -> Result<Option<Parts>, Problem> {
    let Some((call, module, name)) = pickle.call(item) else { return Ok(None) };
    let arguments = pickle.tuple(call.arguments).unwrap_or_default();
    Ok(Some(match (module, name, arguments) {
        ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct", [class, ..]) => {
            match pickle.global(*class) {
                // The view is what an annotated matrix hands out; it is stored as the array that it shows.
                Some(("numpy", "ndarray") | ("anndata._core.views", "ArrayView")) => {}
                _ => return Err(Problem::Unknown(pickle.describe(*class))),
            }
            let state = call.state.and_then(|state| pickle.tuple(state)).unwrap_or_default();
            match state {
                [_, shape, dtype, fortran, data] | [shape, dtype, fortran, data] => {
                    let fortran = matches!(fortran, Item::Bool(true) | Item::Int(1));
                    Parts { shape: *shape, dtype: *dtype, fortran, data: *data }
                }
                _ => return Ok(None),
            }
        }
        ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer", [data, dtype, shape, order]) => {
            let fortran = pickle.text(*order) == Some("F");
            Parts { shape: *shape, dtype: *dtype, fortran, data: *data }
        }
        _ => return Ok(None),
    }))
}

/// Position in Fortran order of each of the `n` elements in C order.
fn c_order(shape: &[usize], n: usize) -> Vec<usize> {
    if n == 0 {
        return Vec::new();
    }
    let strides: Vec<usize> = shape
        .iter()
        .scan(1, |stride, length| {
            let own = *stride;
            *stride *= length;
            Some(own)
        })
        .collect();
    let position = |mut index: usize| {
        let mut position = 0;
        for (length, stride) in shape.iter().zip(&strides).rev() {
            position += index % length * stride;
            index /= length;
        }
        position
    };
    (0..n).map(position).collect()
}

/// Lengths of dimensions: a tuple of integers, or one.
pub(super) fn lengths(pickle: &Pickle, shape: Item) -> Result<Vec<usize>, Problem> {
    let malformed = || Problem::Malformed(pickle.describe(shape), "shape");
    let items = match (shape, pickle.tuple(shape)) {
        (Item::Int(_), _) => vec![shape],
        (_, Some(items)) if items.len() <= MAX_DIMENSIONS => items.to_vec(),
        _ => return Err(malformed()),
    };
    let length = |item| integer(pickle, item).and_then(|length| usize::try_from(length).ok());
    items.into_iter().map(|item| length(item).ok_or_else(malformed)).collect()
}

/// An integer of Python or NumPy.
pub(super) fn integer(pickle: &Pickle, item: Item) -> Option<i64> {
    match item {
        Item::Int(number) => Some(number),
        Item::Object(_) if is_scalar(pickle, item) => match scalar(pickle, item).ok()? {
            Values::I8(values) => values.first().map(|value| i64::from(*value)),
            Values::I16(values) => values.first().map(|value| i64::from(*value)),
            Values::I32(values) => values.first().map(|value| i64::from(*value)),
            Values::I64(values) => values.first().copied(),
            Values::U8(values) => values.first().map(|value| i64::from(*value)),
            Values::U16(values) => values.first().map(|value| i64::from(*value)),
            Values::U32(values) => values.first().map(|value| i64::from(*value)),
            Values::U64(values) => values.first().and_then(|value| i64::try_from(*value).ok()),
            _ => None,
        },
        _ => None,
    }
}

/// `numpy.dtype("<f8", False, True)` with the state that carries the byte order.
fn data_type(pickle: &Pickle, item: Item) -> Result<DataType, Problem> {
    let unknown = || Problem::Unknown(pickle.describe(item));
    let (call, module, name) = pickle.call(item).ok_or_else(unknown)?;
    let code = match (module, name, pickle.tuple(call.arguments)) {
        ("numpy", "dtype", Some([code, ..])) => pickle.text(*code).ok_or_else(unknown)?,
        _ => return Err(unknown()),
    };
    let state = call.state.and_then(|state| pickle.tuple(state)).unwrap_or_default();
    // version, byte order, sub-array, names, fields, …
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
    fn bytes(&self) -> usize {
        if self.kind == b'U' { self.width.saturating_mul(4) } else { self.width }
    }

    /// An error unless `n` elements are `bytes` bytes.
    fn check(&self, n: usize, bytes: usize) -> Result<(), Problem> {
        if n.checked_mul(self.bytes()) == Some(bytes) {
            return Ok(());
        }
        Err(Problem::Malformed(format!("{bytes} bytes"), "array of its shape"))
    }

    /// Bytes that `n` elements take in memory, at most.
    fn memory(&self, n: usize) -> u64 {
        let each = match self.kind {
            b'U' | b'S' => self.bytes() + size_of::<String>(),
            b'f' => self.width.max(4),
            _ => self.width,
        };
        (n as u64).saturating_mul(each as u64)
    }
}

/// Bytes, also those that protocols before 3 write as a text, `_codecs.encode(text, "latin1")`, and those of a
/// `bytearray`.
pub(super) fn bytes(pickle: &Pickle, item: Item) -> Result<Cow<'_, [u8]>, Problem> {
    let unknown = || Problem::Kind { wanted: "byte string", found: pickle.describe(item) };
    let Some((call, module, name)) = pickle.call(item) else { return plain_bytes(pickle, item) };
    match (module, name, pickle.tuple(call.arguments).unwrap_or_default()) {
        ("builtins" | "__builtin__", "bytes" | "bytearray", []) => Ok(Cow::Borrowed(&[])),
        ("builtins" | "__builtin__", "bytes" | "bytearray", [inner]) => plain_bytes(pickle, *inner),
        // Protocol 2 has no bytes: a `bytearray` is written as a text and its codec.
        ("builtins" | "__builtin__", "bytearray", [text, codec]) => {
            latin1(pickle, *text, *codec).ok_or_else(unknown)
        }
        _ => plain_bytes(pickle, item),
    }
}

fn plain_bytes(pickle: &Pickle, item: Item) -> Result<Cow<'_, [u8]>, Problem> {
    let unknown = || Problem::Kind { wanted: "byte string", found: pickle.describe(item) };
    if let Some(Object::Bytes(bytes)) = pickle.object(item) {
        return Ok(Cow::Borrowed(bytes));
    }
    let (call, module, name) = pickle.call(item).ok_or_else(unknown)?;
    match (module, name, pickle.tuple(call.arguments)) {
        ("_codecs", "encode", Some([text, codec])) => latin1(pickle, *text, *codec).ok_or_else(unknown),
        ("builtins" | "__builtin__", "bytes" | "bytearray", Some([])) => Ok(Cow::Borrowed(&[])),
        _ => Err(unknown()),
    }
}

fn latin1(pickle: &Pickle, text: Item, codec: Item) -> Option<Cow<'_, [u8]>> {
    if !matches!(pickle.text(codec)?, "latin1" | "latin-1") {
        return None;
    }
    let bytes: Option<_> = pickle.text(text)?.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.map(Cow::Owned)
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
fn decode(dtype: &DataType, n: usize, bytes: &[u8]) -> Result<Values, Problem> {
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
