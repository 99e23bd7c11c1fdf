//! Groups and datasets, as they come.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use rayon::prelude::*;

use super::super::store::{at, io};
use super::encode::{encode, width};
use super::index::{self, Written};
use super::message::{self, Message};
use super::output::Output;
use super::{REFERENCE, heap};
use crate::array::Array;
use crate::error::{DataError, DataProblem};
use crate::store::{Attribute, StoreWriter};
use crate::values::{DataType, Values};

/// Bytes of a chunk, unless a row is longer.
const CHUNK: usize = 1 << 19;

/// Chunks compressed at once.
const TOGETHER: usize = 32;

/// Arrays of fewer bytes are stored in one run.
const SMALL: usize = 4096;

/// How data are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hdf5Options {
    /// Level of gzip, 1 to 9; `None` stores them as they are.
    pub gzip: Option<u32>,
}

/// An HDF5 file that is written.
pub struct Hdf5Writer {
    out: Output,
    options: Hdf5Options,
    items: BTreeMap<String, Item>,
}

struct Item {
    attributes: Vec<(String, Attribute)>,
    content: Content,
}

enum Content {
    Group,
    /// Messages that describe a dataset without chunks.
    Whole(Vec<Message>),
    Chunked(Chunked),
    /// No value.
    Null,
}

/// A dataset in chunks of whole rows.
struct Chunked {
    data_type: DataType,
    grows: bool,
    /// Lengths of the dimensions behind the first.
    tail: Vec<usize>,
    /// Bytes of a row.
    row: usize,
    /// Rows of a chunk.
    rows: usize,
    /// Bytes that wait for a whole chunk.
    waiting: Vec<u8>,
    /// Rows added so far.
    length: u64,
    written: Vec<Written>,
}

impl Hdf5Writer {
    /// Begins a file that will be at `path`, replacing what is there when it is complete.
    pub fn create(path: &Path, options: Hdf5Options) -> Result<Self, DataError> {
        if options.gzip.is_some_and(|level| !(1..=9).contains(&level)) {
            return Err(DataError::malformed("", "the level of gzip is not one of 1 to 9"));
        }
        let mut out = Output::new(path).map_err(io)?;
        out.write_all(&[0; message::SUPERBLOCK as usize]).map_err(io)?;
        let root = Item { attributes: Vec::new(), content: Content::Group };
        Ok(Self { out, options, items: BTreeMap::from([(String::new(), root)]) })
    }

    fn add(
        &mut self,
        path: &str,
        content: Content,
        attributes: &[(&str, Attribute)],
    ) -> Result<(), DataError> {
        let owned = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let item = Item { attributes: owned.collect(), content };
        if path.is_empty() {
            // The root is there; it is given its attributes.
            self.items.insert(String::new(), item);
            return Ok(());
        }
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name.is_empty() || name == "." || name.contains('\0') {
            return Err(DataError::malformed(path, "is no name that HDF5 allows"));
        }
        if !matches!(self.items.get(above), Some(Item { content: Content::Group, .. })) {
            return Err(DataError::new(path, DataProblem::Missing(format!("group `{above}`"))));
        }
        if self.items.contains_key(path) {
            return Err(DataError::malformed(path, "is written twice"));
        }
        self.items.insert(path.to_owned(), item);
        Ok(())
    }

    fn chunked(&self, data_type: DataType, tail: &[usize], grows: bool) -> Result<Chunked, DataError> {
        let row = tail.iter().try_fold(width(data_type), |n, length| n.checked_mul(*length));
        let Some(row) = row.filter(|row| u32::try_from(*row).is_ok()) else {
            return Err(DataError::new("", DataProblem::Limit("a row beyond 4 GB".to_owned())));
        };
        Ok(Chunked {
            data_type,
            grows,
            tail: tail.to_vec(),
            row,
            rows: (CHUNK / row.max(1)).max(1),
            waiting: Vec::new(),
            length: 0,
            written: Vec::new(),
        })
    }

    fn whole(&mut self, array: &Array) -> Result<Content, DataError> {
        let values = array.values();
        let data_type = values.data_type();
        let size = values.len().saturating_mul(width(data_type));
        let shape = array.shape();
        if self.options.gzip.is_some() && size >= SMALL && !shape.is_empty() {
            let mut chunked = self.chunked(data_type, &shape[1..], false)?;
            // No longer than the dataset, which does not grow.
            chunked.rows = chunked.rows.min(shape[0]).max(1);
            self.grow(&mut chunked, values)?;
            return Ok(Content::Chunked(chunked));
        }
        let address = self.run(values)?;
        let shape: Vec<u64> = shape.iter().map(|length| *length as u64).collect();
        Ok(Content::Whole(vec![
            (0x01, message::dataspace(&shape, false)),
            (0x03, message::datatype(data_type)),
            message::fill(false),
            message::contiguous(address, size as u64),
        ]))
    }

    /// Writes values in one run; gives its address. References to texts must not be torn apart by their heap, so texts
    /// are encoded at once.
    fn run(&mut self, values: &Values) -> Result<u64, DataError> {
        if values.is_empty() {
            return Ok(message::NOWHERE);
        }
        let step = if values.texts().is_some() { values.len() } else { CHUNK };
        let mut address = None;
        for start in (0..values.len()).step_by(step) {
            let bytes = encode(values, start..values.len().min(start + step), &mut self.out)?;
            address.get_or_insert(self.out.at());
            self.out.write_all(&bytes).map_err(io)?;
        }
        Ok(address.unwrap_or(message::NOWHERE))
    }

    /// Adds rows; chunks that become whole are written.
    fn grow(&mut self, to: &mut Chunked, values: &Values) -> Result<(), DataError> {
        if values.data_type() != to.data_type {
            let why = format!("{} behind {}", values.data_type(), to.data_type);
            return Err(DataError::malformed("", why));
        }
        let row: usize = to.tail.iter().product();
        if row == 0 || !values.len().is_multiple_of(row) {
            return Err(DataError::malformed("", format!("{} values in rows of {row}", values.len())));
        }
        let step = (to.rows * row).saturating_mul(TOGETHER);
        for start in (0..values.len()).step_by(step.max(1)) {
            let bytes = encode(values, start..values.len().min(start.saturating_add(step)), &mut self.out)?;
            to.waiting.extend(bytes);
            self.flush(to, false)?;
        }
        to.length += (values.len() / row) as u64;
        Ok(())
    }

    /// Writes what waits: whole chunks, and a last one that is not full where `all` is asked for.
    fn flush(&mut self, of: &mut Chunked, all: bool) -> Result<(), DataError> {
        let size = of.rows * of.row;
        let gzip = self.options.gzip;
        let mut done = 0;
        while of.waiting.len() - done >= size || (all && of.waiting.len() > done) {
            let end = (done + size * TOGETHER).min(of.waiting.len());
            let end = if all { end } else { end - (end - done) % size };
            let chunks: Vec<Vec<u8>> = of.waiting[done..end]
                .par_chunks(size)
                .map(|chunk| {
                    let mut whole = chunk.to_vec();
                    whole.resize(size, 0);
                    gzip.map_or(Ok(whole.clone()), |level| deflate(&whole, level))
                })
                .collect::<Result<_, DataError>>()?;
            for chunk in chunks {
                let too_long = |_| DataError::malformed("", "a chunk is beyond 4 GB");
                let length = u32::try_from(chunk.len()).map_err(too_long)?;
                let row = of.written.len() as u64 * of.rows as u64;
                of.written.push(Written { row, address: self.out.at(), size: length });
                self.out.write_all(&chunk).map_err(io)?;
            }
            done = end;
        }
        of.waiting.drain(..done);
        Ok(())
    }

    fn describe(&mut self, mut of: Chunked) -> Result<Vec<Message>, DataError> {
        self.flush(&mut of, true)?;
        let mut shape = vec![of.length];
        shape.extend(of.tail.iter().map(|length| *length as u64));
        let mut address = message::NOWHERE;
        if !of.written.is_empty() {
            let end = of.written.len() as u64 * of.rows as u64;
            let (tree, root) = index::tree(&of.written, shape.len(), end, self.out.at());
            self.out.write_all(&tree).map_err(io)?;
            address = root;
        }
        // A row is less than 4 GB and a chunk is one row or half a megabyte.
        let mut chunk = vec![of.rows as u32];
        chunk.extend(of.tail.iter().map(|length| (*length).max(1) as u32));
        let mut messages = vec![
            (0x01, message::dataspace(&shape, of.grows)),
            (0x03, message::datatype(of.data_type)),
            message::fill(true),
        ];
        messages.extend(self.options.gzip.map(message::deflate));
        messages.push(message::chunked(address, &chunk, width(of.data_type) as u32));
        Ok(messages)
    }

    /// Writes the texts of all attributes, each once; gives the reference to each.
    fn attribute_texts(&mut self) -> Result<BTreeMap<String, [u8; REFERENCE]>, DataError> {
        let of = |attribute: &Attribute| match attribute {
            Attribute::Text(text) => vec![text.clone()],
            Attribute::Texts(list) => list.clone(),
            _ => Vec::new(),
        };
        let attributes = self.items.values().flat_map(|item| &item.attributes);
        let mut texts: BTreeMap<String, [u8; REFERENCE]> =
            attributes.flat_map(|(_, value)| of(value)).map(|text| (text, [0; REFERENCE])).collect();
        let list: Vec<&String> = texts.keys().collect();
        let references = heap::texts(&mut self.out, &list)?;
        let (references, _) = references.as_chunks::<REFERENCE>();
        texts.values_mut().zip(references).for_each(|(own, reference)| *own = *reference);
        Ok(texts)
    }

    fn complete(mut self) -> Result<(), DataError> {
        let texts = self.attribute_texts()?;
        let mut items: Vec<(String, Item)> = std::mem::take(&mut self.items).into_iter().collect();
        // Members before their groups, whose headers hold the members' addresses.
        items.sort_by_key(|(path, _)| {
            std::cmp::Reverse(if path.is_empty() { 0 } else { 1 + path.matches('/').count() })
        });
        let mut links: BTreeMap<String, Vec<Message>> = BTreeMap::new();
        let mut root = message::NOWHERE;
        for (path, item) in items {
            let mut messages = match item.content {
                Content::Group => {
                    let mut messages = message::group().to_vec();
                    messages.extend(links.remove(&path).unwrap_or_default());
                    messages
                }
                Content::Whole(messages) => messages,
                Content::Chunked(chunked) => self.describe(chunked).map_err(|problem| at(problem, &path))?,
                Content::Null => vec![
                    (0x01, message::NULL_SPACE.to_vec()),
                    (0x03, message::datatype(DataType::F32)),
                    message::fill(false),
                    message::contiguous(message::NOWHERE, 0),
                ],
            };
            for (name, value) in &item.attributes {
                messages.push(attribute(name, value, &texts).map_err(|problem| at(problem, &path))?);
            }
            let header = message::header(&messages).map_err(|problem| at(problem, &path))?;
            let address = self.out.at();
            self.out.write_all(&header).map_err(io)?;
            match path.rsplit_once('/') {
                _ if path.is_empty() => root = address,
                Some((above, name)) => {
                    links.entry(above.to_owned()).or_default().push(message::link(name, address))
                }
                None => links.entry(String::new()).or_default().push(message::link(&path, address)),
            }
        }
        let head = message::superblock(self.out.at(), root);
        self.out.finish(&head).map_err(io)
    }

    fn record_messages(&mut self, fields: &[(String, Array)]) -> Result<Vec<Message>, DataError> {
        let wrong = |why: &str| DataError::malformed("", why);
        let n = fields.first().and_then(|(_, array)| array.shape().first()).copied();
        let n = n.ok_or_else(|| wrong("records without a field or a length"))?;
        let mut columns = Vec::new();
        let mut types = Vec::new();
        let mut offset = 0_u32;
        for (name, array) in fields {
            let data_type = array.data_type();
            let tail = array.shape().get(1..).unwrap_or_default();
            if array.shape().first() != Some(&n) || name.contains('\0') {
                return Err(wrong("fields of records differ in length"));
            }
            let too_long = |_| wrong("a field is too long");
            let tail: Vec<u32> =
                tail.iter().map(|n| u32::try_from(*n).map_err(too_long)).collect::<Result<_, _>>()?;
            let own = width(data_type) as u32;
            let size = tail.iter().try_fold(own, |size, n| size.checked_mul(*n));
            let end = size
                .and_then(|size| offset.checked_add(size))
                .ok_or_else(|| wrong("records are too long"))?;
            let of = message::datatype(data_type);
            let of = if tail.is_empty() { of } else { message::array_type(of, own, &tail) };
            types.push((name.as_str(), offset, of));
            columns.push((
                encode(array.values(), 0..array.values().len(), &mut self.out)?,
                (end - offset) as usize,
            ));
            offset = end;
        }
        let mut bytes = Vec::new();
        for record in 0..n {
            for (column, size) in &columns {
                bytes.extend_from_slice(&column[record * size..(record + 1) * size]);
            }
        }
        let address = if bytes.is_empty() { message::NOWHERE } else { self.out.at() };
        self.out.write_all(&bytes).map_err(io)?;
        Ok(vec![
            (0x01, message::dataspace(&[n as u64], false)),
            (0x03, message::record_type(offset, &types)),
            message::fill(false),
            message::contiguous(address, bytes.len() as u64),
        ])
    }
}

impl StoreWriter for Hdf5Writer {
    fn group(&mut self, path: &str, attributes: &[(&str, Attribute)]) -> Result<(), DataError> {
        self.add(path, Content::Group, attributes)
    }

    fn array(
        &mut self,
        path: &str,
        array: &Array,
        attributes: &[(&str, Attribute)],
    ) -> Result<(), DataError> {
        let content = self.whole(array).map_err(|problem| at(problem, path))?;
        self.add(path, content, attributes)
    }

    fn begin(
        &mut self,
        path: &str,
        data_type: DataType,
        shape: &[usize],
        attributes: &[(&str, Attribute)],
    ) -> Result<(), DataError> {
        let chunked = self.chunked(data_type, shape, true).map_err(|problem| at(problem, path))?;
        self.add(path, Content::Chunked(chunked), attributes)
    }

    fn append(&mut self, path: &str, values: &Values) -> Result<(), DataError> {
        let Some(item) = self.items.get_mut(path) else {
            return Err(DataError::new(path, DataProblem::Missing("array that was begun".to_owned())));
        };
        let content = std::mem::replace(&mut item.content, Content::Null);
        let Content::Chunked(mut chunked) = content else {
            item.content = content;
            return Err(DataError::malformed(path, "does not grow"));
        };
        let grown = if chunked.grows {
            self.grow(&mut chunked, values)
        } else {
            Err(DataError::malformed("", "does not grow"))
        };
        if let Some(item) = self.items.get_mut(path) {
            item.content = Content::Chunked(chunked);
        }
        grown.map_err(|problem| at(problem, path))
    }

    fn records(
        &mut self,
        path: &str,
        fields: &[(String, Array)],
        attributes: &[(&str, Attribute)],
    ) -> Result<(), DataError> {
        let messages = self.record_messages(fields).map_err(|problem| at(problem, path))?;
        self.add(path, Content::Whole(messages), attributes)
    }

    fn null(&mut self, path: &str, attributes: &[(&str, Attribute)]) -> Result<(), DataError> {
        self.add(path, Content::Null, attributes)
    }

    fn attributes(&mut self, path: &str, attributes: &[(&str, Attribute)]) -> Result<(), DataError> {
        let Some(item) = self.items.get_mut(path) else {
            return Err(DataError::new(path, DataProblem::Missing("node here".to_owned())));
        };
        item.attributes.extend(attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), DataError> {
        self.complete()
    }
}

fn deflate(bytes: &[u8], level: u32) -> Result<Vec<u8>, DataError> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(io)
}

/// Bytes of an attribute, with its name and type: longer ones would need the storage outside of headers that the format
/// calls dense. A text takes 16 of them, so that a table has some 4,000 columns at most.
const MOST_OF_AN_ATTRIBUTE: usize = u16::MAX as usize;

fn attribute(
    name: &str,
    value: &Attribute,
    texts: &BTreeMap<String, [u8; REFERENCE]>,
) -> Result<Message, DataError> {
    let reference = |text: &String| texts.get(text).copied().unwrap_or_default();
    let list = |n: usize| message::dataspace(&[n as u64], false);
    let one = message::dataspace(&[], false);
    let (data_type, space, data): (_, _, Vec<u8>) = match value {
        Attribute::Text(text) => (DataType::Text, one, reference(text).to_vec()),
        Attribute::Bool(truth) => (DataType::Bool, one, vec![u8::from(*truth)]),
        Attribute::Int(number) => (DataType::I64, one, number.to_le_bytes().to_vec()),
        Attribute::Float(number) => (DataType::F64, one, number.to_le_bytes().to_vec()),
        Attribute::Texts(own) => (DataType::Text, list(own.len()), own.iter().flat_map(reference).collect()),
        Attribute::Ints(own) => {
            (DataType::I64, list(own.len()), own.iter().flat_map(|n| n.to_le_bytes()).collect())
        }
        Attribute::Floats(own) => {
            (DataType::F64, list(own.len()), own.iter().flat_map(|n| n.to_le_bytes()).collect())
        }
        Attribute::Path(_) => {
            let what = format!("writing the reference `{name}`");
            return Err(DataError::new("", DataProblem::Unsupported(what)));
        }
    };
    if name.contains('\0') || name.len() > 4096 {
        let why = format!("`{name}` cannot be the name of an HDF5 attribute");
        return Err(DataError::new("", DataProblem::Limit(why)));
    }
    let attribute = message::attribute(name, &message::datatype(data_type), &space, &data);
    if attribute.1.len() > MOST_OF_AN_ATTRIBUTE {
        let why = format!(
            "the attribute `{name}` takes {} bytes, where an HDF5 header has room for {MOST_OF_AN_ATTRIBUTE}",
            attribute.1.len()
        );
        return Err(DataError::new("", DataProblem::Limit(why)));
    }
    Ok(attribute)
}
