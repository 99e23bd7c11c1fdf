//! Matrices of cells by genes.

use crate::radix::radix_sort;
use crate::undefined::Undefined;

/// An element type: floats of 32 or 64 bits. Arithmetic is always done in 64 bits.
pub trait Real: Copy + PartialOrd + Send + Sync + 'static {
    /// An integer that orders as the numbers do; both zeros have one.
    type Key: Copy + Ord + Send + Default;

    /// 0.
    const ZERO: Self;

    /// The nearest number of the type.
    fn of(value: f64) -> Self;

    /// The number in 64 bits, exactly.
    fn to_f64(self) -> f64;

    /// The integer that orders as the numbers do. What is no number has some place.
    fn key(self) -> Self::Key;

    /// The square, rounded to the precision of the type, as NumPy has it.
    fn square(self) -> f64;

    /// The sum, rounded to the precision of the type.
    fn plus(self, other: Self) -> Self;

    /// The mean that has this sum over `n` values, rounded to the precision of the type.
    fn mean(self, n: usize) -> f64;

    /// Sorts keys; `scratch` is room that calls may share.
    fn sort(keys: &mut Vec<Self::Key>, scratch: &mut Vec<Self::Key>);
}

macro_rules! real {
    ($float:ty, $bits:ty, $sort:expr) => {
        impl Real for $float {
            type Key = $bits;

            const ZERO: Self = 0.0;

            fn of(value: f64) -> Self {
                value as $float
            }

            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            fn key(self) -> $bits {
                const SIGN: $bits = 1 << (<$bits>::BITS - 1);
                // Adding zero makes one zero of both.
                let bits = (self + 0.0).to_bits();
                if bits & SIGN == 0 { bits | SIGN } else { !bits }
            }

            fn square(self) -> f64 {
                f64::from(self * self)
            }

            fn plus(self, other: Self) -> Self {
                self + other
            }

            fn mean(self, n: usize) -> f64 {
                f64::from((f64::from(self) / n as f64) as $float)
            }

            fn sort(keys: &mut Vec<$bits>, scratch: &mut Vec<$bits>) {
                $sort(keys, scratch);
            }
        }
    };
}
real!(f32, u32, radix_sort);
real!(f64, u64, |keys: &mut Vec<u64>, _: &mut Vec<u64>| keys.sort_unstable());

/// A matrix of cells (rows) by genes (columns), every element stored, one cell after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells<T> {
    n_cells: usize,
    n_genes: usize,
    values: Vec<T>,
}

/// Values that do not fill the shape, or are no numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// Another number of values.
    #[error("{found} values for {n_cells} cells by {n_genes} genes")]
    Length {
        /// Values given.
        found: usize,
        /// Rows.
        n_cells: usize,
        /// Columns.
        n_genes: usize,
    },
    /// Not a number, or infinite.
    #[error("{count} values are not finite, the first one in cell {cell}, gene {gene}")]
    NotFinite {
        /// How many.
        count: usize,
        /// Row of the first, from 0.
        cell: usize,
        /// Column of the first, from 0.
        gene: usize,
    },
}

impl<T: Real> Cells<T> {
    /// A matrix; all values must be finite.
    pub fn new(n_cells: usize, n_genes: usize, values: Vec<T>) -> Result<Self, ShapeError> {
        if n_cells.checked_mul(n_genes) != Some(values.len()) {
            return Err(ShapeError::Length { found: values.len(), n_cells, n_genes });
        }
        let wrong = |value: &T| !value.to_f64().is_finite();
        if let Some(first) = values.iter().position(wrong) {
            let count = values.iter().filter(|value| wrong(value)).count();
            return Err(ShapeError::NotFinite { count, cell: first / n_genes, gene: first % n_genes });
        }
        Ok(Self { n_cells, n_genes, values })
    }

    /// Rows.
    pub fn n_cells(&self) -> usize {
        self.n_cells
    }

    /// Columns.
    pub fn n_genes(&self) -> usize {
        self.n_genes
    }

    /// All values, one cell after the other.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All values, without the shape.
    pub fn into_values(self) -> Vec<T> {
        self.values
    }

    /// The values of one cell.
    pub fn cell(&self, cell: usize) -> &[T] {
        &self.values[cell * self.n_genes..][..self.n_genes]
    }

    /// Puts 0 where a value is negative.
    pub fn clip(&mut self) {
        for value in &mut self.values {
            if *value < T::ZERO {
                *value = T::ZERO;
            }
        }
    }

    /// Sums over cells, one a gene, in order of the cells.
    pub fn gene_sums(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.n_genes];
        if self.n_genes > 0 {
            for cell in self.values.chunks_exact(self.n_genes) {
                for (sum, value) in sums.iter_mut().zip(cell) {
                    *sum += value.to_f64();
                }
            }
        }
        sums
    }

    /// Means over cells, one a gene, with every step rounded to the precision of the type, as NumPy means the rows of a
    /// dense array; NaN without cells.
    pub(crate) fn gene_means_as_stored(&self) -> Vec<f64> {
        let mut sums = vec![T::ZERO; self.n_genes];
        for cell in 0..self.n_cells {
            for (sum, value) in sums.iter_mut().zip(self.cell(cell)) {
                *sum = sum.plus(*value);
            }
        }
        sums.into_iter().map(|sum| sum.mean(self.n_cells)).collect()
    }

    /// In how many cells each gene is above 0.
    pub fn expressing_cells(&self) -> Vec<usize> {
        let mut counts = vec![0; self.n_genes];
        for cell in 0..self.n_cells {
            for (count, value) in counts.iter_mut().zip(self.cell(cell)) {
                *count += usize::from(*value > T::ZERO);
            }
        }
        counts
    }

    /// Means over cells, one a gene; NaN without cells.
    pub fn gene_means(&self) -> Vec<f64> {
        let n = self.n_cells as f64;
        self.gene_sums().into_iter().map(|sum| sum / n).collect()
    }
}

/// An error unless both have as many genes.
pub(crate) fn same_genes<T: Real>(truth: &Cells<T>, predicted: &Cells<T>) -> Result<(), Undefined> {
    let (truth, predicted) = (truth.n_genes, predicted.n_genes);
    if truth == predicted { Ok(()) } else { Err(Undefined::Unpaired { what: "genes", truth, predicted }) }
}

/// An error unless there are at least `needed` cells.
pub(crate) fn enough_cells<T: Real>(cells: &Cells<T>, needed: usize) -> Result<(), Undefined> {
    let found = cells.n_cells;
    if found >= needed { Ok(()) } else { Err(Undefined::Cells { needed, found }) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_matrix_is_refused() {
        assert!(matches!(Cells::new(2, 2, vec![1.0_f32; 3]), Err(ShapeError::Length { found: 3, .. })));
        let wrong = Cells::new(2, 2, vec![0.0, 1.0, f64::NAN, f64::INFINITY]);
        assert_eq!(wrong, Err(ShapeError::NotFinite { count: 2, cell: 1, gene: 0 }));
        assert_eq!(Cells::new(0, 5, Vec::<f64>::new()).unwrap().gene_sums(), [0.0; 5]);
        assert!(Cells::new(usize::MAX, 2, Vec::<f64>::new()).is_err());
    }

    proptest! {
        #[test]
        fn keys_order_as_numbers_do(a: f32, b: f32, c: f64, d: f64) {
            prop_assume!(!a.is_nan() && !b.is_nan() && !c.is_nan() && !d.is_nan());
            prop_assert_eq!(a.partial_cmp(&b).unwrap(), a.key().cmp(&b.key()));
            prop_assert_eq!(c.partial_cmp(&d).unwrap(), c.key().cmp(&d.key()));
        }
    }

    #[test]
    fn both_zeros_are_one() {
        assert_eq!((-0.0_f32).key(), 0.0_f32.key());
        assert!((-1e-40_f32).key() < 0.0_f32.key() && 0.0_f32.key() < 1e-40_f32.key());
    }
}
