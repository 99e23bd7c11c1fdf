//! Matrices that the oracle makes from the same formula, and files of them.

use std::path::Path;

use repro_data::anndata::AnnData;
use repro_data::anndata_io::{AnnDataFile, write_h5ad};
use repro_data::array::Array;
use repro_data::frame::{Column, DataFrame};
use repro_data::hdf5::Hdf5Options;
use repro_data::sparse::{Layout, Matrix, Sparse};
use repro_data::values::Values;
use serde::Deserialize;

/// Output of `tests/oracle/masks.py`.
#[derive(Deserialize)]
pub struct Oracle {
    pub masks: Vec<MaskCase>,
    pub scores: Vec<ScoreCase>,
}

#[derive(Deserialize)]
pub struct MaskCase {
    pub mode: String,
    pub rows: usize,
    pub columns: usize,
    pub fraction: f64,
    pub seed: u64,
    pub n: u64,
    pub sha256: String,
}

#[derive(Deserialize)]
pub struct ScoreCase {
    pub rows: usize,
    pub columns: usize,
    pub fraction: f64,
    pub seed: u64,
    pub mse: f64,
    pub mae: f64,
    pub pearson: f64,
    pub zero: u64,
    pub nonzero: u64,
    pub nonzero_mse: f64,
    pub nonzero_pearson: f64,
    pub genes: (f64, u64, u64),
    pub cells: (f64, u64, u64),
}

pub fn oracle() -> Oracle {
    serde_json::from_str(include_str!("../oracle/masks.json")).unwrap()
}

/// `truth` of the oracle.
pub fn truth(rows: usize, columns: usize) -> Vec<f64> {
    let value = |i: usize, j: usize| if (i * 31 + j * 17) % 11 > 7 { (i * j % 5 + 1) as f64 } else { 0.0 };
    (0..rows * columns).map(|place| value(place / columns, place % columns)).collect()
}

/// What `score_case` of the oracle predicts.
pub fn predicted(rows: usize, columns: usize) -> Vec<f64> {
    let more = |i: usize, j: usize| ((i * 13 + j * 7) % 17) as f64 / 8.0;
    let places = truth(rows, columns).into_iter().enumerate();
    places.map(|(place, value)| value * 0.75 + more(place / columns, place % columns)).collect()
}

/// How a matrix is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    Dense32,
    Dense64,
    DenseInt,
    Csr,
    /// Columns descend within rows, and every value is stored in two halves.
    CsrTwice,
    Csc,
}

pub const FORMS: [Form; 6] =
    [Form::Dense32, Form::Dense64, Form::DenseInt, Form::Csr, Form::CsrTwice, Form::Csc];

fn floats(values: &[f64]) -> Values {
    Values::F32(values.iter().map(|value| *value as f32).collect())
}

pub fn matrix(values: &[f64], columns: usize, form: Form) -> Matrix {
    let rows = values.len() / columns;
    let dense = |values| Matrix::Dense(Array::new(vec![rows, columns], values).unwrap());
    let (major, minor) = if form == Form::Csc { (columns, rows) } else { (rows, columns) };
    let (mut indptr, mut indices, mut stored) = (vec![0], Vec::new(), Vec::new());
    for line in 0..major {
        let of =
            |other: usize| if form == Form::Csc { other * columns + line } else { line * columns + other };
        let mut kept: Vec<usize> = (0..minor).filter(|other| values[of(*other)] != 0.0).collect();
        if form == Form::CsrTwice {
            kept.reverse();
            kept = kept.repeat(2);
        }
        let half = if form == Form::CsrTwice { 0.5 } else { 1.0 };
        stored.extend(kept.iter().map(|other| half * values[of(*other)]));
        indices.extend(kept.iter().map(|other| *other as u32));
        indptr.push(indices.len() as u64);
    }
    let layout = if form == Form::Csc { Layout::Csc } else { Layout::Csr };
    match form {
        Form::Dense32 => dense(floats(values)),
        Form::Dense64 => dense(Values::F64(values.to_vec())),
        Form::DenseInt => dense(Values::I64(values.iter().map(|value| *value as i64).collect())),
        _ => Matrix::Sparse(Sparse::new(layout, [rows, columns], indptr, indices, floats(&stored)).unwrap()),
    }
}

pub fn names(prefix: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{prefix}{i}")).collect()
}

/// An annotated matrix with a column in both tables.
pub fn annotated(x: Matrix) -> AnnData {
    let [rows, columns] = x.shape().unwrap();
    let frame = |prefix: &str, n: usize| {
        let mut frame = DataFrame::new(names(prefix, n));
        frame.push("number", Column::Values(Values::I64((0..n as i64).collect()))).unwrap();
        frame
    };
    AnnData { x: Some(x), obs: frame("cell", rows), var: frame("gene", columns), ..AnnData::default() }
}

pub fn write(path: &Path, data: &AnnData) {
    write_h5ad(data, path, Hdf5Options::default()).unwrap();
}

pub fn read(path: &Path) -> AnnData {
    AnnDataFile::open(path).unwrap().read().unwrap()
}

/// All values of the matrix of a file.
pub fn dense(data: &AnnData) -> Vec<f64> {
    match data.x.as_ref().unwrap() {
        Matrix::Dense(array) => array.values().to_f64().unwrap(),
        Matrix::Sparse(sparse) => {
            let [rows, columns] = sparse.shape();
            let mut all = vec![0.0; rows * columns];
            let values = sparse.values().to_f64().unwrap();
            for row in 0..rows {
                for entry in sparse.indptr()[row] as usize..sparse.indptr()[row + 1] as usize {
                    all[row * columns + sparse.indices()[entry] as usize] += values[entry];
                }
            }
            all
        }
    }
}

/// Names of the files in a folder.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
