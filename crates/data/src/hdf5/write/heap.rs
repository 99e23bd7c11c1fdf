//! Texts of variable length, into global heaps.

use std::io::Write;

use super::output::Output;
use crate::error::DataError;

/// Bytes of a heap, unless one text is longer.
const HEAP: usize = 1 << 16;

/// Bytes of a heap at least, which the format asks for.
const LEAST: usize = 4096;

/// Writes the texts and gives the references to them, one behind the other.
pub(super) fn texts(out: &mut Output, texts: &[impl AsRef<str>]) -> Result<Vec<u8>, DataError> {
    let mut references = Vec::with_capacity(texts.len() * super::REFERENCE);
    let mut start = 0;
    while start < texts.len() {
        let mut size = 16;
        let mut end = start;
        while let Some(text) = texts.get(end) {
            let more = 16 + text.as_ref().len().next_multiple_of(8);
            if end > start && (size + more > HEAP || end - start >= usize::from(u16::MAX)) {
                break;
            }
            size += more;
            end += 1;
        }
        one(out, &texts[start..end], size, &mut references)?;
        start = end;
    }
    Ok(references)
}

fn one(
    out: &mut Output,
    texts: &[impl AsRef<str>],
    size: usize,
    references: &mut Vec<u8>,
) -> Result<(), DataError> {
    let address = out.at();
    // What is free is an object too, so there is room for none or for its head.
    let whole = if size < LEAST { LEAST.max(size + 16) } else { size };
    let mut bytes = b"GCOL\x01\0\0\0".to_vec();
    bytes.extend((whole as u64).to_le_bytes());
    for (number, text) in texts.iter().enumerate() {
        let text = text.as_ref();
        if text.contains('\0') {
            return Err(DataError::malformed("", "a text with a zero in it cannot be stored in HDF5"));
        }
        let long = |_| DataError::malformed("", "a text is too long");
        references.extend(u32::try_from(text.len()).map_err(long)?.to_le_bytes());
        references.extend(address.to_le_bytes());
        references.extend((number as u32 + 1).to_le_bytes());
        bytes.extend((number as u16 + 1).to_le_bytes());
        bytes.extend([1, 0, 0, 0, 0, 0]);
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(8), 0);
    }
    let free = whole - bytes.len();
    if free > 0 {
        bytes.extend([0; 8]);
        bytes.extend((free as u64).to_le_bytes());
        bytes.resize(whole, 0);
    }
    out.write_all(&bytes).map_err(super::super::store::io)
}
