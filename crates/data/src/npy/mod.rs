//! Arrays as NumPy saves them: `.npy` files of versions 1 to 3, and their archives `.npz`.
//!
//! The format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>. Arrays of Python objects are
//! pickles; they are refused and never unpickled.

mod header;
mod literal;
mod npz;
#[cfg(test)]
mod tests;

use std::io::{Read, Write};

use crate::anndata::Element;
use crate::array::Array;
use crate::elements::{Encoding, Positions, Stored, count, fortran_strides, to_bytes, unreadable};
use crate::error::{DataError, DataProblem};
use crate::values::Values;
use header::{Descr, Field, Header};

pub use npz::{Compression, Npz, read_sparse, write_npz, write_sparse};

/// The array in a `.npy` file. Takes memory as the bytes that are present are read.
///
/// # Errors
/// Where the file is damaged, holds more than one array, or holds elements that are not numbers, truth values or texts;
/// floats of 16 bits are read as floats of 32 bits. A structured array is read by [`read_element`].
pub fn read(reader: impl Read) -> Result<Array, DataError> {
    match read_element(reader)? {
        Element::Array(array) => Ok(array),
        _ => {
            Err(DataError::new("", DataProblem::Unsupported("a structured array as a plain one".to_owned())))
        }
    }
}

/// The array in a `.npy` file: [`Element::Array`], or [`Element::Records`] for a structured one.
pub fn read_element(mut reader: impl Read) -> Result<Element, DataError> {
    let reader: &mut dyn Read = &mut reader;
    let header = Header::read(reader)?;
    let n = count(&header.shape)?;
    let element = match &header.descr {
        Descr::Plain(encoding) => {
            let values = encoding.read(reader, n)?;
            Element::Array(ordered(&header, header.shape.clone(), values)?)
        }
        Descr::Records { fields, size } => records(reader, &header, fields, *size, n)?,
    };
    match reader.read(&mut [0]).map_err(unreadable)? {
        0 => Ok(element),
        _ => Err(DataError::malformed("", "bytes follow the array")),
    }
}

/// The array in C order.
fn ordered(header: &Header, shape: Vec<usize>, values: Values) -> Result<Array, DataError> {
    if !header.fortran_order || header.shape.len() < 2 {
        return Array::new(shape, values);
    }
    let positions: Vec<usize> = Positions::new(&header.shape, &fortran_strides(&header.shape)).collect();
    let values = values.take(&positions).ok_or_else(|| DataError::malformed("", "the shape of the array"))?;
    Array::new(shape, values)
}

/// The fields of a structured array. Each is gathered from the records, which are read whole: nothing is allocated for
/// records that are not there.
fn records(
    reader: &mut dyn Read,
    header: &Header,
    fields: &[Field],
    size: usize,
    n: usize,
) -> Result<Element, DataError> {
    if header.fortran_order && header.shape.len() > 1 {
        return Err(DataError::new(
            "",
            DataProblem::Unsupported("a structured array in Fortran order".to_owned()),
        ));
    }
    let wanted = count(&[n, size])?;
    let mut bytes = Vec::new();
    reader.take(wanted as u64).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() != wanted {
        return Err(crate::elements::truncated());
    }
    let mut arrays = Vec::new();
    for field in fields.iter().filter(|field| !field.padding) {
        let width = field.size()?;
        let column: Vec<u8> = if size == 0 {
            Vec::new()
        } else {
            bytes
                .chunks_exact(size)
                .flat_map(|record| &record[field.offset..field.offset + width])
                .copied()
                .collect()
        };
        let shape = [&header.shape, field.shape.as_slice()].concat();
        let values = field.encoding.read(&mut &*column, count(&shape)?)?;
        arrays.push((field.name.clone(), Array::new(shape, values)?));
    }
    Ok(Element::Records(arrays))
}

/// Writes an array as a `.npy` file of version 1. Texts become `U` of the longest.
pub fn write(mut writer: impl Write, array: &Array) -> Result<(), DataError> {
    let failed = |error| DataError::new("", DataProblem::Io(error));
    let (encoding, bytes) = match array.values() {
        Values::Text(texts) => utf32(texts)?,
        values => Encoding::little(values.data_type())
            .zip(to_bytes(values))
            .ok_or_else(|| DataError::malformed("", "texts among numbers"))?,
    };
    writer.write_all(&header::to_bytes(encoding, array.shape())).map_err(failed)?;
    writer.write_all(&bytes).map_err(failed)?;
    writer.flush().map_err(failed)
}

/// Texts as code points, each padded to the longest.
fn utf32(texts: &[String]) -> Result<(Encoding, Vec<u8>), DataError> {
    if texts.iter().any(|text| text.ends_with('\0')) {
        return Err(DataError::malformed("", "a text that ends in NUL loses its end in NumPy"));
    }
    let longest = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(1);
    let encoding = Encoding { stored: Stored::Utf32(longest), big_endian: false };
    let mut bytes = Vec::with_capacity(count(&[texts.len(), encoding.size()])?);
    for text in texts {
        let end = bytes.len() + encoding.size();
        bytes.extend(text.chars().flat_map(|character| u32::from(character).to_le_bytes()));
        bytes.resize(end, 0);
    }
    Ok((encoding, bytes))
}
