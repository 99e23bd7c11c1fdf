//! Writes the two data sets that the repository ships, from files of the packages they come with:
//!
//! `shipped_data 10x_pbmc68k_reduced.h5ad sample_cell_by_gene.csv FOLDER`
//!
//! `tools/shipped_data` fetches the packages and calls it.

use std::error::Error;
use std::path::Path;

use repro_data::anndata::AnnData;
use repro_data::anndata_io::{AnnDataFile, write_h5ad};
use repro_data::array::Array;
use repro_data::delimited::{Rows, open, read_matrix};
use repro_data::frame::DataFrame;
use repro_data::hdf5::Hdf5Options;
use repro_data::sparse::{Layout, Matrix, Sparse};
use repro_data::values::Values;

const GZIP: Hdf5Options = Hdf5Options { gzip: Some(9) };
/// Genes seen in fewer cells of the sample of counts are left out, so that the file is small.
const FEWEST_CELLS: usize = 20;
/// Largest distance of a count from an integer: what single precision left of it.
const ROUNDING: f64 = 1e-3;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [reduced, sample, folder] = arguments.as_slice() else {
        return Err("usage: shipped_data REDUCED.h5ad SAMPLE.csv FOLDER".into());
    };
    let folder = Path::new(folder);
    let mut data = AnnDataFile::open(Path::new(reduced))?.read()?;
    // Where the old format keeps the categories of a column; the column has them now.
    data.uns.retain(|(name, _)| !name.ends_with("_categories"));
    write_h5ad(&data, &folder.join("pbmc68k_reduced.h5ad"), GZIP)?;
    let (reader, separator) = open(Path::new(sample))?;
    let counts = counts(&read_matrix(reader, separator, Rows::Cells)?)?;
    write_h5ad(&counts, &folder.join("celltypist_sample.h5ad"), GZIP)?;
    Ok(())
}

/// The counts as integers in single precision, without rare genes.
fn counts(data: &AnnData) -> Result<AnnData, Box<dyn Error>> {
    let Some(Matrix::Dense(matrix)) = &data.x else { return Err("the sample has no matrix".into()) };
    let values = rounded(matrix)?;
    let n_vars = data.n_vars();
    let mut seen = vec![0; n_vars];
    for row in values.chunks(n_vars) {
        for (seen, count) in seen.iter_mut().zip(row) {
            *seen += usize::from(*count > 0.0);
        }
    }
    let kept: Vec<usize> = (0..n_vars).filter(|gene| seen[*gene] >= FEWEST_CELLS).collect();
    let (mut indptr, mut indices, mut stored) = (vec![0], Vec::new(), Vec::new());
    for row in values.chunks(n_vars) {
        for (column, gene) in kept.iter().enumerate().filter(|(_, gene)| row[**gene] > 0.0) {
            indices.push(u32::try_from(column)?);
            stored.push(row[*gene] as f32);
        }
        indptr.push(indices.len() as u64);
    }
    let shape = [data.n_obs(), kept.len()];
    let x = Sparse::new(Layout::Csr, shape, indptr, indices, Values::F32(stored))?;
    let names = kept.iter().map(|gene| data.var.index()[*gene].clone()).collect();
    Ok(AnnData {
        x: Some(Matrix::Sparse(x)),
        obs: DataFrame::new(data.obs.index().to_vec()),
        var: DataFrame::new(names),
        ..AnnData::default()
    })
}

fn rounded(matrix: &Array) -> Result<Vec<f64>, Box<dyn Error>> {
    let values = matrix.values().to_f64().ok_or("the sample holds texts")?;
    match values.iter().find(|value| (*value - value.round()).abs() > ROUNDING || **value < 0.0) {
        Some(value) => Err(format!("{value} is no count").into()),
        None => Ok(values.into_iter().map(f64::round).collect()),
    }
}
