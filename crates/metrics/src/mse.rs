//! Mean squared error.

use rayon::prelude::*;

use crate::cells::{Cells, Real, enough_cells, same_genes};
use crate::undefined::{Score, Undefined};

/// Values that are summed in one go; fixed, so that the sum does not depend on the number of threads.
const BLOCK: usize = 1 << 16;

/// Mean of (true - predicted)² over cells and genes, which must be paired; at least 0, lower is better.
pub fn mse<T: Real>(truth: &Cells<T>, predicted: &Cells<T>) -> Score {
    same_genes(truth, predicted)?;
    enough_cells(truth, 1)?;
    if truth.n_genes() == 0 {
        return Err(Undefined::Genes { needed: 1, found: 0 });
    }
    let (n_truth, n_predicted) = (truth.n_cells(), predicted.n_cells());
    if n_truth != n_predicted {
        return Err(Undefined::Unpaired { what: "cells", truth: n_truth, predicted: n_predicted });
    }
    let blocks: Vec<f64> = truth
        .values()
        .par_chunks(BLOCK)
        .zip(predicted.values().par_chunks(BLOCK))
        .map(|(truth, predicted)| {
            let square = |(a, b): (&T, &T)| (a.to_f64() - b.to_f64()) * (a.to_f64() - b.to_f64());
            truth.iter().zip(predicted).map(square).sum()
        })
        .collect();
    Ok(blocks.iter().sum::<f64>() / truth.values().len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_averaged_over_all() {
        let truth = Cells::new(2, 2, vec![1.0_f32, 2.0, 3.0, 4.0]).unwrap();
        let predicted = Cells::new(2, 2, vec![1.0_f32, 4.0, 3.0, 3.0]).unwrap();
        assert_eq!(mse(&truth, &predicted), Ok(1.25));
        assert_eq!(mse(&truth, &truth), Ok(0.0));
        let fewer = Cells::new(1, 2, vec![1.0_f32, 2.0]).unwrap();
        assert!(matches!(mse(&truth, &fewer), Err(Undefined::Unpaired { what: "cells", .. })));
    }
}
