//! Where the layout begins.

use repro_stats::random::Generator;

use super::spectral::spectral;
use super::{Graph, Parameters, Start};
use crate::error::LearnError;
use crate::matrix::{Dense, MatrixView, Real};
use crate::pca::{Method, pca};

/// Largest coordinate.
const LARGEST: f64 = 10.0;
/// Deviation of the noise that parts points in one place.
const NOISE: f64 = 1e-4;
/// Up to as many rows or columns principal components are exact.
const EXACT: usize = 500;

/// First coordinates: one row for each of `matrix`.
pub(super) fn start<T: Real>(
    matrix: MatrixView<'_, T>,
    graph: &Graph,
    parameters: &Parameters,
) -> Result<Dense, LearnError> {
    let mut places = match parameters.start {
        Start::Pca => components(matrix, parameters.dimensions, parameters.seed)?,
        Start::Spectral => spectral(matrix, graph, parameters.dimensions, parameters.seed)?,
    };
    let largest = places.values().iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let factor = if largest > 0.0 { LARGEST / largest } else { 0.0 };
    let mut random = Generator::from_seed(parameters.seed);
    for value in places.values_mut() {
        *value = *value * factor + random.normal(0.0, NOISE);
    }
    Ok(places)
}

/// The first principal components; zeros where there are fewer.
pub(super) fn components<T: Real>(
    matrix: MatrixView<'_, T>,
    dimensions: usize,
    seed: u64,
) -> Result<Dense, LearnError> {
    let smaller = matrix.rows().min(matrix.columns());
    let method = if smaller <= EXACT { Method::Exact } else { Method::Randomised { seed } };
    let scores = pca(matrix, dimensions.min(smaller), method)?.scores;
    Ok(Dense::from_fn(matrix.rows(), dimensions, |i, j| scores.row(i).get(j).copied().unwrap_or(0.0)))
}
