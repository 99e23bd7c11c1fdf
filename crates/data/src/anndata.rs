//! Annotated matrices: cells by genes with what is known of both.

use crate::array::Array;
use crate::error::DataError;
use crate::frame::{Categorical, DataFrame};
use crate::sparse::{Matrix, Sparse};
use crate::values::Values;

/// Anything that an annotated matrix holds under a name.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// `None`.
    Null,
    /// A dense array; a number, a truth value or a text is an array without dimensions.
    Array(Array),
    /// A sparse matrix.
    Sparse(Sparse),
    /// A table.
    DataFrame(DataFrame),
    /// Categories outside of a table.
    Categorical(Categorical),
    /// Values outside of a table, of which those are missing where `mask` is true.
    Nullable {
        /// The values.
        values: Values,
        /// Whether the value is missing.
        mask: Vec<bool>,
    },
    /// A structured array: fields with their names, one length.
    Records(Vec<(String, Array)>),
    /// Elements by name, in order.
    Dict(Vec<(String, Element)>),
    /// Present in the file, of an encoding that is not read; says which.
    Unread(String),
}

/// The matrix before genes were selected.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// Cells by genes.
    pub x: Matrix,
    /// What is known of the genes.
    pub var: DataFrame,
    /// Arrays with a row a gene.
    pub varm: Vec<(String, Element)>,
}

/// An annotated matrix in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnnData {
    /// Cells (rows) by genes (columns).
    pub x: Option<Matrix>,
    /// What is known of the cells.
    pub obs: DataFrame,
    /// What is known of the genes.
    pub var: DataFrame,
    /// Other matrices of the same shape.
    pub layers: Vec<(String, Matrix)>,
    /// Arrays, sparse matrices and tables with a row a cell, such as `X_umap`.
    pub obsm: Vec<(String, Element)>,
    /// The same with a row a gene.
    pub varm: Vec<(String, Element)>,
    /// Matrices of cells by cells.
    pub obsp: Vec<(String, Matrix)>,
    /// Matrices of genes by genes.
    pub varp: Vec<(String, Matrix)>,
    /// Everything else, by name.
    pub uns: Vec<(String, Element)>,
    /// The matrix before genes were selected.
    pub raw: Option<Raw>,
}

impl Element {
    /// Length of the first dimension; `None` for what has none.
    pub fn n_rows(&self) -> Option<usize> {
        match self {
            Self::Array(array) => array.shape().first().copied(),
            Self::Sparse(sparse) => Some(sparse.shape()[0]),
            Self::DataFrame(frame) => Some(frame.n_rows()),
            Self::Categorical(categorical) => Some(categorical.codes().len()),
            Self::Nullable { values, .. } => Some(values.len()),
            Self::Records(fields) => fields.first().and_then(|(_, array)| array.shape().first().copied()),
            Self::Null | Self::Dict(_) | Self::Unread(_) => None,
        }
    }
}

impl Element {
    /// The rows at these positions; `None` where one lies outside or there are no rows.
    pub fn take_rows(&self, rows: &[usize]) -> Option<Self> {
        Some(match self {
            Self::Array(array) => Self::Array(array.take_rows(rows)?),
            Self::Sparse(sparse) => Self::Sparse(sparse.take_rows(rows)?),
            Self::DataFrame(frame) => Self::DataFrame(frame.take(rows)?),
            Self::Categorical(categorical) => Self::Categorical(categorical.take(rows)?),
            Self::Nullable { values, mask } => {
                let mask = rows.iter().map(|row| mask.get(*row).copied()).collect::<Option<_>>()?;
                Self::Nullable { values: values.take(rows)?, mask }
            }
            Self::Records(fields) => {
                let take = |(name, array): &(String, Array)| Some((name.clone(), array.take_rows(rows)?));
                Self::Records(fields.iter().map(take).collect::<Option<_>>()?)
            }
            Self::Unread(what) => Self::Unread(what.clone()),
            Self::Null | Self::Dict(_) => return None,
        })
    }
}

impl AnnData {
    /// Number of cells.
    pub fn n_obs(&self) -> usize {
        self.obs.n_rows()
    }

    /// Number of genes.
    pub fn n_vars(&self) -> usize {
        self.var.n_rows()
    }

    /// The cells at `rows` and the genes at `columns`, in that order; `None` where one lies outside. The raw matrix keeps
    /// all of its genes.
    pub fn subset(&self, rows: &[usize], columns: &[usize]) -> Option<Self> {
        let matrices = |all: &[(String, Matrix)], rows: &[usize], columns: &[usize]| {
            let subset =
                |(name, matrix): &(String, Matrix)| Some((name.clone(), matrix.subset(rows, columns)?));
            all.iter().map(subset).collect::<Option<Vec<_>>>()
        };
        let elements = |all: &[(String, Element)], rows: &[usize]| {
            let take = |(name, element): &(String, Element)| Some((name.clone(), element.take_rows(rows)?));
            all.iter().map(take).collect::<Option<Vec<_>>>()
        };
        let x = match &self.x {
            Some(x) => Some(x.subset(rows, columns)?),
            None => None,
        };
        let raw = match &self.raw {
            Some(raw) => {
                Some(Raw { x: raw.x.take_rows(rows)?, var: raw.var.clone(), varm: raw.varm.clone() })
            }
            None => None,
        };
        Some(Self {
            x,
            obs: self.obs.take(rows)?,
            var: self.var.take(columns)?,
            layers: matrices(&self.layers, rows, columns)?,
            obsm: elements(&self.obsm, rows)?,
            varm: elements(&self.varm, columns)?,
            obsp: matrices(&self.obsp, rows, rows)?,
            varp: matrices(&self.varp, columns, columns)?,
            uns: self.uns.clone(),
            raw,
        })
    }

    /// An error, naming the element, where a part does not have the shape that the others need.
    pub fn check(&self) -> Result<(), DataError> {
        let (n_obs, n_vars) = (self.n_obs(), self.n_vars());
        let matrix = |at: String, matrix: &Matrix, wanted: [usize; 2]| match matrix.shape() {
            Some(shape) if shape == wanted => Ok(()),
            Some([rows, columns]) => {
                let [wanted_rows, wanted_columns] = wanted;
                Err(DataError::malformed(
                    at,
                    format!("{rows} x {columns}, where {wanted_rows} x {wanted_columns} is needed"),
                ))
            }
            None => Err(DataError::malformed(at, "no matrix of two dimensions")),
        };
        let rows = |at: String, element: &Element, wanted: usize| match element.n_rows() {
            Some(rows) if rows == wanted => Ok(()),
            Some(rows) => Err(DataError::malformed(at, format!("{rows} rows, where {wanted} are needed"))),
            None if matches!(element, Element::Unread(_)) => Ok(()),
            None => Err(DataError::malformed(at, "no rows")),
        };
        if let Some(x) = &self.x {
            matrix("X".to_owned(), x, [n_obs, n_vars])?;
        }
        for (name, layer) in &self.layers {
            matrix(format!("layers/{name}"), layer, [n_obs, n_vars])?;
        }
        for (name, graph) in &self.obsp {
            matrix(format!("obsp/{name}"), graph, [n_obs, n_obs])?;
        }
        for (name, graph) in &self.varp {
            matrix(format!("varp/{name}"), graph, [n_vars, n_vars])?;
        }
        for (name, element) in &self.obsm {
            rows(format!("obsm/{name}"), element, n_obs)?;
        }
        for (name, element) in &self.varm {
            rows(format!("varm/{name}"), element, n_vars)?;
        }
        if let Some(raw) = &self.raw {
            matrix("raw/X".to_owned(), &raw.x, [n_obs, raw.var.n_rows()])?;
            for (name, element) in &raw.varm {
                rows(format!("raw/varm/{name}"), element, raw.var.n_rows())?;
            }
        }
        Ok(())
    }
}
