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

    /// The rows at `rows` and the columns at `columns`, in that order and in the same layout; `None` where one lies
    /// outside. A position may be asked for more than once.
    pub fn subset(&self, rows: &[usize], columns: &[usize]) -> Option<Self> {
        let [n_rows, n_columns] = self.shape;
        let (major, minor, n_minor) = match self.layout {
            Layout::Csr => (rows, columns, n_columns),
            Layout::Csc => (columns, rows, n_rows),
        };
        // Where each old position of the other dimension goes: a list, since it may go to several places.
        let mut places = vec![Vec::new(); n_minor];
        for (new, old) in minor.iter().enumerate() {
            places.get_mut(*old)?.push(u32::try_from(new).ok()?);
        }
        let shape = [rows.len(), columns.len()];
        self.gather(major, shape, |entry, keep| {
            let places = self.indices.get(entry).and_then(|index| places.get(*index as usize));
            keep.extend(places.into_iter().flatten().map(|place| (*place, entry)));
        })
    }

    /// The rows at these positions with all columns, in the same layout; `None` where one lies outside.
    pub fn take_rows(&self, rows: &[usize]) -> Option<Self> {
        match self.layout {
            Layout::Csr => {
                let indices = &self.indices;
                self.gather(rows, [rows.len(), self.shape[1]], |entry, keep| {
                    keep.extend(indices.get(entry).map(|index| (*index, entry)));
                })
            }
            Layout::Csc => {
                let columns: Vec<usize> = (0..self.shape[1]).collect();
                self.subset(rows, &columns)
            }
        }
    }

    /// The rows (CSR) or columns (CSC) at `major`: of each entry what `keep` adds, a new position and the entry.
    fn gather(
        &self,
        major: &[usize],
        shape: [usize; 2],
        keep: impl Fn(usize, &mut Vec<(u32, usize)>),
    ) -> Option<Self> {
        let (mut indptr, mut kept) = (vec![0], Vec::new());
        for position in major {
            let next = position.checked_add(1)?;
            let from = usize::try_from(*self.indptr.get(*position)?).ok()?;
            let to = usize::try_from(*self.indptr.get(next)?).ok()?;
            (from..to).for_each(|entry| keep(entry, &mut kept));
            indptr.push(kept.len() as u64);
        }
        let (indices, entries): (Vec<u32>, Vec<usize>) = kept.into_iter().unzip();
        let values = self.values.take(&entries)?;
        Some(Self { layout: self.layout, shape, indptr, indices, values })
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
    /// The rows at these positions; `None` where one lies outside or there are not two dimensions.
    pub fn take_rows(&self, rows: &[usize]) -> Option<Self> {
        match self {
            Self::Sparse(sparse) => sparse.take_rows(rows).map(Self::Sparse),
            Self::Dense(array) if array.shape().len() == 2 => array.take_rows(rows).map(Self::Dense),
            Self::Dense(_) => None,
        }
    }

    /// The rows at `rows` and the columns at `columns`, in that order; `None` where one lies outside or there are not two
    /// dimensions.
    pub fn subset(&self, rows: &[usize], columns: &[usize]) -> Option<Self> {
        match self {
            Self::Sparse(sparse) => sparse.subset(rows, columns).map(Self::Sparse),
            Self::Dense(array) => {
                let [n_rows, n_columns] = array.shape().try_into().ok()?;
                if rows.iter().any(|row| *row >= n_rows) || columns.iter().any(|column| *column >= n_columns)
                {
                    return None;
                }
                let mut positions = Vec::with_capacity(rows.len().checked_mul(columns.len())?);
                for row in rows {
                    positions.extend(columns.iter().map(|column| row * n_columns + column));
                }
                let values = array.values().take(&positions)?;
                Array::new(vec![rows.len(), columns.len()], values).ok().map(Self::Dense)
            }
        }
    }

    /// Rows and columns; a dense array of another number of dimensions has none.
    pub fn shape(&self) -> Option<[usize; 2]> {
        match self {
            Self::Dense(array) => array.shape().try_into().ok(),
            Self::Sparse(sparse) => Some(sparse.shape()),
        }
    }
}
