//! NumPy arrays, scalars and data types among recorded calls, as NumPy 1.x and 2.x write them.

use super::{Item, List, Object, Pickle, Problem};

/// Largest number of dimensions NumPy has.
const MAX_DIMENSIONS: usize = 64;

/// An array in C order.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Lengths of the dimensions; none for a scalar.
    pub shape: Vec<usize>,
    /// Elements, the last dimension fastest.
    pub values: Values,
}

/// Elements of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `bool`
    Bool(Vec<bool>),
    /// `int8` to `int64`
    Int(Vec<i64>),
    /// `uint8` to `uint64`
    UInt(Vec<u64>),
    /// `float16` and `float32`
    Float32(Vec<f32>),
    /// `float64`
    Float64(Vec<f64>),
    /// Fixed-width texts and bytes
    Text(Vec<String>),
    /// Python objects of the same pickle
    Object(Vec<Item>),
}

/// A data type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DataType {
    kind: u8,
    /// Bytes an element.
    width: usize,
    big_endian: bool,
}

impl Values {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Self::Bool(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::UInt(values) => values.len(),
            Self::Float32(values) => values.len(),
            Self::Float64(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Object(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Elements at these positions.
    fn take(&self, positions: &[usize]) -> Self {
        fn pick<T: Clone>(values: &[T], positions: &[usize]) -> Vec<T> {
            positions.iter().filter_map(|position| values.get(*position).cloned()).collect()
        }
        match self {
            Self::Bool(values) => Self::Bool(pick(values, positions)),
            Self::Int(values) => Self::Int(pick(values, positions)),
            Self::UInt(values) => Self::UInt(pick(values, positions)),
            Self::Float32(values) => Self::Float32(pick(values, positions)),
            Self::Float64(values) => Self::Float64(pick(values, positions)),
            Self::Text(values) => Self::Text(pick(values, positions)),
            Self::Object(values) => Self::Object(pick(values, positions)),
        }
    }
}

/// The array that a recorded call stands for.
pub fn array(pickle: &Pickle, item: Item) -> Result<Array, Problem> {
    let unknown = || Problem::Unknown(pickle.describe(item));
    let (call, module, name) = pickle.call(item).ok_or_else(unknown)?;
    let arguments = pickle.tuple(call.arguments).unwrap_or_default();
    match (module, name, arguments) {
        ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct", [class, ..]) => {
            match pickle.global(*class) {
                Some(("numpy", "ndarray")) => {}
                _ => return Err(Problem::Unknown(pickle.describe(*class))),
            }
            let state = call.state.and_then(|state| pickle.tuple(state)).unwrap_or_default();
            match state {
                [_, shape, dtype, fortran, data] | [shape, dtype, fortran, data] => {
                    let fortran = matches!(fortran, Item::Bool(true) | Item::Int(1));
                    of_parts(pickle, *shape, *dtype, fortran, *data)
                }
                _ => Err(unknown()),
            }
        }
        ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer", [data, dtype, shape, order]) => {
            of_parts(pickle, *shape, *dtype, pickle.text(*order) == Some("F"), *data)
        }
        _ => Err(unknown()),
    }
}

/// The scalar that a recorded call stands for: an array without dimensions.
pub fn scalar(pickle: &Pickle, item: Item) -> Result<Array, Problem> {
    let unknown = || Problem::Unknown(pickle.describe(item));
    let (call, module, name) = pickle.call(item).ok_or_else(unknown)?;
    match (module, name, pickle.tuple(call.arguments)) {
        ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar", Some([dtype, data])) => {
            let dtype = data_type(pickle, *dtype)?;
            let values = decode(&dtype, 1, &bytes(pickle, *data)?)?;
            Ok(Array { shape: Vec::new(), values })
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

fn of_parts(pickle: &Pickle, shape: Item, dtype: Item, fortran: bool, data: Item) -> Result<Array, Problem> {
    let shape = lengths(pickle, shape)?;
    let n = shape.iter().try_fold(1_usize, |n, length| n.checked_mul(*length));
    let n = n.ok_or_else(|| Problem::Malformed(format!("{shape:?}"), "shape"))?;
    let dtype = data_type(pickle, dtype)?;
    let values = match (dtype.kind, pickle.object(data)) {
        (b'O', Some(Object::List(List::Items(items)))) => Values::Object(items.clone()),
        (b'O', Some(Object::List(List::Floats(floats)))) => {
            Values::Object(floats.iter().map(|number| Item::Float(*number)).collect())
        }
        _ => decode(&dtype, n, &bytes(pickle, data)?)?,
    };
    if values.len() != n {
        return Err(Problem::Malformed(format!("{} elements", values.len()), "array of its shape"));
    }
    let values = if fortran && shape.len() > 1 { values.take(&c_order(&shape)) } else { values };
    Ok(Array { shape, values })
}

/// Position in Fortran order of every element in C order.
fn c_order(shape: &[usize]) -> Vec<usize> {
    let n: usize = shape.iter().product();
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

fn lengths(pickle: &Pickle, shape: Item) -> Result<Vec<usize>, Problem> {
    let malformed = || Problem::Malformed(pickle.describe(shape), "shape");
    let items = match (shape, pickle.tuple(shape)) {
        (Item::Int(_), _) => vec![shape],
        (_, Some(items)) if items.len() <= MAX_DIMENSIONS => items.to_vec(),
        _ => return Err(malformed()),
    };
    items
        .into_iter()
        .map(|item| match item {
            Item::Int(length) => usize::try_from(length).map_err(|_| malformed()),
            _ => Err(malformed()),
        })
        .collect()
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
    let code = code.trim_start_matches(['<', '>', '=', '|']);
    let (kind, width) = code.split_at_checked(1).unwrap_or_default();
    let width = if width.is_empty() { Ok(1) } else { width.parse() };
    let unknown = || Problem::Unknown(format!("the NumPy data type `{code}`"));
    match (kind.as_bytes(), width) {
        ([kind], Ok(width)) => Ok(DataType { kind: *kind, width, big_endian: order == ">" }),
        _ => Err(unknown()),
    }
}

/// Bytes, also those that protocols before 3 write as a text: `_codecs.encode(text, "latin1")`.
fn bytes(pickle: &Pickle, item: Item) -> Result<Vec<u8>, Problem> {
    let unknown = || Problem::Kind { wanted: "byte string", found: pickle.describe(item) };
    match pickle.object(item) {
        Some(Object::Bytes(bytes)) => Ok(bytes.clone()),
        Some(Object::Call(_)) => {
            let (call, module, name) = pickle.call(item).ok_or_else(unknown)?;
            let arguments = pickle.tuple(call.arguments).unwrap_or_default();
            match (module, name, arguments) {
                ("_codecs", "encode", [text, codec]) if pickle.text(*codec) == Some("latin1") => {
                    let text = pickle.text(*text).ok_or_else(unknown)?;
                    text.chars().map(|c| u8::try_from(u32::from(c)).map_err(|_| unknown())).collect()
                }
                ("builtins" | "__builtin__", "bytes" | "bytearray", [inner]) => bytes(pickle, *inner),
                ("builtins" | "__builtin__", "bytes" | "bytearray", []) => Ok(Vec::new()),
                _ => Err(unknown()),
            }
        }
        _ => Err(unknown()),
    }
}

/// `n` elements from their bytes.
fn decode(dtype: &DataType, n: usize, bytes: &[u8]) -> Result<Values, Problem> {
    let DataType { kind, width, big_endian } = *dtype;
    let width = if kind == b'U' { width.saturating_mul(4) } else { width };
    if n.checked_mul(width) != Some(bytes.len()) {
        return Err(Problem::Malformed(format!("{} bytes", bytes.len()), "array of its shape"));
    }
    if width == 0 {
        return Ok(Values::Text(vec![String::new(); n]));
    }
    let unknown = || Problem::Unknown(format!("the NumPy data type `{}{width}`", char::from(kind)));
    let unsigned = |element: &[u8]| {
        let append = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if big_endian { element.iter().fold(0, append) } else { element.iter().rev().fold(0, append) }
    };
    let elements = bytes.chunks_exact(width);
    Ok(match (kind, width) {
        (b'b', 1) => Values::Bool(elements.map(|element| element != [0]).collect()),
        (b'u', 1 | 2 | 4 | 8) => Values::UInt(elements.map(unsigned).collect()),
        (b'i', 1 | 2 | 4 | 8) => {
            let unused = 64 - 8 * width as u32;
            Values::Int(elements.map(|element| (unsigned(element) << unused) as i64 >> unused).collect())
        }
        (b'f', 8) => Values::Float64(elements.map(|element| f64::from_bits(unsigned(element))).collect()),
        (b'f', 4) => {
            Values::Float32(elements.map(|element| f32::from_bits(unsigned(element) as u32)).collect())
        }
        (b'f', 2) => Values::Float32(elements.map(|element| half(unsigned(element) as u16)).collect()),
        (b'U', _) => {
            let text = |element: &[u8]| -> Result<String, Problem> {
                let codes = element.chunks_exact(4).map(unsigned);
                let text = codes.map(|code| u32::try_from(code).ok().and_then(char::from_u32)).collect();
                let text: Option<String> = text;
                Ok(text.ok_or_else(unknown)?.trim_end_matches('\0').to_owned())
            };
            Values::Text(elements.map(text).collect::<Result<_, _>>()?)
        }
        (b'S', _) => Values::Text(
            elements
                .map(|element| String::from_utf8_lossy(element).trim_end_matches('\0').to_owned())
                .collect(),
        ),
        _ => return Err(unknown()),
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
