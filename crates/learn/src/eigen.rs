//! Eigenvalues and eigenvectors of symmetric matrices: reflections to tridiagonal form, then implicit QL
//! (G. H. Golub and C. F. Van Loan, "Matrix Computations", 8.3).

use rayon::prelude::*;

use crate::error::LearnError;
use crate::matrix::{Dense, add_scaled, dot};

/// Sweeps allowed for one eigenvalue; two or three are usual.
const SWEEPS: usize = 60;
/// Sweeps after which an element counts as zero that is the rounding of the largest: where many eigenvalues are 0, those
/// beside it are rounding too, and it need not become small against them.
const PATIENCE: usize = 30;
/// Columns whose rotations are applied together: one strip of a matrix of 2000 rows fits the second cache.
const STRIP: usize = 8;
/// Rotations collected before they are applied.
const BATCH: usize = 1 << 14;

/// An orthonormal eigenbasis.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    /// Eigenvalues, largest first.
    pub values: Vec<f64>,
    /// Row i is the eigenvector of the i-th value; of length 1, its sign is arbitrary.
    pub vectors: Dense,
}

/// Eigenvalues and eigenvectors of a symmetric matrix, of which only the lower triangle matters up to rounding.
/// [`LearnError::Shape`] unless it is square, [`LearnError::NoConvergence`] where QL does not settle.
pub fn symmetric_eigen(matrix: &Dense) -> Result<Eigen, LearnError> {
    let n = matrix.rows();
    if matrix.columns() != n {
        return Err(LearnError::Shape { values: matrix.values().len(), rows: n, columns: n });
    }
    let (mut diagonal, mut off, basis) = tridiagonal(matrix.clone());
    let mut vectors = Strips::new(&basis);
    implicit_ql(&mut diagonal, &mut off, &mut vectors)?;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| diagonal[*b].total_cmp(&diagonal[*a]));
    let vectors = vectors.rows(&order);
    Ok(Eigen { values: order.iter().map(|at| diagonal[*at]).collect(), vectors })
}

/// Diagonal, off-diagonal and the orthogonal matrix whose row i is the i-th basis vector of the tridiagonal form.
fn tridiagonal(mut a: Dense) -> (Vec<f64>, Vec<f64>, Dense) {
    let n = a.rows();
    let mut reflections: Vec<(Vec<f64>, f64)> = Vec::with_capacity(n);
    let mut off = Vec::with_capacity(n);
    for k in 0..n.saturating_sub(1) {
        let column: Vec<f64> = (k + 1..n).map(|i| a.row(i)[k]).collect();
        let (v, beta, length) = reflection(column);
        off.push(length);
        if beta != 0.0 {
            reflect_both_sides(&mut a, k + 1, &v, beta);
        }
        reflections.push((v, beta));
    }
    off.resize(n, 0.0);
    let diagonal = (0..n).map(|i| a.row(i)[i]).collect();
    let mut basis = Dense::from_fn(n, n, |i, j| f64::from(u8::from(i == j)));
    for (k, (v, beta)) in reflections.iter().enumerate().rev().filter(|(_, (_, beta))| *beta != 0.0) {
        let mut sums = vec![0.0; n];
        for (i, v) in v.iter().enumerate() {
            add_scaled(&mut sums[k + 1..], *v, &basis.row(k + 1 + i)[k + 1..]);
        }
        for (i, v) in v.iter().enumerate() {
            add_scaled(&mut basis.row_mut(k + 1 + i)[k + 1..], -beta * v, &sums[k + 1..]);
        }
    }
    (diagonal, off, basis.transposed())
}

/// Vector v and factor β such that x − β v (v·x) is a multiple of the first unit vector, and that multiple. β is 0 where x is
/// one already.
fn reflection(mut x: Vec<f64>) -> (Vec<f64>, f64, f64) {
    let scale = x.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let first = x[0];
    if x[1..].iter().all(|value| *value == 0.0) || scale == 0.0 {
        return (x, 0.0, first);
    }
    x.iter_mut().for_each(|value| *value /= scale);
    let length = dot(&x, &x).sqrt();
    let length = if x[0] > 0.0 { -length } else { length };
    x[0] -= length;
    let beta = 2.0 / dot(&x, &x);
    (x, beta, length * scale)
}

/// Reflects rows and columns of `a` from `from` on.
fn reflect_both_sides(a: &mut Dense, from: usize, v: &[f64], beta: f64) {
    let n = a.columns();
    let mut p: Vec<f64> = a.values()[from * n..]
        .par_chunks(n)
        .with_min_len(64)
        .map(|row| beta * dot(&row[from..], v))
        .collect();
    let half = beta / 2.0 * dot(&p, v);
    add_scaled(&mut p, -half, v);
    a.values_mut()[from * n..].par_chunks_mut(n).with_min_len(64).enumerate().for_each(|(i, row)| {
        let (vi, pi) = (v[i], p[i]);
        for ((value, v), p) in row[from..].iter_mut().zip(v).zip(&p) {
            *value -= vi * p + pi * v;
        }
    });
}

/// Rows that rotations mix, cut into strips of columns.
struct Strips {
    strips: Vec<Vec<[f64; STRIP]>>,
    n: usize,
    waiting: Vec<(usize, f64, f64)>,
}

impl Strips {
    fn new(rows: &Dense) -> Self {
        let n = rows.rows();
        let strip = |first: usize| {
            let of =
                |row: usize| std::array::from_fn(|j| rows.row(row).get(first + j).copied().unwrap_or(0.0));
            (0..n).map(of).collect()
        };
        Self { strips: (0..n).step_by(STRIP).map(strip).collect(), n, waiting: Vec::new() }
    }

    /// Row i becomes c times itself − s times row i + 1, row i + 1 becomes s times row i + c times itself.
    fn rotate(&mut self, i: usize, c: f64, s: f64) {
        self.waiting.push((i, c, s));
        if self.waiting.len() >= BATCH {
            self.apply();
        }
    }

    fn apply(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.strips.par_iter_mut().for_each(|strip| {
            for (i, c, s) in &waiting {
                let (x, y) = (strip[*i], strip[i + 1]);
                for lane in 0..STRIP {
                    strip[*i][lane] = c * x[lane] - s * y[lane];
                    strip[i + 1][lane] = s * x[lane] + c * y[lane];
                }
            }
        });
    }

    fn rows(mut self, order: &[usize]) -> Dense {
        self.apply();
        Dense::from_fn(order.len(), self.n, |i, j| self.strips[j / STRIP][order[i]][j % STRIP])
    }
}

/// Turns the off-diagonal (the last element of which is unused) to zero, and the rows of `vectors` with it.
fn implicit_ql(d: &mut [f64], e: &mut [f64], vectors: &mut Strips) -> Result<(), LearnError> {
    let n = d.len();
    let largest = d.iter().zip(&*e).fold(0.0_f64, |most, (d, e)| most.max(d.abs() + e.abs()));
    for l in 0..n {
        let mut sweeps = 0;
        loop {
            let floor = if sweeps < PATIENCE { 0.0 } else { largest };
            let small = |m: &usize| e[*m].abs() <= f64::EPSILON * (d[*m].abs() + d[m + 1].abs()).max(floor);
            let m = (l..n - 1).find(small).unwrap_or(n - 1);
            if m == l {
                break;
            }
            sweeps += 1;
            if sweeps > SWEEPS {
                return Err(LearnError::NoConvergence("the eigendecomposition"));
            }
            sweep(d, e, l, m, vectors);
        }
    }
    Ok(())
}

fn sweep(d: &mut [f64], e: &mut [f64], l: usize, m: usize, vectors: &mut Strips) {
    let ratio = (d[l + 1] - d[l]) / (2.0 * e[l]);
    let root = libm::hypot(ratio, 1.0);
    let mut g = d[m] - d[l] + e[l] / (ratio + if ratio < 0.0 { -root } else { root });
    let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
    for i in (l..m).rev() {
        let (f, b) = (s * e[i], c * e[i]);
        let r = libm::hypot(f, g);
        e[i + 1] = r;
        if r == 0.0 {
            d[i + 1] -= p;
            e[m] = 0.0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        let r = (d[i] - g) * s + 2.0 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        vectors.rotate(i, c, s);
    }
    d[l] -= p;
    e[l] = g;
    e[m] = 0.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest departure from `matrix` v = λ v and from orthonormality.
    fn worst(matrix: &Dense, eigen: &Eigen) -> f64 {
        let mut worst = 0.0_f64;
        for i in 0..matrix.rows() {
            let v = eigen.vectors.row(i);
            for j in 0..matrix.rows() {
                worst = worst.max((dot(matrix.row(j), v) - eigen.values[i] * v[j]).abs());
                let product = dot(v, eigen.vectors.row(j));
                worst = worst.max((product - f64::from(u8::from(i == j))).abs());
            }
        }
        worst
    }

    #[test]
    fn vectors_are_orthonormal_and_solve_the_equation() {
        for n in [0, 1, 2, 3, 9, 65, 130] {
            let mut random = repro_stats::random::Generator::from_seed(n as u64);
            let half = Dense::from_fn(n, n, |_, _| random.standard_normal());
            let matrix = Dense::from_fn(n, n, |i, j| half.row(i)[j] + half.row(j)[i]);
            let eigen = symmetric_eigen(&matrix).unwrap();
            assert!(worst(&matrix, &eigen) < 1e-12 * (n + 1) as f64, "{n}: {}", worst(&matrix, &eigen));
            assert!(eigen.values.windows(2).all(|pair| pair[0] >= pair[1]));
        }
    }

    #[test]
    fn repeated_and_zero_eigenvalues_are_found() {
        let ones = Dense::from_fn(40, 40, |_, _| 1.0);
        let eigen = symmetric_eigen(&ones).unwrap();
        assert!((eigen.values[0] - 40.0).abs() < 1e-12 && eigen.values[1].abs() < 1e-13);
        assert!(worst(&ones, &eigen) < 1e-12);
        let zero = symmetric_eigen(&Dense::zeros(5, 5)).unwrap();
        assert_eq!(zero.values, [0.0; 5]);
        assert_eq!(worst(&Dense::zeros(5, 5), &zero), 0.0);
        let identity = Dense::from_fn(6, 6, |i, j| f64::from(u8::from(i == j)));
        assert_eq!(symmetric_eigen(&identity).unwrap().values, [1.0; 6]);
    }

    #[test]
    fn what_is_not_square_is_refused() {
        assert!(matches!(symmetric_eigen(&Dense::zeros(2, 3)), Err(LearnError::Shape { .. })));
    }
}
