//! Codecs of bytes: compression and checksums.

use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::blosc;
use crate::archive::DEFLATE_RATIO;
use crate::error::{DataError, DataProblem};

/// A codec that makes bytes of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Blosc,
    Gzip,
    Zlib,
    Zstd,
    Lz4,
    Crc32c,
}

/// How much zstd can shrink at most: a block of 128 KiB of one byte in 4 bytes.
const ZSTD_RATIO: u64 = 32_768;

/// How much LZ4 can shrink at most.
pub(super) const LZ4_RATIO: u64 = 255;

impl Codec {
    /// The codec that zarr and numcodecs call `name`.
    pub fn parse(name: &str) -> Result<Self, DataError> {
        Ok(match name.strip_prefix("numcodecs.").unwrap_or(name) {
            "blosc" => Self::Blosc,
            "gzip" => Self::Gzip,
            "zlib" => Self::Zlib,
            "zstd" => Self::Zstd,
            "lz4" => Self::Lz4,
            "crc32c" => Self::Crc32c,
            _ => return Err(DataError::new("", DataProblem::Unsupported(format!("the codec `{name}`")))),
        })
    }

    /// How many bytes one byte can stand for at most.
    pub fn ratio(self) -> u64 {
        match self {
            Self::Gzip | Self::Zlib => DEFLATE_RATIO,
            Self::Zstd | Self::Blosc => ZSTD_RATIO,
            Self::Lz4 => LZ4_RATIO,
            Self::Crc32c => 1,
        }
    }

    /// What `bytes` stand for, which is at most `limit` bytes. Memory grows with what is decoded.
    pub fn decode(self, bytes: &[u8], limit: usize) -> Result<Vec<u8>, DataError> {
        match self {
            Self::Blosc => blosc::decode(bytes, limit),
            Self::Gzip => stream(MultiGzDecoder::new(bytes), limit),
            Self::Zlib => stream(ZlibDecoder::new(bytes), limit),
            Self::Zstd => zstd(bytes, limit),
            Self::Lz4 => {
                let (n, block) = bytes.split_first_chunk().ok_or_else(|| damaged("LZ4"))?;
                lz4(block, usize::try_from(u32::from_le_bytes(*n)).unwrap_or(usize::MAX), limit)
            }
            Self::Crc32c => {
                let (data, sum) = bytes.split_last_chunk().ok_or_else(|| damaged("CRC-32C"))?;
                if crc32c(data) != u32::from_le_bytes(*sum) {
                    return Err(DataError::malformed("", "the checksum is of other bytes"));
                }
                Ok(data.to_vec())
            }
        }
    }
}

/// A block of LZ4 that stands for `n` bytes.
pub(super) fn lz4(block: &[u8], n: usize, limit: usize) -> Result<Vec<u8>, DataError> {
    if n > limit || n as u64 > (block.len() as u64).saturating_mul(LZ4_RATIO) {
        return Err(damaged("LZ4"));
    }
    let mut bytes = vec![0; n];
    match lz4_flex::block::decompress_into(block, &mut bytes) {
        Ok(written) if written == n => Ok(bytes),
        _ => Err(damaged("LZ4")),
    }
}

/// A frame of zstd.
pub(super) fn zstd(bytes: &[u8], limit: usize) -> Result<Vec<u8>, DataError> {
    let mut rest = bytes;
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(&mut rest).map_err(|_| damaged("zstd"))?;
    let decoded = stream(&mut decoder, limit)?;
    let decoder = decoder.into_frame_decoder();
    let (stored, computed) = (decoder.get_checksum_from_data(), decoder.get_calculated_checksum());
    if stored.is_some_and(|stored| Some(stored) != computed) || !rest.is_empty() {
        return Err(damaged("zstd"));
    }
    Ok(decoded)
}

/// A stream of zlib.
pub(super) fn zlib(bytes: &[u8], limit: usize) -> Result<Vec<u8>, DataError> {
    stream(ZlibDecoder::new(bytes), limit)
}

fn stream(decoder: impl Read, limit: usize) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let read = decoder.take((limit as u64).saturating_add(1)).read_to_end(&mut bytes);
    match read {
        Ok(n) if n > limit => {
            Err(DataError::new("", DataProblem::Limit(format!("a chunk of more than {limit} bytes"))))
        }
        Ok(_) => Ok(bytes),
        Err(error) => Err(DataError::malformed("", format!("a damaged chunk: {error}"))),
    }
}

pub(super) fn damaged(codec: &str) -> DataError {
    DataError::malformed("", format!("a damaged chunk of {codec}"))
}

/// CRC-32 with the polynomial of Castagnoli (RFC 3720, appendix B.4).
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    const fn table() -> [u32; 256] {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let mut code = i as u32;
            let mut bit = 0;
            while bit < 8 {
                code = if code & 1 == 1 { code >> 1 ^ 0x82f6_3b78 } else { code >> 1 };
                bit += 1;
            }
            table[i] = code;
            i += 1;
        }
        table
    }
    const TABLE: [u32; 256] = table();
    !bytes.iter().fold(!0, |code, byte| TABLE[((code ^ u32::from(*byte)) & 0xff) as usize] ^ code >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standard() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
    }

    #[test]
    fn a_claimed_size_costs_nothing() {
        let mut lz4 = 2_000_000_000_u32.to_le_bytes().to_vec();
        lz4.extend([0; 100]);
        assert!(Codec::Lz4.decode(&lz4, usize::MAX).is_err());
        assert!(Codec::Crc32c.decode(&[1, 2], 10).is_err());
        for codec in [Codec::Blosc, Codec::Gzip, Codec::Zlib, Codec::Zstd, Codec::Lz4] {
            assert!(codec.decode(&[], 10).is_err(), "{codec:?}");
            assert!(codec.decode(&[0xff; 40], 10).is_err(), "{codec:?}");
        }
    }
}
