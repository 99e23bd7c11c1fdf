//! Energy distance.

use crate::cells::{Cells, Real, enough_cells, same_genes};
use crate::distances::{Points, mean_between, mean_within};
use crate::undefined::Score;

/// 2·E‖x - y‖ - E‖x - x'‖ - E‖y - y'‖ with the Euclidean norm over all pairs, each cell with itself included (the
/// V-statistic of G. J. Székely and M. L. Rizzo, "Energy statistics", 2013), without a root. At least 0 up to rounding,
/// lower is better; cells need not be paired.
pub fn energy_distance<T: Real>(truth: &Cells<T>, predicted: &Cells<T>) -> Score {
    same_genes(truth, predicted)?;
    enough_cells(truth, 1)?;
    enough_cells(predicted, 1)?;
    let (x, y) = (Points::new(truth), Points::new(predicted));
    let between = mean_between(&x, &y, f64::sqrt);
    Ok(2.0 * between - mean_within(&x, f64::sqrt) - mean_within(&y, f64::sqrt))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::undefined::Undefined;

    #[test]
    fn two_points_on_a_line() {
        let x = Cells::new(2, 1, vec![0.0, 1.0]).unwrap();
        let y = Cells::new(1, 1, vec![3.0]).unwrap();
        // 2 · 2.5 - 0.5 - 0.
        assert_eq!(energy_distance(&x, &y), Ok(4.5));
        assert_eq!(energy_distance(&x, &x), Ok(0.0));
        let none = Cells::new(0, 1, Vec::<f64>::new()).unwrap();
        assert_eq!(energy_distance(&x, &none), Err(Undefined::Cells { needed: 1, found: 0 }));
    }
}
