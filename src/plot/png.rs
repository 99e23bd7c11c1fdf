//! PNG files (ISO/IEC 15948) with the same bytes on every machine.
//!
//! `miniz_oxide` compresses, since the other backend of `flate2` chooses its method by what the processor offers.

use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Crc;
use miniz_oxide::DataFormat;
use miniz_oxide::deflate::core::{CompressionStrategy, CompressorOxide, TDEFLFlush, compress_to_output};
use rayon::prelude::*;

use super::raster::Raster;

/// Effort of the compressor, 0 to 10. With the strategy for filtered data the least effort makes noise of overlapping
/// points as small as six times the effort does without, in two fifths of the time.
const LEVEL: u8 = 1;
const STRATEGY: CompressionStrategy = CompressionStrategy::Filtered;
/// Largest distance that a compressor looks back, as a power of two.
const WINDOW: u8 = 15;
/// Colour type: red, green, blue and opacity.
const RGBA: u8 = 6;
/// Bytes of a pixel.
const PIXEL: usize = 4;
/// Bytes that one thread compresses at a time, rounded down to whole rows. The number shows in the file, hence it is
/// the same for any number of threads.
const BLOCK: usize = 1 << 19;
/// Rows of a strip of the sample by which the size of a large picture is estimated.
const STRIP: usize = 4;
/// Rows from one such strip to the next.
const PERIOD: usize = 64;
/// Bytes of the file beside the compressed rows: signature, three chunks, the header of the second and its checksum.
const FRAME: usize = 8 + 3 * 12 + 13 + 2 + 4;

/// A picture as a PNG file of at most `room` bytes; `None` if it does not fit, or if a sample of its rows says that it
/// would take a tenth more. `levels` is what becomes of a byte; what nobody sees afterwards loses its colour.
pub(super) fn png_within(raster: &Raster, levels: &[u8; 256], room: usize) -> Option<Vec<u8>> {
    if sampled_size(raster, levels) > room.saturating_add(room / 10) {
        return None;
    }
    let data = compressed(raster, levels, room.saturating_sub(FRAME))?;
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let mut header = Vec::from(size(raster.width));
    header.extend(size(raster.height));
    // 8 bits a channel, the only compression and filter method, not interlaced.
    header.extend([8, RGBA, 0, 0, 0]);
    let mut file = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
    chunk(&mut file, *b"IHDR", &header);
    chunk(&mut file, *b"IDAT", &data);
    chunk(&mut file, *b"IEND", &[]);
    Some(file)
}

/// The compressed size as estimated from few of the rows, for a fraction of the work; 0 for a small picture.
fn sampled_size(raster: &Raster, levels: &[u8; 256]) -> usize {
    if raster.height < 8 * PERIOD {
        return 0;
    }
    let strips = (0..raster.height / PERIOD).into_par_iter().map(|strip| strip * PERIOD);
    let sizes = strips.map(|first| deflated(&filtered(raster, levels, first..first + STRIP), true).len());
    sizes.sum::<usize>() * (PERIOD / STRIP)
}

/// The filtered rows as a zlib stream (RFC 1950) whose blocks of rows were compressed in parallel, each without
/// looking back at the one before it; `None` if they take more than `room` bytes.
fn compressed(raster: &Raster, levels: &[u8; 256], room: usize) -> Option<Vec<u8>> {
    let row_bytes = PIXEL * raster.width;
    let rows = (BLOCK / (row_bytes + 1)).max(1);
    let n_blocks = raster.height.div_ceil(rows).max(1);
    let taken = AtomicUsize::new(0);
    let block = |index: usize| {
        // Which blocks are left out depends on the threads, but not that one is: what does not fit never fits.
        if taken.load(Ordering::Relaxed) > room {
            return None;
        }
        let rows = index * rows..((index + 1) * rows).min(raster.height);
        let filtered = filtered(raster, levels, rows);
        let bytes = deflated(&filtered, index + 1 == n_blocks);
        taken.fetch_add(bytes.len(), Ordering::Relaxed);
        Some((bytes, Adler::of(&filtered)))
    };
    let blocks: Option<Vec<(Vec<u8>, Adler)>> = (0..n_blocks).into_par_iter().map(block).collect();
    let blocks = blocks.filter(|_| taken.into_inner() <= room)?;
    // Deflate with a window of 32 KiB, little effort.
    let mut stream = vec![0x78, 0x01];
    blocks.iter().for_each(|(bytes, _)| stream.extend(bytes));
    let checksum = blocks.iter().fold(Adler::of(&[]), |sum, (_, block)| sum.then(block));
    stream.extend(checksum.value().to_be_bytes());
    Some(stream)
}

/// A part of a deflate stream (RFC 1951) that ends with a whole byte.
fn deflated(bytes: &[u8], last: bool) -> Vec<u8> {
    let mut compressor = CompressorOxide::with_params(DataFormat::Raw, LEVEL, STRATEGY, WINDOW);
    let flush = if last { TDEFLFlush::Finish } else { TDEFLFlush::Sync };
    let mut compressed = Vec::with_capacity(bytes.len() / 4);
    compress_to_output(&mut compressor, bytes, flush, |part| {
        compressed.extend(part);
        true
    });
    compressed
}

/// The Adler-32 checksum of bytes (RFC 1950): two sums modulo the largest prime below 2^16, and their length.
struct Adler {
    a: u64,
    b: u64,
    length: u64,
}

impl Adler {
    const PRIME: u64 = 65_521;

    fn of(bytes: &[u8]) -> Self {
        const GROUP: usize = 32;
        const WEIGHTS: [u32; GROUP] = {
            let mut weights = [0; GROUP];
            let mut place = 0;
            while place < GROUP {
                weights[place] = (GROUP - place) as u32;
                place += 1;
            }
            weights
        };
        let (mut a, mut b) = (1, 0);
        // Far fewer bytes than would overflow the sums.
        for part in bytes.chunks(1 << 16) {
            let groups = part.chunks_exact(GROUP);
            let rest = groups.remainder();
            for group in groups {
                // What every byte adds to both sums, without waiting for the byte before it.
                let (sum, weighted) = group.iter().zip(&WEIGHTS).fold((0, 0), |(a, b), (byte, weight)| {
                    (a + u32::from(*byte), b + weight * u32::from(*byte))
                });
                b += a * GROUP as u64 + u64::from(weighted);
                a += u64::from(sum);
            }
            for byte in rest {
                a += u64::from(*byte);
                b += a;
            }
            a %= Self::PRIME;
            b %= Self::PRIME;
        }
        Self { a, b, length: bytes.len() as u64 }
    }

    /// The checksum of these bytes followed by others.
    fn then(self, next: &Self) -> Self {
        let before = self.a + Self::PRIME - 1;
        let a = (before + next.a) % Self::PRIME;
        let b = (self.b + next.b + next.length % Self::PRIME * before) % Self::PRIME;
        Self { a, b, length: self.length + next.length }
    }

    fn value(&self) -> u32 {
        (self.b << 16 | self.a) as u32
    }
}

/// Length, name, data and checksum of name and data.
fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let mut checksum = Crc::new();
    checksum.update(&name);
    checksum.update(data);
    file.extend(name);
    file.extend(data);
    file.extend(checksum.sum().to_be_bytes());
}

/// Rows, each after the number of its filter: the bytes themselves or their difference to the pixel at the left or to
/// the row above, whichever has the smallest sum of absolute values.
fn filtered(raster: &Raster, levels: &[u8; 256], rows: std::ops::Range<usize>) -> Vec<u8> {
    let row_bytes = PIXEL * raster.width;
    let write = |index: usize, row: &mut [u8]| {
        let painted = raster.bytes[index * row_bytes..(index + 1) * row_bytes].chunks_exact(PIXEL);
        for (pixel, painted) in row.chunks_exact_mut(PIXEL).zip(painted) {
            let seen = if levels[usize::from(painted[PIXEL - 1])] == 0 { 0 } else { u8::MAX };
            for (byte, painted) in pixel.iter_mut().zip(painted) {
                *byte = levels[usize::from(*painted)] & seen;
            }
        }
    };
    let mut filtered = Vec::with_capacity((row_bytes + 1) * rows.len());
    let (mut bytes, mut above) = (vec![0; row_bytes], vec![0; row_bytes]);
    let (mut left, mut up) = (bytes.clone(), bytes.clone());
    if let Some(before) = rows.start.checked_sub(1) {
        write(before, &mut bytes);
    }
    for index in rows {
        std::mem::swap(&mut bytes, &mut above);
        write(index, &mut bytes);
        for (difference, (byte, above)) in up.iter_mut().zip(bytes.iter().zip(&above)) {
            *difference = byte.wrapping_sub(*above);
        }
        // The first pixel has none before it.
        let start = PIXEL.min(row_bytes);
        left[..start].copy_from_slice(&bytes[..start]);
        for (difference, (byte, before)) in left[start..].iter_mut().zip(bytes[start..].iter().zip(&bytes)) {
            *difference = byte.wrapping_sub(*before);
        }
        let candidates = [&bytes, &left, &up];
        let cost = |bytes: &[u8]| -> u64 {
            // Sums of few enough bytes for 16 bits are fast.
            let part =
                |bytes: &[u8]| bytes.iter().map(|byte| u16::from((*byte as i8).unsigned_abs())).sum::<u16>();
            bytes.chunks(256).map(|bytes| u64::from(part(bytes))).sum()
        };
        let best = (0_u8..3).min_by_key(|filter| cost(candidates[usize::from(*filter)])).unwrap_or(0);
        filtered.push(best);
        filtered.extend(candidates[usize::from(best)]);
    }
    filtered
}

/// Bytes in base 64 (RFC 4648, with padding).
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit) & 63) as usize;
            text.push(if digit <= group.len() { char::from(DIGITS[value]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::plot::raster::rounded;

    /// A picture as a PNG file.
    fn png(raster: &Raster) -> Vec<u8> {
        png_within(raster, &rounded(256), usize::MAX).unwrap()
    }

    /// The rows of a PNG file that this module wrote.
    fn unfiltered(file: &[u8], width: usize) -> Vec<u8> {
        let data = &file[file.windows(4).position(|name| name == b"IDAT").unwrap() + 4..];
        let mut filtered = Vec::new();
        flate2::read::ZlibDecoder::new(data).read_to_end(&mut filtered).unwrap();
        let mut bytes: Vec<u8> = Vec::new();
        for row in filtered.chunks_exact(PIXEL * width + 1) {
            let start = bytes.len();
            for (index, byte) in row[1..].iter().enumerate() {
                let before = match row[0] {
                    1 if index >= PIXEL => bytes[start + index - PIXEL],
                    2 if start > 0 => bytes[start + index - PIXEL * width],
                    _ => 0,
                };
                bytes.push(byte.wrapping_add(before));
            }
        }
        bytes
    }

    #[test]
    fn a_picture_survives_its_file() {
        let (width, height) = (23, 17);
        // Flat rows, ramps and noise, so that every filter is chosen somewhere.
        let value = |index: usize| match (index / (PIXEL * width)) % 3 {
            0 => 200,
            1 => (index * 3 % 256) as u8,
            _ => (index * index * 31 % 251) as u8 + 1,
        };
        let bytes: Vec<u8> = (0..PIXEL * width * height).map(value).collect();
        let raster = Raster { width, height, bytes };
        let file = png(&raster);
        assert_eq!(unfiltered(&file, width), raster.bytes);
        assert_eq!(&file[12..24], [b'I', b'H', b'D', b'R', 0, 0, 0, 23, 0, 0, 0, 17]);
        assert_eq!(&file[file.len() - 8..], [b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]);
        assert_eq!(png(&raster), file);
    }

    /// Noise of several blocks: a stream that any reader understands, the same for any number of threads.
    #[test]
    fn blocks_are_one_stream() {
        let (width, height) = (401, 1200);
        let byte = |i: usize| ((i * i * 31 % 251) ^ (i / 1000)) as u8 | 1;
        let raster = Raster { width, height, bytes: (0..PIXEL * width * height).map(byte).collect() };
        assert!(raster.bytes.len() > 3 * BLOCK);
        let file = png(&raster);
        // Our own reader and one that checks the checksums.
        assert!(unfiltered(&file, width) == raster.bytes);
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut bytes).unwrap();
        assert!(bytes == raster.bytes);
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert!(
                pool.install(|| png_within(&raster, &rounded(256), file.len())) == Some(file.clone()),
                "{threads} threads"
            );
            assert_eq!(pool.install(|| png_within(&raster, &rounded(256), file.len() - 1)), None);
        }
        assert_eq!(png_within(&raster, &rounded(256), 0), None);
    }

    /// Noise in the middle of an empty picture: a sample knows its size, and what is far too large is not compressed.
    #[test]
    fn the_size_of_a_large_picture_is_estimated() {
        let (width, height) = (300, 1500);
        let mut state = 1_u32;
        let mut byte = |index: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let inside = (400..1100).contains(&(index / (PIXEL * width)));
            if inside { (state >> 24) as u8 | 1 } else { 0 }
        };
        let bytes = (0..PIXEL * width * height).map(&mut byte).collect();
        let raster = Raster { width, height, bytes };
        let (file, estimated) = (png(&raster), sampled_size(&raster, &rounded(256)));
        let ratio = estimated as f64 / file.len() as f64;
        assert!((0.9..1.1).contains(&ratio), "{estimated} for {}", file.len());
        assert_eq!(png_within(&raster, &rounded(256), file.len() / 2), None);
        assert_eq!(png_within(&raster, &rounded(256), file.len()), Some(file));
    }

    /// 0x11e60398 for "Wikipedia", the example known best; and parts are a whole.
    #[test]
    fn checksums_of_parts_are_that_of_the_whole() {
        assert_eq!(Adler::of(b"Wikipedia").value(), 0x11e6_0398);
        let bytes: Vec<u8> = (0..300_000_usize).map(|i| (i * i % 251) as u8 | 0x80).collect();
        let (first, second) = bytes.split_at(123_456);
        let parts = Adler::of(&[]).then(&Adler::of(first)).then(&Adler::of(second)).then(&Adler::of(&[]));
        assert_eq!(parts.value(), Adler::of(&bytes).value());
        assert_eq!(parts.value(), adler(&bytes));
    }

    /// Byte after byte, as the standard says it.
    fn adler(bytes: &[u8]) -> u32 {
        let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
            let a = (a + u32::from(*byte)) % 65_521;
            (a, (b + a) % 65_521)
        });
        b << 16 | a
    }

    #[test]
    fn an_empty_picture_is_a_file() {
        assert!(png(&Raster { width: 0, height: 0, bytes: Vec::new() }).ends_with(&[0xae, 0x42, 0x60, 0x82]));
    }

    /// The examples of RFC 4648.
    #[test]
    fn base64_is_that_of_the_standard() {
        let examples = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (bytes, text) in examples {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
