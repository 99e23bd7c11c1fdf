//! Cells in the coordinates of few directions.

use rayon::prelude::*;

use crate::cells::{Cells, Real, ShapeError};

/// Directions in the space of genes.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    n_genes: usize,
    n_components: usize,
    /// Weights of all directions in one gene, then those in the next.
    weights: Vec<f64>,
}

impl Projection {
    /// Directions as a matrix of genes by components, gene after gene; all weights must be finite.
    pub fn new(n_genes: usize, n_components: usize, weights: Vec<f64>) -> Result<Self, ShapeError> {
        Cells::new(n_genes, n_components, weights).map(|checked| Self {
            n_genes,
            n_components,
            weights: checked.into_values(),
        })
    }

    /// Number of genes.
    pub fn n_genes(&self) -> usize {
        self.n_genes
    }

    /// Number of directions.
    pub fn n_components(&self) -> usize {
        self.n_components
    }

    /// The largest difference of a scalar product of two directions from what orthogonal directions of length 1 have.
    pub fn departure(&self) -> f64 {
        let mut largest = 0.0_f64;
        for first in 0..self.n_components {
            for second in 0..=first {
                let product: f64 = self
                    .weights
                    .chunks_exact(self.n_components)
                    .map(|weights| weights[first] * weights[second])
                    .sum();
                largest = largest.max((product - f64::from(u8::from(first == second))).abs());
            }
        }
        largest
    }

    /// Coordinates of cells, cells by directions. Nothing is subtracted before: what all cells have in common does not
    /// change distances, which is what coordinates are for here.
    ///
    /// Distances are those between the cells' reconstructions from the directions, if these are orthogonal and of
    /// length 1. `cells` must have [`Self::n_genes`] genes.
    pub fn apply<T: Real>(&self, cells: &Cells<T>) -> Result<Cells<f64>, ShapeError> {
        if cells.n_genes() != self.n_genes {
            let (n_cells, n_genes) = (cells.n_cells(), self.n_genes);
            return Err(ShapeError::Length { found: cells.values().len(), n_cells, n_genes });
        }
        let mut scores = vec![0.0; cells.n_cells() * self.n_components];
        if self.n_components > 0 {
            scores.par_chunks_exact_mut(self.n_components).enumerate().for_each(|(cell, scores)| {
                pulp::Arch::new().dispatch(Coordinates { projection: self, cell: cells.cell(cell), scores });
            });
        }
        Cells::new(cells.n_cells(), self.n_components, scores)
    }
}

/// Coordinates of one cell, in the order of the genes whatever the width of the vectors.
struct Coordinates<'a, T> {
    projection: &'a Projection,
    cell: &'a [T],
    scores: &'a mut [f64],
}

impl<T: Real> pulp::WithSimd for Coordinates<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let weights = self.projection.weights.chunks_exact(self.projection.n_components);
        for (value, weights) in self.cell.iter().zip(weights) {
            let value = value.to_f64();
            // Most genes are 0 in most cells.
            if value != 0.0 {
                for (score, weight) in self.scores.iter_mut().zip(weights) {
                    *score += value * weight;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagonal_direction() {
        let half = 0.5_f64.sqrt();
        let projection = Projection::new(2, 1, vec![half, half]).unwrap();
        assert!(projection.departure() < 1e-15);
        let cells = Cells::new(2, 2, vec![1.0_f32, 3.0, 0.0, 0.0]).unwrap();
        let scores = projection.apply(&cells).unwrap();
        assert!((scores.values()[0] - 4.0 * half).abs() < 1e-15);
        assert_eq!(scores.values()[1], 0.0);
        assert_eq!(Projection::new(2, 1, vec![1.0, 1.0]).unwrap().departure(), 1.0);
        assert!(Projection::new(3, 1, vec![1.0; 2]).is_err());
        assert!(Projection::new(3, 1, vec![1.0; 3]).unwrap().apply(&cells).is_err());
    }
}
