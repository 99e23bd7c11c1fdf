//! Whether genes of a set stay correlated.

use crate::cells::{Cells, Real, same_genes};
use crate::correlation::Correlation;
use crate::gene_pairs::set_correlations;
use crate::undefined::{Score, Undefined};

/// Settings of [`coexpression`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoexpressionSettings {
    /// Fewest true cells in which a gene is above 0.
    pub min_cells: usize,
    /// Fewest genes of a set that are left.
    pub overlap: usize,
    /// Smallest absolute true correlation of a pair that counts.
    pub threshold: f64,
    /// Correlates the columns that the upstream code does: it finds the genes of a set among those that are kept and
    /// takes these positions in the matrix of all genes, which are other genes as soon as one was dropped.
    pub upstream_columns: bool,
}

/// Scores of gene sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Coexpression {
    /// For each set that had enough genes its position and its score: the mean over pairs of genes of
    /// 1 - |true - predicted correlation| / 2, 0 to 1, higher is better.
    pub sets: Vec<(usize, Score)>,
}

impl Coexpression {
    /// Mean over the sets that have a score.
    pub fn average(&self) -> Score {
        let found: Vec<f64> =
            self.sets.iter().filter_map(|(_, score)| score.as_ref().ok().copied()).collect();
        if found.is_empty() {
            Err(Undefined::NoSpread)
        } else {
            Ok(found.iter().sum::<f64>() / found.len() as f64)
        }
    }
}

/// Pairs of genes whose correlations are held at once.
const PAIRS: usize = 1 << 19;

/// Compares the correlations of the genes of each set (columns, each once) in both matrices, by each of `kinds`.
pub fn coexpression<T: Real>(
    truth: &Cells<T>,
    predicted: &Cells<T>,
    sets: &[Vec<usize>],
    kinds: &[Correlation],
    settings: &CoexpressionSettings,
) -> Result<Vec<Coexpression>, Undefined> {
    same_genes(truth, predicted)?;
    let expressing = truth.expressing_cells();
    let enough = |gene: usize| expressing[gene] >= settings.min_cells;
    let kept: Vec<usize> = (0..truth.n_genes()).filter(|gene| enough(*gene)).collect();
    let columns = |set: &Vec<usize>| -> Option<Vec<usize>> {
        let places: Vec<usize> = set.iter().filter_map(|gene| kept.binary_search(gene).ok()).collect();
        if places.len() < settings.overlap {
            return None;
        }
        Some(if settings.upstream_columns {
            places.into_iter().filter(|place| enough(*place)).collect()
        } else {
            places.into_iter().map(|place| kept[place]).collect()
        })
    };
    let chosen: Vec<(usize, Vec<usize>)> =
        sets.iter().enumerate().filter_map(|(position, set)| Some((position, columns(set)?))).collect();
    if chosen.is_empty() {
        return Err(Undefined::GeneSets { needed: settings.overlap });
    }
    let mut found = vec![Coexpression { sets: Vec::new() }; kinds.len()];
    for batch in batches(&chosen) {
        let genes: Vec<&[usize]> = batch.iter().map(|(_, columns)| columns.as_slice()).collect();
        let own = set_correlations(truth, &genes, kinds);
        let other = set_correlations(predicted, &genes, kinds);
        for ((found, own), other) in found.iter_mut().zip(own).zip(other) {
            let scores = own.iter().zip(&other).map(|(own, other)| score(own, other, settings.threshold));
            found.sets.extend(batch.iter().map(|(position, _)| *position).zip(scores));
        }
    }
    Ok(found)
}

/// Parts of `sets` with about [`PAIRS`] pairs each.
fn batches(sets: &[(usize, Vec<usize>)]) -> impl Iterator<Item = &[(usize, Vec<usize>)]> {
    let mut pairs = 0;
    sets.chunk_by(move |(_, set), (_, next)| {
        pairs += set.len() * set.len() / 2;
        let together = pairs + next.len() * next.len() / 2 <= PAIRS;
        if !together {
            pairs = 0;
        }
        together
    })
}

/// Mean similarity of the pairs of a set.
fn score(truth: &[f64], predicted: &[f64], threshold: f64) -> Score {
    // A correlation that is NaN is below every threshold; one that is predicted to be makes the pair NaN.
    let similarities: Vec<f64> = truth
        .iter()
        .zip(predicted)
        .filter(|(own, _)| own.abs() >= threshold)
        .map(|(own, other)| 1.0 - (own - other).abs() / 2.0)
        .filter(|similarity| !similarity.is_nan())
        .collect();
    if similarities.is_empty() {
        return Err(Undefined::NoSpread);
    }
    Ok(similarities.iter().sum::<f64>() / similarities.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_genes() {
        // Genes 0 and 1 rise together, 2 falls; the prediction lets 1 fall too.
        let truth = Cells::new(3, 3, vec![1.0, 2.0, 9.0, 2.0, 4.0, 5.0, 3.0, 6.0, 1.0]).unwrap();
        let predicted = Cells::new(3, 3, vec![1.0, 6.0, 9.0, 2.0, 4.0, 5.0, 3.0, 2.0, 1.0]).unwrap();
        let settings =
            CoexpressionSettings { min_cells: 1, overlap: 2, threshold: 0.0, upstream_columns: false };
        let kinds = [Correlation::Pearson, Correlation::Spearman];
        let found = |sets: &[Vec<usize>]| coexpression(&truth, &predicted, sets, &kinds, &settings);
        for got in found(&[vec![0, 1, 2], vec![0]]).unwrap() {
            assert_eq!(got.sets.len(), 1);
            // Similarities 0, 1 and 0.
            assert!((got.average().unwrap() - 1.0 / 3.0).abs() < 1e-12, "{got:?}");
        }
        assert_eq!(found(&[vec![0]]), Err(Undefined::GeneSets { needed: 2 }));
    }

    #[test]
    fn many_sets_are_taken_in_parts() {
        let sets: Vec<(usize, Vec<usize>)> = (0..40).map(|set| (set, (0..set * 30).collect())).collect();
        let parts: Vec<&[(usize, Vec<usize>)]> = batches(&sets).collect();
        assert!(parts.len() > 5);
        let pairs = |part: &&[(usize, Vec<usize>)]| -> usize {
            part.iter().map(|(_, set)| set.len() * set.len() / 2).sum()
        };
        assert!(parts.iter().all(|part| part.len() == 1 || pairs(part) <= PAIRS));
        assert_eq!(parts.concat(), sets);
    }
}
