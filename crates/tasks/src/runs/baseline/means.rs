//! Means of genes.

use super::rows::{MaskedRows, Row};
use crate::TaskError;
use crate::entries::Float;

/// Mean of each gene over the cells in which it is not masked; 0 where it is masked in all.
pub struct Means {
    means: Vec<f64>,
    total: f64,
    /// Whether a value that is not masked is below 0.
    pub any_negative: bool,
}

impl Means {
    /// Reads all rows.
    pub fn of<T: Float>(rows: &MaskedRows<'_>) -> Result<Self, TaskError> {
        let [n_cells, n_genes] = rows.shape();
        let (mut sums, mut counts) = (vec![0.0; n_genes], vec![n_cells as u64; n_genes]);
        let mut any_negative = false;
        rows.each::<T>(|_, _, _, row| {
            for (column, value) in &row.known {
                sums[*column as usize] += (*value).into();
                any_negative |= *value < T::ZERO;
            }
            row.holes.iter().for_each(|column| counts[*column as usize] -= 1);
            Ok(())
        })?;
        let mean = |(sum, count): (f64, u64)| if count > 0 { sum / count as f64 } else { 0.0 };
        let means: Vec<f64> = sums.into_iter().zip(counts).map(mean).collect();
        Ok(Self { total: means.iter().sum(), means, any_negative })
    }

    /// All means.
    pub fn all(&self) -> &[f64] {
        &self.means
    }

    /// Mean of one gene.
    pub fn mean(&self, column: u32) -> f64 {
        self.means.get(column as usize).copied().unwrap_or(0.0)
    }

    /// Sum of a row's known values over that of the means of the same genes; 0 where that is not above 0.
    pub fn depth<T: Float>(&self, row: &Row<T>) -> f64 {
        let known: f64 = row.known.iter().map(|(_, value)| (*value).into()).sum();
        let expected = self.total - row.holes.iter().map(|column| self.mean(*column)).sum::<f64>();
        if expected > 0.0 { known / expected } else { 0.0 }
    }
}
