//! Correlations of all pairs of genes of sets, for many sets at once.

use rayon::prelude::*;

use crate::cells::{Cells, Real};
use crate::correlation::Correlation;
use crate::fused::fused;

/// Genes that are taken out of a matrix at once: cells lie pages apart, so that a visit should be worth it.
const GENES: usize = 64;
/// Products that are added side by side, in an order that does not depend on the width of vectors.
const LANES: usize = 8;
/// Blocks of products of one gene that are added before the next gene: the genes of a set stay in a processor's cache.
const CHUNKS: usize = 32;
/// Cells at a time.
const CELLS: usize = LANES * CHUNKS;
/// Genes whose products with as many others are added at once: as much as fits into sixteen registers.
const ROWS: usize = 3;
const OTHERS: usize = 2;

/// Of each set (columns of `cells`), for each of `kinds`, the correlations of its pairs (0, 1), (0, 2), (1, 2), (0, 3)
/// and so on; NaN where a gene has no spread.
///
/// Every gene is taken out of the matrix and ranked once, in as much memory as the genes have in the matrix. There are
/// fewer than 2^31 cells.
pub fn set_correlations<T: Real>(
    cells: &Cells<T>,
    sets: &[&[usize]],
    kinds: &[Correlation],
) -> Vec<Vec<Vec<f64>>> {
    let mut genes: Vec<usize> = sets.iter().flat_map(|set| set.iter().copied()).collect();
    genes.sort_unstable();
    genes.dedup();
    let places = |set: &&[usize]| set.iter().filter_map(|gene| genes.binary_search(gene).ok()).collect();
    let places: Vec<Vec<usize>> = sets.iter().map(places).collect();
    let columns = columns(cells, &genes);
    let mut found = vec![Vec::new(); kinds.len()];
    let wanted = |kind: Correlation| kinds.iter().position(|own| *own == kind);
    if let Some(pearson) = wanted(Correlation::Pearson) {
        found[pearson] = correlations(&columns, Real::to_f64, &places);
    }
    if let Some(spearman) = wanted(Correlation::Spearman) {
        // Last, so that ranks take the place of values.
        let ranks: Vec<Vec<u32>> = columns.into_par_iter().map(doubled_ranks).collect();
        found[spearman] = correlations(&ranks, f64::from, &places);
    }
    found
}

/// The values of each of `genes` over cells.
fn columns<T: Real>(cells: &Cells<T>, genes: &[usize]) -> Vec<Vec<T>> {
    let taken = |genes: &[usize]| {
        let mut columns = vec![Vec::with_capacity(cells.n_cells()); genes.len()];
        for cell in 0..cells.n_cells() {
            let cell = cells.cell(cell);
            for (column, gene) in columns.iter_mut().zip(genes) {
                column.push(cell[*gene]);
            }
        }
        columns
    };
    let chunks: Vec<Vec<Vec<T>>> = genes.par_chunks(GENES).map(taken).collect();
    chunks.into_iter().flatten().collect()
}

/// Twice the ascending ranks from 1: with ties averaged these are integers.
fn doubled_ranks<T: Real>(values: Vec<T>) -> Vec<u32> {
    let mut keys: Vec<(T::Key, u32)> =
        values.into_iter().zip(0..).map(|(value, cell)| (value.key(), cell)).collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    let mut ranks = vec![0; keys.len()];
    let mut before = 0;
    for ties in keys.chunk_by(|a, b| a.0 == b.0) {
        let count = ties.len() as u32;
        for (_, cell) in ties {
            ranks[*cell as usize] = 2 * before + count + 1;
        }
        before += count;
    }
    ranks
}

/// Correlations within each of `sets`, which name columns.
fn correlations<V: Copy + Sync>(
    columns: &[Vec<V>],
    number: impl Fn(V) -> f64 + Copy + Sync,
    sets: &[Vec<usize>],
) -> Vec<Vec<f64>> {
    let scales: Vec<Option<Scale>> = columns.par_iter().map(|column| Scale::of(column, number)).collect();
    let mut strips: Vec<Strip<'_>> = sets.iter().flat_map(|set| Strip::of(set)).collect();
    let mut block = vec![[[0.0; LANES]; CHUNKS]; columns.len()];
    let n_cells = columns.first().map_or(0, Vec::len);
    for start in (0..n_cells).step_by(CELLS) {
        block.par_iter_mut().zip(columns).zip(&scales).for_each(|((unit, column), scale)| {
            let cells = &column[start..n_cells.min(start + CELLS)];
            let Some(scale) = scale else { return };
            let numbers = cells.iter().map(|value| (number(*value) - scale.mean) * scale.inverse);
            // Where the last block has no cells, nothing is added.
            let numbers = numbers.chain(std::iter::repeat(0.0));
            unit.as_flattened_mut().iter_mut().zip(numbers).for_each(|(unit, number)| *unit = number);
        });
        strips
            .par_iter_mut()
            .for_each(|strip| pulp::Arch::new().dispatch(AddProducts { strip, block: &block }));
    }
    let mut strips = strips.into_iter();
    let pairs = |set: &Vec<usize>| {
        let strips = strips.by_ref().take(set.len().div_ceil(ROWS));
        strips.flat_map(|strip| strip.correlations(&scales)).collect()
    };
    sets.iter().map(pairs).collect()
}

/// What makes values of a gene sum to 0, and their squares to 1.
struct Scale {
    mean: f64,
    inverse: f64,
}

impl Scale {
    /// None without spread.
    fn of<V: Copy>(values: &[V], number: impl Fn(V) -> f64 + Copy) -> Option<Self> {
        let n = values.len() as f64;
        let mean = sum(values, number) / n;
        let squares = sum(values, |value| {
            let apart = number(value) - mean;
            apart * apart
        });
        let length = squares.sqrt();
        // What rounding leaves of equal values is no spread.
        let spread = length > 1e-13 * mean.abs() * n.sqrt();
        spread.then_some(Self { mean, inverse: 1.0 / length })
    }
}

fn sum<V: Copy>(values: &[V], of: impl Fn(V) -> f64) -> f64 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += of(*value);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|value| of(*value)).sum::<f64>()
}

/// Centred values of a gene in a block of cells, of the length 1 over all of them.
type Unit = [[f64; LANES]; CHUNKS];

/// Up to [`ROWS`] genes of a set, the first of which is at `first`, and their products with each other and those before.
struct Strip<'a> {
    set: &'a [usize],
    first: usize,
    products: Vec<Tile>,
}

/// Products of [`ROWS`] genes with [`OTHERS`], in parts that are added at the end.
type Tile = [[[f64; LANES]; ROWS]; OTHERS];

impl<'a> Strip<'a> {
    fn of(set: &'a [usize]) -> impl Iterator<Item = Self> {
        (0..set.len()).step_by(ROWS).map(move |first| {
            let others = set.len().min(first + ROWS).div_ceil(OTHERS);
            Self { set, first, products: vec![[[[0.0; LANES]; ROWS]; OTHERS]; others] }
        })
    }

    fn correlations(self, scales: &[Option<Scale>]) -> Vec<f64> {
        let rows = self.first..self.set.len().min(self.first + ROWS);
        let known = |place: usize| scales[self.set[place]].is_some();
        let mut all = Vec::with_capacity(rows.len() * rows.end);
        for row in rows {
            for other in 0..row {
                let parts = self.products[other / OTHERS][other % OTHERS][row - self.first];
                let product = parts.iter().sum::<f64>().clamp(-1.0, 1.0);
                all.push(if known(row) && known(other) { product } else { f64::NAN });
            }
        }
        all
    }
}

/// Adds the products over a block of cells.
struct AddProducts<'a, 'b> {
    strip: &'a mut Strip<'b>,
    block: &'a [Unit],
}

impl pulp::WithSimd for AddProducts<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Strip { set, first, products } = self.strip;
        // Where a set ends, its last gene stands in for those that would follow; nobody reads that.
        let unit = |place: usize| &self.block[set[place.min(set.len() - 1)]];
        let rows = std::array::from_fn(|row| unit(*first + row));
        for (place, products) in products.iter_mut().enumerate() {
            let others = std::array::from_fn(|other| unit(place * OTHERS + other));
            add_products(products, rows, others);
        }
    }
}

#[inline(always)]
fn add_products(tile: &mut Tile, rows: [&Unit; ROWS], others: [&Unit; OTHERS]) {
    let mut sums = *tile;
    for chunk in 0..CHUNKS {
        for other in 0..OTHERS {
            for row in 0..ROWS {
                for lane in 0..LANES {
                    let (x, y) = (rows[row][chunk][lane], others[other][chunk][lane]);
                    sums[other][row][lane] = fused(x, y, sums[other][row][lane]);
                }
            }
        }
    }
    *tile = sums;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn pairs_agree_with_the_plain_correlation(
            n_cells in 2_usize..600,
            sets in proptest::collection::vec(proptest::sample::subsequence((0..12).collect::<Vec<usize>>(), 0..12), 0..4),
            seed: u32,
        ) {
            // Few values, so that there are ties; gene 0 has no spread.
            let value = |place: usize| {
                let mixed = (place as u32 ^ seed).wrapping_mul(2_654_435_761);
                if place.is_multiple_of(12) { 3.0 } else { f64::from(mixed >> 28) }
            };
            let cells = Cells::new(n_cells, 12, (0..n_cells * 12).map(value).collect()).unwrap();
            let gene = |gene: usize| -> Vec<f64> { (0..n_cells).map(|cell| cells.cell(cell)[gene]).collect() };
            let kinds = [Correlation::Spearman, Correlation::Pearson];
            let borrowed: Vec<&[usize]> = sets.iter().map(Vec::as_slice).collect();
            let found = set_correlations(&cells, &borrowed, &kinds);
            for (kind, found) in kinds.iter().zip(&found) {
                prop_assert_eq!(found.len(), sets.len());
                for (set, found) in sets.iter().zip(found) {
                    let pairs = (0..set.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
                    let pairs: Vec<(usize, usize)> = pairs.collect();
                    prop_assert_eq!(found.len(), pairs.len());
                    for (got, (first, second)) in found.iter().zip(pairs) {
                        match kind.of(&gene(set[first]), &gene(set[second])) {
                            Ok(expected) => prop_assert!((got - expected).abs() < 1e-12, "{got} {expected}"),
                            Err(_) => prop_assert!(got.is_nan()),
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let values: Vec<f32> = (0..9000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32).collect();
        let cells = Cells::new(300, 30, values).unwrap();
        let sets: Vec<usize> = (0..30).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let kinds = [Correlation::Pearson, Correlation::Spearman];
            pool.install(|| set_correlations(&cells, &[&sets, &sets[3..11]], &kinds))
        };
        assert_eq!(with(1), with(4));
    }
}
