//! Values as the bytes of a dataset.

use super::heap;
use super::output::Output;
use crate::error::DataError;
use crate::values::{DataType, Values};

/// Bytes of an element in a file.
pub(super) fn width(data_type: DataType) -> usize {
    data_type.width().unwrap_or(super::REFERENCE)
}

/// The elements in `range`; texts are written to a heap and are the references to them.
pub(super) fn encode(
    values: &Values,
    range: std::ops::Range<usize>,
    out: &mut Output,
) -> Result<Vec<u8>, DataError> {
    macro_rules! bytes {
        ($values:expr) => {{
            let mut bytes = Vec::with_capacity(range.len() * size_of_val(&$values[..1.min($values.len())]));
            $values[range].iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
            bytes
        }};
    }
    Ok(match values {
        Values::Bool(values) => values[range].iter().map(|value| u8::from(*value)).collect(),
        Values::I8(values) => bytes!(values),
        Values::I16(values) => bytes!(values),
        Values::I32(values) => bytes!(values),
        Values::I64(values) => bytes!(values),
        Values::U8(values) => values[range].to_vec(),
        Values::U16(values) => bytes!(values),
        Values::U32(values) => bytes!(values),
        Values::U64(values) => bytes!(values),
        Values::F32(values) => bytes!(values),
        Values::F64(values) => bytes!(values),
        Values::Text(texts) => heap::texts(out, &texts[range])?,
    })
}
