//! Masked rows on their way to the file.

use repro_data::anndata::AnnData;
use repro_data::anndata_io::RowsWriter;
use repro_data::error::DataError;
use repro_data::sparse::{Layout, Sparse};

use crate::entries::{BLOCK, Block, Float};

/// Writes rows in which masked entries are replaced.
pub(super) struct MaskedRows<T> {
    writer: RowsWriter,
    columns: usize,
    rows: Rows<T>,
    /// What stands for masked entries; `None` leaves them out of a sparse matrix and makes them 0 in a dense one.
    hole: Option<T>,
    entries: Vec<(u32, T)>,
}

enum Rows<T> {
    Dense(Vec<T>),
    Sparse(Vec<u64>, Vec<u32>, Vec<T>),
}

impl<T: Float> MaskedRows<T> {
    pub fn new(writer: RowsWriter, columns: usize, sparse: bool, hole: Option<T>) -> Self {
        let rows =
            if sparse { Rows::Sparse(vec![0], Vec::new(), Vec::new()) } else { Rows::Dense(Vec::new()) };
        Self { writer, columns, rows, hole, entries: Vec::new() }
    }

    /// Adds row `row` of a block with these columns masked, which ascend.
    pub fn append(&mut self, block: &Block<T>, row: usize, masked: &[u32]) -> Result<(), DataError> {
        match &mut self.rows {
            Rows::Dense(values) => {
                let start = values.len();
                values.resize(start + self.columns, T::ZERO);
                let own = &mut values[start..];
                block.row(row, &mut self.entries, own);
                let hole = self.hole.unwrap_or(T::ZERO);
                masked.iter().for_each(|column| own[*column as usize] = hole);
            }
            Rows::Sparse(indptr, indices, values) => {
                block.entries(row, self.columns, &mut self.entries);
                let mut push = |column, value| {
                    indices.push(column);
                    values.push(value);
                };
                let mut holes = masked.iter().copied().peekable();
                for (column, value) in &self.entries {
                    while let Some(hole) = holes.next_if(|hole| hole < column) {
                        self.hole.into_iter().for_each(|value| push(hole, value));
                    }
                    match holes.next_if_eq(column) {
                        Some(hole) => self.hole.into_iter().for_each(|value| push(hole, value)),
                        None => push(*column, *value),
                    }
                }
                for hole in holes {
                    self.hole.into_iter().for_each(|value| push(hole, value));
                }
                indptr.push(indices.len() as u64);
            }
        }
        if self.bytes() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn bytes(&self) -> usize {
        match &self.rows {
            Rows::Dense(values) => values.len() * size_of::<T>(),
            Rows::Sparse(_, indices, _) => indices.len() * (4 + size_of::<T>()),
        }
    }

    fn flush(&mut self) -> Result<(), DataError> {
        match &mut self.rows {
            Rows::Dense(values) => self.writer.append_dense(&T::wrap(std::mem::take(values))),
            Rows::Sparse(indptr, indices, values) => {
                let indptr = std::mem::replace(indptr, vec![0]);
                let shape = [indptr.len() - 1, self.columns];
                let values = T::wrap(std::mem::take(values));
                self.writer.append(&Sparse::new(Layout::Csr, shape, indptr, std::mem::take(indices), values)?)
            }
        }
    }

    /// Writes what waits and everything but the matrix.
    pub fn finish(mut self, rest: &AnnData) -> Result<(), DataError> {
        self.flush()?;
        self.writer.finish(rest)
    }
}
