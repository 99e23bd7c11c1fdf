//! What was done to the bytes of a chunk before they were stored, undone.

use crate::error::{DataError, DataProblem};

/// A filter that is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Filter {
    /// zlib.
    Deflate,
    /// LZF, as h5py stores it.
    Lzf,
    /// Bytes of elements of this width sorted by their place in the element.
    Shuffle(usize),
    /// A checksum of four bytes behind the data.
    Fletcher32,
}

/// How many times deflate can make data smaller, at most.
const EXPANSION: u64 = 1032;

impl Filter {
    /// The filter with this number; an error that names it where it is not read.
    pub fn new(id: u16, name: Option<&str>, width: usize) -> Result<Self, DataError> {
        let known = match id {
            1 => return Ok(Self::Deflate),
            2 => return Ok(Self::Shuffle(width)),
            3 => return Ok(Self::Fletcher32),
            32000 => return Ok(Self::Lzf),
            4 => "szip",
            5 => "n-bit",
            6 => "scale-offset",
            307 => "bzip2",
            32001 => "blosc",
            32004 => "lz4",
            32008 => "bitshuffle",
            32013 => "zfp",
            32015 => "zstd",
            32026 => "blosc2",
            _ => name.unwrap_or("without a name"),
        };
        Err(DataError::new("", DataProblem::Unsupported(format!("the HDF5 filter {known} ({id})"))))
    }

    /// Bytes that `stored` bytes can become, at most, after these filters.
    pub fn most(filters: &[Self], stored: u64) -> u64 {
        let compresses = |filter: &Self| matches!(filter, Self::Deflate | Self::Lzf);
        filters.iter().filter(|filter| compresses(filter)).fold(stored, |n, _| n.saturating_mul(EXPANSION))
    }
}

/// The `length` bytes of a chunk that were stored as `stored`. Bit `i` of `mask` says that filter `i` was left out.
pub(super) fn undo(
    filters: &[Filter],
    mask: u32,
    stored: Vec<u8>,
    length: usize,
) -> Result<Vec<u8>, DataError> {
    let mut bytes = stored;
    for (position, filter) in filters.iter().enumerate().rev() {
        if position < 32 && mask >> position & 1 == 1 {
            continue;
        }
        // What a checksum added before this filter was applied is there when it is undone.
        let sums = filters[..position].iter().filter(|filter| **filter == Filter::Fletcher32).count();
        bytes = match filter {
            Filter::Deflate => inflate(&bytes, length + 4 * sums)?,
            Filter::Lzf => lzf(&bytes, length + 4 * sums)?,
            Filter::Shuffle(width) => unshuffle(bytes, *width),
            Filter::Fletcher32 => unchecked(bytes)?,
        };
    }
    if bytes.len() != length {
        let why = format!("a chunk has {} bytes, not {length}", bytes.len());
        return Err(DataError::malformed("", why));
    }
    Ok(bytes)
}

fn inflate(bytes: &[u8], most: usize) -> Result<Vec<u8>, DataError> {
    // One byte more, so that the end of the stream is seen.
    let mut out = Vec::with_capacity(most.saturating_add(1));
    let mut stream = flate2::Decompress::new(true);
    match stream.decompress_vec(bytes, &mut out, flate2::FlushDecompress::Finish) {
        Ok(flate2::Status::StreamEnd) => Ok(out),
        Ok(_) => Err(DataError::malformed("", "compressed data do not end where the chunk does")),
        Err(problem) => Err(DataError::malformed("", format!("compressed data are damaged: {problem}"))),
    }
}

fn lzf(bytes: &[u8], most: usize) -> Result<Vec<u8>, DataError> {
    let damaged = || DataError::malformed("", "LZF data are damaged");
    let mut out: Vec<u8> = Vec::with_capacity(most);
    let mut rest = bytes;
    while let Some((control, after)) = rest.split_first() {
        let control = usize::from(*control);
        if control < 32 {
            let (literal, after) = after.split_at_checked(control + 1).ok_or_else(damaged)?;
            out.extend_from_slice(literal);
            rest = after;
        } else {
            let (mut length, mut after) = (control >> 5, after);
            if length == 7 {
                let (more, behind) = after.split_first().ok_or_else(damaged)?;
                length += usize::from(*more);
                after = behind;
            }
            let (low, behind) = after.split_first().ok_or_else(damaged)?;
            let distance = ((control & 0x1f) << 8 | usize::from(*low)) + 1;
            let start = out.len().checked_sub(distance).ok_or_else(damaged)?;
            for position in start..start + length + 2 {
                out.push(out[position]);
            }
            rest = behind;
        }
        if out.len() > most {
            return Err(damaged());
        }
    }
    Ok(out)
}

fn unshuffle(bytes: Vec<u8>, width: usize) -> Vec<u8> {
    if width < 2 {
        return bytes;
    }
    let n = bytes.len() / width;
    // What is left over at the end was not shuffled.
    let mut out = bytes.clone();
    for (place, plane) in bytes.chunks_exact(n.max(1)).take(width).enumerate() {
        for (element, byte) in plane.iter().enumerate() {
            out[element * width + place] = *byte;
        }
    }
    out
}

fn unchecked(mut bytes: Vec<u8>) -> Result<Vec<u8>, DataError> {
    let Some((data, sum)) = bytes.split_last_chunk::<4>() else {
        return Err(DataError::malformed("", "a chunk is shorter than its checksum"));
    };
    if u32::from_le_bytes(*sum) != fletcher32(data) {
        return Err(DataError::malformed("", "the checksum of a chunk is another"));
    }
    let length = data.len();
    bytes.truncate(length);
    Ok(bytes)
}

/// Fletcher's sum of 16-bit words, first byte high; a last single byte is a high one.
fn fletcher32(data: &[u8]) -> u32 {
    let (mut low, mut high) = (0_u64, 0_u64);
    for word in data.chunks(2) {
        let value = u64::from(word[0]) << 8 | word.get(1).map_or(0, |byte| u64::from(*byte));
        low = (low + value) % 65535;
        high = (high + low) % 65535;
    }
    (high << 16 | low) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffled_bytes_return_to_their_elements() {
        assert_eq!(unshuffle(vec![1, 5, 2, 6, 3, 7, 4, 8, 9], 4), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn lzf_copies_what_overlaps_and_refuses_what_does_not_exist() {
        assert_eq!(lzf(&[0, b'a', 0x60, 0], 6).unwrap(), b"aaaaaa");
        for damaged in [&[0x60_u8, 0][..], &[5, b'a'], &[0, b'a', 0xe0], &[0, b'a', 0xe0, 255, 0]] {
            assert!(lzf(damaged, 100).is_err(), "{damaged:?}");
        }
    }

    #[test]
    fn filters_that_are_not_read_are_named() {
        let error = Filter::new(32015, None, 4).unwrap_err().to_string();
        assert!(error.contains("zstd (32015)"), "{error}");
    }
}
