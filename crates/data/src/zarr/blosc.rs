//! Chunks of Blosc 1, decoded: <https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst>.

use super::codec::{LZ4_RATIO, damaged, lz4, zlib, zstd};
use crate::error::{DataError, DataProblem};

const HEADER: usize = 16;

/// Widest elements whose bytes are compressed as streams of their own, and the least elements a block that this takes.
const MAX_SPLITS: usize = 16;
const MIN_ELEMENTS: usize = 128;

struct Header {
    flags: u8,
    type_size: usize,
    n_bytes: usize,
    block_size: usize,
}

/// What a chunk stands for, at most `limit` bytes.
pub(super) fn decode(chunk: &[u8], limit: usize) -> Result<Vec<u8>, DataError> {
    let wrong = || damaged("Blosc");
    let header = Header::parse(chunk, limit)?;
    if header.flags & 0x2 != 0 {
        return chunk.get(HEADER..HEADER + header.n_bytes).map(<[u8]>::to_vec).ok_or_else(wrong);
    }
    if header.n_bytes == 0 {
        return Ok(Vec::new());
    }
    let n_blocks = header.n_bytes.div_ceil(header.block_size);
    let starts =
        n_blocks.checked_mul(4).and_then(|n| chunk.get(HEADER..HEADER.checked_add(n)?)).ok_or_else(wrong)?;
    let mut bytes = Vec::new();
    for start in starts.as_chunks::<4>().0 {
        let start = usize::try_from(u32::from_le_bytes(*start)).map_err(|_| wrong())?;
        let size = header.block_size.min(header.n_bytes - bytes.len());
        let block = header.block(chunk.get(start..).ok_or_else(wrong)?, size)?;
        bytes.extend(header.restored(block));
    }
    Ok(bytes)
}

impl Header {
    fn parse(chunk: &[u8], limit: usize) -> Result<Self, DataError> {
        let wrong = || damaged("Blosc");
        let number = |at: usize| -> Option<usize> {
            let bytes: [u8; 4] = chunk.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(bytes)).ok()
        };
        let [version, _, flags, type_size, ..] = *chunk else { return Err(wrong()) };
        let (n_bytes, block_size, size) =
            number(4).zip(number(8)).zip(number(12)).map(|((a, b), c)| (a, b, c)).ok_or_else(wrong)?;
        if version != 2 {
            return Err(DataError::new("", DataProblem::Unsupported(format!("format {version} of Blosc"))));
        }
        if size != chunk.len() || type_size == 0 || (block_size == 0 && n_bytes != 0) {
            return Err(wrong());
        }
        if n_bytes > limit {
            return Err(DataError::new(
                "",
                DataProblem::Limit(format!("a chunk of more than {limit} bytes")),
            ));
        }
        Ok(Self { flags, type_size: usize::from(type_size), n_bytes, block_size })
    }

    /// The bytes of a block of `size` bytes, still shuffled.
    fn block(&self, mut rest: &[u8], size: usize) -> Result<Vec<u8>, DataError> {
        let wrong = || damaged("Blosc");
        let split = self.flags & 0x10 == 0
            && self.type_size <= MAX_SPLITS
            && self.block_size / self.type_size >= MIN_ELEMENTS
            && size == self.block_size;
        let n_streams = if split { self.type_size } else { 1 };
        let stream_size = size / n_streams;
        let mut block = Vec::new();
        for _ in 0..n_streams {
            let (n, after) = rest.split_first_chunk().ok_or_else(wrong)?;
            let n = usize::try_from(u32::from_le_bytes(*n)).map_err(|_| wrong())?;
            let (stream, after) = after.split_at_checked(n).ok_or_else(wrong)?;
            rest = after;
            if n == stream_size {
                block.extend(stream);
            } else {
                block.extend(self.stream(stream, stream_size)?);
            }
        }
        if block.len() == size { Ok(block) } else { Err(wrong()) }
    }

    fn stream(&self, stream: &[u8], size: usize) -> Result<Vec<u8>, DataError> {
        let bytes = match self.flags >> 5 {
            0 => blosclz(stream, size).ok_or_else(|| damaged("BloscLZ"))?,
            1 => lz4(stream, size, size)?,
            3 => zlib(stream, size)?,
            4 => zstd(stream, size)?,
            other => {
                return Err(DataError::new(
                    "",
                    DataProblem::Unsupported(format!("compressor {other} of Blosc")),
                ));
            }
        };
        if bytes.len() == size { Ok(bytes) } else { Err(damaged("Blosc")) }
    }

    /// A block in the order in which it was before it was shuffled.
    fn restored(&self, block: Vec<u8>) -> Vec<u8> {
        let n = block.len() / self.type_size;
        if self.flags & 0x1 != 0 && self.type_size > 1 {
            unshuffled(&block, self.type_size, n)
        } else if self.flags & 0x4 != 0 && n > 0 && n.is_multiple_of(8) {
            unshuffled_bits(&block, self.type_size, n)
        } else {
            block
        }
    }
}

/// Elements from the first bytes of all, the second bytes of all and so on. Bytes that make no element stay.
fn unshuffled(block: &[u8], type_size: usize, n: usize) -> Vec<u8> {
    let mut bytes = block.to_vec();
    for j in 0..type_size {
        let plane = &block[j * n..(j + 1) * n];
        for (element, byte) in bytes.chunks_exact_mut(type_size).zip(plane) {
            element[j] = *byte;
        }
    }
    bytes
}

/// Elements from the first bits of all, the second bits of all and so on; `n` is a multiple of 8.
fn unshuffled_bits(block: &[u8], type_size: usize, n: usize) -> Vec<u8> {
    let mut bytes = block.to_vec();
    bytes[..n * type_size].fill(0);
    for (row, plane) in block[..n * type_size].chunks_exact(n / 8).enumerate() {
        let (j, bit) = (row / 8, row % 8);
        for (i, packed) in plane.iter().enumerate() {
            for k in 0..8 {
                bytes[(i * 8 + k) * type_size + j] |= (packed >> k & 1) << bit;
            }
        }
    }
    bytes
}

/// Largest distance of a short match of BloscLZ.
const MAX_DISTANCE: usize = 8_191;

/// A stream of BloscLZ, which is at most `size` bytes.
fn blosclz(stream: &[u8], size: usize) -> Option<Vec<u8>> {
    // A match is 3 bytes at least and grows by 255 with each byte more.
    if size as u64 > (stream.len() as u64).saturating_mul(LZ4_RATIO) {
        return None;
    }
    let mut input = stream.iter().copied();
    let mut bytes = Vec::with_capacity(size);
    let mut control = usize::from(input.next()? & 31);
    loop {
        if control < 32 {
            for _ in 0..=control {
                bytes.push(input.next()?);
            }
        } else {
            let mut length = (control >> 5) - 1;
            let mut distance = (control & 31) << 8;
            if length == 6 {
                loop {
                    let more = input.next()?;
                    length += usize::from(more);
                    if more != 255 || length > size {
                        break;
                    }
                }
            }
            length += 3;
            let low = input.next()?;
            if low == 255 && distance == 31 << 8 {
                distance = usize::from(input.next()?) << 8;
                distance += usize::from(input.next()?) + MAX_DISTANCE;
            } else {
                distance += usize::from(low);
            }
            let from = bytes.len().checked_sub(distance + 1)?;
            if bytes.len() + length > size {
                return None;
            }
            for i in from..from + length {
                bytes.push(bytes[i]);
            }
        }
        if bytes.len() > size {
            return None;
        }
        match input.next() {
            Some(next) => control = usize::from(next),
            None => return Some(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_that_the_bytes_do_not_pay_for_are_refused() {
        for compressor in 0..8_u8 {
            for start in [16_u32, 20, 4_000_000_000] {
                let mut chunk = vec![2, 1, compressor << 5 | 0x11, 4];
                chunk.extend(2_000_000_000_u32.to_le_bytes());
                chunk.extend(2_000_000_000_u32.to_le_bytes());
                chunk.extend(200_u32.to_le_bytes());
                chunk.extend(start.to_le_bytes());
                chunk.extend(100_u32.to_le_bytes());
                chunk.resize(200, 1);
                assert!(decode(&chunk, usize::MAX).is_err(), "{compressor}");
                assert!(decode(&chunk[..199], usize::MAX).is_err());
            }
        }
    }

    #[test]
    fn shuffled_elements_are_put_together() {
        assert_eq!(unshuffled(&[1, 2, 3, 4, 5, 6, 9], 2, 3), [1, 4, 2, 5, 3, 6, 9]);
        // Element i has bit i set.
        let planes: Vec<u8> = (0..8).map(|bit| 1 << bit).collect();
        assert_eq!(unshuffled_bits(&planes, 1, 8), [1, 2, 4, 8, 16, 32, 64, 128]);
    }
}
