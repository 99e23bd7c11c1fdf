//! Messages of object headers, byte by byte as version 3 of the HDF5 file format specification gives them.

use super::checksum::checksum;
use crate::error::{DataError, DataProblem};
use crate::values::DataType;

/// An address of nothing.
pub(super) const NOWHERE: u64 = u64::MAX;

/// A message: its type and its bytes.
pub(super) type Message = (u8, Vec<u8>);

/// The type of an element of `data_type` as bytes.
pub(super) fn datatype(data_type: DataType) -> Vec<u8> {
    match data_type {
        DataType::Bool => {
            let mut bytes = vec![0x18, 2, 0, 0, 1, 0, 0, 0];
            bytes.extend(integer(1, true));
            bytes.extend(b"FALSE\0\0\0TRUE\0\0\0\0\x00\x01");
            bytes
        }
        DataType::I8 => integer(1, true),
        DataType::I16 => integer(2, true),
        DataType::I32 => integer(4, true),
        DataType::I64 => integer(8, true),
        DataType::U8 => integer(1, false),
        DataType::U16 => integer(2, false),
        DataType::U32 => integer(4, false),
        DataType::U64 => integer(8, false),
        DataType::F32 => {
            let mut bytes = vec![0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23];
            bytes.extend(127_u32.to_le_bytes());
            bytes
        }
        DataType::F64 => {
            let mut bytes = vec![0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52];
            bytes.extend(1023_u32.to_le_bytes());
            bytes
        }
        // Of variable length, ended by a zero, in UTF-8.
        DataType::Text => {
            let mut bytes = vec![0x19, 1, 1, 0, 16, 0, 0, 0];
            bytes.extend(integer(1, false));
            bytes
        }
    }
}

fn integer(width: u8, signed: bool) -> Vec<u8> {
    vec![0x10, if signed { 8 } else { 0 }, 0, 0, width, 0, 0, 0, 0, 0, 8 * width, 0]
}

/// The type of an array of `shape` inside of an element.
pub(super) fn array_type(of: Vec<u8>, width: u32, shape: &[u32]) -> Vec<u8> {
    let size = shape.iter().fold(width, |size, length| size.wrapping_mul(*length));
    let mut bytes = vec![0x3a, 0, 0, 0];
    bytes.extend(size.to_le_bytes());
    bytes.push(shape.len() as u8);
    shape.iter().for_each(|length| bytes.extend(length.to_le_bytes()));
    bytes.extend(of);
    bytes
}

/// The type of records of `size` bytes; each field with its offset and type.
pub(super) fn record_type(size: u32, fields: &[(&str, u32, Vec<u8>)]) -> Vec<u8> {
    let count = fields.len() as u16;
    let mut bytes = vec![0x36, count as u8, (count >> 8) as u8, 0];
    bytes.extend(size.to_le_bytes());
    let width = match size {
        0..0x100 => 1,
        0x100..0x1_0000 => 2,
        0x1_0000..0x100_0000 => 3,
        _ => 4,
    };
    for (name, offset, datatype) in fields {
        bytes.extend(name.as_bytes());
        bytes.push(0);
        bytes.extend(&offset.to_le_bytes()[..width]);
        bytes.extend(datatype);
    }
    bytes
}

/// The shape of a dataset or attribute; `grows` where the first dimension has no end.
pub(super) fn dataspace(shape: &[u64], grows: bool) -> Vec<u8> {
    let mut bytes = vec![2, shape.len() as u8, u8::from(grows), u8::from(!shape.is_empty())];
    shape.iter().for_each(|length| bytes.extend(length.to_le_bytes()));
    if grows {
        bytes.extend(u64::MAX.to_le_bytes());
        shape.iter().skip(1).for_each(|length| bytes.extend(length.to_le_bytes()));
    }
    bytes
}

/// The dataspace without an element.
pub(super) const NULL_SPACE: [u8; 4] = [2, 0, 0, 2];

/// An attribute.
pub(super) fn attribute(name: &str, datatype: &[u8], space: &[u8], data: &[u8]) -> Message {
    let mut bytes = vec![3, 0];
    for length in [name.len() + 1, datatype.len(), space.len()] {
        bytes.extend((length as u16).to_le_bytes());
    }
    // The name is in UTF-8.
    bytes.push(1);
    bytes.extend(name.as_bytes());
    bytes.push(0);
    for part in [datatype, space, data] {
        bytes.extend(part);
    }
    (0x0c, bytes)
}

/// A member of a group.
pub(super) fn link(name: &str, address: u64) -> Message {
    // A length of four bytes follows the character set, which is UTF-8.
    let mut bytes = vec![1, 0x12, 1];
    bytes.extend((name.len() as u32).to_le_bytes());
    bytes.extend(name.as_bytes());
    bytes.extend(address.to_le_bytes());
    (0x06, bytes)
}

/// What makes an object a group whose members are messages.
pub(super) fn group() -> [Message; 2] {
    let mut links = vec![0, 0];
    links.extend(NOWHERE.to_le_bytes());
    links.extend(NOWHERE.to_le_bytes());
    [(0x02, links), (0x0a, vec![0, 0])]
}

/// Elements that were never written are zeros.
pub(super) fn fill(chunked: bool) -> Message {
    (0x05, vec![3, if chunked { 0x0b } else { 0x0a }])
}

/// One run of bytes.
pub(super) fn contiguous(address: u64, size: u64) -> Message {
    let mut bytes = vec![3, 1];
    bytes.extend(address.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    (0x08, bytes)
}

/// Chunks of a shape, whose index lies at `address`.
pub(super) fn chunked(address: u64, chunk: &[u32], width: u32) -> Message {
    let mut bytes = vec![3, 2, chunk.len() as u8 + 1];
    bytes.extend(address.to_le_bytes());
    chunk.iter().for_each(|length| bytes.extend(length.to_le_bytes()));
    bytes.extend(width.to_le_bytes());
    (0x08, bytes)
}

/// Chunks are compressed by zlib at this level.
pub(super) fn deflate(level: u32) -> Message {
    let mut bytes = vec![2, 1, 1, 0, 1, 0, 1, 0];
    bytes.extend(level.to_le_bytes());
    (0x0b, bytes)
}

/// An object header; an error where a message is longer than one can be.
pub(super) fn header(messages: &[Message]) -> Result<Vec<u8>, DataError> {
    let too_long =
        || DataError::new("", DataProblem::Limit("an attribute or a name beyond 64 kB".to_owned()));
    let length: usize = messages.iter().map(|(_, bytes)| bytes.len() + 4).sum();
    let mut out = b"OHDR\x02\x02".to_vec();
    out.extend(u32::try_from(length).map_err(|_| too_long())?.to_le_bytes());
    for (kind, bytes) in messages {
        out.push(*kind);
        out.extend(u16::try_from(bytes.len()).map_err(|_| too_long())?.to_le_bytes());
        out.push(0);
        out.extend(bytes);
    }
    out.extend(checksum(&out).to_le_bytes());
    Ok(out)
}

/// The first bytes of a file.
pub(super) fn superblock(end: u64, root: u64) -> Vec<u8> {
    let mut bytes = b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00".to_vec();
    for address in [0, NOWHERE, end, root] {
        bytes.extend(address.to_le_bytes());
    }
    bytes.extend(checksum(&bytes).to_le_bytes());
    bytes
}

/// Bytes of [`superblock`].
pub(super) const SUPERBLOCK: u64 = 48;
