//! Chunks from their bytes.

use super::metadata::{ArrayInfo, Elements, Pipeline, Serial, Sharding};
use crate::elements::{Positions, c_strides, count};
use crate::error::{DataError, DataProblem};

/// Elements of a chunk in C order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    /// As bytes, as they are stored.
    Bytes(Vec<u8>),
    /// As texts.
    Texts(Vec<String>),
}

/// Bytes that an array may take where no file pays for them: missing chunks are filled.
pub(super) const MAX_FILLED: u64 = 256 << 20;

/// Most bytes that one chunk may be.
const MAX_CHUNK: usize = 1 << 32;

/// How many bytes one stored byte can stand for at most.
pub(super) fn ratio(pipeline: &Pipeline) -> u64 {
    let own = pipeline.codecs.iter().fold(1_u64, |ratio, codec| ratio.saturating_mul(codec.ratio()));
    own.saturating_mul(match &pipeline.serial {
        Serial::Bytes => 1,
        // An empty text is 4 bytes in the chunk.
        Serial::Texts => size_of::<String>() as u64 / 4,
        Serial::Sharded(sharding) => self::ratio(&sharding.pipeline),
    })
}

/// The chunk that `bytes` are.
pub(super) fn decode(
    info: &ArrayInfo,
    pipeline: &Pipeline,
    fill: &[u8],
    bytes: Vec<u8>,
) -> Result<Block, DataError> {
    Decoder { elements: &info.elements, size: info.elements.size()?, fill }.chunk(
        pipeline,
        &info.chunk,
        bytes,
    )
}

/// `n` elements of the fill value.
pub(super) fn filled(elements: &Elements, fill: &[u8], n: usize) -> Result<Block, DataError> {
    Ok(match elements {
        Elements::Texts => {
            let text = String::from_utf8(fill.to_vec()).map_err(|_| crate::elements::not_utf8())?;
            if (text.len() as u64).saturating_mul(n as u64) > MAX_FILLED {
                return Err(DataError::new(
                    "",
                    DataProblem::Limit(format!("{n} texts of {} bytes", text.len())),
                ));
            }
            Block::Texts(vec![text; n])
        }
        _ if fill.iter().all(|byte| *byte == 0) => Block::Bytes(vec![0; count(&[n, fill.len()])?]),
        _ => {
            count(&[n, fill.len()])?;
            Block::Bytes(fill.repeat(n))
        }
    })
}

/// Where a block is put into another, and how much of it.
pub(super) struct Overlap<'a> {
    pub from_shape: &'a [usize],
    pub from: &'a [usize],
    pub to_shape: &'a [usize],
    pub to: &'a [usize],
    pub extent: &'a [usize],
}

impl Overlap<'_> {
    /// Copies elements of `size` bytes.
    pub fn copy(&self, from: &Block, to: &mut Block, size: usize) -> Result<(), DataError> {
        match (from, to) {
            (Block::Bytes(from), Block::Bytes(to)) => self.runs(from, to, size),
            (Block::Texts(from), Block::Texts(to)) => self.runs(from, to, 1),
            _ => None,
        }
        .ok_or_else(|| DataError::malformed("", "a chunk of another size than its array says"))
    }

    /// Copies what lies together along the last dimension at once.
    fn runs<T: Clone>(&self, from: &[T], to: &mut [T], size: usize) -> Option<()> {
        let (from_strides, to_strides) = (c_strides(self.from_shape), c_strides(self.to_shape));
        let begin = |offset: &[usize], strides: &[usize]| -> usize {
            offset.iter().zip(strides).map(|(offset, stride)| offset * stride).sum()
        };
        let (from_begin, to_begin) = (begin(self.from, &from_strides), begin(self.to, &to_strides));
        let outer = self.extent.len().saturating_sub(1);
        let run = self.extent.last().copied().unwrap_or(1) * size;
        let from_positions = Positions::new(&self.extent[..outer], &from_strides[..outer]);
        let to_positions = Positions::new(&self.extent[..outer], &to_strides[..outer]);
        for (i, j) in from_positions.zip(to_positions) {
            let (i, j) = ((from_begin + i) * size, (to_begin + j) * size);
            to.get_mut(j..j + run)?.clone_from_slice(from.get(i..i + run)?);
        }
        Some(())
    }
}

struct Decoder<'a> {
    elements: &'a Elements,
    size: usize,
    fill: &'a [u8],
}

impl Decoder<'_> {
    fn chunk(&self, pipeline: &Pipeline, shape: &[usize], bytes: Vec<u8>) -> Result<Block, DataError> {
        let n = count(shape)?;
        let wanted = count(&[n, self.size])?;
        let payable = (bytes.len() as u64).saturating_mul(ratio(pipeline)).saturating_add(MAX_FILLED);
        if wanted > MAX_CHUNK || wanted as u64 > payable {
            return Err(DataError::new("", DataProblem::Limit(format!("a chunk of {wanted} bytes"))));
        }
        let limit = match pipeline.serial {
            // Checksums and compression before another compression add little.
            Serial::Bytes => wanted.saturating_add(wanted / 8).saturating_add(1 << 16),
            _ => MAX_CHUNK,
        };
        let mut bytes = bytes;
        for codec in pipeline.codecs.iter().rev() {
            bytes = codec.decode(&bytes, limit)?;
        }
        let stored_shape = pipeline.order.stored_shape(shape);
        let block = match &pipeline.serial {
            Serial::Bytes if bytes.len() == wanted => Block::Bytes(bytes),
            Serial::Bytes => {
                return Err(DataError::malformed(
                    "",
                    format!("a chunk of {} bytes, not {wanted}", bytes.len()),
                ));
            }
            Serial::Texts => Block::Texts(texts(&bytes, n)?),
            Serial::Sharded(sharding) => self.shard(sharding, &stored_shape, &bytes)?,
        };
        match pipeline.order.strides(shape) {
            None => Ok(block),
            Some(strides) => self.ordered(block, shape, &strides),
        }
    }

    fn ordered(&self, block: Block, shape: &[usize], strides: &[usize]) -> Result<Block, DataError> {
        let wrong = || DataError::malformed("", "the order of a chunk");
        let positions = Positions::new(shape, strides);
        Ok(match block {
            Block::Texts(texts) => {
                let texts: Option<Vec<String>> =
                    positions.map(|position| texts.get(position).cloned()).collect();
                Block::Texts(texts.ok_or_else(wrong)?)
            }
            Block::Bytes(bytes) => {
                let mut ordered = Vec::with_capacity(bytes.len());
                for position in positions {
                    let element = bytes.get(position * self.size..(position + 1) * self.size);
                    ordered.extend_from_slice(element.ok_or_else(wrong)?);
                }
                Block::Bytes(ordered)
            }
        })
    }

    /// A chunk of chunks: <https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html>.
    fn shard(&self, sharding: &Sharding, shape: &[usize], bytes: &[u8]) -> Result<Block, DataError> {
        let grid: Vec<usize> =
            shape.iter().zip(&sharding.chunk).map(|(shard, chunk)| shard / chunk).collect();
        let index = index(sharding, count(&grid)?, bytes)?;
        let mut shard = filled(self.elements, self.fill, count(shape)?)?;
        let mut number = vec![0; grid.len()];
        for (offset, length) in index {
            if (offset, length) != (u64::MAX, u64::MAX) {
                let range = usize::try_from(offset).ok().zip(usize::try_from(length).ok());
                let part = range.and_then(|(offset, length)| bytes.get(offset..offset.checked_add(length)?));
                let part =
                    part.ok_or_else(|| DataError::malformed("", "the index of a shard points outside"))?;
                let chunk = self.chunk(&sharding.pipeline, &sharding.chunk, part.to_vec())?;
                let to: Vec<usize> =
                    number.iter().zip(&sharding.chunk).map(|(i, length)| i * length).collect();
                let overlap = Overlap {
                    from_shape: &sharding.chunk,
                    from: &vec![0; grid.len()],
                    to_shape: shape,
                    to: &to,
                    extent: &sharding.chunk,
                };
                overlap.copy(&chunk, &mut shard, self.size)?;
            }
            step(&mut number, &grid);
        }
        Ok(shard)
    }
}

/// The next number in C order.
fn step(number: &mut [usize], grid: &[usize]) {
    for (digit, length) in number.iter_mut().zip(grid).rev() {
        *digit += 1;
        if *digit < *length {
            return;
        }
        *digit = 0;
    }
}

/// Where each of `n` chunks lies in a shard.
fn index(sharding: &Sharding, n: usize, bytes: &[u8]) -> Result<Vec<(u64, u64)>, DataError> {
    let wrong = || DataError::malformed("", "the shard is shorter than its index");
    let sums = sharding.index_codecs.len() * 4;
    let length =
        count(&[n, 16])?.checked_add(sums).filter(|length| *length <= bytes.len()).ok_or_else(wrong)?;
    let part = if sharding.index_at_end { &bytes[bytes.len() - length..] } else { &bytes[..length] };
    let mut index = part.to_vec();
    for codec in sharding.index_codecs.iter().rev() {
        index = codec.decode(&index, length)?;
    }
    let number = |bytes: &[u8; 8]| {
        if sharding.index_big_endian { u64::from_be_bytes(*bytes) } else { u64::from_le_bytes(*bytes) }
    };
    let numbers = index.as_chunks::<8>().0;
    Ok(numbers.as_chunks::<2>().0.iter().map(|[offset, length]| (number(offset), number(length))).collect())
}

/// Texts of the codec `vlen-utf8`: their number, then each with its length.
fn texts(bytes: &[u8], n: usize) -> Result<Vec<String>, DataError> {
    let wrong = || DataError::malformed("", "a damaged chunk of texts");
    let (claimed, mut rest) = bytes.split_first_chunk().ok_or_else(wrong)?;
    if u32::from_le_bytes(*claimed) as usize != n || n > rest.len() / 4 {
        return Err(wrong());
    }
    let mut texts = Vec::with_capacity(n);
    for _ in 0..n {
        let (length, after) = rest.split_first_chunk().ok_or_else(wrong)?;
        let (text, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(wrong)?;
        texts.push(std::str::from_utf8(text).map_err(|_| crate::elements::not_utf8())?.to_owned());
        rest = after;
    }
    if rest.is_empty() { Ok(texts) } else { Err(wrong()) }
}
