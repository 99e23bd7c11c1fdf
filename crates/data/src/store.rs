//! What the containers HDF5 and zarr have in common: groups and arrays by path, each with attributes.
//!
//! The encodings of AnnData are the same in both, so they are written once, on these traits.

use std::ops::Range;

use crate::array::Array;
use crate::error::{DataError, DataProblem};
use crate::values::{DataType, Values};

/// What lies at a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A group: arrays and groups by name.
    Group,
    /// An array of this shape and type.
    Array {
        /// Lengths of the dimensions; none for a scalar.
        shape: Vec<usize>,
        /// Type of the elements.
        kind: Kind,
    },
}

/// Type of what an array of a container holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Plain elements.
    Plain(DataType),
    /// Records of these fields.
    Records(Vec<String>),
    /// Something else, which it names.
    Other(String),
}

/// Value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// One text.
    Text(String),
    /// One truth value.
    Bool(bool),
    /// One integer.
    Int(i64),
    /// One float.
    Float(f64),
    /// A list of texts, which may be empty.
    Texts(Vec<String>),
    /// A list of integers.
    Ints(Vec<i64>),
    /// A list of floats.
    Floats(Vec<f64>),
    /// The path of another node of the container (an object reference of HDF5).
    Path(String),
}

/// A container that is read. Paths have no leading slash, `""` is the root.
pub trait Store: Send + Sync {
    /// What lies at `path`; `None` where nothing does.
    fn node(&self, path: &str) -> Result<Option<Node>, DataError>;

    /// Names in the group at `path`, in ascending order.
    fn names(&self, path: &str) -> Result<Vec<String>, DataError>;

    /// An attribute of the node at `path`; `None` where it has none of this name.
    fn attribute(&self, path: &str, name: &str) -> Result<Option<Attribute>, DataError>;

    /// The whole array at `path`.
    fn read(&self, path: &str) -> Result<Array, DataError>;

    /// Positions `range` of the first dimension of the array at `path`. Takes memory in the order of what is asked for
    /// plus one chunk.
    fn read_range(&self, path: &str, range: Range<usize>) -> Result<Array, DataError>;

    /// The fields of the structured array at `path`.
    fn read_records(&self, path: &str) -> Result<Vec<(String, Array)>, DataError>;
}

/// Where a container is written. Nothing is visible under its final name before [`StoreWriter::finish`].
pub trait StoreWriter {
    /// Makes a group; the ones above it must exist.
    fn group(&mut self, path: &str, attributes: &[(&str, Attribute)]) -> Result<(), DataError>;

    /// Writes an array at once.
    fn array(&mut self, path: &str, array: &Array, attributes: &[(&str, Attribute)])
    -> Result<(), DataError>;

    /// Begins an array that grows along its first dimension, which is 0 now; `shape` gives the other dimensions.
    fn begin(
        &mut self,
        path: &str,
        data_type: DataType,
        shape: &[usize],
        attributes: &[(&str, Attribute)],
    ) -> Result<(), DataError>;

    /// Adds whole rows to an array that was begun.
    fn append(&mut self, path: &str, values: &Values) -> Result<(), DataError>;

    /// Writes a structured array: fields of one length. Refused by containers that have none.
    fn records(
        &mut self,
        path: &str,
        _fields: &[(String, Array)],
        _attributes: &[(&str, Attribute)],
    ) -> Result<(), DataError> {
        Err(DataError::new(path, DataProblem::Unsupported("a structured array in this container".to_owned())))
    }

    /// Writes an array of no value, which stands for `None`. Refused by containers that have none.
    fn null(&mut self, path: &str, _attributes: &[(&str, Attribute)]) -> Result<(), DataError> {
        Err(DataError::new(path, DataProblem::Unsupported("an empty value in this container".to_owned())))
    }

    /// Adds attributes, of names that it does not have, to a node that was written. Refused by containers that do not
    /// keep what describes a node until the end.
    fn attributes(&mut self, path: &str, _attributes: &[(&str, Attribute)]) -> Result<(), DataError> {
        Err(DataError::new(path, DataProblem::Unsupported("describing a node later".to_owned())))
    }

    /// Completes the container and makes it visible under its name.
    fn finish(self: Box<Self>) -> Result<(), DataError>;
}
