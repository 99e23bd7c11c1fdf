//! Dense arrays of any number of dimensions.

use crate::error::DataError;
use crate::values::{DataType, Values};

/// An array in C order: the last dimension fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    shape: Vec<usize>,
    values: Values,
}

impl Array {
    /// An array of `shape`; an empty shape is a scalar. An error where the number of elements is another.
    pub fn new(shape: Vec<usize>, values: Values) -> Result<Self, DataError> {
        let n = shape.iter().try_fold(1_usize, |n, length| n.checked_mul(*length));
        if n != Some(values.len()) {
            return Err(DataError::malformed("", format!("{} values for the shape {shape:?}", values.len())));
        }
        Ok(Self { shape, values })
    }

    /// A vector.
    pub fn vector(values: Values) -> Self {
        Self { shape: vec![values.len()], values }
    }

    /// Lengths of the dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The elements.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The elements, without the shape.
    pub fn into_values(self) -> Values {
        self.values
    }

    /// The rows, which are positions of the first dimension, at `rows`; `None` where one lies outside or there is no
    /// dimension.
    pub fn take_rows(&self, rows: &[usize]) -> Option<Self> {
        let (n_rows, rest) = self.shape.split_first()?;
        let width = rest.iter().try_fold(1_usize, |n, length| n.checked_mul(*length))?;
        let mut positions = Vec::with_capacity(rows.len().checked_mul(width)?);
        for row in rows {
            if row >= n_rows {
                return None;
            }
            positions.extend(row * width..(row + 1) * width);
        }
        let mut shape = self.shape.clone();
        shape[0] = rows.len();
        Some(Self { shape, values: self.values.take(&positions)? })
    }

    /// Type of the elements.
    pub fn data_type(&self) -> DataType {
        self.values.data_type()
    }
}
