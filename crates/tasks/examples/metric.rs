//! One metric on the files of `benches/peers/score_data.py`, to be timed: `metric wilcoxon FOLDER` ranks the genes of the
//! true against the control cells, `metric energy FOLDER` measures the energy distance of `x.npy` and `y.npy`.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use repro_data::anndata_io::AnnDataFile;
use repro_data::npy;
use repro_data::sparse::{Layout, Matrix};
use repro_data::values::Values;
use repro_metrics::{Cells, TestKind, differential_expression, energy_distance};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (metric, folder) = (arguments.next(), arguments.next().map(PathBuf::from).ok_or("no folder")?);
    let result = match metric.as_ref().and_then(|metric| metric.to_str()) {
        Some("wilcoxon") => wilcoxon(&folder)?,
        Some("energy") => energy(&folder)?,
        _ => return Err("`wilcoxon` or `energy`?".into()),
    };
    writeln!(std::io::stdout(), "{result}")?;
    Ok(())
}

fn wilcoxon(folder: &Path) -> Result<Value, Box<dyn Error>> {
    let read = |name: &str| expression(&folder.join(name)).map_err(|error| error.to_string());
    let (treated, control) = rayon::join(|| read("true.h5ad"), || read("control.h5ad"));
    let (treated, control) = (treated?, control?);
    let tables = differential_expression(&[&treated, &control], &[(0, 1)], TestKind::Wilcoxon)?;
    let table = tables.first().ok_or("no table")?;
    let significant = table.iter().filter(|gene| gene.p_adjusted <= 0.05).count();
    Ok(json!({ "score": table.first().map(|gene| gene.test.score), "significant": significant }))
}

/// Cells of sparse single-precision rows, made dense.
fn expression(path: &Path) -> Result<Cells<f32>, Box<dyn Error>> {
    let Matrix::Sparse(sparse) = AnnDataFile::open(path)?.x()?.read()? else {
        return Err("no sparse matrix".into());
    };
    let (Values::F32(numbers), Layout::Csr) = (sparse.values(), sparse.layout()) else {
        return Err("no rows of floats of 32 bits".into());
    };
    let [n_cells, n_genes] = sparse.shape();
    let mut values = vec![0.0; n_cells * n_genes];
    for (cell, bounds) in values.chunks_exact_mut(n_genes).zip(sparse.indptr().windows(2)) {
        let entries = bounds[0] as usize..bounds[1] as usize;
        for (gene, number) in sparse.indices()[entries.clone()].iter().zip(&numbers[entries]) {
            cell[*gene as usize] = *number;
        }
    }
    Ok(Cells::new(n_cells, n_genes, values)?)
}

fn energy(folder: &Path) -> Result<Value, Box<dyn Error>> {
    let points = |name: &str| -> Result<Cells<f64>, Box<dyn Error>> {
        let array = npy::read(BufReader::new(File::open(folder.join(name))?))?;
        let [n_points, dimensions] = *array.shape() else { return Err("no matrix".into()) };
        let numbers = array.values().to_f64().ok_or("no numbers")?;
        Ok(Cells::new(n_points, dimensions, numbers)?)
    };
    Ok(json!({ "energy_distance": energy_distance(&points("x.npy")?, &points("y.npy")?)? }))
}
