//! Matrices of a file as dense cells by genes.

use repro_data::anndata_io::MatrixReader;
use repro_data::error::DataError;
use repro_data::sparse::{Layout, Matrix, Sparse};
use repro_data::values::{DataType, Values};
use repro_metrics::Real;

/// Bytes of elements that are read at once.
const BLOCK: usize = 32 << 20;

/// Whether all values of this type are floats of 32 bits.
pub fn is_single(data_type: DataType) -> bool {
    use DataType::{Bool, F32, I8, I16, U8, U16};
    matches!(data_type, Bool | I8 | I16 | U8 | U16 | F32)
}

/// All values, one cell after the other; `columns` says for each gene of the file where it goes, if anywhere.
pub fn read<T: Real>(
    matrix: &MatrixReader<'_>,
    columns: &[Option<usize>],
    n_genes: usize,
) -> Result<Vec<T>, DataError> {
    let n_cells = matrix.shape()[0];
    let size = n_cells.checked_mul(n_genes).and_then(|n| n.checked_mul(size_of::<T>()));
    if size.is_none_or(|size| size > isize::MAX as usize) {
        return Err(DataError::malformed(
            "",
            format!("{n_cells} cells by {n_genes} genes do not fit in memory"),
        ));
    }
    let mut values = vec![T::ZERO; n_cells * n_genes];
    if matrix.layout() == Some(Layout::Csc) {
        // Blocks of rows would each read all of it.
        place(&matrix.read()?, 0, columns, n_genes, &mut values)?;
    } else {
        for block in matrix.blocks(BLOCK) {
            let (first, block) = block?;
            place(&block, first, columns, n_genes, &mut values)?;
        }
    }
    Ok(values)
}

fn place<T: Real>(
    block: &Matrix,
    first: usize,
    columns: &[Option<usize>],
    n_genes: usize,
    values: &mut [T],
) -> Result<(), DataError> {
    match block {
        Matrix::Dense(array) => {
            let numbers = numbers::<T>(array.values())?;
            let rows = numbers.chunks_exact(columns.len().max(1));
            for (row, numbers) in rows.enumerate() {
                let cell = &mut values[(first + row) * n_genes..][..n_genes];
                for (column, number) in columns.iter().zip(numbers) {
                    if let Some(gene) = column {
                        cell[*gene] = *number;
                    }
                }
            }
        }
        Matrix::Sparse(sparse) => place_sparse(sparse, first, columns, n_genes, values)?,
    }
    Ok(())
}

fn place_sparse<T: Real>(
    sparse: &Sparse,
    first: usize,
    columns: &[Option<usize>],
    n_genes: usize,
    values: &mut [T],
) -> Result<(), DataError> {
    let numbers = numbers::<T>(sparse.values())?;
    for (major, bounds) in sparse.indptr().windows(2).enumerate() {
        let entries = bounds[0] as usize..bounds[1] as usize;
        for (minor, number) in sparse.indices()[entries.clone()].iter().zip(&numbers[entries]) {
            let (row, column) = match sparse.layout() {
                Layout::Csr => (major, *minor as usize),
                Layout::Csc => (*minor as usize, major),
            };
            if let Some(gene) = columns[column] {
                let value = &mut values[(first + row) * n_genes + gene];
                // Entries that a file has twice add up.
                *value = value.plus(*number);
            }
        }
    }
    Ok(())
}

fn numbers<T: Real>(values: &Values) -> Result<Vec<T>, DataError> {
    match values {
        Values::F32(values) => Ok(values.iter().map(|value| T::of(f64::from(*value))).collect()),
        other => {
            let numbers = other.to_f64();
            let numbers = numbers.ok_or_else(|| DataError::malformed("", "is a matrix of texts"))?;
            Ok(numbers.into_iter().map(T::of).collect())
        }
    }
}
