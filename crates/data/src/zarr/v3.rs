//! Metadata of version 3: <https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html>.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::codec::Codec;
use super::metadata::{
    ArrayInfo, ChunkKeys, Elements, Field, Order, Pipeline, Serial, Sharding, check_shapes, fill, lengths,
};
use crate::elements::{Encoding, Stored};
use crate::error::{DataError, DataProblem};
use crate::values::DataType;

/// Shards inside of shards.
const MAX_DEPTH: usize = 4;

/// A document; what it may consolidate of other nodes is not looked at, since each has a document of its own.
#[derive(Deserialize)]
struct Document {
    zarr_format: u8,
    node_type: String,
    #[serde(default)]
    attributes: Map<String, Value>,
}

/// What the document of a node is of.
pub(super) enum Described {
    Group,
    Array(Box<ArrayInfo>),
}

/// What a document says.
pub(super) fn node(document: &[u8]) -> Result<Described, DataError> {
    let parsed: Document = self::parsed(document)?;
    match (parsed.zarr_format, parsed.node_type.as_str()) {
        (3, "group") => Ok(Described::Group),
        (3, "array") => Ok(Described::Array(Box::new(array(self::parsed(document)?)?))),
        (3, other) => Err(DataError::malformed("", format!("a node of the type {other:?}"))),
        (other, _) => Err(unsupported(format!("version {other} of zarr"))),
    }
}

/// The attributes in a document.
pub(super) fn attributes(document: &[u8]) -> Result<Map<String, Value>, DataError> {
    Ok(parsed::<Document>(document)?.attributes)
}

fn parsed<'a, T: Deserialize<'a>>(document: &'a [u8]) -> Result<T, DataError> {
    serde_json::from_slice(document)
        .map_err(|error| DataError::malformed("", format!("bad metadata: {error}")))
}

fn unsupported(what: String) -> DataError {
    DataError::new("", DataProblem::Unsupported(what))
}

#[derive(Deserialize)]
struct ArrayDocument {
    shape: Vec<u64>,
    data_type: Value,
    chunk_grid: Extension,
    chunk_key_encoding: Extension,
    #[serde(default)]
    fill_value: Value,
    codecs: Vec<Extension>,
    #[serde(default)]
    storage_transformers: Vec<Value>,
}

/// A name and its configuration; the name alone where it has none.
#[derive(Deserialize)]
#[serde(from = "Named")]
struct Extension {
    name: String,
    configuration: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Name(String),
    Configured {
        name: String,
        #[serde(default)]
        configuration: Map<String, Value>,
    },
}

impl From<Named> for Extension {
    fn from(named: Named) -> Self {
        match named {
            Named::Name(name) => Self { name, configuration: Map::new() },
            Named::Configured { name, configuration } => Self { name, configuration },
        }
    }
}

impl Extension {
    fn get<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<T>, DataError> {
        let value = self.configuration.get(key).filter(|value| !value.is_null());
        value
            .map(|value| T::deserialize(value))
            .transpose()
            .map_err(|error| DataError::malformed("", format!("`{key}` of `{}`: {error}", self.name)))
    }

    fn need<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<T, DataError> {
        self.get(key)?
            .ok_or_else(|| DataError::malformed("", format!("`{}` does not give `{key}`", self.name)))
    }
}

fn array(document: ArrayDocument) -> Result<ArrayInfo, DataError> {
    let shape = lengths(&document.shape)?;
    if document.chunk_grid.name != "regular" {
        return Err(unsupported(format!("the chunk grid `{}`", document.chunk_grid.name)));
    }
    if !document.storage_transformers.is_empty() {
        return Err(unsupported("a storage transformer".to_owned()));
    }
    let chunk = lengths(&document.chunk_grid.need::<Vec<u64>>("chunk_shape")?)?;
    check_shapes(&shape, &chunk)?;
    let big_endian = inner_bytes(&document.codecs, 0)?;
    let elements = elements(&document.data_type, big_endian)?;
    Ok(ArrayInfo {
        fill: fill(&elements, &document.fill_value),
        keys: keys(&document.chunk_key_encoding)?,
        pipeline: pipeline(&document.codecs, &elements, &chunk, 0),
        shape,
        chunk,
        elements,
    })
}

fn keys(encoding: &Extension) -> Result<ChunkKeys, DataError> {
    let (prefix, usual) = match encoding.name.as_str() {
        "default" => (Some("c"), '/'),
        "v2" => (None, '.'),
        other => return Err(unsupported(format!("the chunk key encoding `{other}`"))),
    };
    let separator = match encoding.get::<String>("separator")?.as_deref() {
        None => usual,
        Some("/") => '/',
        Some(".") => '.',
        Some(other) => return Err(DataError::malformed("", format!("the separator {other:?}"))),
    };
    Ok(ChunkKeys { prefix, separator })
}

/// Whether elements are stored with the most significant byte first, which the innermost codec `bytes` says.
fn inner_bytes(codecs: &[Extension], depth: usize) -> Result<bool, DataError> {
    for codec in codecs {
        match codec.name.as_str() {
            "bytes" | "endian" => return Ok(codec.get::<String>("endian")?.as_deref() == Some("big")),
            "sharding_indexed" if depth < MAX_DEPTH => {
                return inner_bytes(&codec.need::<Vec<Extension>>("codecs")?, depth + 1);
            }
            _ => {}
        }
    }
    Ok(false)
}

fn elements(data_type: &Value, big_endian: bool) -> Result<Elements, DataError> {
    let extension = Extension::deserialize(data_type)
        .map_err(|_| DataError::malformed("", "the data type is neither a name nor configured"))?;
    Ok(match extension.name.as_str() {
        "string" => Elements::Texts,
        "struct" | "structured" => match records(&extension, big_endian)? {
            Some(fields) if !fields.is_empty() => Elements::Records(fields),
            _ => Elements::Other("such a structured array".to_owned()),
        },
        name => match encoding(&extension, big_endian)? {
            Some(encoding) => Elements::Plain(encoding),
            None => Elements::Other(format!("the data type `{name}`")),
        },
    })
}

/// How elements of a type of one size lie in a chunk.
fn encoding(extension: &Extension, big_endian: bool) -> Result<Option<Encoding>, DataError> {
    let stored = match extension.name.as_str() {
        "bool" => Stored::Plain(DataType::Bool),
        "int8" => Stored::Plain(DataType::I8),
        "int16" => Stored::Plain(DataType::I16),
        "int32" => Stored::Plain(DataType::I32),
        "int64" => Stored::Plain(DataType::I64),
        "uint8" => Stored::Plain(DataType::U8),
        "uint16" => Stored::Plain(DataType::U16),
        "uint32" => Stored::Plain(DataType::U32),
        "uint64" => Stored::Plain(DataType::U64),
        "float16" => Stored::Half,
        "float32" => Stored::Plain(DataType::F32),
        "float64" => Stored::Plain(DataType::F64),
        "fixed_length_utf32" => Stored::Utf32(extension.need::<u32>("length_bytes")? as usize / 4),
        "null_terminated_bytes" => Stored::Bytes(extension.need::<u32>("length_bytes")? as usize),
        _ => return Ok(None),
    };
    Ok(Some(Encoding { stored, big_endian }))
}

/// The fields of a record; `None` where one is not read.
fn records(extension: &Extension, big_endian: bool) -> Result<Option<Vec<Field>>, DataError> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Described {
        Pair(String, Extension),
        Named { name: String, data_type: Extension },
    }
    let mut fields = Vec::new();
    for described in extension.need::<Vec<Described>>("fields")? {
        let (name, data_type) = match described {
            Described::Pair(name, data_type) | Described::Named { name, data_type } => (name, data_type),
        };
        match encoding(&data_type, big_endian)? {
            Some(encoding) => fields.push(Field { name, encoding, shape: Vec::new() }),
            None => return Ok(None),
        }
    }
    Ok(Some(fields))
}

fn pipeline(
    codecs: &[Extension],
    elements: &Elements,
    chunk: &[usize],
    depth: usize,
) -> Result<Pipeline, DataError> {
    let misplaced = |name: &str| DataError::malformed("", format!("the codec `{name}` is at a wrong place"));
    let (mut order, mut serial, mut after) = (Order::C, None, Vec::new());
    for codec in codecs {
        match (codec.name.as_str(), &serial) {
            ("transpose", None) if order == Order::C => order = transposed(codec, chunk.len())?,
            ("bytes" | "endian", None) if *elements != Elements::Texts => serial = Some(Serial::Bytes),
            ("vlen-utf8", None) if *elements == Elements::Texts => serial = Some(Serial::Texts),
            ("sharding_indexed", None) => {
                let stored = order.stored_shape(chunk);
                serial = Some(Serial::Sharded(Box::new(sharding(codec, elements, &stored, depth)?)));
            }
            (name @ ("transpose" | "bytes" | "endian" | "vlen-utf8" | "sharding_indexed"), _) => {
                return Err(misplaced(name));
            }
            (name, Some(_)) => after.push(Codec::parse(name)?),
            (name, None) => return Err(Codec::parse(name).err().unwrap_or_else(|| misplaced(name))),
        }
    }
    let serial = serial.ok_or_else(|| DataError::malformed("", "no codec makes bytes of the array"))?;
    Ok(Pipeline { order, serial, codecs: after })
}

fn transposed(codec: &Extension, n: usize) -> Result<Order, DataError> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Dimensions {
        Name(String),
        Order(Vec<usize>),
    }
    match codec.need::<Dimensions>("order")? {
        Dimensions::Name(name) if name == "C" => Ok(Order::C),
        Dimensions::Name(name) if name == "F" => Ok(Order::Fortran),
        Dimensions::Order(order)
            if order.len() == n && (0..n).all(|dimension| order.contains(&dimension)) =>
        {
            Ok(Order::Permuted(order))
        }
        _ => Err(DataError::malformed("", "the order of `transpose` is none of the dimensions")),
    }
}

fn sharding(
    codec: &Extension,
    elements: &Elements,
    shard: &[usize],
    depth: usize,
) -> Result<Sharding, DataError> {
    if depth >= MAX_DEPTH {
        return Err(DataError::new("", DataProblem::Limit("shards nest too deeply".to_owned())));
    }
    let chunk = lengths(&codec.need::<Vec<u64>>("chunk_shape")?)?;
    check_shapes(shard, &chunk)?;
    if shard.iter().zip(&chunk).any(|(shard, chunk)| !shard.is_multiple_of(*chunk)) {
        return Err(DataError::malformed("", format!("chunks of {chunk:?} in shards of {shard:?}")));
    }
    let pipeline = pipeline(&codec.need::<Vec<Extension>>("codecs")?, elements, &chunk, depth + 1)?;
    let index: Vec<Extension> = codec.need("index_codecs")?;
    let (first, rest) =
        index.split_first().ok_or_else(|| DataError::malformed("", "no codec of the index"))?;
    if first.name != "bytes" && first.name != "endian" {
        return Err(unsupported(format!("the codec `{}` of an index", first.name)));
    }
    let index_at_end = match codec.get::<String>("index_location")?.as_deref() {
        None | Some("end") => true,
        Some("start") => false,
        Some(other) => return Err(DataError::malformed("", format!("the index location {other:?}"))),
    };
    let index_codecs: Vec<Codec> =
        rest.iter().map(|codec| Codec::parse(&codec.name)).collect::<Result<_, _>>()?;
    if index_codecs.iter().any(|codec| *codec != Codec::Crc32c) {
        return Err(unsupported("a compressed index of a shard".to_owned()));
    }
    let index_big_endian = first.get::<String>("endian")?.as_deref() == Some("big");
    Ok(Sharding { chunk, pipeline, index_codecs, index_big_endian, index_at_end })
}
