//! Stores that are written: a folder or a zip archive, of version 2 or 3.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use repro_digest::leftovers::{self, Kind};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::document::{Version, array_documents, group_documents};
use crate::archive::{check_name, refused};
use crate::array::Array;
use crate::elements::{count, to_bytes, within};
use crate::error::{DataError, DataProblem};
use crate::store::{Attribute, StoreWriter};
use crate::values::{DataType, Values};

/// Bytes of a chunk before it is compressed, about.
const CHUNK_BYTES: usize = 4 << 20;

/// Where a store is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A folder.
    Folder,
    /// A zip archive.
    Zip,
}

/// A store that is written beside its place and moved there when it is complete. Chunks hold whole rows and are
/// compressed with gzip; texts are `vlen-utf8`; metadata are consolidated too in version 2. Structured arrays are not
/// written.
pub struct ZarrWriter {
    target: PathBuf,
    /// Holds what is written until it is complete; is removed where it never is.
    beside: TempDir,
    /// Says that the temporary folder is being written: one that nobody holds is removed by the next run.
    _lock: Option<File>,
    files: Box<dyn Sink + Send>,
    version: Version,
    rows_per_chunk: Option<usize>,
    /// Attributes of every group and array; an array has what is known of it.
    nodes: BTreeMap<String, (Map<String, Value>, Option<Growing>)>,
}

/// An array to which rows are added.
pub(super) struct Growing {
    pub data_type: DataType,
    pub shape: Vec<usize>,
    pub chunk: Vec<usize>,
    /// Rows that do not fill a chunk yet.
    pending: Values,
    /// Chunks that are written.
    n_chunks: usize,
}

/// Where files are put, each once.
trait Sink {
    fn put(&mut self, key: &str, bytes: &[u8]) -> std::io::Result<()>;
    fn finish(self: Box<Self>) -> Result<(), DataError>;
}

struct FolderSink(PathBuf);

impl Sink for FolderSink {
    fn put(&mut self, key: &str, bytes: &[u8]) -> std::io::Result<()> {
        let path = self.0.join(key);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, bytes)
    }

    fn finish(self: Box<Self>) -> Result<(), DataError> {
        Ok(())
    }
}

struct ZipSink(ZipWriter<File>);

impl Sink for ZipSink {
    fn put(&mut self, key: &str, bytes: &[u8]) -> std::io::Result<()> {
        // Chunks are compressed already.
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        self.0.start_file(key, options).map_err(std::io::Error::other)?;
        self.0.write_all(bytes)
    }

    fn finish(self: Box<Self>) -> Result<(), DataError> {
        let file = self.0.finish().map_err(|error| refused("", error))?;
        file.sync_all().map_err(|error| DataError::new("", error))
    }
}

impl ZarrWriter {
    /// Begins a store that will be at `path`, where nothing may be yet. The root is a group; [`StoreWriter::group`] with
    /// the path `""` gives it attributes.
    pub fn create(path: &Path, container: Container, version: Version) -> Result<Self, DataError> {
        let failed = |error| DataError::new("", DataProblem::Io(error));
        absent(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(leftovers::PREFIX).rand_bytes(leftovers::RANDOM).suffix(Kind::Folder.suffix());
        let make = || builder.tempdir_in(folder).map(|made| (made.path().to_owned(), made));
        let (beside, lock) = leftovers::claimed(folder, Kind::Folder, make).map_err(failed)?;
        let partial = beside.path().join("store");
        let files: Box<dyn Sink + Send> = match container {
            Container::Folder => {
                fs::create_dir(&partial).map_err(failed)?;
                Box::new(FolderSink(partial))
            }
            Container::Zip => Box::new(ZipSink(ZipWriter::new(File::create_new(partial).map_err(failed)?))),
        };
        let nodes = BTreeMap::from([(String::new(), (Map::new(), None))]);
        Ok(Self { target: path.to_owned(), beside, _lock: lock, files, version, rows_per_chunk: None, nodes })
    }

    /// Rows a chunk of the arrays that follow, 1 at least; without it, chunks are about 4 MiB.
    pub fn rows_per_chunk(&mut self, rows: usize) {
        self.rows_per_chunk = Some(rows.max(1));
    }

    /// Sets attributes of any shape of a group or array that was begun.
    pub fn set_attributes(&mut self, path: &str, attributes: Map<String, Value>) -> Result<(), DataError> {
        let (own, _) = self.nodes.get_mut(path).ok_or_else(|| missing(path))?;
        own.extend(attributes);
        Ok(())
    }

    fn add(
        &mut self,
        path: &str,
        attributes: &[(&str, Attribute)],
        array: Option<Growing>,
    ) -> Result<(), DataError> {
        let attributes = attributes.iter().map(|(name, value)| Ok(((*name).to_owned(), json_of(value)?)));
        let attributes: Map<String, Value> = attributes.collect::<Result<_, _>>().map_err(within(path))?;
        if path.is_empty() && array.is_none() {
            return self.set_attributes(path, attributes);
        }
        check_name(path)?;
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name.starts_with('.') || name == "zarr.json" {
            return Err(DataError::malformed(path, "a name that zarr itself uses"));
        }
        match self.nodes.get(above) {
            Some((_, None)) => {}
            Some(_) => return Err(DataError::malformed(above, "an array, not a group")),
            None => return Err(missing(above)),
        }
        if self.nodes.contains_key(path) {
            return Err(DataError::malformed(path, "written twice"));
        }
        self.nodes.insert(path.to_owned(), (attributes, array));
        Ok(())
    }

    fn growing(&self, data_type: DataType, shape: &[usize]) -> Result<Growing, DataError> {
        let row = count(&shape[1.min(shape.len())..])?;
        let row_bytes = row.saturating_mul(data_type.width().unwrap_or(16)).max(1);
        let mut chunk: Vec<usize> = shape.iter().map(|length| (*length).max(1)).collect();
        if let Some(rows) = chunk.first_mut() {
            *rows = self.rows_per_chunk.unwrap_or((CHUNK_BYTES / row_bytes).max(1));
        }
        Ok(Growing { data_type, shape: shape.to_vec(), chunk, pending: empty(data_type), n_chunks: 0 })
    }

    /// Writes the chunks that are full; all that is left where the array is complete.
    fn flush(&mut self, path: &str, complete: bool) -> Result<(), DataError> {
        let version = self.version;
        let Some((_, Some(array))) = self.nodes.get_mut(path) else { return Err(missing(path)) };
        let wanted = count(&array.chunk)?;
        let (mut chunks, mut begin) = (Vec::new(), 0);
        loop {
            let left = array.pending.len() - begin;
            if left >= wanted || (complete && left > 0) {
                let part = padded(&array.pending, begin, wanted);
                chunks.push((version.chunk_key(array.shape.len(), array.n_chunks), compressed(&part)?));
                array.n_chunks += 1;
                begin += left.min(wanted);
            } else {
                break;
            }
        }
        if begin > 0 {
            let rest: Vec<usize> = (begin..array.pending.len()).collect();
            array.pending = array.pending.take(&rest).unwrap_or_else(|| empty(array.data_type));
        }
        for (key, bytes) in chunks {
            let key = format!("{path}/{key}");
            self.files.put(&key, &bytes).map_err(|error| DataError::new(key, error))?;
        }
        Ok(())
    }
}

impl StoreWriter for ZarrWriter {
    fn group(&mut self, path: &str, attributes: &[(&str, Attribute)]) -> Result<(), DataError> {
        self.add(path, attributes, None)
    }

    fn array(
        &mut self,
        path: &str,
        array: &Array,
        attributes: &[(&str, Attribute)],
    ) -> Result<(), DataError> {
        let mut growing = self.growing(array.data_type(), array.shape())?;
        if self.rows_per_chunk.is_none()
            && let (Some(chunk), Some(length)) = (growing.chunk.first_mut(), array.shape().first())
        {
            *chunk = (*chunk).min((*length).max(1));
        }
        growing.pending = array.values().clone();
        self.add(path, attributes, Some(growing))?;
        self.flush(path, true)
    }

    fn begin(
        &mut self,
        path: &str,
        data_type: DataType,
        shape: &[usize],
        attributes: &[(&str, Attribute)],
    ) -> Result<(), DataError> {
        let shape = [&[0], shape].concat();
        let growing = self.growing(data_type, &shape)?;
        self.add(path, attributes, Some(growing))
    }

    fn append(&mut self, path: &str, values: &Values) -> Result<(), DataError> {
        let Some((_, Some(array))) = self.nodes.get_mut(path) else { return Err(missing(path)) };
        let row = count(array.shape.get(1..).unwrap_or_default())?;
        let whole = row != 0 && values.len().is_multiple_of(row) && !array.shape.is_empty();
        if !whole || !extend(&mut array.pending, values) {
            let why = format!(
                "{} values of {} for rows of {row} of {}",
                values.len(),
                values.data_type(),
                array.data_type
            );
            return Err(DataError::malformed(path, why));
        }
        array.shape[0] += values.len() / row;
        self.flush(path, false)
    }

    /// anndata stands for `None` with a truth value whose attributes say so.
    fn null(&mut self, path: &str, attributes: &[(&str, Attribute)]) -> Result<(), DataError> {
        self.array(path, &Array::new(Vec::new(), Values::Bool(vec![false]))?, attributes)
    }

    fn attributes(&mut self, path: &str, attributes: &[(&str, Attribute)]) -> Result<(), DataError> {
        let (own, _) = self.nodes.get_mut(path).ok_or_else(|| missing(path))?;
        for (name, attribute) in attributes {
            let value = json_of(attribute).map_err(within(path))?;
            if own.insert((*name).to_owned(), value).is_some() {
                return Err(DataError::malformed(path, format!("the attribute `{name}` is written twice")));
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), DataError> {
        let unfinished: Vec<String> = self
            .nodes
            .iter()
            .filter(|(_, (_, array))| array.is_some())
            .map(|(path, _)| path.clone())
            .collect();
        for path in unfinished {
            self.flush(&path, true)?;
        }
        let mut consolidated = Map::new();
        for (path, (attributes, array)) in &self.nodes {
            let documents = match array {
                None => group_documents(self.version, attributes),
                Some(array) => array_documents(self.version, array, attributes),
            };
            for (name, document) in documents {
                let key = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
                put(&mut *self.files, &key, &document)?;
                consolidated.insert(key, document);
            }
        }
        if self.version == Version::V2 {
            let all = json!({"zarr_consolidated_format": 1, "metadata": consolidated});
            put(&mut *self.files, ".zmetadata", &all)?;
        }
        let Self { target, beside, files, .. } = *self;
        files.finish()?;
        absent(&target)?;
        fs::rename(beside.path().join("store"), &target).map_err(|error| DataError::new("", error))
    }
}

/// An error where something is at a path.
fn absent(path: &Path) -> Result<(), DataError> {
    match path.symlink_metadata() {
        Ok(_) => Err(DataError::new("", std::io::Error::from(std::io::ErrorKind::AlreadyExists))),
        Err(_) => Ok(()),
    }
}

fn missing(path: &str) -> DataError {
    DataError::new("", DataProblem::Missing(format!("`{path}` to write to")))
}

fn put(files: &mut dyn Sink, key: &str, document: &Value) -> Result<(), DataError> {
    let mut bytes =
        serde_json::to_vec_pretty(document).map_err(|error| DataError::malformed(key, error.to_string()))?;
    bytes.push(b'\n');
    files.put(key, &bytes).map_err(|error| DataError::new(key, error))
}

fn json_of(attribute: &Attribute) -> Result<Value, DataError> {
    let float = |number: &f64| {
        serde_json::Number::from_f64(*number).map(Value::Number).ok_or_else(|| {
            DataError::malformed("", format!("an attribute of {number}, which JSON cannot hold"))
        })
    };
    Ok(match attribute {
        Attribute::Text(text) | Attribute::Path(text) => json!(text),
        Attribute::Bool(value) => json!(value),
        Attribute::Int(number) => json!(number),
        Attribute::Float(number) => float(number)?,
        Attribute::Texts(texts) => json!(texts),
        Attribute::Ints(numbers) => json!(numbers),
        Attribute::Floats(numbers) => Value::Array(numbers.iter().map(float).collect::<Result<_, _>>()?),
    })
}

fn empty(data_type: DataType) -> Values {
    match data_type {
        DataType::Bool => Values::Bool(Vec::new()),
        DataType::I8 => Values::I8(Vec::new()),
        DataType::I16 => Values::I16(Vec::new()),
        DataType::I32 => Values::I32(Vec::new()),
        DataType::I64 => Values::I64(Vec::new()),
        DataType::U8 => Values::U8(Vec::new()),
        DataType::U16 => Values::U16(Vec::new()),
        DataType::U32 => Values::U32(Vec::new()),
        DataType::U64 => Values::U64(Vec::new()),
        DataType::F32 => Values::F32(Vec::new()),
        DataType::F64 => Values::F64(Vec::new()),
        DataType::Text => Values::Text(Vec::new()),
    }
}

/// Adds values of the same type; `false` where they are of another.
fn extend(values: &mut Values, more: &Values) -> bool {
    macro_rules! each {
        ($($variant:ident),*) => {
            match (values, more) {
                $((Values::$variant(values), Values::$variant(more)) => values.extend_from_slice(more),)*
                _ => return false,
            }
        };
    }
    each!(Bool, I8, I16, I32, I64, U8, U16, U32, U64, F32, F64, Text);
    true
}

/// The bytes of a chunk of `wanted` elements from `begin`; what is not there is 0 or an empty text.
fn padded(values: &Values, begin: usize, wanted: usize) -> Vec<u8> {
    let end = values.len().min(begin.saturating_add(wanted));
    if let Values::Text(texts) = values {
        let mut bytes = (wanted as u32).to_le_bytes().to_vec();
        for text in &texts[begin..end] {
            bytes.extend((text.len() as u32).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.resize(bytes.len() + 4 * (wanted - (end - begin)), 0);
        return bytes;
    }
    let positions: Vec<usize> = (begin..end).collect();
    let mut bytes = values.take(&positions).as_ref().and_then(to_bytes).unwrap_or_default();
    bytes.resize(wanted * values.data_type().width().unwrap_or(0), 0);
    bytes
}

/// Bytes as gzip, without a time.
fn compressed(bytes: &[u8]) -> Result<Vec<u8>, DataError> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(5));
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_err(|error| DataError::new("", error))
}
