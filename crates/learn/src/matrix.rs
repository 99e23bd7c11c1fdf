//! Matrices in row order: borrowed ones of either width, and owned ones of 64 bits.

use crate::error::LearnError;

/// Largest magnitude of a value: squares of it can be summed.
const LARGEST: f64 = 1e100;

/// Floats of 32 or 64 bits.
pub trait Real: Copy + Into<f64> + Send + Sync {}

impl Real for f32 {}
impl Real for f64 {}

/// A borrowed matrix, row after row.
#[derive(Clone, Copy, Debug)]
pub struct MatrixView<'a, T = f64> {
    values: &'a [T],
    rows: usize,
    columns: usize,
}

impl<'a, T: Real> MatrixView<'a, T> {
    /// A view of `values` as `rows` rows of `columns` each; [`LearnError::Shape`] if that is another number.
    pub fn new(values: &'a [T], rows: usize, columns: usize) -> Result<Self, LearnError> {
        if rows.checked_mul(columns) != Some(values.len()) {
            return Err(LearnError::Shape { values: values.len(), rows, columns });
        }
        Ok(Self { values, rows, columns })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// A copy of 64 bits. [`LearnError::NotFinite`] where a value is not a number, infinite or beyond 1e100,
    /// [`LearnError::NoColumns`] where there is no column.
    pub fn to_dense(&self) -> Result<Dense, LearnError> {
        if self.columns == 0 {
            return Err(LearnError::NoColumns);
        }
        let values: Vec<f64> = self.values.iter().map(|value| (*value).into()).collect();
        if let Some(at) = values.iter().position(|value| value.is_nan() || value.abs() > LARGEST) {
            return Err(LearnError::NotFinite { row: at / self.columns, column: at % self.columns });
        }
        Ok(Dense { values, rows: self.rows, columns: self.columns })
    }
}

/// An owned matrix, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    values: Vec<f64>,
    rows: usize,
    columns: usize,
}

impl Dense {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { values: vec![0.0; rows * columns], rows, columns }
    }

    /// A matrix whose element in row i, column j is `value(i, j)`.
    pub fn from_fn(rows: usize, columns: usize, mut value: impl FnMut(usize, usize) -> f64) -> Self {
        let mut matrix = Self::zeros(rows, columns);
        for i in 0..rows {
            for (j, slot) in matrix.row_mut(i).iter_mut().enumerate() {
                *slot = value(i, j);
            }
        }
        matrix
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row after row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All values, to change.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..][..self.columns]
    }

    /// One row, to change.
    pub fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.values[row * self.columns..][..self.columns]
    }

    /// All of it as a view.
    pub fn view(&self) -> MatrixView<'_> {
        MatrixView { values: &self.values, rows: self.rows, columns: self.columns }
    }

    /// Rows as columns.
    pub fn transposed(&self) -> Self {
        const TILE: usize = 32;
        let mut turned = Self::zeros(self.columns, self.rows);
        for i in (0..self.rows).step_by(TILE) {
            for j in (0..self.columns).step_by(TILE) {
                for row in i..(i + TILE).min(self.rows) {
                    for column in j..(j + TILE).min(self.columns) {
                        turned.values[column * self.rows + row] = self.values[row * self.columns + column];
                    }
                }
            }
        }
        turned
    }

    /// Mean of each column; zeros where there is no row.
    pub fn column_means(&self) -> Vec<f64> {
        let mut means = vec![0.0; self.columns];
        for row in 0..self.rows {
            for (mean, value) in means.iter_mut().zip(self.row(row)) {
                *mean += value;
            }
        }
        let n = self.rows.max(1) as f64;
        means.iter_mut().for_each(|mean| *mean /= n);
        means
    }

    /// Takes `means` off the columns.
    pub(crate) fn subtract_from_rows(&mut self, means: &[f64]) {
        for row in 0..self.rows {
            for (value, mean) in self.row_mut(row).iter_mut().zip(means) {
                *value -= mean;
            }
        }
    }
}

/// Scalar product, in four interleaved sums.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (a_whole, a_rest) = a.as_chunks::<4>();
    let (b_whole, b_rest) = b.as_chunks::<4>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Adds `factor` times `from` to `to`.
pub fn add_scaled(to: &mut [f64], factor: f64, from: &[f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}
