//! The directions in which energy distance and MMD are measured.

use std::path::Path;

use repro_data::anndata::Element;
use repro_data::anndata_io::AnnDataFile;
use repro_data::array::Array;
use repro_data::npy::{self, Npz};
use repro_data::store::{Node, Store};
use repro_data::zarr::ZarrStore;
use repro_learn::MatrixView;
use repro_learn::pca::{Method, pca};
use repro_metrics::{Cells, Projection, Real};

use crate::TaskError;

/// Largest difference of directions from orthogonal ones of length 1 that rounding to 32 bits explains.
const TOLERANCE: f64 = 1e-3;

/// Part of the variance along the first direction that is rounding and no variance.
const NO_VARIANCE: f64 = 1e-12;

/// Names under which a matrix of directions is looked for.
const NAMES: [&str; 5] = ["components", "components_", "PCs", "pcs", "loadings"];

/// Names under which the names of the genes are looked for.
const GENES: [&str; 3] = ["var_names", "genes", "gene_names"];

/// Reads directions for `genes`. Their matrix has a row a gene and a column a component, or as scikit-learn has it a row
/// a component.
///
/// In an `.npz` it is called `components`, and `var_names` may name the genes; `.npy` is the matrix alone; `.h5ad` has it
/// as `varm["PCs"]`; a folder of zarr arrays has it as the only `pc_*.zarr`, as the paper's authors keep theirs. What is
/// subtracted before, the mean, does not change distances and is not needed.
pub fn read(path: &Path, genes: &[String]) -> Result<Projection, TaskError> {
    let (array, names) = load(path)?;
    if let Some(names) = names
        && names != genes
    {
        return Err(other_genes(path, &names, genes));
    }
    let projection = oriented(path, &array, genes.len())?;
    let departure = projection.departure();
    if departure > TOLERANCE {
        let problem = format!(
            "the components of `{}` are not orthogonal and of length 1: their products differ by up to {departure:.3}",
            path.display(),
        );
        return Err(
            TaskError::unfit(problem).hint("give principal components as scikit-learn or scanpy keeps them")
        );
    }
    Ok(projection)
}

/// The first `components` principal components of cells, without those along which the cells do not vary: their
/// directions would be arbitrary.
pub fn fit<T: Real + repro_learn::Real>(
    parts: &[&Cells<T>],
    components: usize,
) -> Result<Projection, TaskError> {
    let n_genes = parts.first().map_or(0, |cells| cells.n_genes());
    let n_cells: usize = parts.iter().map(|cells| cells.n_cells()).sum();
    let values: Vec<T> = parts.iter().flat_map(|cells| cells.values().iter().copied()).collect();
    let components = components.min(n_genes).min(n_cells);
    let unfit = |why: String| TaskError::unfit(format!("no principal components of the true cells: {why}"));
    let view = MatrixView::new(&values, n_cells, n_genes).map_err(|error| unfit(error.to_string()))?;
    let found = pca(view, components, Method::Exact).map_err(|error| unfit(error.to_string()))?;
    let least = found.explained_variance.first().map_or(0.0, |most| most * NO_VARIANCE);
    let components = found.explained_variance.iter().take_while(|own| **own > least).count();
    if components == 0 {
        return Err(unfit("they are all equal".to_owned()));
    }
    let weights = found.components.transposed();
    let weights = (0..n_genes).flat_map(|gene| weights.row(gene).iter().take(components).copied()).collect();
    Projection::new(n_genes, components, weights).map_err(|error| unfit(error.to_string()))
}

fn load(path: &Path) -> Result<(Array, Option<Vec<String>>), TaskError> {
    if path.is_dir() {
        return folder(path).map(|array| (array, None));
    }
    let data = || TaskError::data(path);
    let file = repro_digest::file::open(path).map_err(TaskError::file("read", path))?;
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("npy") => Ok((npy::read(std::io::BufReader::new(file)).map_err(data())?, None)),
        Some("npz") => {
            let mut archive = Npz::open(file).map_err(data())?;
            let known: Vec<String> = archive.names().into_iter().map(str::to_owned).collect();
            let is_known = |name: &&&str| known.iter().any(|own| own == **name);
            let Some(name) = NAMES.iter().find(is_known) else {
                let problem = format!("`{}` has no array `{}`", path.display(), NAMES[0]);
                let hint = format!("its arrays are {}", known.join(", "));
                return Err(TaskError::unfit(problem).hint(hint));
            };
            let names = match GENES.iter().find(is_known) {
                Some(name) => {
                    let names = archive.array(name).map_err(data())?;
                    names.values().texts().map(<[String]>::to_vec)
                }
                None => None,
            };
            Ok((archive.array(name).map_err(data())?, names))
        }
        Some("h5ad") => {
            let annotated = AnnDataFile::open(path).map_err(data())?;
            match annotated.varm("PCs").map_err(data())? {
                Element::Array(array) => Ok((array, Some(annotated.var_names().map_err(data())?))),
                _ => Err(TaskError::unfit(format!("`varm/PCs` of `{}` is no plain array", path.display()))),
            }
        }
        _ => {
            let problem = format!("`{}` is no projection", path.display());
            Err(TaskError::unfit(problem)
                .hint("a projection is .npz, .npy, .h5ad or a folder with pc_*.zarr"))
        }
    }
}

fn folder(path: &Path) -> Result<Array, TaskError> {
    let list = || std::fs::read_dir(path).map_err(TaskError::file("read", path));
    let mut names: Vec<String> = Vec::new();
    for entry in list()? {
        let name = entry.map_err(TaskError::file("read", path))?.file_name();
        names.extend(
            name.to_str()
                .filter(|name| name.starts_with("pc_") && name.ends_with(".zarr"))
                .map(str::to_owned),
        );
    }
    names.sort();
    let [name] = names.as_slice() else {
        let problem = format!("`{}` holds {} arrays `pc_*.zarr`, one is needed", path.display(), names.len());
        return Err(TaskError::unfit(problem));
    };
    let path = path.join(name);
    let store = ZarrStore::open(&path).map_err(TaskError::data(&path))?;
    match store.node("").map_err(TaskError::data(&path))? {
        Some(Node::Array { .. }) => store.read("").map_err(TaskError::data(&path)),
        _ => Err(TaskError::unfit(format!("`{}` is no array", path.display()))),
    }
}

fn oriented(path: &Path, array: &Array, n_genes: usize) -> Result<Projection, TaskError> {
    let shape = array.shape();
    let wrong = || {
        let problem = format!(
            "`{}` has the shape {shape:?}, where {n_genes} genes by components are needed",
            path.display(),
        );
        TaskError::unfit(problem).hint("give the components that were fitted on these genes")
    };
    let numbers = array.values().to_f64().ok_or_else(wrong)?;
    let weights = match *shape {
        [genes, _] if genes == n_genes => numbers,
        [components, genes] if genes == n_genes => {
            (0..genes * components).map(|at| numbers[at % components * genes + at / components]).collect()
        }
        _ => return Err(wrong()),
    };
    let n_components = weights.len().checked_div(n_genes).unwrap_or(0);
    if n_components == 0 {
        return Err(wrong());
    }
    Projection::new(n_genes, n_components, weights)
        .map_err(|error| TaskError::unfit(format!("`{}`: {error}", path.display())))
}

fn other_genes(path: &Path, names: &[String], genes: &[String]) -> TaskError {
    let problem = if names.len() == genes.len() {
        let first = names.iter().zip(genes).position(|(own, wanted)| own != wanted).unwrap_or(0);
        format!("gene {first} is `{}`, that of the matrices `{}`", names[first], genes[first])
    } else {
        format!("it has {} genes, the matrices have {}", names.len(), genes.len())
    };
    TaskError::unfit(format!("the projection `{}` was fitted on other genes: {problem}", path.display()))
        .hint("give the components that were fitted on these genes, in their order")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_without_variance_are_not_taken() {
        let cells =
            Cells::new(3, 4, vec![0.0, 1.0, 0.0, 2.0, 1.0, 0.0, 0.0, 5.0, 3.0, 3.0, 0.0, 1.0]).unwrap();
        assert_eq!(fit(&[&cells], 50).unwrap().n_components(), 2);
        let equal = Cells::new(2, 2, vec![1.0, 2.0, 1.0, 2.0]).unwrap();
        assert!(fit(&[&equal], 50).is_err());
    }
}
