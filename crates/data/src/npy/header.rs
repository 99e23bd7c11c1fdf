//! Headers of `.npy` files.

use std::io::Read;

use super::literal::{Literal, parse};
use crate::elements::{Encoding, count, not_utf8, truncated, unreadable};
use crate::error::{DataError, DataProblem};

const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// Longest header: NumPy itself refuses more than 10,000 bytes unless told otherwise.
const MAX_HEADER: usize = 1 << 20;

/// Most dimensions of an array of NumPy 2.
const MAX_DIMENSIONS: usize = 64;

/// What the header says of the array.
pub(super) struct Header {
    pub descr: Descr,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
}

/// Type of the elements.
pub(super) enum Descr {
    Plain(Encoding),
    Records {
        fields: Vec<Field>,
        /// Bytes a record.
        size: usize,
    },
}

/// A field of a record.
pub(super) struct Field {
    pub name: String,
    pub encoding: Encoding,
    pub shape: Vec<usize>,
    /// Bytes from the begin of the record.
    pub offset: usize,
    /// Whether it only fills space.
    pub padding: bool,
}

impl Field {
    /// Bytes.
    pub fn size(&self) -> Result<usize, DataError> {
        count(&[count(&self.shape)?, self.encoding.size()])
    }
}

impl Header {
    pub fn read(reader: &mut dyn Read) -> Result<Self, DataError> {
        let mut start = [0; 8];
        reader.read_exact(&mut start).map_err(unreadable)?;
        let [magic @ .., major, minor] = start;
        if magic != *MAGIC {
            return Err(DataError::malformed("", "no .npy file: it begins with other bytes"));
        }
        let length = match (major, minor) {
            (1, 0) => usize::from(u16::from_le_bytes(bytes(reader)?)),
            (2 | 3, 0) => usize::try_from(u32::from_le_bytes(bytes(reader)?)).unwrap_or(usize::MAX),
            _ => return Err(unsupported(format!("version {major}.{minor} of .npy"))),
        };
        if length > MAX_HEADER {
            return Err(DataError::new("", DataProblem::Limit(format!("a header of {length} bytes"))));
        }
        let mut text = Vec::new();
        reader.take(length as u64).read_to_end(&mut text).map_err(unreadable)?;
        if text.len() != length {
            return Err(truncated());
        }
        let text = match major {
            3 => String::from_utf8(text).map_err(|_| not_utf8())?,
            _ => text.into_iter().map(char::from).collect(),
        };
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, DataError> {
        let wrong = || DataError::malformed("", "the header does not give descr, fortran_order and shape");
        let Literal::Dict(entries) = parse(text)? else { return Err(wrong()) };
        let entry = |name: &str| entries.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        match (entries.len(), entry("descr"), entry("fortran_order"), entry("shape")) {
            (3, Some(descr), Some(Literal::Bool(fortran_order)), Some(Literal::Tuple(lengths))) => {
                Ok(Self { descr: self::descr(descr)?, fortran_order: *fortran_order, shape: shape(lengths)? })
            }
            _ => Err(wrong()),
        }
    }
}

fn shape(lengths: &[Literal]) -> Result<Vec<usize>, DataError> {
    if lengths.len() > MAX_DIMENSIONS {
        return Err(DataError::malformed("", format!("{} dimensions", lengths.len())));
    }
    let length = |literal: &Literal| match literal {
        Literal::Int(length) => usize::try_from(*length).ok(),
        _ => None,
    };
    let shape: Option<Vec<usize>> = lengths.iter().map(length).collect();
    shape.ok_or_else(|| DataError::malformed("", "the shape is not made of lengths"))
}

fn descr(literal: &Literal) -> Result<Descr, DataError> {
    let fields = match literal {
        Literal::Text(name) if name.contains('O') => {
            return Err(unsupported(format!("an array of Python objects (`{name}`), which is a pickle,")));
        }
        Literal::Text(name) => return Ok(Descr::Plain(Encoding::parse(name)?)),
        Literal::List(fields) => fields,
        _ => return Err(DataError::malformed("", "the header gives no data type")),
    };
    let mut parsed: Vec<Field> = Vec::new();
    let mut offset = 0_usize;
    for literal in fields {
        let field = field(literal, offset)?;
        if !field.padding && parsed.iter().any(|own| !own.padding && own.name == field.name) {
            return Err(DataError::malformed(field.name, "two fields have this name"));
        }
        offset = offset
            .checked_add(field.size()?)
            .ok_or_else(|| DataError::malformed("", "the size of a record"))?;
        parsed.push(field);
    }
    if offset == 0 {
        return Err(unsupported("a structured array of records without bytes".to_owned()));
    }
    Ok(Descr::Records { fields: parsed, size: offset })
}

/// A field: name or (title, name), type, and its shape where it has one.
fn field(literal: &Literal, offset: usize) -> Result<Field, DataError> {
    let wrong = || DataError::malformed("", "a field of the header is not (name, type)");
    let Literal::Tuple(parts) = literal else { return Err(wrong()) };
    let (name, descr, lengths) = match parts.as_slice() {
        [name, descr] => (name, descr, Vec::new()),
        [name, descr, Literal::Tuple(lengths)] => (name, descr, shape(lengths)?),
        [name, descr, Literal::Int(length)] => (name, descr, shape(&[Literal::Int(*length)])?),
        _ => return Err(wrong()),
    };
    let name = match name {
        Literal::Text(name) => name,
        Literal::Tuple(titled) => match titled.as_slice() {
            [_, Literal::Text(name)] => name,
            _ => return Err(wrong()),
        },
        _ => return Err(wrong()),
    };
    let descr = match descr {
        Literal::Text(descr) => descr,
        _ => return Err(unsupported(format!("the field `{name}`, which is structured itself,"))),
    };
    let padding = descr.strip_prefix("|V").filter(|_| name.is_empty());
    let encoding = Encoding::parse(&padding.map_or_else(|| descr.clone(), |width| format!("|S{width}")))?;
    Ok(Field { name: name.clone(), encoding, shape: lengths, offset, padding: padding.is_some() })
}

/// The header of an array in C order, version 1.
pub(super) fn to_bytes(encoding: Encoding, shape: &[usize]) -> Vec<u8> {
    let lengths: String = shape.iter().map(|length| format!("{length}, ")).collect();
    let lengths = if shape.len() == 1 { lengths.trim_end() } else { lengths.trim_end_matches(", ") };
    let text = format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({lengths}), }}", encoding.name());
    let start = MAGIC.len() + 4;
    let length = (start + text.len() + 1).next_multiple_of(64) - start;
    let mut header = MAGIC.to_vec();
    header.extend([1, 0]);
    // At most 64 lengths of 20 digits.
    header.extend((length as u16).to_le_bytes());
    header.extend(text.as_bytes());
    header.resize(start + length - 1, b' ');
    header.push(b'\n');
    header
}

fn bytes<const N: usize>(reader: &mut dyn Read) -> Result<[u8; N], DataError> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn unsupported(what: String) -> DataError {
    DataError::new("", DataProblem::Unsupported(what))
}
