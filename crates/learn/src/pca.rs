//! Principal components.

use repro_stats::random::Generator;

use crate::eigen::symmetric_eigen;
use crate::error::LearnError;
use crate::matrix::{Dense, MatrixView, Real, add_scaled, dot};
use crate::product::times_transposed;
use crate::svd::{orthonormalise, row_svd};

/// Directions beyond the wanted ones that the random projection keeps.
const OVERSAMPLED: usize = 10;

/// How components are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Eigenvectors of the covariance or, where there are fewer rows than columns, of the products of rows.
    Exact,
    /// A random projection refined by products with the matrix (N. Halko, P. G. Martinsson and J. A. Tropp, 2011): as
    /// scikit-learn by default, 10 directions more than wanted, refined 7 times where fewer than a tenth of all
    /// components are wanted and 4 times otherwise.
    Randomised {
        /// Seed of the projection.
        seed: u64,
    },
}

/// Principal components of n rows and p columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    /// Mean of each column.
    pub mean: Vec<f64>,
    /// k by p, of length 1 and orthogonal. The element of largest magnitude of each (the first such) is positive:
    /// scikit-learn's `svd_flip` with `u_based_decision=False`, its PCA's choice since version 1.5.
    pub components: Dense,
    /// Variance along each component, divisor n − 1.
    pub explained_variance: Vec<f64>,
    /// Its share of the variance of all columns; 0 where nothing varies.
    pub explained_variance_ratio: Vec<f64>,
    /// Lengths of the columns of `scores`.
    pub singular_values: Vec<f64>,
    /// n by k: the centred rows along the components.
    pub scores: Dense,
}

/// The first `components` principal components. At least 2 rows and 1 column are needed, and no more components than
/// the smaller of rows and columns.
pub fn pca<T: Real>(matrix: MatrixView<'_, T>, components: usize, method: Method) -> Result<Pca, LearnError> {
    let mut centred = matrix.to_dense()?;
    if centred.rows() < 2 {
        return Err(LearnError::TooFewRows { rows: centred.rows(), needed: 2 });
    }
    let (n, p) = (centred.rows(), centred.columns());
    if components == 0 || components > n.min(p) {
        return Err(LearnError::Parameter {
            name: "the number of components",
            value: components as f64,
            allowed: "from 1 to the smaller of rows and columns",
        });
    }
    let mean = centred.column_means();
    centred.subtract_from_rows(&mean);
    let (squares, mut directions) = match method {
        Method::Exact if p <= n => by_covariance(&centred, components)?,
        Method::Exact => by_products_of_rows(&centred, components)?,
        Method::Randomised { seed } => by_projection(&centred, components, seed)?,
    };
    for row in 0..components {
        fix_sign(directions.row_mut(row));
    }
    let total = centred.values().iter().map(|value| value * value).sum::<f64>();
    let share = |square: &f64| if total > 0.0 { square / total } else { 0.0 };
    Ok(Pca {
        mean,
        explained_variance: squares.iter().map(|square| square / (n - 1) as f64).collect(),
        explained_variance_ratio: squares.iter().map(share).collect(),
        singular_values: squares.iter().map(|square| square.sqrt()).collect(),
        scores: times_transposed(&centred, &directions),
        components: directions,
    })
}

/// Makes the element of largest magnitude positive.
pub(crate) fn fix_sign(vector: &mut [f64]) {
    let largest =
        vector.iter().fold(0.0_f64, |best, value| if value.abs() > best.abs() { *value } else { best });
    if largest < 0.0 {
        vector.iter_mut().for_each(|value| *value = -*value);
    }
}

fn head(vectors: &Dense, rows: usize) -> Dense {
    Dense::from_fn(rows, vectors.columns(), |i, j| vectors.row(i)[j])
}

fn by_covariance(centred: &Dense, components: usize) -> Result<(Vec<f64>, Dense), LearnError> {
    let columns = centred.transposed();
    let eigen = symmetric_eigen(&times_transposed(&columns, &columns))?;
    let squares = eigen.values[..components].iter().map(|value| value.max(0.0)).collect();
    Ok((squares, head(&eigen.vectors, components)))
}

fn by_products_of_rows(centred: &Dense, components: usize) -> Result<(Vec<f64>, Dense), LearnError> {
    let eigen = symmetric_eigen(&times_transposed(centred, centred))?;
    let squares: Vec<f64> = eigen.values[..components].iter().map(|value| value.max(0.0)).collect();
    let mut directions = times_transposed(&head(&eigen.vectors, components), &centred.transposed());
    // Below the rounding of the largest, a direction is noise: it is chosen anew, orthogonal to the others.
    let noise = eigen.values[0].max(0.0) * f64::EPSILON * centred.rows() as f64;
    for (row, square) in squares.iter().enumerate() {
        if *square <= noise {
            directions.row_mut(row).fill(0.0);
        }
    }
    complete(&mut directions);
    Ok((squares, directions))
}

/// Makes rows orthonormal and fills zero rows with unit vectors made orthogonal to all others.
fn complete(directions: &mut Dense) {
    orthonormalise(directions);
    let mut unit = 0;
    for row in 0..directions.rows() {
        while directions.row(row).iter().all(|value| *value == 0.0) && unit < directions.columns() {
            let mut candidate = vec![0.0; directions.columns()];
            candidate[unit] = 1.0;
            unit += 1;
            for _ in 0..2 {
                for other in 0..directions.rows() {
                    let along = dot(directions.row(other), &candidate);
                    add_scaled(&mut candidate, -along, directions.row(other));
                }
            }
            let length = dot(&candidate, &candidate).sqrt();
            if length > 1e-8 {
                candidate.iter_mut().for_each(|value| *value /= length);
                directions.row_mut(row).copy_from_slice(&candidate);
            }
        }
    }
}

fn by_projection(centred: &Dense, components: usize, seed: u64) -> Result<(Vec<f64>, Dense), LearnError> {
    let (n, p) = (centred.rows(), centred.columns());
    let most = n.min(p);
    let size = (components + OVERSAMPLED).min(most);
    let rounds = if 10 * components < most { 7 } else { 4 };
    let columns = centred.transposed();
    let mut random = Generator::from_seed(seed);
    let mut inner = Dense::from_fn(size, p, |_, _| random.standard_normal());
    let mut outer = times_transposed(&inner, centred);
    for _ in 0..rounds {
        orthonormalise(&mut outer);
        inner = times_transposed(&outer, &columns);
        orthonormalise(&mut inner);
        outer = times_transposed(&inner, centred);
    }
    orthonormalise(&mut outer);
    let (values, vectors) = row_svd(times_transposed(&outer, &columns))?;
    let mut directions = head(&vectors, components);
    complete(&mut directions);
    Ok((values[..components].iter().map(|value| value * value).collect(), directions))
}
