//! Types of HDF5 and their elements, from bytes to values.

use hdf5_pure::{Datatype, DatatypeByteOrder, FloatingPointLayout, StringPadding};

use crate::error::{DataError, DataProblem};
use crate::values::{DataType, Values};

/// Bit layout of half floats in IEEE 754.
const BINARY16: FloatingPointLayout = FloatingPointLayout {
    bit_offset: 0,
    bit_precision: 16,
    exponent_location: 10,
    exponent_size: 5,
    mantissa_location: 0,
    mantissa_size: 10,
    exponent_bias: 15,
};

/// How one scalar is stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Class {
    /// A number of this type; whether its bytes are in big-endian order.
    Number(DataType, bool),
    /// A half float; whether its bytes are in big-endian order.
    Half(bool),
    /// A truth value in a byte.
    Bool,
    /// A text of fixed length, padded.
    FixedText(Padding),
    /// A reference to a text in a global heap.
    HeapText,
}

/// What follows a text of fixed length in its slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Padding {
    /// A zero ends it.
    Terminated,
    /// Zeros to the end.
    Zeros,
    /// Spaces to the end.
    Spaces,
}

/// A scalar or an array of them inside of an element.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub class: Class,
    /// Bytes of one scalar.
    pub width: usize,
    /// Dimensions inside of the element.
    pub shape: Vec<usize>,
}

/// Type of an element.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// The element is one field.
    Plain(Field),
    /// A record: name, offset and type of each field.
    Records(Vec<(String, usize, Field)>),
    /// Not read; says what it is.
    Other(String),
}

impl Field {
    /// Scalars in the field; `None` beyond what can be counted.
    pub fn count(&self) -> Option<usize> {
        self.shape.iter().try_fold(1_usize, |n, length| n.checked_mul(*length))
    }

    fn of(datatype: &Datatype) -> Result<Self, String> {
        if let Datatype::Array { base_type, dimensions } = datatype {
            if matches!(**base_type, Datatype::Array { .. }) {
                return Err("arrays of arrays".to_owned());
            }
            let mut field = Self::of(base_type)?;
            field.shape = dimensions.iter().map(|length| *length as usize).collect();
            return Ok(field);
        }
        let width = datatype.type_size() as usize;
        Ok(Self { class: class(datatype)?, width, shape: Vec::new() })
    }
}

impl Type {
    pub fn of(datatype: &Datatype) -> Self {
        let Datatype::Compound { members, size } = datatype else {
            return match Field::of(datatype) {
                Ok(field) => Self::Plain(field),
                Err(what) => Self::Other(what),
            };
        };
        let mut fields = Vec::with_capacity(members.len());
        for member in members {
            let field = match Field::of(&member.datatype) {
                Ok(field) => field,
                Err(what) => return Self::Other(format!("records with {what}")),
            };
            let offset = usize::try_from(member.byte_offset).unwrap_or(usize::MAX);
            let end = field.count().and_then(|n| n.checked_mul(field.width)?.checked_add(offset));
            if end.is_none_or(|end| end > *size as usize) {
                return Self::Other("records whose fields lie outside of them".to_owned());
            }
            fields.push((member.name.clone(), offset, field));
        }
        Self::Records(fields)
    }
}

fn class(datatype: &Datatype) -> Result<Class, String> {
    match datatype {
        Datatype::FixedPoint { size, byte_order, layout } => {
            let whole = layout.bit_offset == 0 && u32::from(layout.bit_precision) == size.saturating_mul(8);
            let data_type = match (size, layout.signed) {
                _ if !whole => return Err(format!("integers of {} bits", layout.bit_precision)),
                (1, true) => DataType::I8,
                (2, true) => DataType::I16,
                (4, true) => DataType::I32,
                (8, true) => DataType::I64,
                (1, false) => DataType::U8,
                (2, false) => DataType::U16,
                (4, false) => DataType::U32,
                (8, false) => DataType::U64,
                _ => return Err(format!("integers of {size} bytes")),
            };
            Ok(Class::Number(data_type, big_endian(*byte_order)?))
        }
        Datatype::FloatingPoint { size, byte_order, layout } => {
            let big = big_endian(*byte_order)?;
            match size {
                2 if *layout == BINARY16 => Ok(Class::Half(big)),
                4 if *layout == FloatingPointLayout::IEEE754_BINARY32 => {
                    Ok(Class::Number(DataType::F32, big))
                }
                8 if *layout == FloatingPointLayout::IEEE754_BINARY64 => {
                    Ok(Class::Number(DataType::F64, big))
                }
                _ => Err(format!("floats of {size} bytes in a layout of their own")),
            }
        }
        Datatype::Enumeration { base_type, members, .. } => {
            let is = |position: usize, name: &str, value: u8| {
                members.get(position).is_some_and(|member| member.name == name && member.value == [value])
            };
            let named = members.len() == 2 && is(0, "FALSE", 0) && is(1, "TRUE", 1);
            if named { Ok(Class::Bool) } else { class(base_type) }
        }
        Datatype::String { padding, .. } => Ok(Class::FixedText(match padding {
            StringPadding::NullTerminate => Padding::Terminated,
            StringPadding::NullPad => Padding::Zeros,
            StringPadding::SpacePad => Padding::Spaces,
        })),
        Datatype::VariableLength { is_string: true, .. } => Ok(Class::HeapText),
        Datatype::VariableLength { .. } => Err("lists of variable length".to_owned()),
        Datatype::Reference { .. } => Err("object references".to_owned()),
        Datatype::Compound { .. } => Err("records".to_owned()),
        Datatype::Opaque { .. } => Err("opaque bytes".to_owned()),
        _ => Err("another type of element".to_owned()),
    }
}

fn big_endian(order: DatatypeByteOrder) -> Result<bool, String> {
    match order {
        DatatypeByteOrder::LittleEndian => Ok(false),
        DatatypeByteOrder::BigEndian => Ok(true),
        DatatypeByteOrder::Vax => Err("numbers in VAX order".to_owned()),
    }
}

/// The scalars in `bytes`, which are whole ones of `width` bytes each. Texts of a heap are not resolved here.
pub(super) fn decode(bytes: &[u8], class: &Class, width: usize) -> Result<Values, DataError> {
    let wrong = |why: &str| DataError::malformed("", why);
    macro_rules! numbers {
        ($variant:ident, $type:ty, $big:expr) => {{
            let (scalars, rest) = bytes.as_chunks::<{ size_of::<$type>() }>();
            if !rest.is_empty() {
                return Err(wrong("a part of a number is missing"));
            }
            Values::$variant(if $big {
                scalars.iter().map(|scalar| <$type>::from_be_bytes(*scalar)).collect()
            } else {
                scalars.iter().map(|scalar| <$type>::from_le_bytes(*scalar)).collect()
            })
        }};
    }
    Ok(match class {
        Class::Number(data_type, big) => match data_type {
            DataType::I8 => numbers!(I8, i8, *big),
            DataType::I16 => numbers!(I16, i16, *big),
            DataType::I32 => numbers!(I32, i32, *big),
            DataType::I64 => numbers!(I64, i64, *big),
            DataType::U8 => numbers!(U8, u8, *big),
            DataType::U16 => numbers!(U16, u16, *big),
            DataType::U32 => numbers!(U32, u32, *big),
            DataType::U64 => numbers!(U64, u64, *big),
            DataType::F32 => numbers!(F32, f32, *big),
            DataType::F64 => numbers!(F64, f64, *big),
            DataType::Bool | DataType::Text => return Err(wrong("no number")),
        },
        Class::Half(big) => {
            let halves = bytes.as_chunks::<2>().0.iter();
            let of =
                |half: &[u8; 2]| if *big { u16::from_be_bytes(*half) } else { u16::from_le_bytes(*half) };
            Values::F32(halves.map(|half| widen(of(half))).collect())
        }
        Class::Bool => {
            if bytes.iter().any(|byte| *byte > 1) {
                return Err(wrong("a truth value is neither 0 nor 1"));
            }
            Values::Bool(bytes.iter().map(|byte| *byte == 1).collect())
        }
        Class::FixedText(padding) => {
            let texts = bytes.chunks_exact(width.max(1)).map(|slot| fixed_text(slot, *padding));
            Values::Text(texts.collect::<Result<_, _>>()?)
        }
        Class::HeapText => {
            return Err(DataError::new(
                "",
                DataProblem::Unsupported("a text outside of its heap".to_owned()),
            ));
        }
    })
}

fn fixed_text(slot: &[u8], padding: Padding) -> Result<String, DataError> {
    let end = match padding {
        Padding::Terminated => slot.iter().position(|byte| *byte == 0),
        Padding::Zeros => Some(slot.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)),
        Padding::Spaces => Some(slot.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1)),
    };
    utf8(&slot[..end.unwrap_or(slot.len())])
}

/// A text, which must be UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<String, DataError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(DataError::malformed("", "a text is not UTF-8")),
    }
}

/// The value of a half float: every one is a float of 32 bits.
fn widen(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let exponent = u32::from(half >> 10 & 0x1f);
    let mantissa = u32::from(half & 0x3ff);
    let bits = match exponent {
        0 => {
            // Subnormal: a multiple of 2^-24, exact as a float.
            let value = mantissa as f32 * (1.0 / 16_777_216.0);
            return f32::from_bits(value.to_bits() | sign);
        }
        31 => 0x7f80_0000 | mantissa << 13,
        _ => (exponent + 112) << 23 | mantissa << 13,
    };
    f32::from_bits(bits | sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_floats_keep_their_value() {
        let cases: [(u16, f32); 7] = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x7c00, f32::INFINITY),
            (0x3555, 0.333_251_95),
        ];
        for (half, value) in cases {
            assert_eq!(widen(half), value, "{half:#06x}");
        }
        assert!(widen(0x7e00).is_nan());
        assert_eq!(widen(0x8000).to_bits(), (-0.0_f32).to_bits());
    }

    #[test]
    fn padding_of_texts_is_not_a_part_of_them() {
        assert_eq!(fixed_text(b"ab\0c", Padding::Terminated).unwrap(), "ab");
        assert_eq!(fixed_text(b"ab\0c\0\0", Padding::Zeros).unwrap(), "ab\0c");
        assert_eq!(fixed_text(b"ab  ", Padding::Spaces).unwrap(), "ab");
        assert_eq!(fixed_text(b"full", Padding::Terminated).unwrap(), "full");
        assert!(fixed_text(b"\xff\xfe", Padding::Zeros).is_err());
    }
}
