//! Rows of a masked file, each apart into what is known and what is not.

use std::path::Path;

use repro_data::anndata_io::{AnnDataFile, MatrixReader};
use repro_data::sparse::Layout;
use repro_data::values::DataType;

use crate::TaskError;
use crate::entries::{BLOCK, Block, Float};
use crate::masking::{MaskRecord, MaskedPlaces, Shown, sidecar_path};

/// The matrix of a masked file.
pub struct MaskedRows<'a> {
    masked: &'a Path,
    x: MatrixReader<'a>,
    places: Option<MaskedPlaces>,
}

/// A row apart.
#[derive(Clone, Debug)]
pub struct Row<T> {
    /// Values that are stored and not masked, columns ascending.
    pub known: Vec<(u32, T)>,
    /// Masked columns, ascending.
    pub holes: Vec<u32>,
}

impl<'a> MaskedRows<'a> {
    /// Opens the matrix, and the sidecar where that says what is masked.
    pub fn new(masked: &'a Path, file: &'a AnnDataFile) -> Result<Self, TaskError> {
        let x = file.x().map_err(TaskError::data(masked))?;
        let record = MaskRecord::read(masked)?.filter(|record| record.shown_as == Shown::Sidecar);
        let places =
            |record: MaskRecord| MaskedPlaces::verified(&sidecar_path(masked), x.shape(), record.mask_sha256);
        let places = record.map(places).transpose()?;
        Ok(Self { masked, x, places })
    }

    /// Cells and genes.
    pub fn shape(&self) -> [usize; 2] {
        self.x.shape()
    }

    /// Of the values.
    pub fn data_type(&self) -> DataType {
        self.x.data_type()
    }

    /// Whether zeros are not stored.
    pub fn are_sparse(&self) -> bool {
        self.x.layout().is_some()
    }

    /// Reads all rows in order; `each` gets a block, a row's place in it, its place in the matrix, and its parts.
    pub fn each<T: Float>(
        &self,
        mut each: impl FnMut(&Block<T>, usize, usize, &Row<T>) -> Result<(), TaskError>,
    ) -> Result<(), TaskError> {
        let columns = self.shape()[1];
        let mut parts = Row { known: Vec::new(), holes: Vec::new() };
        // Blocks of rows of a matrix in columns would each read all of it.
        let bytes = if self.x.layout() == Some(Layout::Csc) { usize::MAX } else { BLOCK };
        for rows in self.x.blocks(bytes) {
            let (first, rows) = rows.map_err(TaskError::data(self.masked))?;
            let n = rows.shape().map_or(0, |[n, _]| n);
            let unread =
                || TaskError::unfit(format!("`{}` has values that are no floats", self.masked.display()));
            let block = Block::new(rows).ok_or_else(unread)?;
            for row in 0..n {
                block.entries(row, columns, &mut parts.known);
                self.take_holes(first + row, &mut parts);
                each(&block, row, first + row, &parts)?;
            }
        }
        Ok(())
    }

    /// Reads all rows in order, `size` at a time; `each` also gets the place of the first.
    pub fn batches<T: Float>(
        &self,
        size: usize,
        mut each: impl FnMut(usize, &[Row<T>]),
    ) -> Result<(), TaskError> {
        let mut batch = Vec::with_capacity(size);
        self.each::<T>(|_, _, place, row| {
            batch.push(row.clone());
            if batch.len() == size {
                each(place + 1 - size, &batch);
                batch.clear();
            }
            Ok(())
        })?;
        if !batch.is_empty() {
            each(self.shape()[0] - batch.len(), &batch);
        }
        Ok(())
    }

    fn take_holes<T: Float>(&self, row: usize, parts: &mut Row<T>) {
        parts.holes.clear();
        match &self.places {
            Some(places) => {
                let own = (0..self.shape()[1]).filter(|column| places.contains(row, *column));
                parts.holes.extend(own.map(|column| column as u32));
            }
            None => parts.known.retain(|(column, value)| {
                let hole = *value == T::HOLE;
                if hole {
                    parts.holes.push(*column);
                }
                !hole
            }),
        }
    }
}
