//! What similar cells hold.

use repro_metrics::{Points, nearest};
use repro_stats::random::Generator;

use super::low_rank::LowRank;
use super::means::Means;
use super::rows::{MaskedRows, Row};
use crate::TaskError;
use crate::entries::Float;

/// Neighbours of a cell.
const NEIGHBOURS: usize = 20;
/// Cells that can be a neighbour: what they hold stays in memory, and all cells are compared with them.
const POOL: usize = 5_000;

/// The values of cells that can be neighbours, and whose neighbours they are.
pub struct Neighbours {
    means: Means,
    pool: Vec<Row<f64>>,
    /// Of each cell, positions in the pool.
    nearest: Vec<Vec<usize>>,
    sums: Vec<f64>,
    counts: Vec<u32>,
}

impl Neighbours {
    /// Finds the neighbours of all cells by their scores, and reads those that are some cell's.
    pub fn find<T: Float>(rows: &MaskedRows<'_>, low_rank: LowRank, seed: u64) -> Result<Self, TaskError> {
        let [n_cells, n_genes] = rows.shape();
        let members = members(n_cells, seed)?;
        let rank = low_rank.rank();
        let (scores, means) = low_rank.into_scores();
        let nearest = nearest_others(&scores, rank, &members);
        let mut pool = Vec::with_capacity(members.len());
        let mut wanted = members.iter().peekable();
        rows.each::<T>(|_, _, place, row| {
            if wanted.next_if(|own| **own == place).is_some() {
                let known = row.known.iter().map(|(gene, value)| (*gene, (*value).into())).collect();
                pool.push(Row { known, holes: row.holes.clone() });
            }
            Ok(())
        })?;
        Ok(Self { means, pool, nearest, sums: vec![0.0; n_genes], counts: vec![0; n_genes] })
    }

    /// Adds the means over the neighbours of a cell.
    pub fn predict(&mut self, cell: usize, holes: &[u32], into: &mut Vec<f64>) {
        let neighbours = &self.nearest[cell];
        self.sums.fill(0.0);
        self.counts.fill(neighbours.len() as u32);
        for neighbour in neighbours {
            let row = &self.pool[*neighbour];
            for (gene, value) in &row.known {
                self.sums[*gene as usize] += value;
            }
            row.holes.iter().for_each(|gene| self.counts[*gene as usize] -= 1);
        }
        into.extend(holes.iter().map(|gene| {
            let (sum, count) = (self.sums[*gene as usize], self.counts[*gene as usize]);
            if count > 0 { sum / f64::from(count) } else { self.means.mean(*gene) }
        }));
    }
}

/// Cells that can be a neighbour, ascending.
fn members(n_cells: usize, seed: u64) -> Result<Vec<usize>, TaskError> {
    if n_cells <= POOL {
        return Ok((0..n_cells).collect());
    }
    let drawn = Generator::from_seed(seed).choice_without_replacement(n_cells, POOL);
    let mut drawn = drawn.map_err(|error| TaskError::unfit(format!("cells cannot be drawn: {error}")))?;
    drawn.sort_unstable();
    Ok(drawn)
}

/// For each cell the positions in `members` of its nearest others.
fn nearest_others(scores: &[f64], rank: usize, members: &[usize]) -> Vec<Vec<usize>> {
    let pool: Vec<f64> = members.iter().flat_map(|cell| &scores[cell * rank..][..rank]).copied().collect();
    let pool = Points::of_rows(members.len(), rank, &pool);
    let cells = Points::of_rows(scores.len() / rank, rank, scores);
    // One more, since a cell of the pool finds itself.
    let mut nearest = nearest(&cells, &pool, NEIGHBOURS + 1);
    for (cell, found) in nearest.iter_mut().enumerate() {
        found.retain(|own| members[*own] != cell);
        found.truncate(NEIGHBOURS);
    }
    nearest
}
