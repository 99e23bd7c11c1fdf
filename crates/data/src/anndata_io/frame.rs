//! Tables.

use super::element::{categorical, encoding, join, node, nullable, text, truth, vector};
use super::legacy;
use super::numbers::{integers, labels};
use crate::error::{DataError, DataProblem};
use crate::frame::{Categorical, Column, DataFrame};
use crate::store::{Attribute, Node, Store};
use crate::values::Values;

/// The name that an index without a name has in a file.
const NO_NAME: &str = "_index";

/// Number of rows of the table at `path`.
pub(super) fn n_rows(store: &dyn Store, path: &str) -> Result<usize, DataError> {
    if let Node::Array { shape, .. } = node(store, path)? {
        return legacy::n_rows(path, &shape);
    }
    let index = join(path, &index_of(store, path)?);
    let index = match node(store, &index)? {
        Node::Array { shape, .. } => return first(&index, &shape),
        Node::Group if encoding(store, &index)? == "categorical" => join(&index, "codes"),
        Node::Group => join(&index, "values"),
    };
    match node(store, &index)? {
        Node::Array { shape, .. } => first(&index, &shape),
        Node::Group => Err(DataError::malformed(index, "is a group, not a vector")),
    }
}

/// Names of the rows of the table at `path`.
pub(super) fn index(store: &dyn Store, path: &str) -> Result<Vec<String>, DataError> {
    if let Node::Array { .. } = node(store, path)? {
        return Ok(legacy::frame(store, path)?.index().to_vec());
    }
    index_values(store, &join(path, &index_of(store, path)?))
}

/// The table at `path`.
pub(super) fn read(store: &dyn Store, path: &str) -> Result<DataFrame, DataError> {
    if let Node::Array { .. } = node(store, path)? {
        return legacy::frame(store, path);
    }
    let index = index_of(store, path)?;
    let mut frame = DataFrame::new(index_values(store, &join(path, &index))?);
    frame.index_name = (index != NO_NAME).then_some(index);
    for name in columns(store, path)? {
        let column = column(store, path, &name)?;
        frame.push(name, column).map_err(|problem| problem.under(path))?;
    }
    Ok(frame)
}

/// Names of the columns of the table at `path`, in order.
pub(super) fn columns(store: &dyn Store, path: &str) -> Result<Vec<String>, DataError> {
    match store.attribute(path, "column-order")? {
        Some(Attribute::Texts(names)) => Ok(names),
        Some(Attribute::Text(name)) => Ok(vec![name]),
        // An empty list has no texts that would tell its type.
        Some(Attribute::Floats(names)) if names.is_empty() => Ok(Vec::new()),
        Some(Attribute::Ints(names)) if names.is_empty() => Ok(Vec::new()),
        Some(_) => Err(DataError::malformed(path, "its attribute `column-order` is no list of texts")),
        None => Err(DataError::new(path, DataProblem::Missing("attribute `column-order`".to_owned()))),
    }
}

/// The column `name` of the table at `path`.
pub(super) fn column(store: &dyn Store, table: &str, name: &str) -> Result<Column, DataError> {
    let path = join(table, name);
    let encoding = encoding(store, &path)?;
    Ok(match (encoding.as_str(), node(store, &path)?) {
        ("categorical", Node::Group) => Column::Categorical(categorical(store, &path)?),
        ("nullable-integer" | "nullable-boolean" | "nullable-string-array", Node::Group) => {
            let (values, mask) = nullable(store, &path)?;
            Column::Nullable { values, mask }
        }
        (other, Node::Group) => {
            let what = if other.is_empty() { "a group as a column" } else { other };
            return Err(DataError::new(path, DataProblem::Unsupported(what.to_owned())));
        }
        _ => {
            let values = vector(store, &path)?;
            // Version 0.1.0 of the encoding keeps the categories of all columns in a group of their own.
            let categories = join(table, &join("__categories", name));
            match store.node(&categories)? {
                Some(_) => coded(store, &path, &values, &categories)?,
                None => Column::Values(values),
            }
        }
    })
}

fn coded(store: &dyn Store, path: &str, codes: &Values, categories: &str) -> Result<Column, DataError> {
    let ordered = truth(store, categories, "ordered")?;
    let categories = vector(store, categories)?;
    let codes = integers(codes, path)?;
    let categorical = Categorical::new(codes, categories, ordered);
    Ok(Column::Categorical(categorical.map_err(|problem| problem.under(path))?))
}

fn index_of(store: &dyn Store, path: &str) -> Result<String, DataError> {
    match text(store, path, "_index")? {
        Some(index) => Ok(index),
        None => Err(DataError::new(path, DataProblem::Missing("attribute `_index`".to_owned()))),
    }
}

fn index_values(store: &dyn Store, path: &str) -> Result<Vec<String>, DataError> {
    let missing = || DataError::malformed(path, "a row has no name");
    match (encoding(store, path)?.as_str(), node(store, path)?) {
        ("categorical", Node::Group) => {
            let categorical = categorical(store, path)?;
            let codes = categorical.codes().iter().map(|code| usize::try_from(*code).map_err(|_| missing()));
            let codes = codes.collect::<Result<Vec<_>, _>>()?;
            Ok(labels(categorical.categories().take(&codes).ok_or_else(missing)?))
        }
        (_, Node::Group) => {
            let (values, mask) = nullable(store, path)?;
            if mask.contains(&true) {
                return Err(missing());
            }
            Ok(labels(values))
        }
        _ => Ok(labels(vector(store, path)?)),
    }
}

fn first(path: &str, shape: &[usize]) -> Result<usize, DataError> {
    match shape {
        [n] => Ok(*n),
        _ => Err(DataError::malformed(path, format!("the shape {shape:?} is no vector"))),
    }
}
