//! The matrices of a score: read, compared by their genes and cells, and made dense.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use repro_data::anndata_io::{AnnDataFile, MatrixReader, Section};
use repro_metrics::{Cells, Real, ShapeError};

use super::dense::{self, Places};
use super::pairing::{self, Pairing};
use crate::{TaskError, files};

/// Layer that stands for `raw.X`.
const RAW: &str = "raw";

/// A file whose matrix is not read yet.
pub struct Source {
    path: PathBuf,
    file: AnnDataFile,
    layer: Option<String>,
    genes: Vec<String>,
    /// Where each cell of the file goes, if not in the order of the file, and the number of places.
    rows: Option<(Vec<Option<usize>>, usize)>,
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
        let (path, layer) = (path.to_owned(), layer.map(str::to_owned));
        let mut source = Self { path, file, layer, genes: Vec::new(), rows: None };
        source.genes = if source.is_raw() {
            source.file.raw_var().map(|var| var.index().to_vec())
        } else {
            source.file.var_names()
        }
        .map_err(TaskError::data(&source.path))?;
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

    /// Returns the number of cells that are read.
    pub fn n_cells(&self) -> usize {
        self.rows.as_ref().map_or(self.file.n_obs(), |(_, n)| *n)
    }

    /// Returns the names of the cells of the file.
    pub fn cell_names(&self) -> Result<Vec<String>, TaskError> {
        self.file.obs_names().map_err(TaskError::data(&self.path))
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
        let rows = self.rows.as_ref().map(|(rows, _)| rows.as_slice());
        let places = Places { rows, columns, n_cells: self.n_cells(), n_genes };
        let values = dense::read(&matrix, &places).map_err(TaskError::data(&self.path))?;
        Cells::new(self.n_cells(), n_genes, values).map_err(|error| self.refused(error, columns))
    }

    fn refused(&self, error: ShapeError, columns: &[Option<usize>]) -> TaskError {
        let ShapeError::NotFinite { count, cell, gene } = error else {
            return TaskError::unfit(format!("{}: {error}", self.name()));
        };
        let gene =
            columns.iter().position(|column| *column == Some(gene)).and_then(|own| self.genes.get(own));
        let cells = self.file.obs_names().unwrap_or_default();
        let cell = match &self.rows {
            Some((rows, _)) => rows.iter().position(|row| *row == Some(cell)).unwrap_or(cell),
            None => cell,
        };
        let name = |name: Option<&String>| name.cloned().unwrap_or_default();
        TaskError::unfit(format!(
            "{} contains {count} values that are not finite, the first one in cell `{}`, gene `{}`",
            self.name(),
            name(cells.get(cell)),
            name(gene),
        ))
        .hint("only finite numbers can be scored: mend these cells, or leave them out of all files")
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

    /// Compares the names of the cells with those of `reference`; returns a remark where names do not prove the pairing.
    ///
    /// # Errors
    /// Where the numbers of cells differ or, unless `by_order` insists, where names disprove the pairing by order.
    pub fn paired(&self, reference: &Self, by_order: bool) -> Result<Option<String>, TaskError> {
        let both = format!("{} and {}", reference.name(), self.name());
        if self.n_cells() != reference.n_cells() {
            let (own, wanted) = (self.n_cells(), reference.n_cells());
            let problem = format!("{} has {own} cells, {} has {wanted}", self.name(), reference.name());
            let hint = "`--unpaired` scores what does not pair cells and leaves the rest undefined; `--align-cells` \
                        takes the cells of the true file by name";
            return Err(TaskError::unfit(problem).hint(hint));
        }
        match pairing::compare(&reference.cell_names()?, &self.cell_names()?) {
            Pairing::Proved => Ok(None),
            Pairing::Unproved(why) => {
                Ok(Some(format!("the cells of {both} are paired by their order: {why}")))
            }
            Pairing::Disproved(why) if by_order => Ok(Some(format!(
                "the cells of {both} are paired by their order, as `--pair-by-order` says, although {why}"
            ))),
            Pairing::Disproved(why) => {
                let problem = format!("the cells of {both} cannot be paired by their order: {why}");
                let hint = "`--align-cells` pairs cells by name, `--pair-by-order` by their order whatever their names, \
                            `--unpaired` not at all";
                Err(TaskError::unfit(problem).hint(hint))
            }
        }
    }

    /// Puts the cells into the order of `reference` by their names; returns a remark where cells are left out.
    pub fn align(&mut self, reference: &Self) -> Result<Option<String>, TaskError> {
        let (own, wanted) = (self.cell_names()?, reference.cell_names()?);
        let refused = |problem: String| {
            TaskError::unfit(problem)
                .hint("`--align-cells` needs each cell of the true file once in both files")
        };
        for (source, names) in [(reference, &wanted), (&*self, &own)] {
            if let Some(twice) = duplicate(names) {
                return Err(refused(format!("{} has the cell `{twice}` twice", source.name())));
            }
        }
        let places: HashMap<&str, usize> =
            wanted.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
        let rows: Vec<Option<usize>> = own.iter().map(|name| places.get(name.as_str()).copied()).collect();
        let known: HashSet<&String> = own.iter().collect();
        let missing: Vec<&String> = wanted.iter().filter(|name| !known.contains(name)).collect();
        if !missing.is_empty() {
            let names = pairing::listed(&missing);
            let (own, n) = (self.name(), missing.len());
            return Err(refused(format!("{own} lacks {n} of the cells of {}: {names}", reference.name())));
        }
        let extra: Vec<&String> = own.iter().filter(|name| !places.contains_key(name.as_str())).collect();
        let remark = (!extra.is_empty()).then(|| {
            let (n, names) = (extra.len(), pairing::listed(&extra));
            format!("{n} cells of {} are not in {} and are left out: {names}", self.name(), reference.name())
        });
        self.rows = Some((rows, wanted.len()));
        Ok(remark)
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
