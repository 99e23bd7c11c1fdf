//! UMAP: uniform manifold approximation and projection (L. McInnes, J. Healy and J. Melville, arXiv:1802.03426).
//!
//! The graph of memberships equals that of the authors' Python package on the same neighbours. The layout follows the same
//! rules with random numbers of its own, in one thread: equal input, parameters and seed give equal bytes. Coordinates
//! are not comparable with those of other programs, nor between seeds; who is near whom is.

mod curve;
mod fuzzy;
mod layout;
mod power;
mod spectral;
mod start;

pub use curve::{Curve, fit_curve};
pub use fuzzy::{Graph, fuzzy_graph};

use crate::error::LearnError;
use crate::knn::{Itself, Metric, Neighbours, nearest};
use crate::matrix::{Dense, MatrixView, Real};

/// Where the layout begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// First principal components of the rows.
    Pca,
    /// Smoothest functions on the graph: eigenvectors of its normalised Laplacian, each connected part by itself.
    Spectral,
}

/// What shapes a map; the default values are those of the Python package.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// Neighbours of a row, itself among them: 15, at least 2.
    pub neighbours: usize,
    /// Columns of the map: 2, from 1 to 3.
    pub dimensions: usize,
    /// How near to each other points may lie: 0.1, from 0 to `spread`.
    pub minimum_distance: f64,
    /// Scale of the map: 1.
    pub spread: f64,
    /// What is near.
    pub metric: Metric,
    /// Rounds of the layout; by default 500 for up to 10,000 rows and 200 for more.
    pub epochs: Option<usize>,
    /// Step of the first round: 1; it falls to 0 linearly.
    pub learning_rate: f64,
    /// Weight of repulsion: 1.
    pub repulsion: f64,
    /// Random points pushed away for each neighbour drawn near: 5.
    pub negative_samples: usize,
    /// 1 joins the two directions of a membership as a fuzzy union, 0 as an intersection: 1.
    pub set_operation_ratio: f64,
    /// Neighbours taken as fully connected: 1.
    pub local_connectivity: f64,
    /// Where the layout begins.
    pub start: Start,
    /// Seed of all random numbers.
    pub seed: u64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            neighbours: 15,
            dimensions: 2,
            minimum_distance: 0.1,
            spread: 1.0,
            metric: Metric::Euclidean,
            epochs: None,
            learning_rate: 1.0,
            repulsion: 1.0,
            negative_samples: 5,
            set_operation_ratio: 1.0,
            local_connectivity: 1.0,
            start: Start::Spectral,
            seed: 0,
        }
    }
}

impl Parameters {
    fn check(&self) -> Result<(), LearnError> {
        let within = |name, value: f64, low: f64, high: f64, allowed| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(LearnError::Parameter { name, value, allowed })
            }
        };
        within("the number of neighbours", self.neighbours as f64, 2.0, 1e6, "from 2 to 1e6")?;
        within("the number of dimensions", self.dimensions as f64, 1.0, 3.0, "from 1 to 3")?;
        within("the number of epochs", self.epochs.unwrap_or(1) as f64, 1.0, 1e6, "from 1 to 1e6")?;
        within("the learning rate", self.learning_rate, 1e-6, 1e3, "from 1e-6 to 1000")?;
        within("the repulsion", self.repulsion, 0.0, 1e3, "from 0 to 1000")?;
        within("the number of negative samples", self.negative_samples as f64, 0.0, 1e3, "from 0 to 1000")?;
        within("the set operation ratio", self.set_operation_ratio, 0.0, 1.0, "from 0 to 1")?;
        within("the local connectivity", self.local_connectivity, 0.0, 1e6, "from 0 to 1e6")
    }

    /// Rounds of the layout of `rows` rows.
    pub fn epochs_for(&self, rows: usize) -> usize {
        self.epochs.unwrap_or(if rows <= 10_000 { 500 } else { 200 })
    }
}

/// A map of the rows: as many rows, `parameters.dimensions` columns. Neighbours are exact, which takes time quadratic in the
/// number of rows. [`LearnError::TooFewRows`] where there are fewer rows than neighbours, or 2.
pub fn embed<T: Real>(matrix: MatrixView<'_, T>, parameters: &Parameters) -> Result<Dense, LearnError> {
    parameters.check()?;
    let neighbours = nearest(matrix, parameters.neighbours, parameters.metric, Itself::First)?;
    embed_neighbours(matrix, &neighbours, parameters)
}

/// A map of rows whose neighbours (each row its own first) are known; `parameters.neighbours` and the metric do not matter.
pub fn embed_neighbours<T: Real>(
    matrix: MatrixView<'_, T>,
    neighbours: &Neighbours,
    parameters: &Parameters,
) -> Result<Dense, LearnError> {
    parameters.check()?;
    let rows = matrix.rows();
    if neighbours.rows() != rows {
        let columns = neighbours.k();
        return Err(LearnError::Shape { values: neighbours.rows() * columns, rows, columns });
    }
    let curve = fit_curve(parameters.spread, parameters.minimum_distance)?;
    let graph = fuzzy_graph(neighbours, parameters.local_connectivity, parameters.set_operation_ratio)?;
    let epochs = parameters.epochs_for(rows);
    let graph = graph.pruned(epochs);
    let start = start::start(matrix, &graph, parameters)?;
    layout::layout(&graph, start, curve, epochs, parameters)
}
