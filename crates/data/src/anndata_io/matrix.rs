//! Matrices, whole or by rows.

use std::ops::Range;

use super::element::{encoding, join, node, plain, text};
use super::numbers::integers;
use crate::array::Array;
use crate::error::{DataError, DataProblem};
use crate::sparse::{Layout, Matrix, Sparse};
use crate::store::{Attribute, Kind, Node, Store};
use crate::values::{DataType, Values};

/// Numbers of `indptr` read at once when blocks of rows are planned.
const POINTERS: usize = 1 << 16;

/// Entries of a CSC matrix read at once while rows are looked for.
const ENTRIES: usize = 1 << 20;

/// A matrix in a file. Opening it reads shapes and types only.
pub struct MatrixReader<'a> {
    store: &'a dyn Store,
    path: String,
    shape: [usize; 2],
    data_type: DataType,
    /// Layout and number of entries; `None` for a dense matrix.
    sparse: Option<(Layout, usize)>,
}

impl<'a> MatrixReader<'a> {
    /// The matrix at `path`: an array of two dimensions or a group in CSR or CSC. An error where there is none or where
    /// its parts contradict each other.
    pub fn new(store: &'a dyn Store, path: &str) -> Result<Self, DataError> {
        match node(store, path)? {
            Node::Array { shape, kind: Kind::Plain(data_type) } => {
                let Ok(shape) = <[usize; 2]>::try_from(shape.as_slice()) else {
                    return Err(DataError::malformed(path, format!("the shape {shape:?} is no matrix")));
                };
                if data_type == DataType::Text {
                    return Err(DataError::malformed(path, "is a matrix of texts"));
                }
                Ok(Self { store, path: path.to_owned(), shape, data_type, sparse: None })
            }
            Node::Array { kind: Kind::Records(_), .. } => Err(unread(path, "a matrix of records")),
            Node::Array { kind: Kind::Other(what), .. } => Err(unread(path, &what)),
            Node::Group => Self::sparse(store, path),
        }
    }

    fn sparse(store: &'a dyn Store, path: &str) -> Result<Self, DataError> {
        let old = text(store, path, "h5sparse_format")?;
        let (layout, shape) = match (encoding(store, path)?.as_str(), old.as_deref()) {
            ("csr_matrix", _) => (Layout::Csr, "shape"),
            ("csc_matrix", _) => (Layout::Csc, "shape"),
            ("", Some("csr")) => (Layout::Csr, "h5sparse_shape"),
            ("", Some("csc")) => (Layout::Csc, "h5sparse_shape"),
            ("", None) => return Err(unread(path, "a group without an encoding as a matrix")),
            (other, _) => return Err(unread(path, &format!("a matrix in the encoding {other}"))),
        };
        let shape = match store.attribute(path, shape)? {
            Some(Attribute::Ints(lengths)) => {
                let lengths: Option<Vec<_>> = lengths.iter().map(|n| usize::try_from(*n).ok()).collect();
                lengths.and_then(|lengths| <[usize; 2]>::try_from(lengths).ok())
            }
            _ => None,
        };
        let shape = shape.ok_or_else(|| DataError::malformed(path, "has no shape of two lengths"))?;
        let length = |part: &str| match node(store, &join(path, part))? {
            Node::Array { shape, kind: Kind::Plain(data_type) } if shape.len() == 1 => {
                Ok((shape[0], data_type))
            }
            _ => Err(DataError::malformed(join(path, part), "is no vector of numbers")),
        };
        let ((n, data_type), (indices, _), (pointers, _)) =
            (length("data")?, length("indices")?, length("indptr")?);
        let major = if layout == Layout::Csr { shape[0] } else { shape[1] };
        if n != indices || pointers.checked_sub(1) != Some(major) {
            let why =
                format!("{n} values, {indices} indices and {pointers} pointers for {major} rows or columns");
            return Err(DataError::malformed(path, why));
        }
        if data_type == DataType::Text {
            return Err(DataError::malformed(path, "is a matrix of texts"));
        }
        Ok(Self { store, path: path.to_owned(), shape, data_type, sparse: Some((layout, n)) })
    }

    /// Rows and columns.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// Type of the elements.
    pub fn data_type(&self) -> DataType {
        self.data_type
    }

    /// Layout of a sparse matrix; `None` for a dense one.
    pub fn layout(&self) -> Option<Layout> {
        self.sparse.map(|(layout, _)| layout)
    }

    /// Number of entries that are stored: those of a sparse matrix, all elements of a dense one.
    pub fn stored(&self) -> usize {
        self.sparse.map_or(self.shape[0].saturating_mul(self.shape[1]), |(_, entries)| entries)
    }

    /// The whole matrix, in the layout that it has in the file.
    pub fn read(&self) -> Result<Matrix, DataError> {
        match self.sparse {
            Some((Layout::Csc, n)) => {
                let pointers = self.pointers(0..self.shape[1] + 1)?;
                self.part(Layout::Csc, self.shape, &pointers, 0..n)
            }
            _ => self.rows(0..self.shape[0]),
        }
    }

    /// The rows in `range`. A dense or CSR matrix takes memory for these rows and reads no other; the rows of a CSC
    /// matrix are scattered, so that every call reads all of it, in memory for these rows, and gives them as CSR.
    pub fn rows(&self, range: Range<usize>) -> Result<Matrix, DataError> {
        if range.start > range.end || range.end > self.shape[0] {
            let why = format!("rows {} to {} of {}", range.start, range.end, self.shape[0]);
            return Err(DataError::malformed(&self.path, why));
        }
        let shape = [range.len(), self.shape[1]];
        match self.sparse {
            None => {
                let whole = range.len() == self.shape[0];
                let rows = if whole {
                    plain(self.store, &self.path)
                } else {
                    self.store.read_range(&self.path, range)
                };
                Ok(Matrix::Dense(rows?))
            }
            Some((Layout::Csr, _)) => {
                let pointers = self.pointers(range.start..range.end + 1)?;
                let entries = pointers[0] as usize..pointers[range.len()] as usize;
                self.part(Layout::Csr, shape, &pointers, entries)
            }
            Some((Layout::Csc, _)) => self.scattered(range),
        }
    }

    /// The rows in order, in blocks of about `bytes` bytes of elements and of at least one row. For a CSC matrix the
    /// cost of [`Self::rows`] is that of every block.
    pub fn blocks(&self, bytes: usize) -> Blocks<'_, 'a> {
        Blocks { matrix: self, bytes, next: 0, pointers: 0..0, ahead: Vec::new() }
    }

    /// Numbers of `indptr`, which do not decrease and stay within the entries.
    fn pointers(&self, range: Range<usize>) -> Result<Vec<u64>, DataError> {
        let entries = self.sparse.map_or(0, |(_, entries)| entries) as u64;
        let path = join(&self.path, "indptr");
        let pointers: Vec<u64> = integers(self.store.read_range(&path, range)?.values(), &path)?;
        if pointers.windows(2).any(|pair| pair[0] > pair[1])
            || pointers.iter().any(|pointer| *pointer > entries)
        {
            return Err(DataError::malformed(path, format!("decreases or points beyond {entries} entries")));
        }
        Ok(pointers)
    }

    fn entries(&self, range: Range<usize>) -> Result<(Vec<u32>, Values), DataError> {
        let path = join(&self.path, "indices");
        let indices = match self.store.read_range(&path, range.clone())?.into_values() {
            Values::U32(indices) => indices,
            other => integers(&other, &path)?,
        };
        Ok((indices, self.store.read_range(&join(&self.path, "data"), range)?.into_values()))
    }

    fn part(
        &self,
        layout: Layout,
        shape: [usize; 2],
        pointers: &[u64],
        entries: Range<usize>,
    ) -> Result<Matrix, DataError> {
        let first = pointers.first().copied().unwrap_or(0);
        let (indices, values) = self.entries(entries)?;
        let pointers = pointers.iter().map(|pointer| pointer - first).collect();
        let sparse = Sparse::new(layout, shape, pointers, indices, values);
        Ok(Matrix::Sparse(sparse.map_err(|problem| problem.under(&self.path))?))
    }

    /// Rows of a CSC matrix as CSR: one pass counts, one pass places.
    fn scattered(&self, range: Range<usize>) -> Result<Matrix, DataError> {
        let pointers = self.pointers(0..self.shape[1] + 1)?;
        let mut found: Vec<(u32, u32)> = Vec::new();
        let mut values: Option<Values> = None;
        let all = pointers.last().copied().unwrap_or(0) as usize;
        let mut column = 0_usize;
        for start in (pointers[0] as usize..all).step_by(ENTRIES) {
            let (rows, data) = self.entries(start..all.min(start + ENTRIES))?;
            let mut kept = Vec::new();
            for (position, row) in rows.iter().enumerate() {
                while pointers[column + 1] <= (start + position) as u64 {
                    column += 1;
                }
                let row = *row as usize;
                if row >= self.shape[0] {
                    let why = format!("row {row} of {}", self.shape[0]);
                    return Err(DataError::malformed(join(&self.path, "indices"), why));
                }
                if range.contains(&row) {
                    kept.push(position);
                    found.push(((row - range.start) as u32, column as u32));
                }
            }
            let outside = || DataError::malformed(&self.path, "values are missing");
            let more = data.take(&kept).ok_or_else(outside)?;
            match &mut values {
                None => values = Some(more),
                Some(values) => values.append(more)?,
            }
        }
        // Columns ascend already: a stable sort by row leaves them so within each.
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by_key(|position| found[*position].0);
        let mut starts = vec![0_u64; range.len() + 1];
        for (row, _) in &found {
            starts[*row as usize + 1] += 1;
        }
        for row in 0..range.len() {
            starts[row + 1] += starts[row];
        }
        let indices = order.iter().map(|position| found[*position].1).collect();
        let empty = || self.store.read_range(&join(&self.path, "data"), 0..0).map(Array::into_values);
        let values = values.map_or_else(empty, Ok)?;
        let values =
            values.take(&order).ok_or_else(|| DataError::malformed(&self.path, "values are missing"))?;
        let sparse = Sparse::new(Layout::Csr, [range.len(), self.shape[1]], starts, indices, values);
        Ok(Matrix::Sparse(sparse.map_err(|problem| problem.under(&self.path))?))
    }
}

/// Blocks of rows in order; each with the number of its first row.
pub struct Blocks<'r, 'a> {
    matrix: &'r MatrixReader<'a>,
    bytes: usize,
    next: usize,
    /// Rows whose pointers are in `ahead`, which has one more.
    pointers: Range<usize>,
    ahead: Vec<u64>,
}

impl Blocks<'_, '_> {
    /// One past the last row of the block that begins at `self.next`.
    fn end(&mut self) -> Result<usize, DataError> {
        let rows = self.matrix.shape[0];
        let width = self.matrix.data_type.width().unwrap_or(1);
        let Some((Layout::Csr, _)) = self.matrix.sparse else {
            // All rows of a CSC matrix are taken to have as many entries.
            let row = match self.matrix.sparse {
                Some((_, n)) => (n / rows.max(1)).saturating_mul(width + 4),
                None => self.matrix.shape[1].saturating_mul(width),
            };
            return Ok(rows.min(self.next.saturating_add((self.bytes / row.max(1)).max(1))));
        };
        if !self.pointers.contains(&self.next) || self.pointers.end - self.next < POINTERS / 2 {
            self.pointers = self.next..rows.min(self.next.saturating_add(POINTERS));
            self.ahead = self.matrix.pointers(self.pointers.start..self.pointers.end + 1)?;
        }
        let ahead = &self.ahead[self.next - self.pointers.start..];
        let most = ahead[0].saturating_add((self.bytes / (width + 4)) as u64);
        let fit = ahead.partition_point(|pointer| *pointer <= most);
        Ok(self.next + fit.saturating_sub(1).clamp(1, ahead.len() - 1))
    }
}

impl Iterator for Blocks<'_, '_> {
    type Item = Result<(usize, Matrix), DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next;
        if start >= self.matrix.shape[0] {
            return None;
        }
        let block = self.end().and_then(|end| {
            self.next = end;
            Ok((start, self.matrix.rows(start..end)?))
        });
        if block.is_err() {
            self.next = usize::MAX;
        }
        Some(block)
    }
}

fn unread(path: &str, what: &str) -> DataError {
    DataError::new(path, DataProblem::Unsupported(what.to_owned()))
}
