//! Counts as 10x Genomics writes them: a matrix of genes by cells with the names of both, in a folder.

mod market;

use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use repro_digest::file::open as open_file;

use crate::anndata::AnnData;
use crate::elements::within;
use crate::error::{DataError, DataProblem};
use crate::frame::{Column, DataFrame};
use crate::gmt::line;
use crate::sparse::{Layout, Matrix, Sparse};
use crate::values::Values;

pub use market::read as read_matrix;

/// Longest line of names.
const MAX_LINE: usize = 1 << 20;

/// What names the genes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneNames {
    /// Identifiers, such as those of Ensembl.
    Ids,
    /// Symbols; those that occur again get `-1`, `-2` and so on, as scanpy gives them.
    Symbols,
}

/// Reads the folder that Cell Ranger writes: `matrix.mtx`, `barcodes.tsv`, and `features.tsv` (3 and later) or
/// `genes.tsv` (2), each possibly with `.gz`. `X` is cells by genes, CSR. `var` has `gene_ids` and `gene_symbols` and,
/// where the file has them, `feature_types` and `genome`.
///
/// # Errors
/// Where a file is missing or damaged, or the names are not as many as the matrix has rows and columns.
pub fn read_folder(folder: &Path, names: GeneNames) -> Result<AnnData, DataError> {
    let (place, reader) = open(folder, &["matrix.mtx"])?;
    // The file has genes by cells; columns of it are rows of ours, so its CSC is our CSR.
    let matrix = read_matrix(reader, Layout::Csc).map_err(within(&place))?;
    let [n_genes, n_cells] = matrix.shape();
    let (place, reader) = open(folder, &["barcodes.tsv"])?;
    let barcodes = table(reader).map_err(within(&place))?;
    let barcodes = barcodes.into_iter().map(|mut fields| fields.swap_remove(0)).collect::<Vec<_>>();
    length(&place, barcodes.len(), n_cells, "cells")?;
    let (place, reader) = open(folder, &["features.tsv", "genes.tsv"])?;
    let genes = table(reader).map_err(within(&place))?;
    length(&place, genes.len(), n_genes, "genes")?;
    let var = var(&genes, names).map_err(within(&place))?;
    let data = AnnData {
        x: Some(Matrix::Sparse(transposed(&matrix)?)),
        obs: DataFrame::new(barcodes),
        var,
        ..AnnData::default()
    };
    data.check()?;
    Ok(data)
}

/// CSC of genes by cells as CSR of cells by genes: the same numbers.
fn transposed(matrix: &Sparse) -> Result<Sparse, DataError> {
    let [rows, columns] = matrix.shape();
    let (indptr, indices) = (matrix.indptr().to_vec(), matrix.indices().to_vec());
    Sparse::new(Layout::Csr, [columns, rows], indptr, indices, matrix.values().clone())
}

fn length(place: &str, found: usize, wanted: usize, what: &str) -> Result<(), DataError> {
    if found == wanted {
        return Ok(());
    }
    Err(DataError::malformed(place, format!("{found} names for a matrix of {wanted} {what}")))
}

/// The first of the files that is there, unpacked, and its name.
fn open(folder: &Path, names: &[&str]) -> Result<(String, Box<dyn BufRead>), DataError> {
    for name in names {
        for name in [format!("{name}.gz"), (*name).to_owned()] {
            let path = folder.join(&name);
            if path.is_file() {
                let reader = unpacked(&path).map_err(within(&name))?;
                return Ok((name, reader));
            }
        }
    }
    Err(DataError::new(
        "",
        DataProblem::Missing(format!("file `{}` in the folder, nor with `.gz`", names.join("` or `"))),
    ))
}

/// A file, unpacked where it begins as gzip does.
pub(crate) fn unpacked(path: &Path) -> Result<Box<dyn BufRead>, DataError> {
    let mut reader = BufReader::new(open_file(path).map_err(|error| DataError::new("", error))?);
    let start = reader.fill_buf().map_err(|error| DataError::new("", error))?;
    Ok(if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::new(MultiGzDecoder::new(reader)))
    } else {
        Box::new(reader)
    })
}

/// Lines of fields separated by tabs; each has one field at least.
fn table(mut reader: Box<dyn BufRead>) -> Result<Vec<Vec<String>>, DataError> {
    let mut rows = Vec::new();
    while let Some(line) = line(&mut *reader, MAX_LINE)? {
        let row: Vec<String> = line.split('\t').map(str::to_owned).collect();
        if row.iter().all(String::is_empty) {
            return Err(DataError::malformed("", format!("line {} is empty", rows.len() + 1)));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn var(genes: &[Vec<String>], names: GeneNames) -> Result<DataFrame, DataError> {
    let width = genes.first().map_or(2, Vec::len);
    if let Some(i) = genes.iter().position(|gene| gene.len() != width) {
        return Err(DataError::malformed(
            "",
            format!("line {} has another number of fields than the first", i + 1),
        ));
    }
    let column = |i: usize| -> Vec<String> { genes.iter().filter_map(|gene| gene.get(i)).cloned().collect() };
    let ids = column(0);
    // Files of one column are written too; the identifier stands for the symbol then.
    let symbols = if width > 1 { column(1) } else { ids.clone() };
    let index = match names {
        GeneNames::Ids => ids.clone(),
        GeneNames::Symbols => unique(&symbols),
    };
    let mut var = DataFrame::new(index);
    var.push("gene_ids", Column::Values(Values::Text(ids)))?;
    var.push("gene_symbols", Column::Values(Values::Text(symbols)))?;
    for (i, name) in [(2, "feature_types"), (3, "genome")] {
        // With positions of peaks or genes, more columns follow: the fourth is then no genome.
        if i < width && width <= 4 {
            var.push(name, Column::Values(Values::Text(column(i))))?;
        }
    }
    Ok(var)
}

/// Names of which every one but the first of its kind gets a number, so that all differ.
fn unique(names: &[String]) -> Vec<String> {
    let mut taken: std::collections::BTreeSet<String> = names.iter().cloned().collect();
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let mut unique = Vec::with_capacity(names.len());
    for name in names {
        let own = match counts.get_mut(name.as_str()) {
            None => {
                counts.insert(name, 0);
                name.clone()
            }
            Some(count) => loop {
                *count += 1;
                let own = format!("{name}-{count}");
                if taken.insert(own.clone()) {
                    break own;
                }
            },
        };
        unique.push(own);
    }
    unique
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = std::fs::File::create(folder.path().join(name)).unwrap();
            if name.ends_with(".gz") {
                let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
                encoder.write_all(text.as_bytes()).unwrap();
                encoder.finish().unwrap();
            } else {
                (&file).write_all(text.as_bytes()).unwrap();
            }
        }
        folder
    }

    const MATRIX: &str =
        "%%MatrixMarket matrix coordinate integer general\n%meta\n3 2 3\n3 1 5\n1 2 7\n1 1 2\n";

    #[test]
    fn both_layouts_are_read() {
        let old = folder(&[
            ("matrix.mtx", MATRIX),
            ("barcodes.tsv", "AAAC-1\nAAAG-1\n"),
            ("genes.tsv", "E1\tA\nE2\tB\nE3\tA\n"),
        ]);
        let new = folder(&[
            ("matrix.mtx.gz", MATRIX),
            ("barcodes.tsv.gz", "AAAC-1\r\nAAAG-1\r\n"),
            ("features.tsv.gz", "E1\tA\tGene Expression\nE2\tB\tGene Expression\nE3\tA\tAntibody Capture\n"),
        ]);
        for (folder, n_columns) in [(old, 2), (new, 3)] {
            let data = read_folder(folder.path(), GeneNames::Symbols).unwrap();
            assert_eq!((data.n_obs(), data.n_vars()), (2, 3));
            let Some(Matrix::Sparse(x)) = &data.x else { panic!("no sparse matrix") };
            assert_eq!((x.layout(), x.shape(), x.indptr()), (Layout::Csr, [2, 3], &[0, 2, 3][..]));
            assert_eq!((x.indices(), x.values()), (&[0, 2, 0][..], &Values::I64(vec![2, 5, 7])));
            assert_eq!(data.obs.index(), ["AAAC-1", "AAAG-1"]);
            assert_eq!(data.var.index(), ["A", "B", "A-1"]);
            assert_eq!(data.var.columns().len(), n_columns);
            let data = read_folder(folder.path(), GeneNames::Ids).unwrap();
            assert_eq!(data.var.index(), ["E1", "E2", "E3"]);
        }
    }

    #[test]
    fn files_that_do_not_fit_are_named() {
        let barcodes = ("barcodes.tsv", "a\nb\n");
        let genes = ("genes.tsv", "E1\tA\nE2\tB\nE3\tC\n");
        for (files, named) in [
            (vec![barcodes, genes], "`matrix.mtx` in the folder"),
            (vec![("matrix.mtx", MATRIX), genes], "`barcodes.tsv` in"),
            (vec![("matrix.mtx", MATRIX), barcodes], "`features.tsv` or `genes.tsv` in"),
            (
                vec![("matrix.mtx", MATRIX), ("barcodes.tsv", "a\n"), genes],
                "`barcodes.tsv`: 1 names for a matrix of 2",
            ),
            (vec![("matrix.mtx", MATRIX), barcodes, ("genes.tsv", "E1\tA\n")], "`genes.tsv`: 1 names"),
            (
                vec![("matrix.mtx", MATRIX), barcodes, ("genes.tsv", "E1\tA\nE2\nE3\tC\n")],
                "line 2 has another",
            ),
            (vec![("matrix.mtx", "nothing"), barcodes, genes], "`matrix.mtx`: line 1: no Matrix Market"),
            (
                vec![("matrix.mtx.gz", MATRIX), ("barcodes.tsv", "a\n\n"), genes],
                "`barcodes.tsv`: line 2 is empty",
            ),
        ] {
            let error = read_folder(folder(&files).path(), GeneNames::Ids).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn names_are_made_unique_without_meeting_others() {
        let names = ["a", "a", "a-1", "a", "b"].map(str::to_owned);
        assert_eq!(unique(&names), ["a", "a-2", "a-1", "a-3", "b"]);
    }
}
