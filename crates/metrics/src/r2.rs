//! Coefficient of determination of expression summed over cells.

use crate::cells::{Cells, Real, same_genes};
use crate::undefined::{Score, Undefined};

/// 1 - Σ(s - t)² / Σ(s - mean s)² over genes, where s and t are the sums over cells of the true and the predicted
/// matrix; at most 1, higher is better. Not symmetric.
///
/// Without spread of s it is 1 where s equals t and 0 elsewhere, as scikit-learn's `r2_score` has it. Sums and not
/// means: with unequal numbers of cells the two differ.
pub fn r2<T: Real>(truth: &Cells<T>, predicted: &Cells<T>) -> Score {
    same_genes(truth, predicted)?;
    if truth.n_genes() < 2 {
        return Err(Undefined::Genes { needed: 2, found: truth.n_genes() });
    }
    let (s, t) = (truth.gene_sums(), predicted.gene_sums());
    let mean = s.iter().sum::<f64>() / s.len() as f64;
    let residual: f64 = s.iter().zip(&t).map(|(s, t)| (s - t) * (s - t)).sum();
    let total: f64 = s.iter().map(|s| (s - mean) * (s - mean)).sum();
    Ok(match (residual == 0.0, total == 0.0) {
        (true, _) => 1.0,
        (false, true) => 0.0,
        (false, false) => 1.0 - residual / total,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(n_cells: usize, values: &[f64]) -> Cells<f64> {
        Cells::new(n_cells, values.len() / n_cells, values.to_vec()).unwrap()
    }

    #[test]
    fn sums_are_compared_and_not_means() {
        let truth = cells(1, &[1.0, 2.0, 3.0]);
        assert_eq!(r2(&truth, &truth), Ok(1.0));
        // Twice the cells: sums are twice as large. 1 - (1 + 4 + 9) / 2.
        assert_eq!(r2(&truth, &cells(2, &[1.0, 2.0, 3.0, 1.0, 2.0, 3.0])), Ok(-6.0));
    }

    #[test]
    fn degenerate_genes() {
        let flat = cells(1, &[2.0, 2.0]);
        assert_eq!(r2(&flat, &flat), Ok(1.0));
        assert_eq!(r2(&flat, &cells(1, &[2.0, 3.0])), Ok(0.0));
        assert_eq!(r2(&cells(1, &[2.0]), &cells(1, &[2.0])), Err(Undefined::Genes { needed: 2, found: 1 }));
        assert!(matches!(r2(&flat, &cells(1, &[2.0])), Err(Undefined::Unpaired { what: "genes", .. })));
    }
}
