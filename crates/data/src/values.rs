//! Numbers, truth values and texts as they are stored: no width is widened on the way.

use crate::error::DataError;

/// Type of the elements of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// Truth values.
    Bool,
    /// Signed integers of 8 bits.
    I8,
    /// Signed integers of 16 bits.
    I16,
    /// Signed integers of 32 bits.
    I32,
    /// Signed integers of 64 bits.
    I64,
    /// Unsigned integers of 8 bits.
    U8,
    /// Unsigned integers of 16 bits.
    U16,
    /// Unsigned integers of 32 bits.
    U32,
    /// Unsigned integers of 64 bits.
    U64,
    /// Floats of 32 bits; those of 16 bits are read as these, exactly.
    F32,
    /// Floats of 64 bits.
    F64,
    /// Texts in UTF-8.
    Text,
}

/// Elements of one type.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Truth values.
    Bool(Vec<bool>),
    /// Signed integers of 8 bits.
    I8(Vec<i8>),
    /// Signed integers of 16 bits.
    I16(Vec<i16>),
    /// Signed integers of 32 bits.
    I32(Vec<i32>),
    /// Signed integers of 64 bits.
    I64(Vec<i64>),
    /// Unsigned integers of 8 bits.
    U8(Vec<u8>),
    /// Unsigned integers of 16 bits.
    U16(Vec<u16>),
    /// Unsigned integers of 32 bits.
    U32(Vec<u32>),
    /// Unsigned integers of 64 bits.
    U64(Vec<u64>),
    /// Floats of 32 bits.
    F32(Vec<f32>),
    /// Floats of 64 bits.
    F64(Vec<f64>),
    /// Texts.
    Text(Vec<String>),
}

/// Runs `$body` with `$values` bound to the vector of whatever type it has.
macro_rules! each {
    ($of:expr, $values:ident => $body:expr) => {
        match $of {
            Values::Bool($values) => $body,
            Values::I8($values) => $body,
            Values::I16($values) => $body,
            Values::I32($values) => $body,
            Values::I64($values) => $body,
            Values::U8($values) => $body,
            Values::U16($values) => $body,
            Values::U32($values) => $body,
            Values::U64($values) => $body,
            Values::F32($values) => $body,
            Values::F64($values) => $body,
            Values::Text($values) => $body,
        }
    };
}

/// Runs `$body` with `$values` bound to a vector, and wraps the vector it gives in the same type again.
macro_rules! map {
    ($of:expr, $values:ident => $body:expr) => {
        match $of {
            Values::Bool($values) => Values::Bool($body),
            Values::I8($values) => Values::I8($body),
            Values::I16($values) => Values::I16($body),
            Values::I32($values) => Values::I32($body),
            Values::I64($values) => Values::I64($body),
            Values::U8($values) => Values::U8($body),
            Values::U16($values) => Values::U16($body),
            Values::U32($values) => Values::U32($body),
            Values::U64($values) => Values::U64($body),
            Values::F32($values) => Values::F32($body),
            Values::F64($values) => Values::F64($body),
            Values::Text($values) => Values::Text($body),
        }
    };
}

impl Values {
    /// Number of elements.
    pub fn len(&self) -> usize {
        each!(self, values => values.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Type of the elements.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::Bool(_) => DataType::Bool,
            Self::I8(_) => DataType::I8,
            Self::I16(_) => DataType::I16,
            Self::I32(_) => DataType::I32,
            Self::I64(_) => DataType::I64,
            Self::U8(_) => DataType::U8,
            Self::U16(_) => DataType::U16,
            Self::U32(_) => DataType::U32,
            Self::U64(_) => DataType::U64,
            Self::F32(_) => DataType::F32,
            Self::F64(_) => DataType::F64,
            Self::Text(_) => DataType::Text,
        }
    }

    /// The elements at `positions`, in that order; `None` where one lies outside.
    pub fn take(&self, positions: &[usize]) -> Option<Self> {
        fn pick<T: Clone>(values: &[T], positions: &[usize]) -> Option<Vec<T>> {
            positions.iter().map(|position| values.get(*position).cloned()).collect()
        }
        Some(map!(self, values => pick(values, positions)?))
    }

    /// Adds elements of the same type behind these.
    pub fn append(&mut self, more: Self) -> Result<(), DataError> {
        macro_rules! append {
            ($($variant:ident)*) => {
                match (self, more) {
                    $((Self::$variant(values), Self::$variant(more)) => values.extend(more),)*
                    (own, more) => {
                        let why = format!("{} behind {}", more.data_type(), own.data_type());
                        return Err(DataError::malformed("", why));
                    }
                }
            };
        }
        append!(Bool I8 I16 I32 I64 U8 U16 U32 U64 F32 F64 Text);
        Ok(())
    }

    /// The texts.
    pub fn texts(&self) -> Option<&[String]> {
        match self {
            Self::Text(texts) => Some(texts),
            _ => None,
        }
    }

    /// All elements as floats of 64 bits, truth values as 0 and 1; integers beyond 2^53 are rounded to the nearest.
    /// `None` for texts.
    pub fn to_f64(&self) -> Option<Vec<f64>> {
        Some(match self {
            Self::Bool(values) => values.iter().map(|value| f64::from(u8::from(*value))).collect(),
            Self::I8(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Self::I16(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Self::I32(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Self::I64(values) => values.iter().map(|value| *value as f64).collect(),
            Self::U8(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Self::U16(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Self::U32(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Self::U64(values) => values.iter().map(|value| *value as f64).collect(),
            Self::F32(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Self::F64(values) => values.clone(),
            Self::Text(_) => return None,
        })
    }
}

impl DataType {
    /// Bytes an element; `None` for texts.
    pub fn width(self) -> Option<usize> {
        Some(match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
            Self::Text => return None,
        })
    }

    /// NumPy's name, such as `float32`; `str` for texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I8 => "int8",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::I64 => "int64",
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
            Self::F32 => "float32",
            Self::F64 => "float64",
            Self::Text => "str",
        }
    }
}

impl std::fmt::Display for DataType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
