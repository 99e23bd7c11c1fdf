//! Orthonormal rows, and singular values of a few long rows.

use crate::error::LearnError;
use crate::matrix::{Dense, add_scaled, dot};

/// Rounds of rotations allowed; fewer than ten are usual.
const ROUNDS: usize = 60;

/// Makes the rows orthonormal from first to last, each against those before it, twice. A row that depends on those before
/// it becomes zero.
pub fn orthonormalise(matrix: &mut Dense) {
    let columns = matrix.columns();
    for i in 0..matrix.rows() {
        let (before, rest) = matrix.values_mut().split_at_mut(i * columns);
        let row = &mut rest[..columns];
        let length = dot(row, row).sqrt();
        for _ in 0..2 {
            for other in before.chunks_exact(columns) {
                let along = dot(other, row);
                add_scaled(row, -along, other);
            }
        }
        let left = dot(row, row).sqrt();
        let factor = if left > 1e-12 * length { 1.0 / left } else { 0.0 };
        row.iter_mut().for_each(|value| *value *= factor);
    }
}

/// Singular values, largest first, and the right singular vectors as rows (zero for the value 0), by one-sided rotations
/// of the rows, which keeps small values accurate (C. G. J. Jacobi's method; M. R. Hestenes, 1958).
pub(crate) fn row_svd(mut matrix: Dense) -> Result<(Vec<f64>, Dense), LearnError> {
    let (rows, columns) = (matrix.rows(), matrix.columns());
    let mut settled = false;
    for _ in 0..ROUNDS {
        settled = true;
        for i in 0..rows {
            for j in i + 1..rows {
                let (head, tail) = matrix.values_mut().split_at_mut(j * columns);
                settled &= !rotate(&mut head[i * columns..][..columns], &mut tail[..columns]);
            }
        }
        if settled {
            break;
        }
    }
    if !settled {
        return Err(LearnError::NoConvergence("the singular value decomposition"));
    }
    let lengths: Vec<f64> = (0..rows).map(|row| dot(matrix.row(row), matrix.row(row)).sqrt()).collect();
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by(|a, b| lengths[*b].total_cmp(&lengths[*a]));
    let vectors = Dense::from_fn(rows, columns, |i, j| {
        let length = lengths[order[i]];
        if length > 0.0 { matrix.row(order[i])[j] / length } else { 0.0 }
    });
    Ok((order.iter().map(|row| lengths[*row]).collect(), vectors))
}

/// Turns two rows so that they are orthogonal; whether they were not.
fn rotate(x: &mut [f64], y: &mut [f64]) -> bool {
    let (xx, yy, xy) = (dot(x, x), dot(y, y), dot(x, y));
    if xy.abs() <= 1e-15 * (xx * yy).sqrt() || xy == 0.0 {
        return false;
    }
    let ratio = (yy - xx) / (2.0 * xy);
    let t = 1.0 / (ratio.abs() + libm::hypot(ratio, 1.0));
    let t = if ratio < 0.0 { -t } else { t };
    let c = 1.0 / libm::hypot(t, 1.0);
    let s = c * t;
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
    // Rotations that change nothing any more would go round forever.
    s.abs() > 1e-15
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_values_of_a_known_product_are_found() {
        let mut random = repro_stats::random::Generator::from_seed(3);
        let mut left = Dense::from_fn(6, 6, |_, _| random.standard_normal());
        let mut right = Dense::from_fn(6, 40, |_, _| random.standard_normal());
        orthonormalise(&mut left);
        orthonormalise(&mut right);
        let values = [5.0, 2.0, 2.0, 1e-3, 1e-9, 0.0];
        let matrix =
            Dense::from_fn(6, 40, |i, j| (0..6).map(|k| left.row(k)[i] * values[k] * right.row(k)[j]).sum());
        let (found, vectors) = row_svd(matrix).unwrap();
        for (found, value) in found.iter().zip(values) {
            assert!((found - value).abs() < 1e-14, "{found} for {value}");
        }
        assert!((dot(vectors.row(0), right.row(0)).abs() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn dependent_rows_become_zero() {
        let mut matrix = Dense::from_fn(3, 4, |i, j| if i == 2 { 0.5 } else { (j + i * j * j) as f64 });
        matrix.row_mut(1).copy_from_slice(&[0.0, 3.0, 6.0, 9.0]);
        orthonormalise(&mut matrix);
        assert!(matrix.row(1).iter().all(|value| *value == 0.0));
        assert!((dot(matrix.row(2), matrix.row(2)) - 1.0).abs() < 1e-14);
        assert!(row_svd(Dense::zeros(3, 4)).unwrap().0.iter().all(|value| *value == 0.0));
    }
}
