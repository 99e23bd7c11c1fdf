//! Wilcoxon rank sums of all genes.

use rayon::prelude::*;

use crate::cells::{Cells, Real};

/// Genes that are taken out of the matrices at once: cells lie pages apart, so that a visit should be worth it.
const GENES: usize = 64;

/// For one pair of groups, the sum of the ranks that the cells of the first have among the cells of both, one a gene.
pub type RankSums = Vec<f64>;

/// Rank sums of each pair of `groups`: (treated, control) as positions in `groups`. Ties share the average of their
/// ranks; the sums are exact. A group that is in several pairs is sorted once. All groups have the same genes.
pub fn rank_sums<T: Real>(groups: &[&Cells<T>], pairs: &[(usize, usize)]) -> Vec<RankSums> {
    let n_genes = groups.first().map_or(0, |cells| cells.n_genes());
    let blocks: Vec<Vec<RankSums>> = (0..n_genes.div_ceil(GENES))
        .into_par_iter()
        .map_init(Vec::new, |scratch, block| {
            let genes = block * GENES..((block + 1) * GENES).min(n_genes);
            let sorted: Vec<Vec<Vec<T::Key>>> =
                groups.iter().map(|cells| sorted(cells, genes.clone(), scratch)).collect();
            let sums = |(treated, control): &(usize, usize)| {
                sorted[*treated].iter().zip(&sorted[*control]).map(|(a, b)| rank_sum(a, b)).collect()
            };
            pairs.iter().map(sums).collect()
        })
        .collect();
    (0..pairs.len()).map(|pair| blocks.iter().flat_map(|sums| sums[pair].iter().copied()).collect()).collect()
}

/// The keys of each gene in ascending order.
fn sorted<T: Real>(
    cells: &Cells<T>,
    genes: std::ops::Range<usize>,
    scratch: &mut Vec<T::Key>,
) -> Vec<Vec<T::Key>> {
    let mut columns = vec![Vec::with_capacity(cells.n_cells()); genes.len()];
    for cell in 0..cells.n_cells() {
        for (column, value) in columns.iter_mut().zip(&cells.cell(cell)[genes.clone()]) {
            column.push(value.key());
        }
    }
    for column in &mut columns {
        T::sort(column, scratch);
    }
    columns
}

/// Sum of the ranks of `a` among `a` and `b`, both ascending: n (n + 1) / 2 for the ranks within `a`, 1 for each smaller
/// key of `b` and 1/2 for each equal one.
fn rank_sum<K: Ord + Copy>(a: &[K], b: &[K]) -> f64 {
    let n = a.len() as u64;
    let doubled = n * (n + 1) + before(a, b, |a, b| a <= b) + before(a, b, |a, b| a < b);
    doubled as f64 / 2.0
}

/// Merges `a` and `b`, where `first` says whether a key of `a` comes before one of `b`, and counts for each key of `a`
/// how many of `b` came before it. Without branches, which nobody can predict here.
fn before<K: Copy>(a: &[K], b: &[K], first: impl Fn(K, K) -> bool) -> u64 {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let taken = usize::from(first(a[i], b[j]));
        count += (taken * j) as u64;
        i += taken;
        j += 1 - taken;
    }
    count + ((a.len() - i) * b.len()) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranks_are_averaged(a in proptest::collection::vec(0..6_u8, 0..40), b in proptest::collection::vec(0..6_u8, 0..40)) {
            let all: Vec<f64> = a.iter().chain(&b).map(|value| f64::from(*value)).collect();
            // Ranks of `average_ranks` count from the largest.
            let n = all.len() as f64;
            let expected: f64 = repro_stats::average_ranks(&all)[..a.len()].iter().map(|rank| n + 1.0 - rank).sum();
            let cells = |values: &[u8]| {
                Cells::new(values.len(), 1, values.iter().map(|value| f32::from(*value)).collect()).unwrap()
            };
            let sums = rank_sums(&[&cells(&a), &cells(&b)], &[(0, 1), (1, 0)]);
            prop_assert_eq!(sums[0][0], expected);
            prop_assert_eq!(sums[0][0] + sums[1][0], n * (n + 1.0) / 2.0);
        }
    }

    #[test]
    fn genes_keep_their_order() {
        let n_genes = 50;
        let low = Cells::new(1, n_genes, vec![0.5_f64; n_genes]).unwrap();
        let steps = Cells::new(1, n_genes, (0..n_genes).map(|gene| f64::from(gene > 20)).collect()).unwrap();
        let sums = rank_sums(&[&low, &steps], &[(0, 1)]);
        let expected: Vec<f64> = (0..n_genes).map(|gene| if gene > 20 { 1.0 } else { 2.0 }).collect();
        assert_eq!(sums, [expected]);
    }
}
