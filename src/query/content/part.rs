//! Parts of a file: an annotated matrix on disk, or anything that a pickle holds.

use repro_data::anndata_io::AnnDataFile;
use repro_data::error::{DataError, DataProblem};
use repro_data::pickle::Value;
use repro_learn::Dense;
use serde::Deserialize;

use super::{Column, vectors};

/// A key of a dict, or a position in a list or tuple.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Key {
    Position(usize),
    Text(String),
}

/// A part of a file.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    File(&'a AnnDataFile),
    Value(&'a Value),
}

fn missing(at: &str, what: String) -> DataError {
    DataError::new(at, DataProblem::Missing(what))
}

impl<'a> Part<'a> {
    /// The part at the end of a way.
    pub fn at(self, way: &[Key]) -> Result<Self, DataError> {
        way.iter().try_fold(self, |part, key| match (part, key) {
            (Part::Value(value), Key::Position(at)) => {
                let item = value.items().and_then(|items| items.get(*at));
                item.map(Part::Value).ok_or_else(|| missing("", format!("item {at} here")))
            }
            (Part::Value(value), Key::Text(key)) => {
                let entry = value.dict().and_then(|dict| dict.get(key));
                entry.map(Part::Value).ok_or_else(|| missing("", format!("entry `{key}`")))
            }
            (Part::File(_), _) => {
                Err(DataError::malformed("", "an AnnData file has no entries to choose from"))
            }
        })
    }

    /// Keys and parts of a dict, in its order.
    pub fn entries(self) -> Result<Vec<(String, Self)>, DataError> {
        let Part::Value(Value::Dict(dict)) = self else {
            return Err(DataError::malformed("", "is no dict"));
        };
        let entry = |(key, value): &'a (Value, Value)| match key.text() {
            Some(key) => Ok((key.to_owned(), Part::Value(value))),
            None => Err(DataError::malformed("", "a dict with keys that are no texts")),
        };
        dict.entries().iter().map(entry).collect()
    }

    /// A column of `obs`, of a table, or a vector of a dict.
    pub fn column(self, name: &str) -> Result<Column, DataError> {
        let no_column = || missing("", format!("column `{name}`"));
        match self {
            Part::File(file) => Ok(vectors::column(&file.obs_column(name)?)),
            Part::Value(Value::AnnData(own)) => {
                own.obs.column(name).map(vectors::column).ok_or_else(no_column)
            }
            Part::Value(Value::DataFrame(frame)) => {
                frame.column(name).map(vectors::column).ok_or_else(no_column)
            }
            Part::Value(Value::Dict(dict)) => {
                let value = dict.get(name).ok_or_else(no_column)?;
                vectors::vector(value).ok_or_else(|| DataError::malformed(name, "is no vector"))
            }
            Part::Value(_) => Err(no_column()),
        }
    }

    /// `X` or a matrix of `obsm`, an entry of a dict, or the part itself under the name `X`.
    pub fn matrix(self, name: &str) -> Result<Dense, DataError> {
        let no_matrix = || missing("", format!("matrix `{name}`"));
        let found = match self {
            Part::File(file) if name == "X" => vectors::matrix(&file.x()?.read()?),
            Part::File(file) => vectors::element(&file.obsm(name)?),
            Part::Value(Value::AnnData(own)) if name == "X" => {
                vectors::matrix(own.x.as_ref().ok_or_else(no_matrix)?)
            }
            Part::Value(Value::AnnData(own)) => {
                let found = own.obsm.iter().find(|(known, _)| known == name);
                vectors::element(&found.ok_or_else(no_matrix)?.1)
            }
            Part::Value(Value::Dict(dict)) => {
                return Part::Value(dict.get(name).ok_or_else(no_matrix)?).matrix("X");
            }
            Part::Value(Value::Array(array)) => vectors::dense(array),
            Part::Value(Value::Sparse(own)) => vectors::sparse(own),
            Part::Value(Value::DataFrame(frame)) => vectors::table(frame),
            Part::Value(_) => Err(no_matrix()),
        };
        found.map_err(|error| error.under(name))
    }

    /// Names of the columns of `X`.
    pub fn genes(self) -> Result<Vec<String>, DataError> {
        match self {
            Part::File(file) => file.var_names(),
            Part::Value(Value::AnnData(own)) => Ok(own.var.index().to_vec()),
            Part::Value(Value::DataFrame(frame)) => {
                Ok(frame.columns().iter().map(|(name, _)| name.clone()).collect())
            }
            Part::Value(_) => Err(missing("", "names of genes".to_owned())),
        }
    }
}
