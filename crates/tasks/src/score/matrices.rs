//! The matrices of a score: read, compared by their genes and cells, and made dense.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use repro_data::anndata_io::{AnnDataFile, MatrixReader, Section};
use repro_metrics::{Cells, Real, ShapeError};

use super::dense;
use crate::{TaskError, files};

/// Layer that stands for `raw.X`.
const RAW: &str = "raw";

/// A file whose matrix is not read yet.
pub struct Source {
    path: PathBuf,
    file: AnnDataFile,
    layer: Option<String>,
    genes: Vec<String>,
}

impl Source {
    /// Opens a file; `layer` is read instead of `X`.
    pub fn open(path: &Path, layer: Option<&str>) -> Result<Self, TaskError> {
        let data = || TaskError::data(path);
        let file = files::open(path)?;
        if let Some(layer) = layer {
            let known = file.keys(Section::Layers).map_err(data())?;
            let raw = layer == RAW && file.has_raw().map_err(data())?;
            if !known.iter().any(|own| own == layer) && !raw {
                let problem = format!("`{}` has no layer `{layer}`", path.display());
                return Err(TaskError::unfit(problem).hint(layers(&known)));
            }
        }
        let mut source =
            Self { path: path.to_owned(), file, layer: layer.map(str::to_owned), genes: Vec::new() };
        source.genes = if source.is_raw() {
            source.file.raw_var().map(|var| var.index().to_vec())
        } else {
            source.file.var_names()
        }
        .map_err(data())?;
        Ok(source)
    }

    /// Names of the genes.
    pub fn genes(&self) -> &[String] {
        &self.genes
    }

    /// The file's path, for messages.
    pub fn name(&self) -> String {
        format!("`{}`", self.path.display())
    }

    /// Number of cells.
    pub fn n_cells(&self) -> usize {
        self.file.n_obs()
    }

    /// Whether the values are floats of 32 bits, or fit into them.
    pub fn is_single(&self) -> Result<bool, TaskError> {
        Ok(dense::is_single(self.matrix()?.data_type()))
    }

    fn is_raw(&self) -> bool {
        let own = || self.file.keys(Section::Layers).is_ok_and(|known| known.iter().any(|own| own == RAW));
        self.layer.as_deref() == Some(RAW) && !own()
    }

    fn matrix(&self) -> Result<MatrixReader<'_>, TaskError> {
        match &self.layer {
            None => self.file.x(),
            Some(_) if self.is_raw() => self.file.raw_x(),
            Some(layer) => self.file.layer(layer),
        }
        .map_err(TaskError::data(&self.path))
    }

    /// All values; `columns` says for each gene of the file where it goes.
    pub fn read<T: Real>(&self, columns: &[Option<usize>], n_genes: usize) -> Result<Cells<T>, TaskError> {
        let matrix = self.matrix()?;
        let values = dense::read(&matrix, columns, n_genes).map_err(TaskError::data(&self.path))?;
        Cells::new(self.n_cells(), n_genes, values).map_err(|error| self.refused(error, columns))
    }

    fn refused(&self, error: ShapeError, columns: &[Option<usize>]) -> TaskError {
        let ShapeError::NotFinite { count, cell, gene } = error else {
            return TaskError::unfit(format!("{}: {error}", self.name()));
        };
        let gene =
            columns.iter().position(|column| *column == Some(gene)).and_then(|own| self.genes.get(own));
        let cells = self.file.obs_names().unwrap_or_default();
        let name = |name: Option<&String>| name.cloned().unwrap_or_default();
        TaskError::unfit(format!(
            "{} holds {count} values that are not finite, the first one in cell `{}`, gene `{}`",
            self.name(),
            name(cells.get(cell)),
            name(gene),
        ))
        .hint("a prediction that is no number cannot be scored: mend or leave out these cells in all files")
    }

    /// Where each gene goes in the order of `reference`.
    pub fn columns(&self, reference: &Self, align: bool) -> Result<Vec<Option<usize>>, TaskError> {
        let (own, wanted) = (&self.genes, &reference.genes);
        if own == wanted {
            return Ok((0..own.len()).map(Some).collect());
        }
        let places = reference.places()?;
        let known: HashSet<&str> = own.iter().map(String::as_str).collect();
        let missing: Vec<&str> =
            wanted.iter().map(String::as_str).filter(|gene| !known.contains(gene)).collect();
        if missing.is_empty() && align {
            if let Some(twice) = duplicate(own) {
                return Err(TaskError::unfit(format!("{} has the gene `{twice}` twice", self.name())));
            }
            return Ok(own.iter().map(|gene| places.get(gene.as_str()).copied()).collect());
        }
        Err(self.other_genes(reference, &missing))
    }

    fn other_genes(&self, reference: &Self, missing: &[&str]) -> TaskError {
        let (own, wanted) = (&self.genes, &reference.genes);
        let align = || format!("`--align-genes` brings them into the order of {}", reference.name());
        if missing.is_empty() && own.len() == wanted.len() {
            let first = own.iter().zip(wanted).position(|(own, wanted)| own != wanted).unwrap_or(0);
            let problem = format!(
                "{} has the genes of {} in another order: gene {first} is `{}`, not `{}`",
                self.name(),
                reference.name(),
                own[first],
                wanted[first],
            );
            return TaskError::unfit(problem).hint(align());
        }
        let counts =
            format!("{} has {} genes, {} has {}", self.name(), own.len(), reference.name(), wanted.len());
        if missing.is_empty() {
            let hint = format!("{} and leaves the others out", align());
            return TaskError::unfit(format!("{counts}, which are all among them")).hint(hint);
        }
        let named: Vec<String> = missing.iter().take(3).map(|gene| format!("`{gene}`")).collect();
        let more = if missing.len() > named.len() { ", …" } else { "" };
        let problem = format!("{counts}; {} of those are missing: {}{more}", missing.len(), named.join(", "));
        TaskError::unfit(problem).hint("all files need the same genes under the same names")
    }

    /// Column of each gene by its name; an error where a name occurs twice.
    pub fn places(&self) -> Result<HashMap<&str, usize>, TaskError> {
        if let Some(twice) = duplicate(&self.genes) {
            let problem = format!("{} has the gene `{twice}` twice", self.name());
            return Err(TaskError::unfit(problem).hint("genes are found by name, so each needs its own"));
        }
        Ok(self.genes.iter().enumerate().map(|(column, gene)| (gene.as_str(), column)).collect())
    }

    /// Whether the cells are paired with those of `reference`; a remark where only their order says so.
    pub fn paired(&self, reference: &Self) -> Result<Option<String>, TaskError> {
        let both = format!("{} and {}", reference.name(), self.name());
        if self.n_cells() != reference.n_cells() {
            let problem = format!(
                "{} has {} cells, {} has {}",
                self.name(),
                self.n_cells(),
                reference.name(),
                reference.n_cells(),
            );
            let hint = "`--unpaired` scores what does not pair cells; the others are null then";
            return Err(TaskError::unfit(problem).hint(hint));
        }
        let names = |source: &Self| source.file.obs_names().map_err(TaskError::data(&source.path));
        let (own, wanted) = (names(self)?, names(reference)?);
        if own == wanted {
            return Ok(None);
        }
        let known: HashSet<&String> = own.iter().collect();
        if wanted.iter().all(|cell| known.contains(cell)) {
            let first = own.iter().zip(&wanted).position(|(own, wanted)| own != wanted).unwrap_or(0);
            let problem = format!(
                "the cells of {both} are in different order: cell {first} is `{}` and `{}`",
                wanted[first], own[first],
            );
            return Err(TaskError::unfit(problem).hint("write the cells of both files in one order"));
        }
        Ok(Some(format!("the cells of {both} have different names and are paired by their order")))
    }
}

fn duplicate(names: &[String]) -> Option<&str> {
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().map(String::as_str).find(|name| !seen.insert(*name))
}

fn layers(known: &[String]) -> String {
    if known.is_empty() {
        return "the file has no layers".to_owned();
    }
    let known: Vec<String> = known.iter().map(|own| format!("`{own}`")).collect();
    format!("its layers are {}", known.join(", "))
}
