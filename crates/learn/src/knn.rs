//! Exact nearest neighbours.
//!
//! Squared distances come from scalar products in blocks, which is fast but cancels digits; whatever might lie among the
//! nearest within the error of that is measured again as a sum of squared differences. So equal rows are at distance 0
//! exactly, and ties are ties.

use rayon::prelude::*;

use crate::error::LearnError;
use crate::matrix::{Dense, MatrixView, Real, dot};
use crate::product::Packed;

/// Rows whose neighbours one task finds together.
const ROWS: usize = 64;
/// Rows they are compared with at once.
const OTHERS: usize = 512;

/// What distance means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Length of the difference.
    Euclidean,
    /// 1 − cosine of the angle, from 0 to 2. A row of zeros is at distance 0 from such rows and 1 from all others.
    Cosine,
}

/// The k nearest rows of each row, nearest first, the lower position first among equally near ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    k: usize,
    positions: Vec<u32>,
    distances: Vec<f64>,
}

impl Neighbours {
    /// Neighbours found elsewhere: k a row, row after row. [`LearnError::Shape`] unless both lists have n times k members,
    /// [`LearnError::Parameter`] where a position is not below n or a distance is negative or not finite.
    pub fn new(n: usize, k: usize, positions: Vec<u32>, distances: Vec<f64>) -> Result<Self, LearnError> {
        if n.checked_mul(k) != Some(positions.len()) || positions.len() != distances.len() {
            return Err(LearnError::Shape {
                values: positions.len().min(distances.len()),
                rows: n,
                columns: k,
            });
        }
        if let Some(position) = positions.iter().find(|position| **position as usize >= n) {
            let value = f64::from(*position);
            return Err(LearnError::Parameter {
                name: "a position",
                value,
                allowed: "below the number of rows",
            });
        }
        if let Some(distance) = distances.iter().find(|distance| !(distance.is_finite() && **distance >= 0.0))
        {
            let value = *distance;
            return Err(LearnError::Parameter {
                name: "a distance",
                value,
                allowed: "finite and not negative",
            });
        }
        Ok(Self { k, positions, distances })
    }

    /// Number of neighbours of a row.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.positions.len().checked_div(self.k).unwrap_or(0)
    }

    /// Positions of the neighbours of a row.
    pub fn positions(&self, row: usize) -> &[u32] {
        &self.positions[row * self.k..][..self.k]
    }

    /// Distances to the neighbours of a row.
    pub fn distances(&self, row: usize) -> &[f64] {
        &self.distances[row * self.k..][..self.k]
    }
}

/// Whether a row is its own neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Itself {
    /// It is its own first neighbour, at distance 0, before rows equal to it.
    First,
    /// It is left out.
    LeftOut,
}

/// The `k` nearest rows of every row of `matrix`. [`LearnError::TooFewRows`] where there are not as many.
pub fn nearest<T: Real>(
    matrix: MatrixView<'_, T>,
    k: usize,
    metric: Metric,
    itself: Itself,
) -> Result<Neighbours, LearnError> {
    let rows = matrix.to_dense()?;
    if u32::try_from(rows.rows()).is_err() {
        return Err(LearnError::TooManyRows { rows: rows.rows() });
    }
    if k == 0 {
        let allowed = "at least 1";
        return Err(LearnError::Parameter { name: "the number of neighbours", value: 0.0, allowed });
    }
    let needed = k.saturating_add(usize::from(itself == Itself::LeftOut));
    if rows.rows() < needed {
        return Err(LearnError::TooFewRows { rows: rows.rows(), needed });
    }
    let search = Search::new(rows, metric, k, itself);
    let blocks: Vec<usize> = (0..search.rows.rows()).step_by(ROWS).collect();
    let found: Vec<Vec<(f64, u32)>> =
        blocks.into_par_iter().flat_map_iter(|first| search.block(first)).collect();
    let all = || found.iter().flatten();
    // A unit chord of length c spans a cosine of 1 − c² / 2.
    let distance = |(square, _): &(f64, u32)| match metric {
        Metric::Euclidean => square.sqrt(),
        Metric::Cosine => (square / 2.0).min(2.0),
    };
    Ok(Neighbours {
        k,
        positions: all().map(|(_, at)| *at).collect(),
        distances: all().map(distance).collect(),
    })
}

struct Search {
    /// What distances are measured between: the rows, or for cosines the rows at length 1.
    rows: Dense,
    /// The same around their mean, where products cancel least.
    centred: Dense,
    packed: Packed,
    squares: Vec<f64>,
    largest: f64,
    k: usize,
    itself: Itself,
}

impl Search {
    fn new(rows: Dense, metric: Metric, k: usize, itself: Itself) -> Self {
        let rows = match metric {
            Metric::Euclidean => rows,
            Metric::Cosine => unit_rows(&rows),
        };
        let mut centred = rows.clone();
        centred.subtract_from_rows(&rows.column_means());
        let squares: Vec<f64> = (0..rows.rows()).map(|row| dot(centred.row(row), centred.row(row))).collect();
        let largest = squares.iter().fold(0.0_f64, |most, square| most.max(*square));
        Self { packed: Packed::of(&centred), rows, centred, squares, largest, k, itself }
    }

    /// Neighbours of the rows from `first` on, as squared distances and positions.
    fn block(&self, first: usize) -> Vec<Vec<(f64, u32)>> {
        let n = self.rows.rows();
        let block: Vec<usize> = (first..(first + ROWS).min(n)).collect();
        let rows: Vec<&[f64]> = block.iter().map(|row| self.centred.row(*row)).collect();
        let mut candidates: Vec<Candidates> = block.iter().map(|row| self.candidates(*row)).collect();
        let mut products = vec![0.0; rows.len() * OTHERS];
        for from in (0..n).step_by(OTHERS) {
            let to = (from + OTHERS).min(n);
            self.packed.multiply(&rows, from, to, &mut products);
            for (candidates, products) in candidates.iter_mut().zip(products.chunks(to - from)) {
                for ((product, square), at) in products.iter().zip(&self.squares[from..to]).zip(from..) {
                    candidates.offer(square - 2.0 * product, at as u32);
                }
            }
        }
        block.iter().zip(candidates).map(|(row, candidates)| self.measured(*row, &candidates)).collect()
    }

    fn candidates(&self, row: usize) -> Candidates {
        let terms = (self.rows.columns() + 8) as f64;
        let error = 4.0 * terms * f64::EPSILON * (self.squares[row] + self.largest);
        Candidates { k: self.k + 1, margin: 2.0 * error, limit: f64::INFINITY, found: Vec::new() }
    }

    fn measured(&self, row: usize, candidates: &Candidates) -> Vec<(f64, u32)> {
        let others = candidates.found.iter().filter(|(_, at)| *at as usize != row);
        let measure = |at: u32| squared_distance(self.rows.row(row), self.rows.row(at as usize));
        let mut found: Vec<(f64, u32)> = others.map(|(_, at)| (measure(*at), *at)).collect();
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if self.itself == Itself::First {
            found.insert(0, (0.0, row as u32));
        }
        found.truncate(self.k);
        found
    }
}

/// What may be among the `k` nearest, given squared distances (less a constant) that are off by half of `margin` at most.
struct Candidates {
    k: usize,
    margin: f64,
    limit: f64,
    found: Vec<(f64, u32)>,
}

impl Candidates {
    fn offer(&mut self, square: f64, at: u32) {
        if square > self.limit {
            return;
        }
        self.found.push((square, at));
        // Doubling keeps the cost linear where ties make the list long.
        if self.found.len() >= self.found.capacity().max(4 * self.k) {
            self.prune();
            self.found.reserve(self.found.len().max(4 * self.k));
        }
    }

    fn prune(&mut self) {
        if self.found.len() > self.k {
            let nearest = self.found.select_nth_unstable_by(self.k - 1, |a, b| a.0.total_cmp(&b.0)).1.0;
            self.limit = nearest + self.margin;
            self.found.retain(|(square, _)| *square <= self.limit);
        }
    }
}

/// Rows at length 1. A row of zeros gets an element of its own, so that it is as far from all others as a right angle.
fn unit_rows(rows: &Dense) -> Dense {
    let length = |row: &[f64]| {
        // Scaled, since the squares of small elements underflow.
        let scale = row.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let sum: f64 = row.iter().map(|value| (value / scale) * (value / scale)).sum();
        if scale > 0.0 { scale * sum.sqrt() } else { 0.0 }
    };
    let lengths: Vec<f64> = (0..rows.rows()).map(|row| length(rows.row(row))).collect();
    let columns = rows.columns();
    let extra = usize::from(lengths.contains(&0.0));
    Dense::from_fn(rows.rows(), columns + extra, |i, j| match (lengths[i] > 0.0, j < columns) {
        (true, true) => rows.row(i)[j] / lengths[i],
        (false, false) => 1.0,
        _ => 0.0,
    })
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (a_whole, a_rest) = a.as_chunks::<4>();
    let (b_whole, b_rest) = b.as_chunks::<4>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..4 {
            sums[lane] += (a[lane] - b[lane]) * (a[lane] - b[lane]);
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}
