//! Rows of which some entries are replaced, on their way to a file.

use std::path::Path;

use repro_data::anndata::AnnData;
use repro_data::anndata_io::RowsWriter;
use repro_data::error::DataError;
use repro_data::hdf5::{Hdf5Options, Hdf5Writer};
use repro_data::sparse::{Layout, Sparse};

use crate::entries::{BLOCK, Block, Float};

/// Writes rows in which entries are replaced.
pub(crate) struct ReplacedRows<T> {
    writer: RowsWriter,
    columns: usize,
    rows: Rows<T>,
    entries: Vec<(u32, T)>,
}

enum Rows<T> {
    Dense(Vec<T>),
    Sparse(Vec<u64>, Vec<u32>, Vec<T>),
}

impl<T: Float> ReplacedRows<T> {
    /// Begins a file, which appears when it is finished.
    pub fn create(path: &Path, columns: usize, sparse: bool) -> Result<Self, DataError> {
        // Dense counts are mostly zeros, which take no room when compressed.
        let options = Hdf5Options { gzip: (!sparse).then_some(1) };
        let out = Box::new(Hdf5Writer::create(path, options)?);
        let (writer, rows) = if sparse {
            let rows = Rows::Sparse(vec![0], Vec::new(), Vec::new());
            (RowsWriter::new(out, T::DATA_TYPE, columns)?, rows)
        } else {
            (RowsWriter::dense(out, T::DATA_TYPE, columns)?, Rows::Dense(Vec::new()))
        };
        Ok(Self { writer, columns, rows, entries: Vec::new() })
    }

    /// Adds row `row` of a block with the entries of these columns, which ascend, replaced by what `with` says, which is
    /// asked in their order: `None` leaves them out of a sparse matrix and makes them 0 in a dense one.
    pub fn append(
        &mut self,
        block: &Block<T>,
        row: usize,
        replaced: &[u32],
        mut with: impl FnMut(u32) -> Option<T>,
    ) -> Result<(), DataError> {
        match &mut self.rows {
            Rows::Dense(values) => {
                let start = values.len();
                values.resize(start + self.columns, T::ZERO);
                let own = &mut values[start..];
                block.row(row, &mut self.entries, own);
                for column in replaced {
                    own[*column as usize] = with(*column).unwrap_or(T::ZERO);
                }
            }
            Rows::Sparse(indptr, indices, values) => {
                block.entries(row, self.columns, &mut self.entries);
                let mut push = |column, value: Option<T>| {
                    if let Some(value) = value {
                        indices.push(column);
                        values.push(value);
                    }
                };
                let mut replaced = replaced.iter().copied().peekable();
                for (column, value) in &self.entries {
                    while let Some(before) = replaced.next_if(|replaced| replaced < column) {
                        push(before, with(before));
                    }
                    match replaced.next_if_eq(column) {
                        Some(column) => push(column, with(column)),
                        None => push(*column, Some(*value)),
                    }
                }
                replaced.for_each(|column| push(column, with(column)));
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
