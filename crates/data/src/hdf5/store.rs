//! Groups and datasets by path.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use hdf5_pure::{FileAccessProperties, FormatError, MetadataCacheConfig};
use repro_digest::file::open;

use super::attributes::attribute;
use super::elements::{Class, Field, Type, decode};
use super::heap::{REFERENCE, Texts};
use super::members::{Members, Object};
use super::plan::{Plan, product, unsupported};
use crate::array::Array;
use crate::error::{DataError, DataProblem};
use crate::store::{Attribute, Kind, Node, Store};
use crate::values::{DataType, Values};

/// Bytes that are decoded at once, unless one row is larger.
const WINDOW: usize = 32 << 20;

/// An HDF5 file that is read. What describes datasets is kept, their data are not.
pub struct Hdf5Store {
    file: hdf5_pure::File,
    disk: Disk,
    members: Members,
    plans: Mutex<BTreeMap<String, Arc<Plan>>>,
    /// The attributes that were asked for last: those of one node are mostly asked for one after the other.
    described: Mutex<Option<(String, Described)>>,
}

/// The attributes of a node that can be read.
type Described = BTreeMap<String, Attribute>;

/// The bytes of the file.
pub(super) struct Disk {
    file: Mutex<fs::File>,
    pub length: u64,
    /// Where addresses are counted from.
    pub base: u64,
}

impl Disk {
    /// `n` bytes from `at`; nothing is allocated where the file ends before.
    pub fn read(&self, at: u64, n: usize) -> Result<Vec<u8>, DataError> {
        if at.checked_add(n as u64).is_none_or(|end| end > self.length) {
            return Err(DataError::malformed("", "its bytes lie behind the end of the file"));
        }
        let mut bytes = vec![0; n];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut bytes)).map_err(io)?;
        Ok(bytes)
    }
}

impl Hdf5Store {
    /// Opens a file; only what describes it is read. An error that says what the file is where it is none of HDF5.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        if path.is_dir() {
            return Err(DataError::malformed("", "is a folder, not an HDF5 file"));
        }
        let mut file = open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if !hdf5_pure::is_hdf5(path).map_err(io)? {
            let mut head = Vec::new();
            file.by_ref().take(512).read_to_end(&mut head).map_err(io)?;
            return Err(DataError::malformed("", format!("is {}, not an HDF5 file", sort(&head))));
        }
        // Without it every look-up walks the groups above in the file again.
        let cache = MetadataCacheConfig::new(16 << 20);
        let access = FileAccessProperties::new().with_metadata_cache(cache);
        let opened = guard(|| hdf5_pure::File::open_streaming_with_options(path, access))?;
        let superblock = opened.superblock();
        if superblock.offset_size != 8 || superblock.length_size != 8 {
            return Err(unsupported("an HDF5 file with addresses of other than 8 bytes"));
        }
        let base = superblock.base_address.get();
        let end = superblock.eof_address;
        if end > metadata.len() {
            let why = format!("is cut off: it has {} of {end} bytes", metadata.len());
            return Err(DataError::malformed("", why));
        }
        let disk = Disk { file: Mutex::new(file), length: metadata.len(), base };
        Ok(Self {
            file: opened,
            disk,
            members: Members::default(),
            plans: Mutex::default(),
            described: Mutex::default(),
        })
    }

    fn object(&self, path: &str) -> Result<Option<Object>, DataError> {
        // A group with a member that cannot be read may still have others that can.
        if let Ok(found) = self.members.find(&self.file, path) {
            return Ok(found);
        }
        let found = guarded(|| {
            if path.is_empty() {
                return Ok(Some(Object::Group(self.file.root())));
            }
            match self.file.dataset(path) {
                Ok(dataset) => Ok(Some(Object::Dataset(dataset))),
                Err(hdf5_pure::Error::Format(FormatError::PathNotFound(_))) => Ok(None),
                Err(hdf5_pure::Error::NotADataset(_)) => match self.file.group(path) {
                    Ok(group) => Ok(Some(Object::Group(group))),
                    Err(hdf5_pure::Error::NotAGroup(_)) => Ok(None),
                    Err(problem) => Err(problem),
                },
                // Something on the way is no group.
                Err(hdf5_pure::Error::NotAGroup(_)) => Ok(None),
                Err(problem) => Err(problem),
            }
        });
        found.map_err(|problem| at(problem, path))
    }

    fn plan(&self, path: &str) -> Result<Arc<Plan>, DataError> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(path) {
            return Ok(plan.clone());
        }
        let plan = match self.object(path)? {
            Some(Object::Dataset(dataset)) => Plan::new(&dataset, &self.disk).map_err(|e| at(e, path))?,
            Some(Object::Group(_)) => return Err(DataError::malformed(path, "is a group, not an array")),
            None => return Err(DataError::new(path, DataProblem::Missing("array here".to_owned()))),
        };
        let plan = Arc::new(plan);
        if plans.len() >= 64 {
            plans.clear();
        }
        plans.insert(path.to_owned(), plan.clone());
        Ok(plan)
    }

    fn describe(&self, path: &str) -> Result<Described, DataError> {
        let missing = || DataError::new(path, DataProblem::Missing("node here".to_owned()));
        let (values, types) = match self.object(path)?.ok_or_else(missing)? {
            Object::Group(group) => guarded(|| Ok((group.attrs()?, group.attr_datatypes()?))),
            Object::Dataset(dataset) => guarded(|| Ok((dataset.attrs()?, dataset.attr_datatypes()?))),
        }
        .map_err(|problem| at(problem, path))?;
        let read = |name: &String| Some((name.clone(), attribute(values.get(name)?, types.get(name))?));
        Ok(types.keys().filter_map(read).collect())
    }

    fn window(&self, plan: &Plan, rows: Range<usize>) -> Result<Array, DataError> {
        let field = match &plan.of {
            Type::Plain(field) => field,
            Type::Records(_) => return Err(DataError::malformed("", "has records, not plain elements")),
            Type::Other(what) => return Err(unsupported(what.clone())),
        };
        let row = plan.row().saturating_mul(plan.width);
        // Rows without elements are not counted one by one: a file may claim any number of them.
        let wanted = row.checked_mul(rows.len());
        let wanted = wanted.ok_or_else(|| DataError::malformed("", "its size cannot be counted"))?;
        plan.check(rows.clone(), wanted, &self.disk)?;
        let step = WINDOW.checked_div(row).map_or(usize::MAX, |rows| rows.max(1));
        let mut values: Option<Values> = None;
        let mut start = rows.start;
        loop {
            let end = rows.end.min(start.saturating_add(step));
            let bytes = plan.bytes(start..end, &self.disk)?;
            let more = self.decode(&bytes, field)?;
            match &mut values {
                None => values = Some(more),
                Some(values) => values.append(more)?,
            }
            start = end;
            if start >= rows.end {
                break;
            }
        }
        let mut shape = plan.shape.clone();
        if let Some(first) = shape.first_mut() {
            *first = rows.len();
        }
        shape.extend(&field.shape);
        Array::new(shape, values.unwrap_or(Values::Bool(Vec::new())))
    }

    fn decode(&self, bytes: &[u8], field: &Field) -> Result<Values, DataError> {
        if field.class == Class::HeapText {
            if field.width != REFERENCE {
                return Err(unsupported("a text reference of another width"));
            }
            return Ok(Values::Text(Texts::new(&self.disk).resolve(bytes.chunks_exact(REFERENCE))?));
        }
        decode(bytes, &field.class, field.width)
    }

    fn records(&self, plan: &Plan) -> Result<Vec<(String, Array)>, DataError> {
        let Type::Records(fields) = &plan.of else {
            return Err(DataError::malformed("", "has no records"));
        };
        let n = product(&plan.shape).unwrap_or(usize::MAX);
        let rows = plan.shape.first().copied().unwrap_or(1);
        let bytes = plan.bytes(0..rows, &self.disk)?;
        let mut columns = Vec::with_capacity(fields.len());
        for (name, offset, field) in fields {
            let length = field.width * field.count().unwrap_or(0);
            let slots =
                bytes.chunks_exact(plan.width).filter_map(|record| record.get(*offset..offset + length));
            let values = self.decode(&slots.flatten().copied().collect::<Vec<u8>>(), field)?;
            let mut shape = plan.shape.clone();
            shape.extend(&field.shape);
            if values.len() != n.saturating_mul(field.count().unwrap_or(0)) {
                return Err(DataError::malformed("", format!("values of `{name}` are missing")));
            }
            columns.push((name.clone(), Array::new(shape, values)?));
        }
        Ok(columns)
    }
}

impl Store for Hdf5Store {
    fn node(&self, path: &str) -> Result<Option<Node>, DataError> {
        match self.object(path)? {
            None => Ok(None),
            Some(Object::Group(_)) => Ok(Some(Node::Group)),
            Some(Object::Dataset(dataset)) => {
                let datatype = guard(|| dataset.datatype()).map_err(|problem| at(problem, path))?;
                let shape = guard(|| dataset.shape()).map_err(|problem| at(problem, path))?;
                let too_long = |_| DataError::malformed(path, "a dimension is too long");
                let shape = shape.iter().map(|length| usize::try_from(*length).map_err(too_long));
                let mut shape = shape.collect::<Result<Vec<_>, _>>()?;
                let kind = match Type::of(&datatype) {
                    Type::Plain(field) => {
                        shape.extend(&field.shape);
                        Kind::Plain(match field.class {
                            Class::Number(data_type, _) => data_type,
                            Class::Half(_) => DataType::F32,
                            Class::Bool => DataType::Bool,
                            Class::FixedText(_) | Class::HeapText => DataType::Text,
                        })
                    }
                    Type::Records(fields) => {
                        Kind::Records(fields.into_iter().map(|(name, ..)| name).collect())
                    }
                    Type::Other(what) => Kind::Other(what),
                };
                Ok(Some(Node::Array { shape, kind }))
            }
        }
    }

    fn names(&self, path: &str) -> Result<Vec<String>, DataError> {
        let Some(Object::Group(group)) = self.object(path)? else {
            return Err(DataError::new(path, DataProblem::Missing("group here".to_owned())));
        };
        let mut names = guard(|| group.groups()).map_err(|problem| at(problem, path))?;
        names.extend(guard(|| group.datasets()).map_err(|problem| at(problem, path))?);
        names.sort_unstable();
        Ok(names)
    }

    fn attribute(&self, path: &str, name: &str) -> Result<Option<Attribute>, DataError> {
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        let all = match described.take() {
            Some((own, all)) if own == path => all,
            _ => self.describe(path)?,
        };
        let found = all.get(name).cloned();
        *described = Some((path.to_owned(), all));
        Ok(found)
    }

    fn read(&self, path: &str) -> Result<Array, DataError> {
        let plan = self.plan(path)?;
        let rows = plan.shape.first().copied().unwrap_or(1);
        self.window(&plan, 0..rows).map_err(|problem| at(problem, path))
    }

    fn read_range(&self, path: &str, range: Range<usize>) -> Result<Array, DataError> {
        let plan = self.plan(path)?;
        let rows = plan.shape.first().copied();
        if range.start > range.end || rows.is_none_or(|rows| range.end > rows) {
            let why = format!("positions {} to {} of the shape {:?}", range.start, range.end, plan.shape);
            return Err(DataError::malformed(path, why));
        }
        self.window(&plan, range).map_err(|problem| at(problem, path))
    }

    fn read_records(&self, path: &str) -> Result<Vec<(String, Array)>, DataError> {
        let plan = self.plan(path)?;
        self.records(&plan).map_err(|problem| at(problem, path))
    }
}

/// What a file that is not HDF5 is, by its first bytes.
fn sort(head: &[u8]) -> &'static str {
    let starts: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b", "a gzip file"),
        (b"\x93NUMPY", "a NumPy array"),
        (b"PAR1", "a parquet table"),
        (b"\x80", "a pickle"),
        (b"\x28\xb5\x2f\xfd", "a zstd file"),
        (b"BZh", "a bzip2 file"),
        (b"<", "a page of HTML or XML"),
        (b"version https://git-lfs", "a pointer of git-lfs"),
    ];
    if head.is_empty() {
        return "empty";
    }
    if let Some((_, what)) = starts.iter().find(|(start, _)| head.starts_with(start)) {
        return what;
    }
    if head.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        return "a text";
    }
    "of a format that is not known"
}

/// The same problem at a path.
pub(super) fn at(problem: DataError, path: &str) -> DataError {
    if problem.at.is_empty() { DataError { at: path.to_owned(), ..problem } } else { problem }
}

pub(super) fn io(problem: std::io::Error) -> DataError {
    DataError::new("", problem)
}

/// Calls the HDF5 parser on bytes that may lie.
pub(super) fn guard<T>(call: impl FnOnce() -> Result<T, hdf5_pure::Error>) -> Result<T, DataError> {
    guarded(call)
}

/// A panic of the parser is an error here: its hundred thousand lines index and unwrap, and although no damaged file
/// of ours made it panic, a file must not be able to end the program. It holds no state of ours, so there is nothing
/// to be left half-changed.
fn guarded<T>(call: impl FnOnce() -> Result<T, hdf5_pure::Error>) -> Result<T, DataError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(hdf5_pure::Error::Io(problem))) => Err(io(problem)),
        Ok(Err(problem)) => Err(DataError::malformed("", format!("is no sound HDF5: {problem}"))),
        Err(_) => Err(DataError::malformed("", "is no sound HDF5: its parser gave up")),
    }
}
