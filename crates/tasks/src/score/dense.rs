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

/// Where the cells and genes of a file go.
pub struct Places<'a> {
    /// For each cell of the file its place, if it has one; `None` keeps all in the order of the file.
    pub rows: Option<&'a [Option<usize>]>,
    /// For each gene of the file its place, if it has one.
    pub columns: &'a [Option<usize>],
    /// Number of places for cells.
    pub n_cells: usize,
    /// Number of places for genes.
    pub n_genes: usize,
}

impl Places<'_> {
    fn row(&self, row: usize) -> Option<usize> {
        self.rows.map_or(Some(row), |rows| rows.get(row).copied().flatten())
    }
}

/// Returns all values, one cell after the other.
pub fn read<T: Real>(matrix: &MatrixReader<'_>, places: &Places<'_>) -> Result<Vec<T>, DataError> {
    let (n_cells, n_genes) = (places.n_cells, places.n_genes);
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
        place(&matrix.read()?, 0, places, &mut values)?;
    } else {
        for block in matrix.blocks(BLOCK) {
            let (first, block) = block?;
            place(&block, first, places, &mut values)?;
        }
    }
    Ok(values)
}

fn place<T: Real>(
    block: &Matrix,
    first: usize,
    places: &Places<'_>,
    values: &mut [T],
) -> Result<(), DataError> {
    match block {
        Matrix::Dense(array) => {
            let numbers = numbers::<T>(array.values())?;
            let rows = numbers.chunks_exact(places.columns.len().max(1));
            for (row, numbers) in rows.enumerate() {
                let Some(row) = places.row(first + row) else { continue };
                let cell = &mut values[row * places.n_genes..][..places.n_genes];
                for (column, number) in places.columns.iter().zip(numbers) {
                    if let Some(gene) = column {
                        cell[*gene] = *number;
                    }
                }
            }
        }
        Matrix::Sparse(sparse) => place_sparse(sparse, first, places, values)?,
    }
    Ok(())
}

fn place_sparse<T: Real>(
    sparse: &Sparse,
    first: usize,
    places: &Places<'_>,
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
            if let (Some(row), Some(gene)) = (places.row(first + row), places.columns[column]) {
                let value = &mut values[row * places.n_genes + gene];
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
