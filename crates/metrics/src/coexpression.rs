//! Whether genes of a set stay correlated.

use rayon::prelude::*;

use crate::cells::{Cells, Real, same_genes};
use crate::correlation::Correlation;
use crate::undefined::{Score, Undefined};

/// Settings of [`coexpression`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoexpressionSettings {
    /// Correlation of two genes over cells.
    pub kind: Correlation,
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

/// Compares the correlations of the genes of each set (columns, each once) in both matrices.
pub fn coexpression<T: Real>(
    truth: &Cells<T>,
    predicted: &Cells<T>,
    sets: &[Vec<usize>],
    settings: &CoexpressionSettings,
) -> Result<Coexpression, Undefined> {
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
    // A gene of several sets is ranked for each of them: to keep all profiles would take as much memory as the matrices.
    let sets = chosen
        .par_iter()
        .map(|(position, columns)| (*position, set_score(truth, predicted, columns, settings)))
        .collect();
    Ok(Coexpression { sets })
}

/// Values of a gene over cells (or their ranks), centred and of length 1; `None` without spread.
type Profile = Option<Vec<f64>>;

fn profile<T: Real>(cells: &Cells<T>, gene: usize, kind: Correlation) -> Profile {
    let values = (0..cells.n_cells()).map(|cell| cells.cell(cell)[gene]);
    unit(match kind {
        Correlation::Pearson => values.map(Real::to_f64).collect(),
        Correlation::Spearman => ranks(values),
    })
}

/// Ascending ranks from 1, ties averaged.
fn ranks<T: Real>(values: impl Iterator<Item = T>) -> Vec<f64> {
    let mut keys: Vec<(T::Key, u32)> = values.zip(0..).map(|(value, cell)| (value.key(), cell)).collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    let mut ranks = vec![0.0; keys.len()];
    let mut before = 0;
    for ties in keys.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + (ties.len() as f64 + 1.0) / 2.0;
        for (_, cell) in ties {
            ranks[*cell as usize] = rank;
        }
        before += ties.len();
    }
    ranks
}

fn unit(mut values: Vec<f64>) -> Profile {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
    let length = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    // What rounding leaves of equal values is no spread.
    if length.is_nan() || length <= 1e-13 * mean.abs() * (values.len() as f64).sqrt() {
        return None;
    }
    values.iter_mut().for_each(|value| *value /= length);
    Some(values)
}

fn set_score<T: Real>(
    truth: &Cells<T>,
    predicted: &Cells<T>,
    columns: &[usize],
    settings: &CoexpressionSettings,
) -> Score {
    let of = |cells: &Cells<T>| -> Vec<Profile> {
        columns.par_iter().map(|gene| profile(cells, *gene, settings.kind)).collect()
    };
    let (truth, predicted) = (of(truth), of(predicted));
    let (mut sum, mut n) = (0.0, 0_usize);
    for second in 0..columns.len() {
        for first in 0..second {
            let correlate =
                |profiles: &[Profile]| Some(dot(profiles[first].as_ref()?, profiles[second].as_ref()?));
            if let (Some(own), Some(other)) = (correlate(&truth), correlate(&predicted))
                && own.abs() >= settings.threshold
            {
                sum += 1.0 - (own - other).abs() / 2.0;
                n += 1;
            }
        }
    }
    if n == 0 { Err(Undefined::NoSpread) } else { Ok(sum / n as f64) }
}

/// Product of two vectors in eight interleaved sums, which is a correlation here.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let ((blocks, rest), (others, other_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (block, other) in blocks.iter().zip(others) {
        for lane in 0..8 {
            sums[lane] += block[lane] * other[lane];
        }
    }
    let rest: f64 = rest.iter().zip(other_rest).map(|(x, y)| x * y).sum();
    (sums.iter().sum::<f64>() + rest).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_genes() {
        // Genes 0 and 1 rise together, 2 falls; the prediction lets 1 fall too.
        let truth = Cells::new(3, 3, vec![1.0, 2.0, 9.0, 2.0, 4.0, 5.0, 3.0, 6.0, 1.0]).unwrap();
        let predicted = Cells::new(3, 3, vec![1.0, 6.0, 9.0, 2.0, 4.0, 5.0, 3.0, 2.0, 1.0]).unwrap();
        for kind in [Correlation::Pearson, Correlation::Spearman] {
            let settings = CoexpressionSettings {
                kind,
                min_cells: 1,
                overlap: 2,
                threshold: 0.0,
                upstream_columns: false,
            };
            let got = coexpression(&truth, &predicted, &[vec![0, 1, 2], vec![0]], &settings).unwrap();
            assert_eq!(got.sets.len(), 1);
            // Similarities 0, 1 and 0.
            assert!((got.average().unwrap() - 1.0 / 3.0).abs() < 1e-12, "{got:?}");
            let few = coexpression(&truth, &predicted, &[vec![0]], &settings);
            assert_eq!(few, Err(Undefined::GeneSets { needed: 2 }));
        }
    }
}
