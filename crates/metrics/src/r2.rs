//! Coefficient of determination of expression summed over cells.

use crate::cells::{Cells, Real, enough_cells, same_genes};
use crate::undefined::{Score, Undefined};

/// 1 - Σ(s - t)² / Σ(s - mean s)² over genes, where s and t are the sums over cells of the true and the predicted
/// matrix; at most 1, higher is better. Not symmetric.
///
/// Without spread of s it is 1 where s equals t and 0 elsewhere, as scikit-learn's `r2_score` has it. With unequal
/// numbers of cells s and t are means: sums would compare the numbers of cells.
pub fn r2<T: Real>(truth: &Cells<T>, predicted: &Cells<T>) -> Score {
    same_genes(truth, predicted)?;
    if truth.n_genes() < 2 {
        return Err(Undefined::Genes { needed: 2, found: truth.n_genes() });
    }
    enough_cells(truth, 1)?;
    enough_cells(predicted, 1)?;
    let (s, t) = if truth.n_cells() == predicted.n_cells() {
        (truth.gene_sums(), predicted.gene_sums())
    } else {
        (truth.gene_means(), predicted.gene_means())
    };
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
    fn means_are_compared_where_numbers_of_cells_differ() {
        let truth = cells(1, &[1.0, 2.0, 3.0]);
        assert_eq!(r2(&truth, &truth), Ok(1.0));
        // Sums are twice as large: they would give 1 - (1 + 4 + 9) / 2.
        assert_eq!(r2(&truth, &cells(2, &[1.0, 2.0, 3.0, 1.0, 2.0, 3.0])), Ok(1.0));
        // Means are 1, 2 and 4: 1 - 1 / 2.
        assert_eq!(r2(&truth, &cells(2, &[0.0, 2.0, 3.0, 2.0, 2.0, 5.0])), Ok(0.5));
    }

    #[test]
    fn no_cells_have_no_value() {
        let (none, one) = (Cells::<f64>::new(0, 3, Vec::new()).unwrap(), cells(1, &[1.0, 2.0, 3.0]));
        for (truth, predicted) in [(&none, &none), (&one, &none), (&none, &one)] {
            assert_eq!(r2(truth, predicted), Err(Undefined::Cells { needed: 1, found: 0 }));
        }
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
