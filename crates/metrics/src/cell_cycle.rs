//! Whether cells keep their phase of the cell cycle.

use crate::cells::{Cells, Real, same_genes};
use crate::score_genes::{ScoreSettings, score_genes_with};
use crate::undefined::{Score, Undefined};

/// Fewest genes of each phase that are measured and expressed.
const FEWEST_GENES: usize = 5;

/// Phase of the cell cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Synthesis.
    S,
    /// Second gap and mitosis.
    G2M,
    /// First gap.
    G1,
}

/// All phases.
const PHASES: [Phase; 3] = [Phase::S, Phase::G2M, Phase::G1];

/// Phases of true and predicted cells compared.
#[derive(Clone, Debug, PartialEq)]
pub struct CellCycle {
    /// Share of cells with the same phase in both, 0 to 1, higher is better. Undefined where cells are not paired.
    pub same_phase: Score,
    /// For S, G2M and G1: share of the cells truly in this phase that are predicted to be.
    pub recall: [Score; 3],
    /// For S, G2M and G1: share of the true cells that are in this phase.
    pub true_shares: [f64; 3],
    /// For S, G2M and G1: share of the predicted cells that are in this phase.
    pub predicted_shares: [f64; 3],
}

impl CellCycle {
    /// Mean over phases of the absolute difference of their shares, 0 to 2/3, lower is better.
    pub fn mean_difference(&self) -> f64 {
        self.true_shares.iter().zip(self.predicted_shares).map(|(a, b)| (a - b).abs()).sum::<f64>() / 3.0
    }
}

/// Phase of each cell, as scanpy's `score_genes_cell_cycle` has it: S, unless the score of `g2m_genes` is greater than
/// that of `s_genes` (G2M) or both are negative (G1). Each set is compared with as many control genes a bin as the
/// smaller set has genes.
pub fn cell_cycle_phases<T: Real>(
    cells: &Cells<T>,
    s_genes: &[usize],
    g2m_genes: &[usize],
) -> Result<Vec<Phase>, Undefined> {
    let settings =
        ScoreSettings { control_size: s_genes.len().min(g2m_genes.len()), ..ScoreSettings::default() };
    let means = cells.gene_means_as_stored();
    let s = score_genes_with(cells, &means, s_genes, settings)?;
    let g2m = score_genes_with(cells, &means, g2m_genes, settings)?;
    let phase = |(s, g2m): (&f64, &f64)| match (*s < 0.0 && *g2m < 0.0, g2m > s) {
        (true, _) => Phase::G1,
        (false, true) => Phase::G2M,
        (false, false) => Phase::S,
    };
    Ok(s.iter().zip(&g2m).map(phase).collect())
}

/// Compares the phases of true and predicted cells. Genes count that are above 0 in at least `min_cells` true cells;
/// at least five of each set must be left.
pub fn cell_cycle<T: Real>(
    truth: &Cells<T>,
    predicted: &Cells<T>,
    s_genes: &[usize],
    g2m_genes: &[usize],
    min_cells: usize,
) -> Result<CellCycle, Undefined> {
    same_genes(truth, predicted)?;
    let expressing = truth.expressing_cells();
    let kept = |genes: &[usize]| -> Result<Vec<usize>, Undefined> {
        let enough = |gene: &usize| expressing.get(*gene).is_some_and(|cells| *cells >= min_cells);
        let kept: Vec<usize> = genes.iter().copied().filter(enough).collect();
        let found = kept.len();
        if found < FEWEST_GENES { Err(Undefined::Genes { needed: FEWEST_GENES, found }) } else { Ok(kept) }
    };
    let (s_genes, g2m_genes) = (kept(s_genes)?, kept(g2m_genes)?);
    let true_phases = cell_cycle_phases(truth, &s_genes, &g2m_genes)?;
    let predicted_phases = cell_cycle_phases(predicted, &s_genes, &g2m_genes)?;
    Ok(compare(&true_phases, &predicted_phases))
}

fn compare(truth: &[Phase], predicted: &[Phase]) -> CellCycle {
    let share = |phases: &[Phase]| {
        PHASES.map(|phase| phases.iter().filter(|own| **own == phase).count() as f64 / phases.len() as f64)
    };
    let paired = if truth.len() == predicted.len() {
        Ok(())
    } else {
        Err(Undefined::Unpaired { what: "cells", truth: truth.len(), predicted: predicted.len() })
    };
    let kept = |wanted: &dyn Fn(Phase) -> bool| -> Score {
        paired.clone()?;
        let pairs = || truth.iter().zip(predicted).filter(|(truth, _)| wanted(**truth));
        match pairs().count() {
            0 => Err(Undefined::NoCells),
            n => Ok(pairs().filter(|(truth, predicted)| truth == predicted).count() as f64 / n as f64),
        }
    };
    CellCycle {
        same_phase: kept(&|_| true),
        recall: PHASES.map(|phase| kept(&|own| own == phase)),
        true_shares: share(truth),
        predicted_shares: share(predicted),
    }
}

#[cfg(test)]
mod tests {
    use super::Phase::{G1, G2M, S};
    use super::*;

    #[test]
    fn phases_are_counted() {
        let cycle = compare(&[S, S, G1, G1], &[S, G2M, G1, G1]);
        assert_eq!(cycle.same_phase, Ok(0.75));
        assert_eq!(cycle.recall, [Ok(0.5), Err(Undefined::NoCells), Ok(1.0)]);
        assert_eq!((cycle.true_shares, cycle.predicted_shares), ([0.5, 0.0, 0.5], [0.25, 0.25, 0.5]));
        assert!((cycle.mean_difference() - 0.5 / 3.0).abs() < 1e-15);
        assert!(matches!(compare(&[S], &[S, S]).same_phase, Err(Undefined::Unpaired { .. })));
    }
}
