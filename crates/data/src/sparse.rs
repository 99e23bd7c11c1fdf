//! Compressed sparse matrices.

use crate::array::Array;
use crate::error::DataError;
use crate::values::{DataType, Values};

/// Which dimension is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Rows: entries of one row lie together.
    Csr,
    /// Columns: entries of one column lie together.
    Csc,
}

/// A sparse matrix. Entries of a row (CSR) or column (CSC) are in any order, as SciPy allows; one position may occur
/// more than once and then means the sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Sparse {
    layout: Layout,
    shape: [usize; 2],
    indptr: Vec<u64>,
    indices: Vec<u32>,
    values: Values,
}

impl Sparse {
    /// A matrix of `shape` (rows, columns). `indptr` has one number more than there are rows (CSR) or columns (CSC),
    /// begins at 0, does not decrease and ends at the number of entries; `indices` are below the other dimension.
    pub fn new(
        layout: Layout,
        shape: [usize; 2],
        indptr: Vec<u64>,
        indices: Vec<u32>,
        values: Values,
    ) -> Result<Self, DataError> {
        let wrong = |why: String| Err(DataError::malformed("", why));
        let (major, minor) = match layout {
            Layout::Csr => (shape[0], shape[1]),
            Layout::Csc => (shape[1], shape[0]),
        };
        if indptr.len().checked_sub(1) != Some(major) {
            return wrong(format!("indptr has {} numbers, {major} and one are needed", indptr.len()));
        }
        if values.data_type() == DataType::Text {
            return wrong("a sparse matrix of texts".to_owned());
        }
        if values.len() != indices.len() {
            return wrong(format!("{} values for {} indices", values.len(), indices.len()));
        }
        if indptr[0] != 0 || indptr[major] != indices.len() as u64 {
            return wrong(format!(
                "indptr runs from {} to {}, not from 0 to {}",
                indptr[0],
                indptr[major],
                indices.len()
            ));
        }
        if indptr.windows(2).any(|pair| pair[0] > pair[1]) {
            return wrong("indptr decreases".to_owned());
        }
        if let Some(index) = indices.iter().find(|index| **index as usize >= minor) {
            return wrong(format!("index {index} in a dimension of {minor}"));
        }
        Ok(Self { layout, shape, indptr, indices, values })
    }

    /// Which dimension is compressed.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Rows and columns.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// Where each row (CSR) or column (CSC) begins among the entries, and the number of entries.
    pub fn indptr(&self) -> &[u64] {
        &self.indptr
    }

    /// Column (CSR) or row (CSC) of each entry.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// The entries.
    pub fn values(&self) -> &Values {
        &self.values
    }
}

/// A matrix of cells and genes, or of cells and cells.
#[derive(Clone, Debug, PartialEq)]
pub enum Matrix {
    /// Every element stored; two dimensions.
    Dense(Array),
    /// Only what is not zero.
    Sparse(Sparse),
}

impl Matrix {
    /// Rows and columns; a dense array of another number of dimensions has none.
    pub fn shape(&self) -> Option<[usize; 2]> {
        match self {
            Self::Dense(array) => array.shape().try_into().ok(),
            Self::Sparse(sparse) => Some(sparse.shape()),
        }
    }
}
