//! Metadata of version 2: <https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html>.

use serde::Deserialize;
use serde_json::Value;

use super::codec::Codec;
use super::metadata::{
    ArrayInfo, ChunkKeys, Elements, Field, Order, Pipeline, Serial, check_shapes, fill, lengths,
};
use crate::elements::Encoding;
use crate::error::{DataError, DataProblem};

#[derive(Deserialize)]
struct Document {
    zarr_format: u8,
    shape: Vec<u64>,
    chunks: Vec<u64>,
    dtype: Value,
    compressor: Option<Configured>,
    #[serde(default)]
    fill_value: Value,
    order: String,
    filters: Option<Vec<Configured>>,
    dimension_separator: Option<String>,
}

/// A codec; what it was configured with is in the bytes that it wrote.
#[derive(Deserialize)]
struct Configured {
    id: String,
}

#[derive(Deserialize)]
struct Group {
    zarr_format: u8,
}

/// An error where the document of a group is none.
pub(super) fn group(document: &[u8]) -> Result<(), DataError> {
    let group: Group = parsed(document)?;
    version(group.zarr_format)
}

fn version(version: u8) -> Result<(), DataError> {
    match version {
        2 => Ok(()),
        other => Err(DataError::new("", DataProblem::Unsupported(format!("version {other} of zarr")))),
    }
}

fn parsed<'a, T: Deserialize<'a>>(document: &'a [u8]) -> Result<T, DataError> {
    serde_json::from_slice(document)
        .map_err(|error| DataError::malformed("", format!("bad metadata: {error}")))
}

/// What the document of an array says.
pub(super) fn array(document: &[u8]) -> Result<ArrayInfo, DataError> {
    let document: Document = parsed(document)?;
    version(document.zarr_format)?;
    let (shape, chunk) = (lengths(&document.shape)?, lengths(&document.chunks)?);
    check_shapes(&shape, &chunk)?;
    let filters: Vec<&str> = document.filters.iter().flatten().map(|filter| filter.id.as_str()).collect();
    let elements = elements(&document.dtype, &filters)?;
    let separator = match document.dimension_separator.as_deref() {
        None | Some(".") => '.',
        Some("/") => '/',
        Some(other) => return Err(DataError::malformed("", format!("the separator {other:?}"))),
    };
    Ok(ArrayInfo {
        fill: fill(&elements, &document.fill_value),
        pipeline: pipeline(&document, &elements, &filters),
        keys: ChunkKeys { prefix: None, separator },
        shape,
        chunk,
        elements,
    })
}

fn elements(dtype: &Value, filters: &[&str]) -> Result<Elements, DataError> {
    match dtype {
        Value::String(name) if name == "|O" => Ok(match filters {
            ["vlen-utf8"] => Elements::Texts,
            [] => Elements::Other("an array of objects without a filter".to_owned()),
            [first, ..] => Elements::Other(format!("an array of objects of the filter `{first}`")),
        }),
        Value::String(name) => Ok(match Encoding::parse(name) {
            Ok(encoding) => Elements::Plain(encoding),
            Err(_) => Elements::Other(format!("the data type `{name}`")),
        }),
        Value::Array(fields) => {
            let fields: Option<Vec<Field>> = fields.iter().map(field).collect();
            Ok(match fields {
                Some(fields) if !fields.is_empty() => Elements::Records(fields),
                _ => Elements::Other("such a structured array".to_owned()),
            })
        }
        _ => Err(DataError::malformed("", "the data type is neither a name nor a list of fields")),
    }
}

/// A field: name, type, and its shape where it has one. `None` for types that are not read.
fn field(field: &Value) -> Option<Field> {
    let parts = field.as_array()?;
    let shape = match parts.get(2) {
        Some(Value::Array(lengths)) => {
            lengths.iter().map(|length| usize::try_from(length.as_u64()?).ok()).collect::<Option<_>>()?
        }
        Some(_) => return None,
        None => Vec::new(),
    };
    let name = parts.first()?.as_str()?.to_owned();
    let encoding = Encoding::parse(parts.get(1)?.as_str()?).ok()?;
    Some(Field { name, encoding, shape })
}

fn pipeline(document: &Document, elements: &Elements, filters: &[&str]) -> Result<Pipeline, DataError> {
    let serial = match elements {
        Elements::Texts => Serial::Texts,
        _ => match filters.first() {
            None => Serial::Bytes,
            Some(filter) => {
                return Err(DataError::new("", DataProblem::Unsupported(format!("the filter `{filter}`"))));
            }
        },
    };
    let order = match document.order.as_str() {
        "C" => Order::C,
        "F" => Order::Fortran,
        other => return Err(DataError::malformed("", format!("the order {other:?}"))),
    };
    let codecs = document.compressor.iter().map(|codec| Codec::parse(&codec.id)).collect::<Result<_, _>>()?;
    Ok(Pipeline { order, serial, codecs })
}
