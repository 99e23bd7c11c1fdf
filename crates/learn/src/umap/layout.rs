//! The layout: neighbours drawn together, random points pushed apart, in rounds.

use repro_stats::random::Generator;

use super::power::power;
use super::{Curve, Graph, Parameters};
use crate::error::LearnError;
use crate::matrix::Dense;

/// Largest step in one dimension, before the learning rate.
const LARGEST_STEP: f32 = 4.0;
/// Keeps repulsion of near points finite.
const NEAR: f32 = 0.001;
/// Side of the square in which the layout begins.
const SIDE: f64 = 10.0;

/// Moves the rows of `start`; one row for each of the graph.
pub(super) fn layout(
    graph: &Graph,
    start: Dense,
    curve: Curve,
    epochs: usize,
    parameters: &Parameters,
) -> Result<Dense, LearnError> {
    match parameters.dimensions {
        1 => Ok(Layout::<1>::new(graph, &start, curve, epochs, parameters).run()),
        2 => Ok(Layout::<2>::new(graph, &start, curve, epochs, parameters).run()),
        3 => Ok(Layout::<3>::new(graph, &start, curve, epochs, parameters).run()),
        more => Err(LearnError::Parameter {
            name: "the number of dimensions",
            value: more as f64,
            allowed: "from 1 to 3",
        }),
    }
}

/// An edge and when it is due.
struct Edge {
    head: u32,
    tail: u32,
    /// Rounds between two times.
    every: f64,
    next: f64,
    next_negative: f64,
}

struct Layout<const D: usize> {
    points: Vec<[f32; D]>,
    edges: Vec<Edge>,
    curve: [f32; 2],
    repulsion: f32,
    negative_samples: f64,
    learning_rate: f64,
    epochs: usize,
    random: SplitMix,
}

impl<const D: usize> Layout<D> {
    fn new(graph: &Graph, start: &Dense, curve: Curve, epochs: usize, parameters: &Parameters) -> Self {
        let largest = graph.weights.iter().fold(0.0_f64, |most, weight| most.max(*weight));
        let negative_samples = parameters.negative_samples as f64;
        let mut edges = Vec::with_capacity(graph.weights.len());
        for head in 0..graph.rows() {
            let (tails, weights) = graph.row(head);
            for (tail, weight) in tails.iter().zip(weights) {
                let every = largest / weight;
                let next_negative = every / negative_samples;
                edges.push(Edge { head: head as u32, tail: *tail, every, next: every, next_negative });
            }
        }
        Self {
            points: boxed(start),
            edges,
            curve: [curve.a as f32, curve.b as f32],
            repulsion: parameters.repulsion as f32,
            negative_samples,
            learning_rate: parameters.learning_rate,
            epochs,
            random: SplitMix(Generator::from_seed(parameters.seed).up_to(u64::MAX)),
        }
    }

    fn run(mut self) -> Dense {
        let mut edges = std::mem::take(&mut self.edges);
        for epoch in 0..self.epochs {
            let rate = (self.learning_rate * (1.0 - epoch as f64 / self.epochs as f64)) as f32;
            let now = epoch as f64;
            for edge in edges.iter_mut().filter(|edge| edge.next <= now) {
                edge.next += edge.every;
                let negative = if self.negative_samples > 0.0 {
                    let every = edge.every / self.negative_samples;
                    let due = ((now - edge.next_negative) / every).max(0.0).floor();
                    edge.next_negative += due * every;
                    due as usize
                } else {
                    0
                };
                self.step(edge.head as usize, edge.tail as usize, negative, rate);
            }
        }
        Dense::from_fn(self.points.len(), D, |i, j| f64::from(self.points[i][j]))
    }

    /// Draws `head` and `tail` together and pushes `head` away from `negative` random points.
    fn step(&mut self, head: usize, tail: usize, negative: usize, rate: f32) {
        let [a, b] = self.curve;
        let mut point = self.points[head];
        let mut other = self.points[tail];
        let square = squared_distance(&point, &other);
        if square > 0.0 {
            let powered = power(square, b);
            let pull = -2.0 * a * b * powered / (square * (a * powered + 1.0));
            for (point, other) in point.iter_mut().zip(&mut other) {
                let step = (pull * (*point - *other)).clamp(-LARGEST_STEP, LARGEST_STEP) * rate;
                *point += step;
                *other -= step;
            }
            self.points[tail] = other;
        }
        for _ in 0..negative {
            let other = &self.points[self.random.below(self.points.len())];
            let square = squared_distance(&point, other);
            // The point itself, as it still lies in the list, is pushed from as any other.
            if square > 0.0 {
                let push = 2.0 * self.repulsion * b / ((NEAR + square) * (a * power(square, b) + 1.0));
                for (point, other) in point.iter_mut().zip(other) {
                    *point += (push * (*point - other)).clamp(-LARGEST_STEP, LARGEST_STEP) * rate;
                }
            }
        }
        self.points[head] = point;
    }
}

/// Points with every dimension stretched to the side of the first square.
fn boxed<const D: usize>(start: &Dense) -> Vec<[f32; D]> {
    let column = |j: usize| (0..start.rows()).map(move |i| start.row(i)[j]);
    let ranges: Vec<(f64, f64)> = (0..D)
        .map(|j| (column(j).fold(f64::INFINITY, f64::min), column(j).fold(f64::NEG_INFINITY, f64::max)))
        .collect();
    let place = |i: usize, j: usize| {
        let (low, high) = ranges[j];
        if high > low { (SIDE * (start.row(i)[j] - low) / (high - low)) as f32 } else { 0.0 }
    };
    (0..start.rows()).map(|i| std::array::from_fn(|j| place(i, j))).collect()
}

fn squared_distance<const D: usize>(a: &[f32; D], b: &[f32; D]) -> f32 {
    let mut sum = 0.0;
    for j in 0..D {
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    }
    sum
}

/// SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, 2014).
struct SplitMix(u64);

impl SplitMix {
    /// Uniform below `n`, which is below 2³², up to a bias of n / 2³².
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        let high = (z ^ z >> 31) >> 32;
        ((high * n as u64) >> 32) as usize
    }
}
