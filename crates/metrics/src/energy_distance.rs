//! Energy distance.

use crate::cells::{Cells, Real, enough_cells, same_genes};
use crate::distances::{Points, mean_between, mean_within};
use crate::exponential::exp_negative;
use crate::mmd_rbf::median_heuristic;
use crate::undefined::{Score, Undefined};

/// Mean of k(1 - k) over pairs below which a kernel k is near 0 or near 1 for all of them: that of kernels of 0.0001.
const SATURATED: f64 = 1e-4;

/// Energy distance over the mean distance below which two sets are equal but for rounding.
const EQUAL: f64 = 1e-9;

/// 2·E‖x - y‖ - E‖x - x'‖ - E‖y - y'‖ with the Euclidean norm over all pairs, each cell with itself included (the
/// V-statistic of G. J. Székely and M. L. Rizzo, "Energy statistics", 2013), without a root. At least 0 up to rounding,
/// lower is better; cells need not be paired.
pub fn energy_distance<T: Real>(truth: &Cells<T>, predicted: &Cells<T>) -> Score {
    comparable(truth, predicted)?;
    let (x, y) = (Points::of_cells(&[truth]), Points::of_cells(&[predicted]));
    let distance = |squared: f64| [squared.sqrt()];
    let [between] = mean_between(&x, &y, distance);
    let ([of_x], [of_y]) = (mean_within(&x, distance), mean_within(&y, distance));
    Ok(2.0 * between - of_x - of_y)
}

/// Computes [`energy_distance`] and [`mmd_rbf`](crate::mmd_rbf()) in the time of one: both need the same distances.
pub fn energy_distance_and_mmd_rbf<T: Real>(
    truth: &Cells<T>,
    predicted: &Cells<T>,
    gamma: f64,
) -> Result<(f64, Score), Undefined> {
    comparable(truth, predicted)?;
    let (x, y) = (Points::of_cells(&[truth]), Points::of_cells(&[predicted]));
    let all = move |squared: f64| {
        let kernel = exp_negative(-gamma * squared);
        [squared.sqrt(), kernel, kernel - kernel * kernel]
    };
    let between = mean_between(&x, &y, all);
    let (of_x, of_y) = (mean_within(&x, all), mean_within(&y, all));
    let energy = 2.0 * between[0] - of_x[0] - of_y[0];
    let saturated = [between, of_x, of_y].iter().all(|means| means[2] < SATURATED);
    // Sets of equal cells have the discrepancy 0 with every kernel.
    let mmd = if saturated && energy > EQUAL * between[0] {
        Err(Undefined::Saturated { gamma, usable: median_heuristic(truth, predicted) })
    } else {
        Ok(of_x[1] + of_y[1] - 2.0 * between[1])
    };
    Ok((energy, mmd))
}

fn comparable<T: Real>(truth: &Cells<T>, predicted: &Cells<T>) -> Result<(), Undefined> {
    same_genes(truth, predicted)?;
    enough_cells(truth, 1)?;
    enough_cells(predicted, 1)?;
    // Without genes all cells are one point.
    if truth.n_genes() == 0 { Err(Undefined::Genes { needed: 1, found: 0 }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_points_on_a_line() {
        let x = Cells::new(2, 1, vec![0.0, 1.0]).unwrap();
        let y = Cells::new(1, 1, vec![3.0]).unwrap();
        // 2 · 2.5 - 0.5 - 0.
        assert_eq!(energy_distance(&x, &y), Ok(4.5));
        assert_eq!(energy_distance(&x, &x), Ok(0.0));
        let both = energy_distance_and_mmd_rbf(&x, &y, 0.5).unwrap();
        assert_eq!(both, (4.5, crate::mmd_rbf(&x, &y, 0.5)));
        let none = Cells::new(0, 1, Vec::<f64>::new()).unwrap();
        assert_eq!(energy_distance(&x, &none), Err(Undefined::Cells { needed: 1, found: 0 }));
        let no_genes = Cells::new(2, 0, Vec::<f64>::new()).unwrap();
        assert_eq!(energy_distance(&no_genes, &no_genes), Err(Undefined::Genes { needed: 1, found: 0 }));
    }
}
