//! Zarr stores of versions 2 and 3, in a folder, a zip archive or memory.
//!
//! Every node is read from its own document, so consolidated metadata, which repeat them, are not needed. Chunks that
//! are missing are the fill value. Of a sharded array, a shard counts as the chunk.

mod blosc;
mod chunk;
mod codec;
mod document;
mod files;
mod metadata;
mod read;
mod v2;
mod v3;
mod write;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

use repro_digest::file::open;
use serde_json::{Map, Value};

use crate::array::Array;
use crate::elements::within;
use crate::error::{DataError, DataProblem};
use crate::store::{Attribute, Node, Store};
use files::{Files, Folder, Memory, Zip};
use metadata::ArrayInfo;

pub use document::Version;
pub use write::{Container, ZarrWriter};

/// Longest document.
const MAX_DOCUMENT: u64 = 64 << 20;

/// A store that is read.
pub struct ZarrStore {
    files: Box<dyn Files>,
    /// The chunk that was read last: ranges of rows are often shorter than chunks.
    last: Mutex<Option<read::Cached>>,
}

enum Described {
    Group,
    Array(Box<ArrayInfo>),
}

impl ZarrStore {
    /// Opens the store at `path`: a folder, or a file that is a zip archive.
    ///
    /// # Errors
    /// Where there is neither, the archive is damaged, or no node of zarr is at its root.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let files: Box<dyn Files> = if path.is_dir() {
            Box::new(Folder::open(path)?)
        } else {
            Box::new(Zip::open(open(path).map_err(|error| DataError::new("", error))?)?)
        };
        Self::new(files)
    }

    /// Opens the store that these files, by their paths in it, are.
    ///
    /// # Errors
    /// Where a path leads out of the store, or no node of zarr is at its root.
    pub fn in_memory(files: BTreeMap<String, Vec<u8>>) -> Result<Self, DataError> {
        Self::new(Box::new(Memory::new(files)?))
    }

    fn new(files: Box<dyn Files>) -> Result<Self, DataError> {
        let store = Self { files, last: Mutex::new(None) };
        match store.described("")? {
            Some(_) => Ok(store),
            None => Err(DataError::new(
                "",
                DataProblem::Missing("zarr.json, .zgroup or .zarray at the root".to_owned()),
            )),
        }
    }

    /// All attributes of the node at `path`, of any shape.
    pub fn attributes(&self, path: &str) -> Result<Map<String, Value>, DataError> {
        let attributes = if let Some(document) = self.document(path, "zarr.json")? {
            v3::attributes(&document)
        } else if let Some(document) = self.document(path, ".zattrs")? {
            serde_json::from_slice(&document)
                .map_err(|error| DataError::malformed("", format!("bad attributes: {error}")))
        } else {
            Ok(Map::new())
        };
        attributes.map_err(within(path))
    }

    /// Lengths of the chunks of the array at `path`.
    pub fn chunk_shape(&self, path: &str) -> Result<Vec<usize>, DataError> {
        Ok(self.array_info(path)?.chunk)
    }

    fn document(&self, path: &str, name: &str) -> Result<Option<Vec<u8>>, DataError> {
        let key = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        self.files.get(&key, MAX_DOCUMENT)
    }

    fn described(&self, path: &str) -> Result<Option<Described>, DataError> {
        if let Some(document) = self.document(path, "zarr.json")? {
            return Ok(Some(match v3::node(&document).map_err(within(path))? {
                v3::Described::Group => Described::Group,
                v3::Described::Array(info) => Described::Array(info),
            }));
        }
        if let Some(document) = self.document(path, ".zarray")? {
            let info = v2::array(&document).map_err(within(path))?;
            return Ok(Some(Described::Array(Box::new(info))));
        }
        match self.document(path, ".zgroup")? {
            Some(document) => {
                v2::group(&document).map_err(within(path))?;
                Ok(Some(Described::Group))
            }
            None => Ok(None),
        }
    }

    fn array_info(&self, path: &str) -> Result<ArrayInfo, DataError> {
        match self.described(path)? {
            Some(Described::Array(info)) => Ok(*info),
            Some(Described::Group) => Err(DataError::malformed(path, "a group, not an array")),
            None => Err(DataError::new("", DataProblem::Missing(format!("array `{path}`")))),
        }
    }
}

impl Store for ZarrStore {
    fn node(&self, path: &str) -> Result<Option<Node>, DataError> {
        Ok(self.described(path)?.map(|described| match described {
            Described::Group => Node::Group,
            Described::Array(info) => Node::Array { kind: info.elements.kind(), shape: info.shape },
        }))
    }

    fn names(&self, path: &str) -> Result<Vec<String>, DataError> {
        match self.described(path)? {
            Some(Described::Group) => {}
            Some(Described::Array(_)) => return Err(DataError::malformed(path, "an array, not a group")),
            None => return Err(DataError::new("", DataProblem::Missing(format!("group `{path}`")))),
        }
        let mut names = Vec::new();
        for name in self.files.folders(path)? {
            let own = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            for document in ["zarr.json", ".zarray", ".zgroup"] {
                if self.files.size(&format!("{own}/{document}"))?.is_some() {
                    names.push(name);
                    break;
                }
            }
        }
        Ok(names)
    }

    fn attribute(&self, path: &str, name: &str) -> Result<Option<Attribute>, DataError> {
        match self.attributes(path)?.get(name) {
            None => Ok(None),
            Some(value) => attribute(value).map(Some).ok_or_else(|| {
                DataError::new(path, DataProblem::Unsupported(format!("the attribute `{name}`")))
            }),
        }
    }

    fn read(&self, path: &str) -> Result<Array, DataError> {
        let info = self.array_info(path)?;
        let rows = 0..info.shape.first().copied().unwrap_or(1);
        self.region(path, info, rows)?.array().map_err(within(path))
    }

    fn read_range(&self, path: &str, range: Range<usize>) -> Result<Array, DataError> {
        let info = self.array_info(path)?;
        if info.shape.is_empty() {
            return Err(DataError::malformed(path, "rows of an array without dimensions"));
        }
        self.region(path, info, range)?.array().map_err(within(path))
    }

    fn read_records(&self, path: &str) -> Result<Vec<(String, Array)>, DataError> {
        let info = self.array_info(path)?;
        let rows = 0..info.shape.first().copied().unwrap_or(1);
        self.region(path, info, rows)?.records().map_err(within(path))
    }
}

/// An attribute of one of the shapes that containers have in common.
fn attribute(value: &Value) -> Option<Attribute> {
    Some(match value {
        Value::String(text) => Attribute::Text(text.clone()),
        Value::Bool(value) => Attribute::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Attribute::Int(number),
            None => Attribute::Float(number.as_f64()?),
        },
        Value::Array(values) => {
            let texts: Option<Vec<String>> =
                values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
            let integers = || values.iter().map(Value::as_i64).collect::<Option<Vec<i64>>>();
            match (texts, integers()) {
                (Some(texts), _) => Attribute::Texts(texts),
                (None, Some(integers)) => Attribute::Ints(integers),
                (None, None) => Attribute::Floats(values.iter().map(Value::as_f64).collect::<Option<_>>()?),
            }
        }
        Value::Null | Value::Object(_) => return None,
    })
}
