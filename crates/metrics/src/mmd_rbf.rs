//! Maximum mean discrepancy with a Gaussian kernel.

use crate::cells::{Cells, Real, enough_cells, same_genes};
use crate::distances::{Points, mean_between, mean_within};
use crate::exponential::exp_negative;
use crate::undefined::Score;

/// E k(x, x') + E k(y, y') - 2·E k(x, y) over all pairs, each cell with itself included (the biased estimate of A. Gretton
/// et al., "A kernel two-sample test", 2012, without a root), where k(a, b) = exp(-gamma ‖a - b‖²). Between 0 and 2 up to
/// rounding, lower is better; cells need not be paired. `gamma` is at least 0.
pub fn mmd_rbf<T: Real>(truth: &Cells<T>, predicted: &Cells<T>, gamma: f64) -> Score {
    same_genes(truth, predicted)?;
    enough_cells(truth, 1)?;
    enough_cells(predicted, 1)?;
    let kernel = move |squared: f64| [exp_negative(-gamma * squared)];
    let (x, y) = (Points::of_cells(&[truth]), Points::of_cells(&[predicted]));
    let ([of_x], [of_y]) = (mean_within(&x, kernel), mean_within(&y, kernel));
    let [between] = mean_between(&x, &y, kernel);
    Ok(of_x + of_y - 2.0 * between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cells_each() {
        let x = Cells::new(2, 1, vec![0.0, 1.0]).unwrap();
        let y = Cells::new(1, 1, vec![2.0]).unwrap();
        let e = |d: f64| libm::exp(-0.5 * d * d);
        let expected = (2.0 + 2.0 * e(1.0)) / 4.0 + 1.0 - 2.0 * (e(2.0) + e(1.0)) / 2.0;
        assert!((mmd_rbf(&x, &y, 0.5).unwrap() - expected).abs() < 1e-15);
        assert!(mmd_rbf(&x, &x, 0.5).unwrap().abs() < 1e-15);
        assert!((mmd_rbf(&x, &Cells::new(1, 1, vec![1e6]).unwrap(), 1.0).unwrap() - 1.0).abs() < 1.0);
    }
}
