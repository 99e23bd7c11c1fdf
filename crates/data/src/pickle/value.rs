//! What a whole pickle holds, of the shapes that are known.

use std::io::BufRead;
use std::sync::Arc;

use super::reader::Reader;
use super::{Limits, Pickle, parse};
use crate::anndata::AnnData;
use crate::array::Array;
use crate::error::DataError;
use crate::frame::{Column, DataFrame};
use crate::sparse::Sparse;

/// A value. Parts that the pickle shares are shared here too, so a clone is cheap; what walks through a value of an
/// untrusted file must bear in mind that a part may be met very often.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text.
    Text(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A list.
    List(Arc<[Value]>),
    /// A tuple.
    Tuple(Arc<[Value]>),
    /// A set or frozen set, in the order of the file.
    Set(Arc<[Value]>),
    /// A dict, also an ordered one or one with a default.
    Dict(Arc<Dict>),
    /// A NumPy array of numbers, truth values or texts; a NumPy scalar is one without dimensions.
    Array(Arc<Array>),
    /// A NumPy array of other objects.
    Objects(Arc<Objects>),
    /// A column or index of pandas without its row names.
    Column(Arc<Column>),
    /// A column of pandas with its row names.
    Series(Arc<Series>),
    /// A table.
    DataFrame(Arc<DataFrame>),
    /// A sparse matrix.
    Sparse(Arc<Sparse>),
    /// An annotated matrix.
    AnnData(Arc<AnnData>),
}

/// A dict: entries in order of first insertion, each text once as a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dict {
    pub(super) entries: Vec<(Value, Value)>,
}

/// An array of Python objects.
#[derive(Clone, Debug, PartialEq)]
pub struct Objects {
    /// Lengths of the dimensions.
    pub shape: Vec<usize>,
    /// The objects in C order, as many as the shape says.
    pub values: Vec<Value>,
}

/// A column with the names of its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its own name, where it has one.
    pub name: Option<String>,
    /// Names of the rows, as many as there are values.
    pub index: Vec<String>,
    /// The values.
    pub column: Column,
}

impl Dict {
    /// Keys and values in order.
    pub fn entries(&self) -> &[(Value, Value)] {
        &self.entries
    }

    /// The value of a text.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(own, _)| own.text() == Some(key)).map(|(_, value)| value)
    }
}

impl Value {
    /// Reads a pickle. The error names the element that is refused by its place, such as `['a'][3].obs`; nothing that
    /// the pickle names is ever imported or called.
    pub fn read(reader: impl BufRead, limits: Limits) -> Result<Self, DataError> {
        Self::of(&parse(reader, limits)?)
    }

    /// What a pickle that was parsed stands for.
    pub fn of(pickle: &Pickle) -> Result<Self, DataError> {
        Reader::new(pickle).value(pickle.root)
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The dict, if it is one.
    pub fn dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    /// Elements of a list or tuple.
    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The array, if it is one.
    pub fn array(&self) -> Option<&Array> {
        match self {
            Self::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The table, if it is one.
    pub fn data_frame(&self) -> Option<&DataFrame> {
        match self {
            Self::DataFrame(frame) => Some(frame),
            _ => None,
        }
    }

    /// The annotated matrix, if it is one.
    pub fn anndata(&self) -> Option<&AnnData> {
        match self {
            Self::AnnData(anndata) => Some(anndata),
            _ => None,
        }
    }
}
