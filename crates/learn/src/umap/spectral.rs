//! Smoothest functions on a graph: eigenvectors of its normalised Laplacian, one connected part at a time.

use rayon::prelude::*;
use repro_stats::random::Generator;

use super::Graph;
use super::start::components;
use crate::eigen::symmetric_eigen;
use crate::error::LearnError;
use crate::matrix::{Dense, MatrixView, Real, add_scaled, dot};
use crate::pca::fix_sign;
use crate::product::times_transposed;
use crate::svd::orthonormalise;

/// Up to as many vertices the whole decomposition is computed.
const WHOLE: usize = 200;
/// Vectors iterated beyond the wanted ones.
const GUARDS: usize = 6;
/// Degree of the polynomial that enlarges the wanted eigenvectors.
const DEGREE: usize = 30;
/// Rounds at most; a start that has not settled is still a start.
const ROUNDS: usize = 60;
const TOLERANCE: f64 = 1e-4;

/// First coordinates of the rows of `matrix`, whose graph is given: eigenvectors of the graph if it is connected, otherwise
/// those of each part, around the place of that part and scaled to half the distance of the nearest other.
pub(super) fn spectral<T: Real>(
    matrix: MatrixView<'_, T>,
    graph: &Graph,
    dimensions: usize,
    seed: u64,
) -> Result<Dense, LearnError> {
    let parts = parts(graph);
    let mut random = Generator::from_seed(seed);
    let mut places = Dense::zeros(graph.rows(), dimensions);
    if parts.len() == 1 {
        return eigenvectors(&Operator::new(graph, &parts[0]), dimensions, &mut random);
    }
    let centres = centres(matrix, &parts, dimensions, seed)?;
    for (number, part) in parts.iter().enumerate() {
        let centre = centres.row(number);
        let range = half_of_nearest(&centres, number);
        let mut inner = if part.len() > 2 * dimensions {
            eigenvectors(&Operator::new(graph, part), dimensions, &mut random)?
        } else {
            Dense::from_fn(part.len(), dimensions, |_, _| 2.0 * random.random() - 1.0)
        };
        let largest = inner.values().iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let factor = if largest > 0.0 { range / largest } else { 0.0 };
        inner.values_mut().iter_mut().for_each(|value| *value *= factor);
        for (vertex, inner) in part.iter().zip(inner.values().chunks(dimensions)) {
            let row = places.row_mut(*vertex);
            row.copy_from_slice(centre);
            add_scaled(row, 1.0, inner);
        }
    }
    Ok(places)
}

/// Vertices of each connected part, in order.
fn parts(graph: &Graph) -> Vec<Vec<usize>> {
    let mut seen = vec![false; graph.rows()];
    let mut parts = Vec::new();
    for first in 0..graph.rows() {
        if std::mem::replace(&mut seen[first], true) {
            continue;
        }
        let mut part = vec![first];
        let mut next = 0;
        while next < part.len() {
            for other in graph.row(part[next]).0 {
                if !std::mem::replace(&mut seen[*other as usize], true) {
                    part.push(*other as usize);
                }
            }
            next += 1;
        }
        part.sort_unstable();
        parts.push(part);
    }
    parts
}

/// Places of the parts: few lie on the axes, many at the principal components of their mean rows.
fn centres<T: Real>(
    matrix: MatrixView<'_, T>,
    parts: &[Vec<usize>],
    dimensions: usize,
    seed: u64,
) -> Result<Dense, LearnError> {
    if parts.len() <= 2 * dimensions {
        return Ok(Dense::from_fn(parts.len(), dimensions, |part, axis| {
            let sign = if part < dimensions { 1.0 } else { -1.0 };
            sign * f64::from(u8::from(part % dimensions == axis))
        }));
    }
    let rows = matrix.to_dense()?;
    let mut means = Dense::zeros(parts.len(), rows.columns());
    for (number, part) in parts.iter().enumerate() {
        for vertex in part {
            // Half of the mean, so that rounding does not lead beyond the largest value; only directions matter.
            add_scaled(means.row_mut(number), 0.5 / part.len() as f64, rows.row(*vertex));
        }
    }
    let mut centres = components(means.view(), dimensions, seed)?;
    let largest = centres.values().iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if largest > 0.0 {
        centres.values_mut().iter_mut().for_each(|value| *value /= largest);
    }
    Ok(centres)
}

fn half_of_nearest(centres: &Dense, number: usize) -> f64 {
    let here = centres.row(number);
    let distance = |other: usize| {
        let square: f64 = here.iter().zip(centres.row(other)).map(|(a, b)| (a - b) * (a - b)).sum();
        square.sqrt()
    };
    let nearest =
        (0..centres.rows()).map(distance).filter(|distance| *distance > 0.0).fold(f64::INFINITY, f64::min);
    if nearest.is_finite() { nearest / 2.0 } else { 1.0 }
}

/// The weights of one part, each divided by the roots of its two degrees: 1 minus the normalised Laplacian.
struct Operator {
    graph: Graph,
    /// The eigenvector of the eigenvalue 1: roots of the degrees, at length 1.
    constant: Vec<f64>,
}

impl Operator {
    fn new(graph: &Graph, part: &[usize]) -> Self {
        let roots: Vec<f64> =
            part.iter().map(|vertex| graph.row(*vertex).1.iter().sum::<f64>().sqrt()).collect();
        let mut number = vec![0_u32; graph.rows()];
        for (inner, vertex) in part.iter().enumerate() {
            number[*vertex] = inner as u32;
        }
        let inner = Graph::from_rows(part.iter().enumerate().map(|(row, vertex)| {
            let (columns, weights) = graph.row(*vertex);
            let scaled = |(column, weight): (&u32, &f64)| {
                let column = number[*column as usize];
                (column, weight / (roots[row] * roots[column as usize]))
            };
            columns.iter().zip(weights).map(scaled).collect()
        }));
        let length = dot(&roots, &roots).sqrt();
        let share = |root: &f64| if length > 0.0 { root / length } else { 0.0 };
        Self { constant: roots.iter().map(share).collect(), graph: inner }
    }

    fn apply(&self, x: &[f64], out: &mut [f64]) {
        for (row, out) in out.iter_mut().enumerate() {
            let (columns, weights) = self.graph.row(row);
            *out = columns.iter().zip(weights).map(|(column, weight)| weight * x[*column as usize]).sum();
        }
    }

    /// `x` times a Chebyshev polynomial that is small from −1 to `cut` and grows beyond.
    fn filter(&self, x: &mut [f64], cut: f64) {
        let (centre, half) = ((cut - 1.0) / 2.0, (cut + 1.0) / 2.0);
        let mut before = x.to_vec();
        let mut product = vec![0.0; x.len()];
        self.apply(x, &mut product);
        for (x, product) in x.iter_mut().zip(&product) {
            *x = (product - centre * *x) / half;
        }
        for _ in 1..DEGREE {
            self.apply(x, &mut product);
            for ((x, before), product) in x.iter_mut().zip(&mut before).zip(&product) {
                let next = 2.0 * (product - centre * *x) / half - *before;
                *before = *x;
                *x = next;
            }
        }
        let along = dot(x, &self.constant);
        add_scaled(x, -along, &self.constant);
    }

    fn products(&self, vectors: &Dense) -> Dense {
        let n = vectors.columns();
        let mut products = Dense::zeros(vectors.rows(), n);
        products
            .values_mut()
            .par_chunks_mut(n)
            .enumerate()
            .for_each(|(i, out)| self.apply(vectors.row(i), out));
        products
    }
}

/// Eigenvectors of the largest eigenvalues after the constant one, as columns.
fn eigenvectors(operator: &Operator, dimensions: usize, random: &mut Generator) -> Result<Dense, LearnError> {
    let n = operator.constant.len();
    let mut vectors =
        if n <= WHOLE { whole(operator, dimensions)? } else { iterated(operator, dimensions, random)? };
    for row in 0..vectors.rows() {
        fix_sign(vectors.row_mut(row));
    }
    Ok(vectors.transposed())
}

fn whole(operator: &Operator, dimensions: usize) -> Result<Dense, LearnError> {
    let n = operator.constant.len();
    // The constant's eigenvalue is moved from 1 to below all others.
    let mut matrix = Dense::from_fn(n, n, |i, j| -3.0 * operator.constant[i] * operator.constant[j]);
    for row in 0..n {
        let (columns, weights) = operator.graph.row(row);
        for (column, weight) in columns.iter().zip(weights) {
            matrix.row_mut(row)[*column as usize] += weight;
        }
    }
    let eigen = symmetric_eigen(&matrix)?;
    Ok(Dense::from_fn(dimensions, n, |i, j| if i < n { eigen.vectors.row(i)[j] } else { 0.0 }))
}

/// Subspace iteration with a polynomial filter (Y. Saad's Chebyshev acceleration).
fn iterated(operator: &Operator, dimensions: usize, random: &mut Generator) -> Result<Dense, LearnError> {
    let n = operator.constant.len();
    let mut vectors = Dense::from_fn(dimensions + GUARDS, n, |_, _| random.standard_normal());
    let mut cut = 0.0;
    for _ in 0..ROUNDS {
        vectors.values_mut().par_chunks_mut(n).for_each(|vector| operator.filter(vector, cut));
        orthonormalise(&mut vectors);
        let products = operator.products(&vectors);
        let eigen = symmetric_eigen(&times_transposed(&vectors, &products))?;
        let mix = |of: &Dense| times_transposed(&eigen.vectors, &of.transposed());
        let turned = mix(&products);
        vectors = mix(&vectors);
        let residual = |i: usize| {
            let mut rest = turned.row(i).to_vec();
            add_scaled(&mut rest, -eigen.values[i], vectors.row(i));
            dot(&rest, &rest).sqrt()
        };
        if (0..dimensions).all(|i| residual(i) < TOLERANCE) {
            break;
        }
        cut = eigen.values.last().copied().unwrap_or(0.0).clamp(-0.5, 0.9999);
    }
    Ok(Dense::from_fn(dimensions, n, |i, j| vectors.row(i)[j]))
}
