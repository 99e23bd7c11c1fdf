//! Whether pathway activities keep their order over cells.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::cells::{Cells, Real, same_genes};
use crate::correlation::{Correlation, not_finite};
use crate::undefined::{Score, Undefined};

/// Keeps the statistic finite where the correlation is 1.
const TINY: f64 = f64::EPSILON;

/// Weights of the targets of one pathway: column and weight, each column once.
pub type Weights = Vec<(usize, f64)>;

/// Activities of pathways in true and predicted cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Pathways {
    /// Positions of the pathways that have enough targets.
    pub kept: Vec<usize>,
    /// Activity in each true cell, one list a kept pathway.
    pub truth: Vec<Vec<f64>>,
    /// Activity in each predicted cell.
    pub predicted: Vec<Vec<f64>>,
}

impl Pathways {
    /// Correlation over cells of each kept pathway, -1 to 1, higher is better.
    pub fn correlations(&self, kind: Correlation) -> Vec<Score> {
        self.truth.iter().zip(&self.predicted).map(|(truth, predicted)| kind.of(truth, predicted)).collect()
    }

    /// Returns the cells that a correlation leaves out: those in which a kept pathway has no activity.
    pub fn left_out(&self) -> Vec<usize> {
        let of_pathway =
            self.truth.iter().zip(&self.predicted).map(|(truth, predicted)| not_finite(truth, predicted));
        let cells: BTreeSet<usize> = of_pathway.flatten().collect();
        cells.into_iter().collect()
    }

    /// Mean correlation over the pathways that have one.
    pub fn average(&self, kind: Correlation) -> Score {
        let correlations = self.correlations(kind);
        let found: Vec<f64> = correlations.iter().filter_map(|score| score.as_ref().ok().copied()).collect();
        match (found.is_empty(), correlations.into_iter().next()) {
            (true, Some(undefined)) => undefined,
            (true, None) => Err(Undefined::GeneSets { needed: 1 }),
            (false, _) => Ok(found.iter().sum::<f64>() / found.len() as f64),
        }
    }
}

/// Activities of `pathways` in both matrices, over the genes that are above 0 in at least `min_cells` true cells. As
/// decoupler does, each matrix leaves out of these the genes that are 0 in all of its cells. Pathways with fewer than
/// `overlap` targets among what remains of either matrix are left out.
pub fn pathway<T: Real>(
    truth: &Cells<T>,
    predicted: &Cells<T>,
    pathways: &[Weights],
    min_cells: usize,
    overlap: usize,
) -> Result<Pathways, Undefined> {
    same_genes(truth, predicted)?;
    let expressing = truth.expressing_cells();
    let genes: Vec<usize> = (0..truth.n_genes()).filter(|gene| expressing[*gene] >= min_cells).collect();
    let (true_genes, predicted_genes) = (not_empty(truth, &genes), not_empty(predicted, &genes));
    let enough = |weights: &Weights, genes: &[usize]| {
        weights.iter().filter(|(gene, _)| genes.binary_search(gene).is_ok()).count() >= overlap
    };
    let kept: Vec<usize> = (0..pathways.len())
        .filter(|own| enough(&pathways[*own], &true_genes) && enough(&pathways[*own], &predicted_genes))
        .collect();
    if kept.is_empty() {
        return Err(Undefined::GeneSets { needed: overlap });
    }
    let activities =
        |cells, genes: &[usize]| kept.iter().map(|own| ulm(cells, genes, &pathways[*own])).collect();
    let (truth, predicted) = (activities(truth, &true_genes), activities(predicted, &predicted_genes));
    Ok(Pathways { truth, predicted, kept })
}

/// The genes that are not 0 in some cell.
fn not_empty<T: Real>(cells: &Cells<T>, genes: &[usize]) -> Vec<usize> {
    let mut seen = vec![false; cells.n_genes()];
    for cell in 0..cells.n_cells() {
        for (seen, value) in seen.iter_mut().zip(cells.cell(cell)) {
            *seen |= *value != T::ZERO;
        }
    }
    genes.iter().copied().filter(|gene| seen[*gene]).collect()
}

/// t-statistic of the slope of a univariate linear model of a cell's expression on the weights, one a cell, over
/// `genes` (ascending columns), of which those that are no targets weigh 0: r sqrt(df / ((1 - r)(1 + r))) with df two less
/// than there are genes (P. Badia-i-Mompel et al., "decoupleR", 2022). NaN where expression or weights have no spread.
pub fn ulm<T: Real>(cells: &Cells<T>, genes: &[usize], weights: &Weights) -> Vec<f64> {
    let mut dense = vec![0.0; cells.n_genes()];
    for (gene, weight) in weights {
        dense[*gene] = *weight;
    }
    let n = genes.len() as f64;
    let mean_weight = genes.iter().map(|gene| dense[*gene]).sum::<f64>() / n;
    let centred: Vec<f64> = genes.iter().map(|gene| dense[*gene] - mean_weight).collect();
    let weight_square: f64 = centred.iter().map(|weight| weight * weight).sum();
    let df = n - 2.0;
    let activity = |cell: usize| {
        let cell = cells.cell(cell);
        let mean = genes.iter().map(|gene| cell[*gene].to_f64()).sum::<f64>() / n;
        let (mut square, mut product) = (0.0, 0.0);
        for (gene, weight) in genes.iter().zip(&centred) {
            let value = cell[*gene].to_f64() - mean;
            square += value * value;
            product += value * weight;
        }
        let r = product / (square.sqrt() * weight_square.sqrt());
        r * (df / ((1.0 - r + TINY) * (1.0 + r + TINY))).sqrt()
    };
    (0..cells.n_cells()).into_par_iter().map(activity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_that_are_0_everywhere_are_left_out_of_that_matrix() {
        let truth = Cells::new(2, 4, vec![1.0, 2.0, 3.0, 5.0, 4.0, 1.0, 2.0, 7.0]).unwrap();
        let predicted = Cells::new(2, 4, vec![1.0, 2.0, 0.0, 5.0, 4.0, 1.0, 0.0, 7.0]).unwrap();
        let pathways = [vec![(0, 1.0), (1, -2.0)], vec![(1, 1.0), (2, 1.0)]];
        let found = pathway(&truth, &predicted, &pathways, 1, 2).unwrap();
        // The second pathway has one target left.
        assert_eq!(found.kept, [0]);
        assert_eq!(found.truth, [ulm(&truth, &[0, 1, 2, 3], &pathways[0])]);
        assert_eq!(found.predicted, [ulm(&predicted, &[0, 1, 3], &pathways[0])]);
        assert!(pathway(&truth, &predicted, &pathways[1..], 1, 2).is_err());
    }
}
