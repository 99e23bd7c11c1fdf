//! Reads and writes `.h5ad` files from a command line, for the conformance script and the benchmarks:
//!
//! - `h5ad rewrite IN OUT`: reads all of a file and writes it, gzip level 4
//! - `h5ad read FILE`: reads all of a file and prints its shape and the number of stored elements of `X`
//! - `h5ad sums FILE`: streams `X` and prints the sum of the sums of its columns
//! - `h5ad generate OUT ROWS COLUMNS PER_ROW`: writes a sparse matrix of counts in blocks of rows

use std::error::Error;
use std::io::Write;
use std::path::Path;

use repro_data::anndata::AnnData;
use repro_data::anndata_io::{AnnDataFile, RowsWriter, write_h5ad};
use repro_data::frame::DataFrame;
use repro_data::hdf5::{Hdf5Options, Hdf5Writer};
use repro_data::sparse::{Layout, Matrix, Sparse};
use repro_data::values::{DataType, Values};

const GZIP: Hdf5Options = Hdf5Options { gzip: Some(4) };

/// Bytes of a block of rows.
const BLOCK: usize = 64 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = match arguments.as_slice() {
        ["rewrite", from, to] => {
            write_h5ad(&AnnDataFile::open(Path::new(from))?.read()?, Path::new(to), GZIP)?;
            String::new()
        }
        ["read", file] => read(Path::new(file))?,
        ["sums", file] => sums(Path::new(file))?,
        ["generate", to, rows, columns, per_row] => {
            generate(Path::new(to), rows.parse()?, columns.parse()?, per_row.parse()?)?;
            String::new()
        }
        _ => return Err("usage: h5ad rewrite|read|sums|generate ...".into()),
    };
    std::io::stdout().write_all(said.as_bytes())?;
    Ok(())
}

fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    let data = AnnDataFile::open(path)?.read()?;
    let stored = match &data.x {
        Some(Matrix::Sparse(sparse)) => sparse.indices().len(),
        Some(Matrix::Dense(array)) => array.values().len(),
        None => 0,
    };
    Ok(format!("{} {} {stored}\n", data.n_obs(), data.n_vars()))
}

fn sums(path: &Path) -> Result<String, Box<dyn Error>> {
    let file = AnnDataFile::open(path)?;
    let x = file.x()?;
    let mut sums = vec![0.0_f64; file.n_vars()];
    for block in x.blocks(BLOCK) {
        match block?.1 {
            Matrix::Sparse(rows) => {
                let Values::F32(values) = rows.values() else {
                    return Err("values of float32 are needed".into());
                };
                for (column, value) in rows.indices().iter().zip(values) {
                    sums[*column as usize] += f64::from(*value);
                }
            }
            Matrix::Dense(rows) => {
                let values = rows.values().to_f64().ok_or("texts")?;
                for row in values.chunks(sums.len().max(1)) {
                    sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                }
            }
        }
    }
    Ok(format!("{}\n", sums.iter().sum::<f64>()))
}

fn generate(path: &Path, rows: usize, columns: usize, per_row: usize) -> Result<(), Box<dyn Error>> {
    let mut writer = RowsWriter::new(Box::new(Hdf5Writer::create(path, GZIP)?), DataType::F32, columns)?;
    // Steele and Vigna's SplitMix64: counts and gaps between the columns of a row.
    let mut state = 1_u64;
    let mut random = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    };
    let gap = (2 * columns / per_row.max(1)).saturating_sub(1).max(1) as u64;
    let mut done = 0;
    while done < rows {
        let n = (rows - done).min(10_000);
        let (mut indptr, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for _ in 0..n {
            let mut column = (random() % gap) as usize;
            while column < columns {
                let bits = random();
                indices.push(column as u32);
                // Small counts are the most frequent ones.
                values.push((1 + (bits | 1 << 40).trailing_zeros()) as f32);
                column += 1 + (bits >> 41) as usize % gap as usize;
            }
            indptr.push(indices.len() as u64);
        }
        writer.append(&Sparse::new(Layout::Csr, [n, columns], indptr, indices, Values::F32(values))?)?;
        done += n;
    }
    let names = |prefix: &str, n: usize| DataFrame::new((0..n).map(|n| format!("{prefix}{n}")).collect());
    writer.finish(&AnnData {
        obs: names("cell", rows),
        var: names("gene", columns),
        ..AnnData::default()
    })?;
    Ok(())
}
