//! Maximum mean discrepancy with a Gaussian kernel.

use crate::cells::{Cells, Real};
use crate::energy_distance::energy_distance_and_mmd_rbf;
use crate::undefined::Score;

/// Cells of each set between which the median distance is looked for.
const SAMPLE: usize = 100;

/// E k(x, x') + E k(y, y') - 2·E k(x, y) over all pairs, each cell with itself included (the biased estimate of A. Gretton
/// et al., "A kernel two-sample test", 2012, without a root), where k(a, b) = exp(-gamma ‖a - b‖²). Between 0 and 2 up to
/// rounding, lower is better; cells need not be paired. `gamma` is at least 0.
///
/// Undefined where the kernel is saturated: where it is near 0 or near 1 for all pairs of different cells, only the pairs
/// of a cell with itself count, and the value follows from the numbers of cells.
pub fn mmd_rbf<T: Real>(truth: &Cells<T>, predicted: &Cells<T>, gamma: f64) -> Score {
    energy_distance_and_mmd_rbf(truth, predicted, gamma)?.1
}

/// Returns 1 / (2 m²), where m is the median distance of different cells of both sets (the heuristic of A. Gretton et al.,
/// 2012), with four digits; `None` if all cells are equal. Of large sets it takes cells at equal steps.
pub(crate) fn median_heuristic<T: Real>(truth: &Cells<T>, predicted: &Cells<T>) -> Option<f64> {
    let sample = |cells: &Cells<T>| {
        let step = cells.n_cells().div_ceil(SAMPLE).max(1);
        (0..cells.n_cells()).step_by(step).collect::<Vec<_>>()
    };
    let mut rows: Vec<&[T]> = sample(truth).into_iter().map(|cell| truth.cell(cell)).collect();
    rows.extend(sample(predicted).into_iter().map(|cell| predicted.cell(cell)));
    let mut squares = Vec::new();
    for (at, a) in rows.iter().enumerate() {
        for b in &rows[..at] {
            let difference = |(a, b): (&T, &T)| a.to_f64() - b.to_f64();
            let square: f64 = a.iter().zip(*b).map(|pair| difference(pair) * difference(pair)).sum();
            squares.extend((square > 0.0).then_some(square));
        }
    }
    squares.sort_unstable_by(f64::total_cmp);
    let gamma = 0.5 / squares.get(squares.len() / 2)?;
    // To be typed: the nearest number with four digits.
    format!("{gamma:.3e}").parse().ok().filter(|gamma: &f64| gamma.is_finite() && *gamma > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::undefined::Undefined;

    #[test]
    fn two_cells_each() {
        let x = Cells::new(2, 1, vec![0.0, 1.0]).unwrap();
        let y = Cells::new(1, 1, vec![2.0]).unwrap();
        let e = |d: f64| libm::exp(-0.5 * d * d);
        let expected = (2.0 + 2.0 * e(1.0)) / 4.0 + 1.0 - 2.0 * (e(2.0) + e(1.0)) / 2.0;
        assert!((mmd_rbf(&x, &y, 0.5).unwrap() - expected).abs() < 1e-15);
        assert!(mmd_rbf(&x, &x, 0.5).unwrap().abs() < 1e-15);
    }

    #[test]
    fn a_saturated_kernel_is_undefined_and_a_usable_one_is_named() {
        let cells = |n: usize, shift: f64| {
            let value = |at: usize| (at * 7919 % 101) as f64 / 10.0 + shift;
            Cells::new(n, 20, (0..n * 20).map(value).collect()).unwrap()
        };
        let (x, y) = (cells(30, 0.0), cells(40, 1.5));
        for gamma in [50.0, 1e-9, 1e-30, f64::MAX] {
            let Err(Undefined::Saturated { usable: Some(usable), .. }) = mmd_rbf(&x, &y, gamma) else {
                panic!("{gamma} is saturated")
            };
            assert!(mmd_rbf(&x, &y, usable).is_ok(), "{usable}");
        }
        // A few cells at a distance of 0.9 are enough to tell something.
        assert!(mmd_rbf(&x, &y, 1.0).is_ok());
        // Equal sets have the distance 0 whatever the kernel.
        for gamma in [50.0, 1e-30] {
            assert!(mmd_rbf(&x, &x, gamma).unwrap().abs() < 1e-12);
        }
        let same = Cells::new(3, 2, vec![1.0; 6]).unwrap();
        assert_eq!(mmd_rbf(&same, &same, 0.5), Ok(0.0));
    }

    #[test]
    fn pairs_that_are_near_equal_or_far_apart_say_nothing_either() {
        // Half of the predicted cells are copies but for a trifle, the others are elsewhere.
        let x = Cells::new(4, 1, vec![0.0, 100.0, 200.0, 300.0]).unwrap();
        let y = Cells::new(4, 1, vec![1e-6, 100.000_001, 1000.0, 2000.0]).unwrap();
        assert!(matches!(mmd_rbf(&x, &y, 0.5), Err(Undefined::Saturated { .. })));
    }
}
