//! A matrix of low rank, fitted to the entries that are not masked.

use rayon::prelude::*;
use repro_learn::{Dense, add_scaled, dot, orthonormalise};
use repro_stats::random::Generator;

use super::means::Means;
use super::rows::{MaskedRows, Row};
use crate::TaskError;
use crate::entries::Float;

const RANK: usize = 20;
const ROUNDS: usize = 10;
/// Rows whose products one task adds, and tasks at a time: what is added to what depends on the data alone.
const ROWS: usize = 128;
const TASKS: usize = 8;

/// Gene means plus products of scores and directions.
pub struct LowRank {
    means: Means,
    rank: usize,
    /// Orthonormal, gene after gene.
    directions: Vec<f64>,
    /// Cell after cell.
    scores: Vec<f64>,
}

impl LowRank {
    /// Ten readings of all rows. Memory: the scores, and nine times the directions.
    pub fn fit<T: Float>(rows: &MaskedRows<'_>, means: Means) -> Result<Self, TaskError> {
        let [n_cells, n_genes] = rows.shape();
        let rank = RANK.min(n_cells).min(n_genes).max(1);
        let zeros = |n: usize| vec![0.0; n * rank];
        let mut fit = Self { means, rank, directions: zeros(n_genes), scores: zeros(n_cells) };
        if n_genes == 0 {
            return Ok(fit);
        }
        let mut directions = random_directions(rank, n_genes);
        for _ in 0..ROUNDS {
            let shift = fit.mean_along(&directions);
            let mut sums: Vec<Sums> =
                (0..TASKS).map(|_| Sums { genes: zeros(n_genes), all: vec![0.0; rank] }).collect();
            rows.batches::<T>(ROWS * TASKS, |first, batch| {
                let (means, old) = (&fit.means, &fit.directions);
                let scores = &mut fit.scores[first * rank..][..batch.len() * rank];
                let tasks = batch.par_chunks(ROWS).zip(scores.par_chunks_mut(ROWS * rank));
                tasks.zip(&mut sums).for_each(|((rows, scores), sums)| {
                    for (row, scores) in rows.iter().zip(scores.chunks_exact_mut(rank)) {
                        let projected = Projected { means, old, directions: &directions, shift: &shift };
                        projected.row(row, scores, sums);
                    }
                });
            })?;
            let turned = fit.turned(sums, n_genes);
            fit.directions = std::mem::replace(&mut directions, turned);
        }
        Ok(fit)
    }

    /// Dimensions of the scores.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Coordinates of all cells along the directions, cell after cell, and the means.
    pub fn into_scores(self) -> (Vec<f64>, Means) {
        (self.scores, self.means)
    }

    /// The value at a place.
    pub fn value(&self, cell: usize, gene: u32) -> f64 {
        let (scores, directions) =
            (&self.scores[cell * self.rank..], &self.directions[gene as usize * self.rank..]);
        let value = self.means.mean(gene) + dot(&scores[..self.rank], &directions[..self.rank]);
        if self.means.any_negative { value } else { value.max(0.0) }
    }

    /// The means along directions.
    fn mean_along(&self, directions: &[f64]) -> Vec<f64> {
        let mut along = vec![0.0; self.rank];
        for (mean, direction) in self.means.all().iter().zip(directions.chunks_exact(self.rank)) {
            add_scaled(&mut along, *mean, direction);
        }
        along
    }

    /// Orthonormal directions that span what was added up.
    fn turned(&self, sums: Vec<Sums>, n_genes: usize) -> Vec<f64> {
        let mut sums = sums.into_iter();
        let mut total = sums.next().unwrap_or_default();
        for other in sums {
            add_scaled(&mut total.genes, 1.0, &other.genes);
            add_scaled(&mut total.all, 1.0, &other.all);
        }
        for (gene, mean) in total.genes.chunks_exact_mut(self.rank).zip(self.means.all()) {
            add_scaled(gene, -mean, &total.all);
        }
        orthonormal(Dense::from_fn(self.rank, n_genes, |row, gene| total.genes[gene * self.rank + row]))
    }
}

fn random_directions(rank: usize, n_genes: usize) -> Vec<f64> {
    let mut generator = Generator::from_seed(0);
    orthonormal(Dense::from_fn(rank, n_genes, |_, _| generator.standard_normal()))
}

/// Directions as rows, made orthonormal and put gene after gene.
fn orthonormal(mut rows: Dense) -> Vec<f64> {
    orthonormalise(&mut rows);
    rows.transposed().values().to_vec()
}

/// Products of rows and their scores: of each gene's values (without the means of what is known, which are the same for
/// all rows), and of 1.
#[derive(Default)]
struct Sums {
    genes: Vec<f64>,
    all: Vec<f64>,
}

/// What a row is projected with: the directions of the last fit fill its holes, the new ones take its coordinates.
struct Projected<'a> {
    means: &'a Means,
    old: &'a [f64],
    directions: &'a [f64],
    shift: &'a [f64],
}

impl Projected<'_> {
    /// Replaces the scores of a row, z less the means, by those along the new directions, and adds their products.
    fn row<T: Float>(&self, row: &Row<T>, scores: &mut [f64], sums: &mut Sums) {
        let rank = scores.len();
        let place = |gene: u32| gene as usize * rank..(gene as usize + 1) * rank;
        let filled = |gene: u32, scores: &[f64]| self.means.mean(gene) + dot(scores, &self.old[place(gene)]);
        let filled: Vec<f64> = row.holes.iter().map(|gene| filled(*gene, scores)).collect();
        let known = row.known.iter().map(|(gene, value)| (*gene, (*value).into()));
        let all = || known.clone().chain(row.holes.iter().copied().zip(filled.iter().copied()));
        scores.iter_mut().zip(self.shift).for_each(|(score, shift)| *score = -shift);
        for (gene, value) in all() {
            add_scaled(scores, value, &self.directions[place(gene)]);
        }
        for (gene, value) in all() {
            add_scaled(&mut sums.genes[place(gene)], value, scores);
        }
        add_scaled(&mut sums.all, 1.0, scores);
    }
}
