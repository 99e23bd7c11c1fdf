//! Attributes of HDF5 objects.

use hdf5_pure::{AttrValue, Datatype};

use super::elements::{Class, Type};
use crate::store::Attribute;

/// The attribute that `value` of type `datatype` is; `None` for integers beyond 64 bits with a sign.
pub(super) fn attribute(value: &AttrValue, datatype: Option<&Datatype>) -> Option<Attribute> {
    if let Some(datatype) = datatype
        && let Type::Plain(field) = Type::of(datatype)
        && field.class == Class::Bool
        && let Some(truth) = value.as_i64()
    {
        return Some(Attribute::Bool(truth != 0));
    }
    Some(match value {
        AttrValue::F32(value) => Attribute::Float(f64::from(*value)),
        AttrValue::F64(value) => Attribute::Float(*value),
        AttrValue::F32Array(_) | AttrValue::F64Array(_) => Attribute::Floats(value.to_f64s()?),
        AttrValue::I8(_) | AttrValue::I16(_) | AttrValue::I32(_) | AttrValue::I64(_) => {
            Attribute::Int(value.as_i64()?)
        }
        AttrValue::U8(_) | AttrValue::U16(_) | AttrValue::U32(_) | AttrValue::U64(_) => {
            Attribute::Int(value.as_i64()?)
        }
        AttrValue::String(_)
        | AttrValue::StringSized { .. }
        | AttrValue::AsciiString(_)
        | AttrValue::AsciiStringSized { .. }
        | AttrValue::VarLenString(_)
        | AttrValue::VarLenAsciiString(_) => Attribute::Text(value.as_str()?.to_owned()),
        other => match other.as_strings() {
            Some(texts) => Attribute::Texts(texts.to_vec()),
            None => Attribute::Ints(other.to_i64s()?),
        },
    })
}
