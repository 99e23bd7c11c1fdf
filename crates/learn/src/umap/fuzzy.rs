//! The fuzzy graph of neighbours.

use crate::error::LearnError;
use crate::knn::Neighbours;

const ROUNDS: usize = 64;
const TOLERANCE: f64 = 1e-5;
/// Smallest width, as a share of the mean distance.
const SMALLEST_WIDTH: f64 = 1e-3;

/// A symmetric sparse matrix of memberships in (0, 1], row after row, columns rising.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    pub(super) starts: Vec<usize>,
    pub(super) columns: Vec<u32>,
    pub(super) weights: Vec<f64>,
}

impl Graph {
    /// Number of rows and of columns.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Columns and weights of a row's entries.
    pub fn row(&self, row: usize) -> (&[u32], &[f64]) {
        let range = self.starts[row]..self.starts[row + 1];
        (&self.columns[range.clone()], &self.weights[range])
    }

    /// Without the entries that would not be drawn even once in `epochs` rounds.
    pub(super) fn pruned(&self, epochs: usize) -> Self {
        let largest = self.weights.iter().fold(0.0_f64, |most, weight| most.max(*weight));
        // So few rounds would leave next to nothing.
        let rounds = if epochs > 10 {
            epochs
        } else if self.rows() <= 10_000 {
            500
        } else {
            200
        };
        let least = largest / rounds as f64;
        Self::from_rows((0..self.rows()).map(|row| {
            let (columns, weights) = self.row(row);
            columns
                .iter()
                .copied()
                .zip(weights.iter().copied())
                .filter(|(_, weight)| *weight >= least)
                .collect()
        }))
    }

    pub(super) fn from_rows(rows: impl Iterator<Item = Vec<(u32, f64)>>) -> Self {
        let mut graph = Self { starts: vec![0], columns: Vec::new(), weights: Vec::new() };
        for row in rows {
            graph.columns.extend(row.iter().map(|(column, _)| *column));
            graph.weights.extend(row.iter().map(|(_, weight)| *weight));
            graph.starts.push(graph.columns.len());
        }
        graph
    }
}

/// Memberships of rows in each other's neighbourhoods: 1 up to the distance of the `local_connectivity`-th neighbour that
/// is not at distance 0, then falling exponentially with a width by which the memberships of a row (of which `k` is the
/// number of neighbours, itself among them) sum to log₂ k. The two directions are joined by union, intersection or, in
/// between, by `set_operation_ratio` of the first and the rest of the second.
pub fn fuzzy_graph(
    neighbours: &Neighbours,
    local_connectivity: f64,
    set_operation_ratio: f64,
) -> Result<Graph, LearnError> {
    let (n, k) = (neighbours.rows(), neighbours.k());
    if n < 2 {
        return Err(LearnError::TooFewRows { rows: n, needed: 2 });
    }
    let rounded =
        |row: usize| -> Vec<f64> { neighbours.distances(row).iter().map(|value| stored(*value)).collect() };
    let mean = (0..n).map(|row| rounded(row).iter().sum::<f64>()).sum::<f64>() / (n * k) as f64;
    let directed = Graph::from_rows((0..n).map(|row| {
        let (positions, distances) = (neighbours.positions(row), rounded(row));
        let near = stored(nearest_distance(&distances, local_connectivity));
        let width = stored(width(&distances, near, mean));
        let others = positions.iter().zip(&distances).filter(|(at, _)| **at as usize != row);
        let mut row: Vec<(u32, f64)> =
            others.map(|(at, distance)| (*at, stored(membership(distance - near, width)))).collect();
        row.retain(|(_, weight)| *weight > 0.0);
        row.sort_by_key(|(at, _)| *at);
        row.dedup_by_key(|(at, _)| *at);
        row
    }));
    Ok(joined(&directed, set_operation_ratio))
}

/// Distance up to which neighbours are fully connected, interpolated between neighbours.
fn nearest_distance(distances: &[f64], local_connectivity: f64) -> f64 {
    let apart: Vec<f64> = distances.iter().copied().filter(|distance| *distance > 0.0).collect();
    if (apart.len() as f64) < local_connectivity {
        return apart.iter().fold(0.0_f64, |most, distance| most.max(*distance));
    }
    let index = local_connectivity as usize;
    let part = local_connectivity - index as f64;
    match (index.checked_sub(1).and_then(|before| apart.get(before)), apart.get(index)) {
        (Some(before), Some(at)) if part > TOLERANCE => before + part * (at - before),
        (Some(before), _) => *before,
        (None, Some(at)) => part * at,
        (None, None) => 0.0,
    }
}

/// Width by bisection.
fn width(distances: &[f64], near: f64, mean_of_all: f64) -> f64 {
    let target = libm::log2(distances.len() as f64);
    let (mut low, mut high, mut width) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..ROUNDS {
        let sum: f64 = distances.iter().skip(1).map(|distance| membership(distance - near, width)).sum();
        if (sum - target).abs() < TOLERANCE {
            break;
        }
        if sum > target {
            high = width;
            width = (low + high) / 2.0;
        } else {
            low = width;
            width = if high == f64::INFINITY { width * 2.0 } else { (low + high) / 2.0 };
        }
    }
    let own_mean = distances.iter().sum::<f64>() / distances.len() as f64;
    width.max(SMALLEST_WIDTH * if near > 0.0 { own_mean } else { mean_of_all })
}

fn membership(beyond: f64, width: f64) -> f64 {
    if beyond <= 0.0 || width == 0.0 { 1.0 } else { libm::exp(-beyond / width) }
}

/// A number as the Python package holds it, in 32 bits: memberships below 1e-45 are none, and where a width is small the
/// rounding of distances matters.
fn stored(value: f64) -> f64 {
    f64::from(value as f32)
}

/// Both directions of each pair, joined.
fn joined(directed: &Graph, ratio: f64) -> Graph {
    let n = directed.rows();
    let mut backward: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
    for row in 0..n {
        let (columns, weights) = directed.row(row);
        for (column, weight) in columns.iter().zip(weights) {
            backward[*column as usize].push((row as u32, *weight));
        }
    }
    Graph::from_rows(backward.iter().enumerate().map(|(row, backward)| {
        let (columns, weights) = directed.row(row);
        let (mut i, mut j) = (0, 0);
        let mut merged = Vec::with_capacity(columns.len() + backward.len());
        while i < columns.len() || j < backward.len() {
            let left = columns.get(i).copied().unwrap_or(u32::MAX);
            let right = backward.get(j).map_or(u32::MAX, |(at, _)| *at);
            let (mut forth, mut back) = (0.0, 0.0);
            if left <= right {
                forth = weights[i];
                i += 1;
            }
            if right <= left {
                back = backward[j].1;
                j += 1;
            }
            let both = forth * back;
            merged.push((left.min(right), ratio * (forth + back - both) + (1.0 - ratio) * both));
        }
        merged.retain(|(_, weight)| *weight > 0.0);
        merged
    }))
}
