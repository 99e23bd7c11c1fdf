//! How well differentially expressed genes survive reconstruction.

use std::collections::BTreeSet;

use crate::cells::{Cells, Real, enough_cells, same_genes};
use crate::correlation::{correlation, not_finite, rank_correlation};
use crate::differential_expression::{Gene, TestKind, differential_expression};
use crate::undefined::{Score, Undefined};

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct DegSettings {
    /// Test that ranks the genes.
    pub kind: TestKind,
    /// Sizes of the sets of genes with the largest fold changes.
    pub top: Vec<usize>,
    /// Largest adjusted p-value of a gene in such a set; `None` admits all genes.
    pub false_discovery_rate: Option<f64>,
    /// Fewest treated and control cells.
    pub min_cells: usize,
}

/// Scores of one predicted table against the true one.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovery {
    /// Dice coefficient of the true and the predicted set of each size, in the order of the settings; 0 to 1.
    pub dice: Vec<f64>,
    /// Pearson correlation of log fold changes over all genes; -1 to 1.
    pub log_fold_change_pearson: Score,
    /// The same by ranks.
    pub log_fold_change_spearman: Score,
    /// For each size, Pearson correlation of log fold changes over the genes of the true set.
    pub top_pearson: Vec<Score>,
    /// The same by ranks.
    pub top_spearman: Vec<Score>,
    /// Genes without a log fold change in one of the tables, which the correlations over all genes leave out.
    pub left_out: Vec<usize>,
    /// For each size, those of them that are in the true set.
    pub top_left_out: Vec<TopLeftOut>,
    /// Pearson correlation over genes of the differences of mean expression; -1 to 1.
    pub mean_difference_pearson: Score,
    /// The same by ranks.
    pub mean_difference_spearman: Score,
}

/// Genes of a true set without a log fold change in one of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopLeftOut {
    /// Columns of the genes.
    pub genes: Vec<usize>,
    /// Number of genes of the set.
    pub of: usize,
}

/// Both ways to compare: with the true and with the predicted control.
#[derive(Clone, Debug, PartialEq)]
pub struct DegRecovery {
    /// Predicted treated cells against true control cells.
    pub with_true_control: Recovery,
    /// Predicted treated cells against predicted control cells.
    pub with_predicted_control: Recovery,
}

/// Compares the table of treated and control cells with that of their predictions. Higher is better throughout.
/// Predictions below 0 are taken as they are; [`Cells::clip`] is for those who want 0 in their place.
pub fn deg_recovery<T: Real>(
    treated: &Cells<T>,
    control: &Cells<T>,
    predicted: &Cells<T>,
    predicted_control: &Cells<T>,
    settings: &DegSettings,
) -> Result<DegRecovery, Undefined> {
    for cells in [control, predicted, predicted_control] {
        same_genes(treated, cells)?;
    }
    enough_cells(treated, settings.min_cells)?;
    enough_cells(control, settings.min_cells)?;
    let groups = [treated, control, predicted, predicted_control];
    let tables = differential_expression(&groups, &[(0, 1), (2, 1), (2, 3)], settings.kind)?;
    let means = groups.map(|cells| cells.gene_means());
    let difference =
        |a: usize, b: usize| -> Vec<f64> { means[a].iter().zip(&means[b]).map(|(a, b)| a - b).collect() };
    let truth = difference(0, 1);
    let recovery = |table: usize, control: usize| {
        recovery(&tables[0], &tables[table], &truth, &difference(2, control), settings)
    };
    Ok(DegRecovery { with_true_control: recovery(1, 1), with_predicted_control: recovery(2, 3) })
}

fn recovery(
    truth: &[Gene],
    predicted: &[Gene],
    difference: &[f64],
    predicted_difference: &[f64],
    settings: &DegSettings,
) -> Recovery {
    let (true_changes, predicted_changes) = (changes(truth), changes(predicted));
    let sets: Vec<_> = settings
        .top
        .iter()
        .map(|k| {
            (top(truth, *k, settings.false_discovery_rate), top(predicted, *k, settings.false_discovery_rate))
        })
        .collect();
    let within = |genes: &BTreeSet<usize>, changes: &[f64]| -> Vec<f64> {
        genes.iter().map(|gene| changes[*gene]).collect()
    };
    let of_sets = |correlate: fn(&[f64], &[f64]) -> Score| {
        sets.iter()
            .map(|(genes, _)| correlate(&within(genes, &true_changes), &within(genes, &predicted_changes)))
            .collect()
    };
    let left_out = not_finite(&true_changes, &predicted_changes);
    let of_set = |set: &BTreeSet<usize>| TopLeftOut {
        genes: left_out.iter().copied().filter(|gene| set.contains(gene)).collect(),
        of: set.len(),
    };
    Recovery {
        top_left_out: sets.iter().map(|(genes, _)| of_set(genes)).collect(),
        dice: sets.iter().map(|(a, b)| dice(a, b)).collect(),
        log_fold_change_pearson: correlation(&true_changes, &predicted_changes),
        log_fold_change_spearman: rank_correlation(&true_changes, &predicted_changes),
        top_pearson: of_sets(correlation),
        top_spearman: of_sets(rank_correlation),
        mean_difference_pearson: correlation(difference, predicted_difference),
        mean_difference_spearman: rank_correlation(difference, predicted_difference),
        left_out,
    }
}

/// Log fold changes in the order of the matrix.
fn changes(table: &[Gene]) -> Vec<f64> {
    let mut changes = vec![0.0; table.len()];
    for gene in table {
        changes[gene.gene] = f64::from(gene.log_fold_change);
    }
    changes
}

/// The `k` genes with the largest absolute log fold change among those that pass the test, or among all where none
/// does. What has no fold change comes last; equal ones count in the order of the table.
fn top(table: &[Gene], k: usize, false_discovery_rate: Option<f64>) -> BTreeSet<usize> {
    let passes = |gene: &&Gene| false_discovery_rate.is_none_or(|rate| gene.p_adjusted <= rate);
    let mut genes: Vec<&Gene> = table.iter().filter(passes).collect();
    if genes.is_empty() {
        genes = table.iter().collect();
    }
    let size = |gene: &Gene| if gene.log_fold_change.is_nan() { -1.0 } else { gene.log_fold_change.abs() };
    genes.sort_by(|a, b| size(b).total_cmp(&size(a)));
    genes.into_iter().take(k).map(|gene| gene.gene).collect()
}

/// 2 |A ∩ B| / (|A| + |B|); L. R. Dice, "Measures of the amount of ecologic association between species" (1945).
fn dice(a: &BTreeSet<usize>, b: &BTreeSet<usize>) -> f64 {
    2.0 * a.intersection(b).count() as f64 / (a.len() + b.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differential_expression::Test;

    fn gene(gene: usize, p_adjusted: f64, log_fold_change: f32) -> Gene {
        Gene { gene, test: Test { score: 0.0, p_value: p_adjusted }, p_adjusted, log_fold_change }
    }

    #[test]
    fn sets_hold_the_largest_changes_that_pass() {
        let table = [gene(0, 0.01, 1.0), gene(1, 0.5, 9.0), gene(2, 0.02, -3.0), gene(3, 0.03, f32::NAN)];
        assert_eq!(top(&table, 1, Some(0.05)), BTreeSet::from([2]));
        assert_eq!(top(&table, 2, Some(0.05)), BTreeSet::from([0, 2]));
        assert_eq!(top(&table, 9, Some(0.05)), BTreeSet::from([0, 2, 3]));
        // None passes: all are candidates.
        assert_eq!(top(&table, 1, Some(0.001)), BTreeSet::from([1]));
        assert_eq!(top(&table, 1, None), BTreeSet::from([1]));
    }
}
