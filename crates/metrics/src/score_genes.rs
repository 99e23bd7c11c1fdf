//! Scores of gene sets, as scanpy's `score_genes` has them.

use std::collections::BTreeSet;

use repro_stats::random::RandomState;

use crate::cells::{Cells, Real, enough_cells};
use crate::undefined::Undefined;

/// How control genes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreSettings {
    /// Genes drawn from each bin of expression.
    pub control_size: usize,
    /// Bins of expression, at least 2.
    pub bins: usize,
    /// Seed of NumPy's legacy generator.
    pub seed: u32,
}

impl Default for ScoreSettings {
    fn default() -> Self {
        Self { control_size: 50, bins: 25, seed: 0 }
    }
}

/// Mean expression of `genes` (columns, each once) less that of control genes, one a cell.
///
/// All genes are binned by their mean over cells. From each bin that holds a gene of the set `control_size` genes are
/// drawn, if it has more; those of the set among them are left out afterwards (R. Satija et al., "Spatial
/// reconstruction of single-cell gene expression data", 2015). The draws are those of NumPy's `RandomState`, so that the
/// control genes are the ones that scanpy draws with the same seed.
pub fn score_genes<T: Real>(
    cells: &Cells<T>,
    genes: &[usize],
    settings: ScoreSettings,
) -> Result<Vec<f64>, Undefined> {
    score_genes_with(cells, &cells.gene_means_as_stored(), genes, settings)
}

/// The same for who scores many sets and has the means already.
pub(crate) fn score_genes_with<T: Real>(
    cells: &Cells<T>,
    means: &[f64],
    genes: &[usize],
    settings: ScoreSettings,
) -> Result<Vec<f64>, Undefined> {
    enough_cells(cells, 1)?;
    let set: BTreeSet<usize> = genes.iter().copied().filter(|gene| *gene < cells.n_genes()).collect();
    if set.is_empty() {
        return Err(Undefined::Genes { needed: 1, found: 0 });
    }
    let controls = control_genes(means, &set, settings);
    if controls.is_empty() {
        return Err(Undefined::NoControlGenes);
    }
    let score = |cell: usize| {
        let cell = cells.cell(cell);
        let mean = |genes: &BTreeSet<usize>| {
            genes.iter().map(|gene| cell[*gene].to_f64()).sum::<f64>() / genes.len() as f64
        };
        mean(&set) - mean(&controls)
    };
    Ok((0..cells.n_cells()).map(score).collect())
}

fn control_genes(means: &[f64], set: &BTreeSet<usize>, settings: ScoreSettings) -> BTreeSet<usize> {
    let bins = bins(means, settings.bins);
    let mut random = RandomState::from_seed(settings.seed);
    let mut controls = BTreeSet::new();
    let occupied: BTreeSet<usize> = set.iter().map(|gene| bins[*gene]).collect();
    for bin in occupied {
        let candidates: Vec<usize> = (0..means.len()).filter(|gene| bins[*gene] == bin).collect();
        if settings.control_size < candidates.len() {
            let drawn = random.permutation(candidates.len());
            controls.extend(drawn.into_iter().take(settings.control_size).map(|place| candidates[place]));
        } else {
            controls.extend(candidates);
        }
    }
    controls.difference(set).copied().collect()
}

/// Bin of each gene: its rank by mean expression (from 1; equal ones share the lowest) over the size of a bin, which is
/// rounded half to even.
fn bins(means: &[f64], n_bins: usize) -> Vec<usize> {
    let size = (means.len() as f64 / n_bins.saturating_sub(1).max(1) as f64).round_ties_even() as usize;
    let mut sorted = means.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = |mean: &f64| sorted.partition_point(|other| other < mean) + 1;
    // Fewer genes than half the bins: all are in one.
    means.iter().map(|mean| rank(mean).checked_div(size).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_equal_numbers_of_genes() {
        assert_eq!(bins(&[0.3, 0.1, 0.2, 0.1], 3), [2, 0, 1, 0]);
        assert_eq!(bins(&[1.0; 5], 25), [0; 5]);
    }

    #[test]
    fn a_set_of_all_genes_has_no_control() {
        let cells = Cells::new(1, 3, vec![1.0_f32, 2.0, 3.0]).unwrap();
        assert_eq!(score_genes(&cells, &[0, 1, 2], ScoreSettings::default()), Err(Undefined::NoControlGenes));
        assert_eq!(
            score_genes(&cells, &[], ScoreSettings::default()),
            Err(Undefined::Genes { needed: 1, found: 0 })
        );
        // One bin, all others are controls: 3 - (1 + 2) / 2.
        assert_eq!(score_genes(&cells, &[2], ScoreSettings::default()), Ok(vec![1.5]));
    }
}
