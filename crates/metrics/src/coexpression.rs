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

/// Profiles of the genes at `columns`. All are taken out in one pass: a pass a gene would touch every page of the matrix
/// for one number.
fn profiles<T: Real>(cells: &Cells<T>, columns: &[usize], kind: Correlation) -> Vec<Profile> {
    let mut genes = vec![Vec::with_capacity(cells.n_cells()); columns.len()];
    for cell in 0..cells.n_cells() {
        let cell = cells.cell(cell);
        for (gene, column) in genes.iter_mut().zip(columns) {
            gene.push(cell[*column]);
        }
    }
    let profile = |values: Vec<T>| {
        unit(match kind {
            Correlation::Pearson => values.into_iter().map(Real::to_f64).collect(),
            Correlation::Spearman => ranks(values.into_iter()),
        })
    };
    genes.into_par_iter().map(profile).collect()
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
    let of = |cells: &Cells<T>| correlations(&profiles(cells, columns, settings.kind));
    let (truth, predicted) = (of(truth), of(predicted));
    let counted = |(own, _): &(&f64, &f64)| own.abs() >= settings.threshold;
    // A correlation that is NaN is below every threshold; one that is predicted to be makes the pair NaN.
    let similarities: Vec<f64> = truth
        .iter()
        .zip(&predicted)
        .filter(counted)
        .map(|(own, other)| 1.0 - (own - other).abs() / 2.0)
        .filter(|similarity| !similarity.is_nan())
        .collect();
    if similarities.is_empty() {
        return Err(Undefined::NoSpread);
    }
    Ok(similarities.iter().sum::<f64>() / similarities.len() as f64)
}

/// Correlations of all pairs of profiles: (0, 1), (0, 2), (1, 2), (0, 3) and so on; NaN where a profile has no spread.
fn correlations(profiles: &[Profile]) -> Vec<f64> {
    let known: Vec<&[f64]> = profiles.iter().flatten().map(Vec::as_slice).collect();
    let mut products = vec![0.0; known.len() * known.len().saturating_sub(1) / 2];
    pulp::Arch::new().dispatch(Products { profiles: &known, products: &mut products });
    let mut products = products.into_iter();
    let mut all = Vec::with_capacity(profiles.len() * profiles.len().saturating_sub(1) / 2);
    for (second, own) in profiles.iter().enumerate() {
        for other in &profiles[..second] {
            let product = if own.is_some() && other.is_some() { products.next() } else { None };
            all.push(product.map_or(f64::NAN, |product| product.clamp(-1.0, 1.0)));
        }
    }
    all
}

/// Cells whose values of all genes of a set stay in the processor's cache.
const CELLS: usize = 512;
/// Sums that are kept side by side: one or two vectors.
const LANES: usize = 16;

/// Scalar products of all pairs of profiles, in an order of adding that does not depend on the width of vectors.
struct Products<'a> {
    profiles: &'a [&'a [f64]],
    products: &'a mut [f64],
}

impl pulp::WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let n_cells = self.profiles.first().map_or(0, |profile| profile.len());
        for start in (0..n_cells).step_by(CELLS) {
            let cells = start..n_cells.min(start + CELLS);
            let mut products = self.products.iter_mut();
            for (second, own) in self.profiles.iter().enumerate() {
                let own = &own[cells.clone()];
                for (other, product) in self.profiles[..second].iter().zip(&mut products) {
                    *product += dot(own, &other[cells.clone()]);
                }
            }
        }
    }
}

#[inline(always)]
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let ((blocks, rest), (others, other_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (block, other) in blocks.iter().zip(others) {
        for lane in 0..LANES {
            sums[lane] += block[lane] * other[lane];
        }
    }
    sums.iter().sum::<f64>() + rest.iter().zip(other_rest).map(|(x, y)| x * y).sum::<f64>()
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
