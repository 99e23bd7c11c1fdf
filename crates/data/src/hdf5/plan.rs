//! What is known of a dataset before its data are read: shape, type, where its bytes lie, how they were stored.

use hdf5_pure::{Dataset, Error, FormatError, H5Element, Layout};

use super::elements::{Class, Type};
use super::filters::Filter;
use super::store::{Disk, guard};
use crate::error::{DataError, DataProblem};
use crate::values::DataType;

/// Bytes of elements that no file stores (they are all the fill value) which are made up at once, at most.
const MOST_UNSTORED: u64 = 64 << 20;

/// A dataset.
pub(super) struct Plan {
    pub shape: Vec<usize>,
    pub of: Type,
    /// Bytes of an element.
    pub width: usize,
    pub storage: Storage,
    /// Bytes of an element that was never written; empty means zeros.
    pub fill: Vec<u8>,
}

/// Where the bytes lie.
pub(super) enum Storage {
    /// With what describes the dataset.
    Inline(Vec<u8>),
    /// In one run at this place of the file.
    Run(u64),
    /// Nowhere: every element has the fill value.
    Nowhere,
    /// In chunks.
    Chunked(Grid),
}

/// A dataset cut into chunks of one shape.
pub(super) struct Grid {
    pub chunk: Vec<usize>,
    /// Chunks along each dimension.
    pub counts: Vec<usize>,
    pub filters: Vec<Filter>,
    /// The chunks that are stored, in the order of their places in the grid, each place once.
    pub stored: Vec<Stored>,
}

/// A chunk that is stored.
pub(super) struct Stored {
    /// Number of the place in the grid, the last dimension fastest.
    pub place: u64,
    pub address: u64,
    pub size: usize,
    pub mask: u32,
}

impl Plan {
    pub fn new(dataset: &Dataset, disk: &Disk) -> Result<Self, DataError> {
        let datatype = guard(|| dataset.datatype())?;
        let of = Type::of(&datatype);
        let width = datatype.type_size() as usize;
        let shape = lengths(&guard(|| dataset.shape())?)?;
        if width == 0 || product(&shape).and_then(|n| n.checked_mul(width)).is_none() {
            return Err(DataError::malformed("", "its size cannot be counted"));
        }
        let storage = match guard(|| dataset.layout())? {
            Layout::Compact { .. } => Storage::Inline(guard(|| dataset.read_raw())?),
            Layout::Contiguous { address: Some(address), .. } => Storage::Run(address),
            Layout::Contiguous { address: None, .. } if guard(|| Ok(is_external(dataset)))? => {
                return Err(unsupported("an array whose values lie in another file"));
            }
            Layout::Contiguous { address: None, .. } => Storage::Nowhere,
            Layout::Chunked { chunk_shape, .. } => {
                Storage::Chunked(Grid::new(dataset, disk, &shape, lengths(&chunk_shape)?, width)?)
            }
            _ => return Err(unsupported("a virtual dataset")),
        };
        let fill = guard(|| fill(dataset, &of))?;
        Ok(Self { shape, of, width, storage, fill })
    }

    /// Elements in one position of the first dimension.
    pub fn row(&self) -> usize {
        product(self.shape.get(1..).unwrap_or_default()).unwrap_or(0)
    }

    /// An error where the bytes of `rows` rows, `wanted` of them, cannot be in the file.
    pub fn check(&self, rows: std::ops::Range<usize>, wanted: usize, disk: &Disk) -> Result<(), DataError> {
        let wanted = wanted as u64;
        let held = match &self.storage {
            Storage::Inline(bytes) => bytes.len() as u64,
            Storage::Run(_) => disk.length,
            Storage::Nowhere => MOST_UNSTORED,
            Storage::Chunked(grid) => {
                let bytes = grid.chunk_bytes(self.width).unwrap_or(usize::MAX) as u64;
                (grid.window(rows).len() as u64).saturating_mul(bytes).saturating_add(MOST_UNSTORED)
            }
        };
        if wanted > held {
            let why = format!("{wanted} bytes are claimed, the file can hold {held} of them");
            return Err(DataError::new("", DataProblem::Limit(why)));
        }
        Ok(())
    }
}

impl Grid {
    fn new(
        dataset: &Dataset,
        disk: &Disk,
        shape: &[usize],
        chunk: Vec<usize>,
        width: usize,
    ) -> Result<Self, DataError> {
        let wrong = |why: String| DataError::malformed("", why);
        if chunk.len() != shape.len() || chunk.is_empty() || chunk.contains(&0) {
            return Err(wrong(format!("chunks of the shape {chunk:?} in {shape:?}")));
        }
        let filters = dataset.filter_pipeline();
        let filters = filters.iter().map(|filter| Filter::new(filter.id, filter.name.as_deref(), width));
        let filters: Vec<_> = filters.collect::<Result<_, _>>()?;
        let counts: Vec<_> = shape.iter().zip(&chunk).map(|(n, chunk)| n.div_ceil(*chunk)).collect();
        let mut grid = Self { chunk, counts, filters, stored: Vec::new() };
        if product(&grid.counts).is_none() {
            return Err(wrong("its chunks cannot be counted".to_owned()));
        }
        let bytes = grid.chunk_bytes(width).ok_or_else(|| wrong("its chunks are too large".to_owned()))?;
        let mut total = 0_u64;
        for stored in guard(|| dataset.chunks())? {
            let Some(place) = grid.place(&stored.offset) else { continue };
            let inside =
                stored.address.checked_add(stored.storage_size).is_some_and(|end| end <= disk.length);
            total = total.saturating_add(stored.storage_size);
            // Chunks do not overlap: together they are no longer than the file.
            if !inside || total > disk.length {
                return Err(wrong("its chunks do not lie in the file".to_owned()));
            }
            if Filter::most(&grid.filters, stored.storage_size) < bytes as u64 {
                let why = format!("{} stored bytes cannot be a chunk of {bytes}", stored.storage_size);
                return Err(DataError::new("", DataProblem::Limit(why)));
            }
            let size =
                usize::try_from(stored.storage_size).map_err(|_| wrong("a chunk is too large".into()))?;
            grid.stored.push(Stored { place, address: stored.address, size, mask: stored.filter_mask });
        }
        grid.stored.sort_by_key(|stored| stored.place);
        if grid.stored.windows(2).any(|pair| pair[0].place == pair[1].place) {
            return Err(wrong("a chunk is stored twice".to_owned()));
        }
        Ok(grid)
    }

    /// Bytes of a whole chunk.
    pub fn chunk_bytes(&self, width: usize) -> Option<usize> {
        product(&self.chunk)?.checked_mul(width)
    }

    /// The stored chunks that hold something of these rows.
    pub fn window(&self, rows: std::ops::Range<usize>) -> &[Stored] {
        let stride: u64 = self.counts.iter().skip(1).map(|count| *count as u64).product();
        let first = (rows.start / self.chunk[0]) as u64 * stride;
        let last = rows.end.div_ceil(self.chunk[0]) as u64 * stride;
        let start = self.stored.partition_point(|stored| stored.place < first);
        let end = self.stored.partition_point(|stored| stored.place < last);
        self.stored.get(start..end).unwrap_or_default()
    }

    /// First element of the chunk at `place`, by dimension.
    pub fn origin(&self, mut place: u64) -> Vec<usize> {
        let mut origin = vec![0; self.chunk.len()];
        for dimension in (0..self.chunk.len()).rev() {
            let count = self.counts[dimension].max(1) as u64;
            origin[dimension] = (place % count) as usize * self.chunk[dimension];
            place /= count;
        }
        origin
    }

    /// Number of the chunk that begins at `offset`; `None` outside of the dataset.
    fn place(&self, offset: &[u64]) -> Option<u64> {
        if offset.len() != self.chunk.len() {
            return None;
        }
        let mut place = 0_u64;
        for ((offset, chunk), count) in offset.iter().zip(&self.chunk).zip(&self.counts) {
            let index = offset / *chunk as u64;
            if index >= *count as u64 || offset % *chunk as u64 != 0 {
                return None;
            }
            place = place * *count as u64 + index;
        }
        Some(place)
    }
}

pub(super) fn unsupported(what: impl Into<String>) -> DataError {
    DataError::new("", DataProblem::Unsupported(what.into()))
}

/// Whether a dataset keeps its values in other files (HDF5 external storage). By its layout alone it looks as if no values
/// were ever written.
fn is_external(dataset: &Dataset) -> bool {
    let refused = dataset.read_raw_rows(0, 0);
    matches!(refused, Err(Error::Format(FormatError::UnsupportedExternalStorage)))
}

/// The product; `None` where it is too large.
pub(super) fn product(lengths: &[usize]) -> Option<usize> {
    lengths.iter().try_fold(1_usize, |n, length| n.checked_mul(*length))
}

fn lengths(of: &[u64]) -> Result<Vec<usize>, DataError> {
    let wrong = |_| DataError::malformed("", "a dimension is too long");
    of.iter().map(|length| usize::try_from(*length).map_err(wrong)).collect()
}

/// Bytes of the fill value in the order of the dataset, empty for zeros.
fn fill(dataset: &Dataset, of: &Type) -> Result<Vec<u8>, hdf5_pure::Error> {
    fn bytes<T: H5Element, const N: usize>(
        dataset: &Dataset,
        big: bool,
        bytes: impl Fn(T) -> [u8; N],
    ) -> Result<Vec<u8>, hdf5_pure::Error> {
        Ok(dataset.fill_value::<T>()?.map_or_else(Vec::new, |value| {
            let mut bytes = bytes(value).to_vec();
            if big {
                bytes.reverse();
            }
            bytes
        }))
    }
    let Type::Plain(field) = of else { return Ok(Vec::new()) };
    let Class::Number(data_type, big) = field.class else { return Ok(Vec::new()) };
    match data_type {
        DataType::I8 => bytes(dataset, big, i8::to_le_bytes),
        DataType::I16 => bytes(dataset, big, i16::to_le_bytes),
        DataType::I32 => bytes(dataset, big, i32::to_le_bytes),
        DataType::I64 => bytes(dataset, big, i64::to_le_bytes),
        DataType::U8 => bytes(dataset, big, u8::to_le_bytes),
        DataType::U16 => bytes(dataset, big, u16::to_le_bytes),
        DataType::U32 => bytes(dataset, big, u32::to_le_bytes),
        DataType::U64 => bytes(dataset, big, u64::to_le_bytes),
        DataType::F32 => bytes(dataset, big, f32::to_le_bytes),
        DataType::F64 => bytes(dataset, big, f64::to_le_bytes),
        DataType::Bool | DataType::Text => Ok(Vec::new()),
    }
}
