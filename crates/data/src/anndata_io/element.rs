//! Elements by their encoding.

use std::cell::Cell;

use super::frame;
use super::matrix::MatrixReader;
use super::numbers::integers;
use crate::anndata::Element;
use crate::array::Array;
use crate::error::{DataError, DataProblem};
use crate::frame::Categorical;
use crate::sparse::Matrix;
use crate::store::{Attribute, Kind, Node, Store};
use crate::values::Values;

/// Elements that one file may have. Links can make a small file an endless tree.
const MOST_ELEMENTS: usize = 200_000;

/// Groups within groups.
const MOST_LEVELS: usize = 64;

/// Reads elements and counts them.
pub(super) struct Elements<'a> {
    pub store: &'a dyn Store,
    read: Cell<usize>,
}

impl<'a> Elements<'a> {
    pub fn new(store: &'a dyn Store) -> Self {
        Self { store, read: Cell::new(0) }
    }

    /// The element at `path`, which exists. What the container or this reader cannot read is [`Element::Unread`].
    pub fn read_or_name(&self, path: &str, level: usize) -> Result<Element, DataError> {
        match self.at_level(path, level) {
            Err(DataError { problem: DataProblem::Unsupported(what), .. }) => Ok(Element::Unread(what)),
            other => other,
        }
    }

    fn at_level(&self, path: &str, level: usize) -> Result<Element, DataError> {
        self.read.set(self.read.get() + 1);
        if self.read.get() > MOST_ELEMENTS || level > MOST_LEVELS {
            let why = format!("more than {MOST_ELEMENTS} elements or {MOST_LEVELS} levels of them");
            return Err(DataError::new(path, DataProblem::Limit(why)));
        }
        let node = node(self.store, path)?;
        let encoding = encoding(self.store, path)?;
        match (encoding.as_str(), &node) {
            ("csr_matrix" | "csc_matrix", Node::Group) => {
                match MatrixReader::new(self.store, path)?.read()? {
                    Matrix::Sparse(sparse) => Ok(Element::Sparse(sparse)),
                    Matrix::Dense(array) => Ok(Element::Array(array)),
                }
            }
            ("dataframe", Node::Group) => Ok(Element::DataFrame(frame::read(self.store, path)?)),
            ("categorical", Node::Group) => Ok(Element::Categorical(categorical(self.store, path)?)),
            ("nullable-integer" | "nullable-boolean" | "nullable-string-array", Node::Group) => {
                let (values, mask) = nullable(self.store, path)?;
                Ok(Element::Nullable { values, mask })
            }
            ("dict" | "", Node::Group) => self.dict(path, level),
            ("null", _) => Ok(Element::Null),
            ("" | "array" | "string" | "string-array" | "numeric-scalar" | "bytes", _) => {
                self.array(path, &node)
            }
            ("rec-array", Node::Array { kind: Kind::Records(_), .. }) => {
                Ok(Element::Records(self.store.read_records(path)?))
            }
            (other, _) => Ok(Element::Unread(other.to_owned())),
        }
    }

    fn dict(&self, path: &str, level: usize) -> Result<Element, DataError> {
        if self.store.attribute(path, "h5sparse_format")?.is_some() {
            return match MatrixReader::new(self.store, path)?.read()? {
                Matrix::Sparse(sparse) => Ok(Element::Sparse(sparse)),
                Matrix::Dense(array) => Ok(Element::Array(array)),
            };
        }
        let mut elements = Vec::new();
        for name in self.store.names(path)? {
            let element = self.read_or_name(&join(path, &name), level + 1)?;
            elements.push((name, element));
        }
        Ok(Element::Dict(elements))
    }

    fn array(&self, path: &str, node: &Node) -> Result<Element, DataError> {
        match node {
            Node::Array { kind: Kind::Plain(_), .. } => Ok(Element::Array(self.store.read(path)?)),
            Node::Array { kind: Kind::Records(_), .. } => {
                Ok(Element::Records(self.store.read_records(path)?))
            }
            Node::Array { kind: Kind::Other(what), .. } => Ok(Element::Unread(what.clone())),
            Node::Group => Err(DataError::malformed(path, "is a group, its encoding is one of arrays")),
        }
    }
}

/// The path of what `group` holds under `name`.
pub(super) fn join(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{group}/{name}") }
}

/// What lies at `path`; an error where nothing does.
pub(super) fn node(store: &dyn Store, path: &str) -> Result<Node, DataError> {
    store.node(path)?.ok_or_else(|| DataError::new("", DataProblem::Missing(format!("`{path}`"))))
}

/// The encoding of a node; empty where it has none.
pub(super) fn encoding(store: &dyn Store, path: &str) -> Result<String, DataError> {
    Ok(text(store, path, "encoding-type")?.unwrap_or_default())
}

/// An attribute that is a text.
pub(super) fn text(store: &dyn Store, path: &str, name: &str) -> Result<Option<String>, DataError> {
    match store.attribute(path, name)? {
        None => Ok(None),
        Some(Attribute::Text(text)) => Ok(Some(text)),
        Some(Attribute::Texts(mut texts)) if texts.len() == 1 => Ok(texts.pop()),
        Some(_) => Err(DataError::malformed(path, format!("its attribute `{name}` is no text"))),
    }
}

/// A truth value; `false` where there is none.
pub(super) fn truth(store: &dyn Store, path: &str, name: &str) -> Result<bool, DataError> {
    Ok(match store.attribute(path, name)? {
        Some(Attribute::Bool(truth)) => truth,
        Some(Attribute::Int(number)) => number != 0,
        _ => false,
    })
}

/// Elements of an array of one dimension.
pub(super) fn vector(store: &dyn Store, path: &str) -> Result<Values, DataError> {
    match node(store, path)? {
        Node::Array { shape, .. } if shape.len() == 1 => Ok(store.read(path)?.into_values()),
        Node::Array { shape, .. } => {
            Err(DataError::malformed(path, format!("the shape {shape:?} is no vector")))
        }
        Node::Group => Err(DataError::malformed(path, "is a group, not a vector")),
    }
}

/// The group of codes and categories at `path`.
pub(super) fn categorical(store: &dyn Store, path: &str) -> Result<Categorical, DataError> {
    let codes = vector(store, &join(path, "codes"))?;
    let categories = category_values(store, &join(path, "categories"))?;
    let codes = integers(&codes, path)?;
    Categorical::new(codes, categories, truth(store, path, "ordered")?).map_err(|problem| problem.under(path))
}

/// Categories; those of nullable texts have none missing.
fn category_values(store: &dyn Store, path: &str) -> Result<Values, DataError> {
    if encoding(store, path)?.starts_with("nullable-") {
        let (values, mask) = nullable(store, path)?;
        if mask.contains(&true) {
            return Err(DataError::malformed(path, "a category is missing"));
        }
        return Ok(values);
    }
    vector(store, path)
}

/// The group of values and mask at `path`.
pub(super) fn nullable(store: &dyn Store, path: &str) -> Result<(Values, Vec<bool>), DataError> {
    let values = vector(store, &join(path, "values"))?;
    let mask = join(path, "mask");
    let mask = match node(store, &mask)? {
        Node::Array { .. } => match vector(store, &mask)? {
            Values::Bool(mask) => mask,
            other => integers::<u64>(&other, &mask)?.iter().map(|missing| *missing != 0).collect(),
        },
        Node::Group => return Err(DataError::malformed(mask, "is a group, not a mask")),
    };
    if values.len() != mask.len() {
        return Err(DataError::malformed(path, "values and mask differ in length"));
    }
    Ok((values, mask))
}

/// The array at `path`, plain and of any number of dimensions.
pub(super) fn plain(store: &dyn Store, path: &str) -> Result<Array, DataError> {
    store.read(path)
}
