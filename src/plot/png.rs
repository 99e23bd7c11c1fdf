//! PNG files (ISO/IEC 15948) with the same bytes on every machine.
//!
//! `miniz_oxide` compresses, since the other backend of `flate2` chooses its method by what the processor offers.

use flate2::Crc;

use super::raster::Raster;

/// Effort of the compressor, 0 to 10.
const LEVEL: u8 = 6;
/// Colour type: red, green, blue and opacity.
const RGBA: u8 = 6;
/// Bytes of a pixel.
const PIXEL: usize = 4;

/// A picture as a PNG file.
pub(super) fn png(raster: &Raster) -> Vec<u8> {
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let mut header = Vec::from(size(raster.width));
    header.extend(size(raster.height));
    // 8 bits a channel, the only compression and filter method, not interlaced.
    header.extend([8, RGBA, 0, 0, 0]);
    let mut file = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
    chunk(&mut file, *b"IHDR", &header);
    let data = miniz_oxide::deflate::compress_to_vec_zlib(&filtered(raster), LEVEL);
    chunk(&mut file, *b"IDAT", &data);
    chunk(&mut file, *b"IEND", &[]);
    file
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

/// The rows, each after the number of its filter: the bytes themselves or their difference to the pixel at the left
/// or to the row above, whichever has the smallest sum of absolute values.
fn filtered(raster: &Raster) -> Vec<u8> {
    let row_bytes = PIXEL * raster.width;
    let mut filtered = Vec::with_capacity((row_bytes + 1) * raster.height);
    let mut above = vec![0; row_bytes];
    for row in raster.bytes.chunks_exact(row_bytes.max(1)) {
        let left = [0; PIXEL].iter().chain(row);
        let candidates: [Vec<u8>; 3] = [
            row.to_vec(),
            row.iter().zip(left).map(|(byte, left)| byte.wrapping_sub(*left)).collect(),
            row.iter().zip(&above).map(|(byte, above)| byte.wrapping_sub(*above)).collect(),
        ];
        let cost =
            |bytes: &[u8]| bytes.iter().map(|byte| u64::from((*byte as i8).unsigned_abs())).sum::<u64>();
        let best = (0_u8..3).min_by_key(|filter| cost(&candidates[usize::from(*filter)])).unwrap_or(0);
        filtered.push(best);
        filtered.extend(&candidates[usize::from(best)]);
        above = row.to_vec();
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
            _ => (index * index * 31 % 251) as u8,
        };
        let bytes: Vec<u8> = (0..PIXEL * width * height).map(value).collect();
        let raster = Raster { width, height, bytes };
        let file = png(&raster);
        assert_eq!(unfiltered(&file, width), raster.bytes);
        assert_eq!(&file[12..24], [b'I', b'H', b'D', b'R', 0, 0, 0, 23, 0, 0, 0, 17]);
        assert_eq!(&file[file.len() - 8..], [b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]);
        assert_eq!(png(&raster), file);
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
