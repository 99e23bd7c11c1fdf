//! An annotated matrix in a file, part by part.

use std::path::Path;

use super::element::{Elements, encoding, join, node};
use super::matrix::MatrixReader;
use super::{frame, legacy};
use crate::anndata::{AnnData, Element, Raw};
use crate::error::{DataError, DataProblem};
use crate::frame::{Column, DataFrame};
use crate::hdf5::Hdf5Store;
use crate::sparse::Matrix;
use crate::store::{Node, Store};

/// A part of an annotated matrix that holds elements by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Matrices of cells by genes.
    Layers,
    /// What has a row a cell.
    Obsm,
    /// What has a row a gene.
    Varm,
    /// Matrices of cells by cells.
    Obsp,
    /// Matrices of genes by genes.
    Varp,
    /// Everything else.
    Uns,
}

impl Section {
    /// Its name in a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Obsm => "obsm",
            Self::Varm => "varm",
            Self::Obsp => "obsp",
            Self::Varp => "varp",
            Self::Uns => "uns",
        }
    }
}

/// An annotated matrix in a file. Nothing is kept in memory but what describes it.
pub struct AnnDataFile {
    store: Box<dyn Store>,
    n_obs: usize,
    n_vars: usize,
}

impl AnnDataFile {
    /// Opens an `.h5ad` file; reads no matrix and no table.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        Self::new(Box::new(Hdf5Store::open(path)?))
    }

    /// The annotated matrix in a container.
    pub fn new(store: Box<dyn Store>) -> Result<Self, DataError> {
        let n_obs = frame::n_rows(store.as_ref(), "obs")?;
        let n_vars = frame::n_rows(store.as_ref(), "var")?;
        Ok(Self { store, n_obs, n_vars })
    }

    /// Number of cells.
    pub fn n_obs(&self) -> usize {
        self.n_obs
    }

    /// Number of genes.
    pub fn n_vars(&self) -> usize {
        self.n_vars
    }

    /// What is known of the cells.
    pub fn obs(&self) -> Result<DataFrame, DataError> {
        frame::read(self.store(), "obs")
    }

    /// What is known of the genes.
    pub fn var(&self) -> Result<DataFrame, DataError> {
        frame::read(self.store(), "var")
    }

    /// Names of the cells.
    pub fn obs_names(&self) -> Result<Vec<String>, DataError> {
        frame::index(self.store(), "obs")
    }

    /// Names of the genes.
    pub fn var_names(&self) -> Result<Vec<String>, DataError> {
        frame::index(self.store(), "var")
    }

    /// One column of `obs`, without reading the others.
    pub fn obs_column(&self, name: &str) -> Result<Column, DataError> {
        self.column("obs", name, self.n_obs)
    }

    /// One column of `var`, without reading the others.
    pub fn var_column(&self, name: &str) -> Result<Column, DataError> {
        self.column("var", name, self.n_vars)
    }

    /// Names in a section, in ascending order; none where the file does not have the section.
    pub fn keys(&self, section: Section) -> Result<Vec<String>, DataError> {
        match self.store().node(section.name())? {
            None => Ok(Vec::new()),
            Some(Node::Group) => self.store().names(section.name()),
            Some(Node::Array { .. }) => {
                let fields = legacy::fields(self.store(), section.name())?;
                Ok(fields.into_iter().map(|(name, _)| name).collect())
            }
        }
    }

    /// The matrix `X`; an error where the file has none.
    pub fn x(&self) -> Result<MatrixReader<'_>, DataError> {
        if self.store().node("X")?.is_none() || encoding(self.store(), "X")? == "null" {
            return Err(DataError::new("", DataProblem::Missing("matrix `X`".to_owned())));
        }
        self.matrix("X", [self.n_obs, self.n_vars])
    }

    /// Whether the file has a matrix `X`.
    pub fn has_x(&self) -> Result<bool, DataError> {
        Ok(self.store().node("X")?.is_some() && encoding(self.store(), "X")? != "null")
    }

    /// A matrix of cells by genes.
    pub fn layer(&self, name: &str) -> Result<MatrixReader<'_>, DataError> {
        self.matrix(&join("layers", name), [self.n_obs, self.n_vars])
    }

    /// A matrix of cells by cells.
    pub fn obsp(&self, name: &str) -> Result<MatrixReader<'_>, DataError> {
        self.matrix(&join("obsp", name), [self.n_obs, self.n_obs])
    }

    /// A matrix of genes by genes.
    pub fn varp(&self, name: &str) -> Result<MatrixReader<'_>, DataError> {
        self.matrix(&join("varp", name), [self.n_vars, self.n_vars])
    }

    /// What `obsm` holds under `name`, such as `X_umap`; a row a cell.
    pub fn obsm(&self, name: &str) -> Result<Element, DataError> {
        self.rows(Section::Obsm, name, self.n_obs)
    }

    /// What `varm` holds under `name`; a row a gene.
    pub fn varm(&self, name: &str) -> Result<Element, DataError> {
        self.rows(Section::Varm, name, self.n_vars)
    }

    /// What `uns` holds under `name`.
    pub fn uns(&self, name: &str) -> Result<Element, DataError> {
        Elements::new(self.store()).read_or_name(&join("uns", name), 0)
    }

    /// Whether the file keeps the matrix before genes were selected.
    pub fn has_raw(&self) -> Result<bool, DataError> {
        let (x, _) = self.raw_paths()?;
        Ok(self.store().node(x)?.is_some())
    }

    /// The matrix before genes were selected; an error where the file has none.
    pub fn raw_x(&self) -> Result<MatrixReader<'_>, DataError> {
        let (x, var) = self.raw_paths()?;
        let n_vars = frame::n_rows(self.store(), var)?;
        self.matrix(x, [self.n_obs, n_vars])
    }

    /// What is known of the genes before some were selected.
    pub fn raw_var(&self) -> Result<DataFrame, DataError> {
        frame::read(self.store(), self.raw_paths()?.1)
    }

    /// Everything, in memory.
    pub fn read(&self) -> Result<AnnData, DataError> {
        let x = if self.has_x()? { Some(self.x()?.read()?) } else { None };
        Ok(AnnData { x, ..self.read_without_x()? })
    }

    /// Everything but `X`, in memory.
    pub fn read_without_x(&self) -> Result<AnnData, DataError> {
        let elements = Elements::new(self.store());
        let raw = if self.has_raw()? {
            let varm = if self.raw_paths()?.0 == "raw/X" { "raw/varm" } else { "raw.varm" };
            let varm = Self::elements(&elements, varm)?;
            Some(Raw { x: self.raw_x()?.read()?, var: self.raw_var()?, varm })
        } else {
            None
        };
        let rest = AnnData {
            x: None,
            obs: self.obs()?,
            var: self.var()?,
            layers: self.matrices(Section::Layers)?,
            obsm: Self::elements(&elements, "obsm")?,
            varm: Self::elements(&elements, "varm")?,
            obsp: self.matrices(Section::Obsp)?,
            varp: self.matrices(Section::Varp)?,
            uns: Self::elements(&elements, "uns")?,
            raw,
        };
        rest.check()?;
        Ok(rest)
    }

    fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Where `raw` keeps its matrix and its table: in a group, or side by side as anndata 0.6 wrote it.
    fn raw_paths(&self) -> Result<(&'static str, &'static str), DataError> {
        let flat = self.store().node("raw.X")?.is_some();
        Ok(if flat { ("raw.X", "raw.var") } else { ("raw/X", "raw/var") })
    }

    fn matrix(&self, path: &str, wanted: [usize; 2]) -> Result<MatrixReader<'_>, DataError> {
        let matrix = MatrixReader::new(self.store(), path)?;
        let [rows, columns] = matrix.shape();
        if [rows, columns] != wanted {
            let why = format!("{rows} x {columns}, where {} x {} is needed", wanted[0], wanted[1]);
            return Err(DataError::malformed(path, why));
        }
        Ok(matrix)
    }

    fn matrices(&self, section: Section) -> Result<Vec<(String, Matrix)>, DataError> {
        let read = |name: String| {
            let matrix = MatrixReader::new(self.store(), &join(section.name(), &name))?.read()?;
            Ok((name, matrix))
        };
        self.keys(section)?.into_iter().map(read).collect()
    }

    fn rows(&self, section: Section, name: &str, wanted: usize) -> Result<Element, DataError> {
        let path = join(section.name(), name);
        let missing = || DataError::new("", DataProblem::Missing(format!("`{path}`")));
        let element = match self.store().node(section.name())? {
            Some(Node::Array { .. }) => {
                let mut fields = legacy::fields(self.store(), section.name())?.into_iter();
                fields.find(|(own, _)| own == name).map(|(_, element)| element).ok_or_else(missing)?
            }
            _ => Elements::new(self.store()).read_or_name(&path, 0)?,
        };
        match element.n_rows() {
            Some(rows) if rows != wanted => {
                Err(DataError::malformed(path, format!("{rows} rows, where {wanted} are needed")))
            }
            _ => Ok(element),
        }
    }

    fn elements(elements: &Elements<'_>, section: &str) -> Result<Vec<(String, Element)>, DataError> {
        match elements.store.node(section)? {
            None => Ok(Vec::new()),
            Some(Node::Array { .. }) => legacy::fields(elements.store, section),
            Some(Node::Group) => {
                let read = |name: String| {
                    let element = elements.read_or_name(&join(section, &name), 1)?;
                    Ok((name, element))
                };
                elements.store.names(section)?.into_iter().map(read).collect()
            }
        }
    }

    fn column(&self, table: &str, name: &str, wanted: usize) -> Result<Column, DataError> {
        let column = match node(self.store(), table)? {
            Node::Group => frame::column(self.store(), table, name)?,
            Node::Array { .. } => {
                let frame = legacy::frame(self.store(), table)?;
                let missing = || DataError::new(table, DataProblem::Missing(format!("column `{name}`")));
                frame.column(name).cloned().ok_or_else(missing)?
            }
        };
        if column.len() != wanted {
            let why = format!("{} rows in a table of {wanted}", column.len());
            return Err(DataError::malformed(join(table, name), why));
        }
        Ok(column)
    }
}
