//! The documents of groups and arrays that are written.

use serde_json::{Map, Value, json};

use super::write::Growing;
use crate::elements::Encoding;
use crate::values::DataType;

/// Version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Version 2, which every zarr-python reads.
    V2,
    /// Version 3, which zarr-python 3 and later read.
    V3,
}

impl Version {
    /// Key of chunk `number` along the first of `n` dimensions.
    pub(super) fn chunk_key(self, n: usize, number: usize) -> String {
        let numbers: Vec<String> =
            (0..n).map(|i| if i == 0 { number.to_string() } else { "0".to_owned() }).collect();
        match self {
            Self::V2 if n == 0 => "0".to_owned(),
            Self::V2 => numbers.join("."),
            Self::V3 if n == 0 => "c".to_owned(),
            Self::V3 => format!("c/{}", numbers.join("/")),
        }
    }
}

/// Documents of a group, by name.
pub(super) fn group_documents(
    version: Version,
    attributes: &Map<String, Value>,
) -> Vec<(&'static str, Value)> {
    match version {
        Version::V2 => v2_documents(".zgroup", json!({"zarr_format": 2}), attributes),
        Version::V3 => {
            vec![("zarr.json", json!({"zarr_format": 3, "node_type": "group", "attributes": attributes}))]
        }
    }
}

/// Documents of an array, by name.
pub(super) fn array_documents(
    version: Version,
    array: &Growing,
    attributes: &Map<String, Value>,
) -> Vec<(&'static str, Value)> {
    let texts = array.data_type == DataType::Text;
    let fill = match array.data_type {
        DataType::Bool => json!(false),
        DataType::F32 | DataType::F64 => json!(0.0),
        DataType::Text => json!(""),
        _ => json!(0),
    };
    match version {
        Version::V2 => {
            let dtype = Encoding::little(array.data_type).map_or_else(|| "|O".to_owned(), Encoding::name);
            let filters = if texts { json!([{"id": "vlen-utf8"}]) } else { Value::Null };
            let document = json!({
                "zarr_format": 2,
                "shape": array.shape,
                "chunks": array.chunk,
                "dtype": dtype,
                "compressor": {"id": "gzip", "level": 5},
                "fill_value": fill,
                "order": "C",
                "filters": filters,
            });
            v2_documents(".zarray", document, attributes)
        }
        Version::V3 => {
            let serial = match array.data_type.width() {
                None => json!({"name": "vlen-utf8"}),
                Some(1) => json!({"name": "bytes"}),
                Some(_) => json!({"name": "bytes", "configuration": {"endian": "little"}}),
            };
            let document = json!({
                "zarr_format": 3,
                "node_type": "array",
                "shape": array.shape,
                "data_type": if texts { "string" } else { array.data_type.name() },
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": array.chunk}},
                "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
                "fill_value": fill,
                "codecs": [serial, {"name": "gzip", "configuration": {"level": 5}}],
                "attributes": attributes,
            });
            vec![("zarr.json", document)]
        }
    }
}

fn v2_documents(
    name: &'static str,
    document: Value,
    attributes: &Map<String, Value>,
) -> Vec<(&'static str, Value)> {
    let mut documents = vec![(name, document)];
    if !attributes.is_empty() {
        documents.push((".zattrs", Value::Object(attributes.clone())));
    }
    documents
}
