//! Ranges of rows from the chunks that they touch.

use std::ops::Range;
use std::sync::{Arc, PoisonError};

use super::ZarrStore;
use super::chunk::{Block, MAX_FILLED, Overlap, decode, filled, ratio};
use super::metadata::{ArrayInfo, ChunkKeys, Elements, Pipeline};
use crate::array::Array;
use crate::elements::{count, within};
use crate::error::{DataError, DataProblem};
use crate::values::Values;

/// Most chunks that one read touches.
const MAX_CHUNKS: usize = 1_000_000;

/// A chunk and its key.
pub(super) struct Cached {
    key: String,
    block: Arc<Block>,
}

/// Rows that were read.
pub(super) struct Region {
    elements: Elements,
    shape: Vec<usize>,
    block: Block,
}

/// Rows of an array that are wanted, and where.
struct Wanted<'a> {
    path: &'a str,
    info: &'a ArrayInfo,
    pipeline: &'a Pipeline,
    keys: &'a ChunkKeys,
    fill: &'a [u8],
    rows: Range<usize>,
    /// Shape of the rows.
    shape: &'a [usize],
}

impl ZarrStore {
    /// The rows `rows` of an array; all where it has no dimensions.
    pub(super) fn region(
        &self,
        path: &str,
        mut info: ArrayInfo,
        rows: Range<usize>,
    ) -> Result<Region, DataError> {
        let mut shape = info.shape.clone();
        if let Some(first) = shape.first_mut() {
            if rows.start > rows.end || rows.end > *first {
                return Err(DataError::malformed(path, format!("rows {rows:?} of {first}")));
            }
            *first = rows.end - rows.start;
        }
        let no_fill = || Ok(Vec::new());
        let fill = std::mem::replace(&mut info.fill, no_fill()).map_err(within(path))?;
        let unread = DataError::malformed(path, "no codecs");
        let pipeline = std::mem::replace(&mut info.pipeline, Err(unread)).map_err(within(path))?;
        let wanted = Wanted {
            path,
            info: &info,
            pipeline: &pipeline,
            keys: &info.keys,
            fill: &fill,
            rows,
            shape: &shape,
        };
        let block = self.gathered(&wanted).map_err(within(path))?;
        Ok(Region { elements: info.elements, shape, block })
    }

    fn gathered(&self, wanted: &Wanted<'_>) -> Result<Block, DataError> {
        let size = wanted.info.elements.size()?;
        let n = count(wanted.shape)?;
        let grid = wanted.grid();
        let n_chunks =
            if n == 0 { 0 } else { count(&grid.iter().map(|range| range.len()).collect::<Vec<_>>())? };
        if n_chunks > MAX_CHUNKS {
            return Err(DataError::new("", DataProblem::Limit(format!("{n_chunks} chunks in one read"))));
        }
        let bytes = count(&[n, size])? as u64;
        if bytes > MAX_FILLED && bytes > self.payable(wanted, &grid, n_chunks)? {
            return Err(DataError::new(
                "",
                DataProblem::Limit(format!("{bytes} bytes, which the chunks cannot hold")),
            ));
        }
        let mut block = filled(&wanted.info.elements, wanted.fill, n)?;
        for number in numbers(&grid, n_chunks) {
            if let Some(chunk) = self.chunk(wanted, &number)? {
                wanted.put(&number, &chunk, &mut block, size)?;
            }
        }
        Ok(block)
    }

    /// Bytes that the chunks can stand for at most, and those that are given without.
    fn payable(&self, wanted: &Wanted<'_>, grid: &[Range<usize>], n_chunks: usize) -> Result<u64, DataError> {
        let ratio = ratio(wanted.pipeline);
        let mut payable = MAX_FILLED;
        for number in numbers(grid, n_chunks) {
            let stored = self.files.size(&wanted.key(&number))?.unwrap_or(0);
            payable = payable.saturating_add(stored.saturating_mul(ratio));
        }
        Ok(payable)
    }

    fn chunk(&self, wanted: &Wanted<'_>, number: &[usize]) -> Result<Option<Arc<Block>>, DataError> {
        let key = wanted.key(number);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = last.as_ref().filter(|cached| cached.key == key) {
            return Ok(Some(Arc::clone(&cached.block)));
        }
        // The one before is let go first: two chunks are never in memory.
        *last = None;
        let Some(bytes) = self.files.get(&key, u64::MAX)? else { return Ok(None) };
        let block = decode(wanted.info, wanted.pipeline, wanted.fill, bytes).map_err(within(&key))?;
        let block = Arc::new(block);
        *last = Some(Cached { key, block: Arc::clone(&block) });
        Ok(Some(block))
    }
}

impl Wanted<'_> {
    /// Numbers of the chunks that are touched, by dimension.
    fn grid(&self) -> Vec<Range<usize>> {
        let dimensions = self.info.shape.iter().zip(&self.info.chunk).enumerate();
        dimensions
            .map(|(i, (length, chunk))| match i {
                0 => self.rows.start / chunk..self.rows.end.div_ceil(*chunk),
                _ => 0..length.div_ceil(*chunk),
            })
            .collect()
    }

    fn key(&self, number: &[usize]) -> String {
        let key = self.keys.key(number);
        if self.path.is_empty() { key } else { format!("{}/{key}", self.path) }
    }

    /// Puts what is wanted of a chunk where it belongs.
    fn put(&self, number: &[usize], chunk: &Block, block: &mut Block, size: usize) -> Result<(), DataError> {
        let n = number.len();
        let (mut from, mut to, mut extent) = (vec![0; n], vec![0; n], vec![0; n]);
        for i in 0..n {
            let rows = if i == 0 { self.rows.clone() } else { 0..self.info.shape[i] };
            // Both ends are in the array, whose lengths are counted.
            let begin = number[i] * self.info.chunk[i];
            let end = begin.saturating_add(self.info.chunk[i]).min(rows.end);
            let first = begin.max(rows.start);
            from[i] = first - begin;
            to[i] = first - rows.start;
            extent[i] = end.saturating_sub(first);
        }
        let overlap = Overlap {
            from_shape: &self.info.chunk,
            from: &from,
            to_shape: self.shape,
            to: &to,
            extent: &extent,
        };
        overlap.copy(chunk, block, size)
    }
}

/// Numbers of chunks in C order, `n` of them.
fn numbers(grid: &[Range<usize>], n: usize) -> impl Iterator<Item = Vec<usize>> + '_ {
    (0..n).map(move |mut position| {
        let mut number = vec![0; grid.len()];
        for (digit, range) in number.iter_mut().zip(grid).rev() {
            *digit = range.start + position % range.len();
            position /= range.len();
        }
        number
    })
}

impl Region {
    /// The rows as an array.
    pub fn array(self) -> Result<Array, DataError> {
        let values = match (&self.elements, self.block) {
            (Elements::Plain(encoding), Block::Bytes(bytes)) => {
                encoding.read(&mut &*bytes, count(&self.shape)?)?
            }
            (_, Block::Texts(texts)) => Values::Text(texts),
            _ => {
                return Err(DataError::new(
                    "",
                    DataProblem::Unsupported("a structured array as a plain one".to_owned()),
                ));
            }
        };
        Array::new(self.shape, values)
    }

    /// The fields of the rows.
    pub fn records(self) -> Result<Vec<(String, Array)>, DataError> {
        let (Elements::Records(fields), Block::Bytes(bytes)) = (&self.elements, &self.block) else {
            return Err(DataError::malformed("", "no structured array"));
        };
        let size = self.elements.size()?;
        let mut offset = 0;
        let mut arrays = Vec::new();
        for field in fields {
            let end = offset + field.size()?;
            let column: Vec<u8> = match size {
                0 => Vec::new(),
                _ => bytes.chunks_exact(size).flat_map(|record| &record[offset..end]).copied().collect(),
            };
            let shape = [self.shape.as_slice(), field.shape.as_slice()].concat();
            let values = field.encoding.read(&mut &*column, count(&shape)?)?;
            arrays.push((field.name.clone(), Array::new(shape, values)?));
            offset = end;
        }
        Ok(arrays)
    }
}
