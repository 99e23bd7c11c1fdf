//! Means over all pairs of two point sets, in memory that does not grow with the number of pairs.

use std::ops::Range;

use rayon::prelude::*;

use crate::cells::{Cells, Real};
use crate::fused::fused;

/// Points whose coordinates lie side by side, so that one instruction handles several.
const WIDTH: usize = 16;
/// Points of the first set that one task compares with all of the second: parts of the work depend on the data alone.
const BLOCK: usize = 64;

/// Points in double precision, in strips of 16 points with one coordinate after the other.
pub struct Points {
    n: usize,
    dimensions: usize,
    strips: Vec<[f64; WIDTH]>,
}

impl Points {
    /// The cells of some matrices with the same genes as points, one coordinate a gene.
    pub fn of_cells<T: Real>(matrices: &[&Cells<T>]) -> Self {
        let n = matrices.iter().map(|cells| cells.n_cells()).sum();
        let dimensions = matrices.first().map_or(0, |cells| cells.n_genes());
        let cells = matrices.iter().flat_map(|cells| (0..cells.n_cells()).map(|cell| cells.cell(cell)));
        Self::filled(n, dimensions, cells, Real::to_f64)
    }

    /// `n` points, one after the other.
    pub fn of_rows(n: usize, dimensions: usize, rows: &[f64]) -> Self {
        Self::filled(n, dimensions, rows.chunks_exact(dimensions.max(1)), |number| number)
    }

    fn filled<'a, V: Copy + 'a>(
        n: usize,
        dimensions: usize,
        rows: impl Iterator<Item = &'a [V]>,
        number: impl Fn(V) -> f64,
    ) -> Self {
        let mut strips = vec![[0.0; WIDTH]; n.div_ceil(WIDTH) * dimensions];
        for (point, row) in rows.take(n).enumerate() {
            let strip = &mut strips[point / WIDTH * dimensions..][..dimensions];
            for (lanes, value) in strip.iter_mut().zip(row) {
                lanes[point % WIDTH] = number(*value);
            }
        }
        Self { n, dimensions, strips }
    }

    #[inline(always)]
    fn strip(&self, strip: usize) -> &[[f64; WIDTH]] {
        &self.strips[strip * self.dimensions..][..self.dimensions]
    }

    /// The points of a block as rows.
    fn block(&self, block: usize) -> Rows {
        let points = block * BLOCK..((block + 1) * BLOCK).min(self.n);
        let row = |point: usize| self.strip(point / WIDTH).iter().map(move |lanes| lanes[point % WIDTH]);
        Rows { dimensions: self.dimensions, values: points.clone().flat_map(row).collect(), points }
    }
}

/// A few points, one after the other.
struct Rows {
    points: Range<usize>,
    dimensions: usize,
    values: Vec<f64>,
}

impl Rows {
    #[inline(always)]
    fn row(&self, point: usize) -> &[f64] {
        &self.values[(point - self.points.start) * self.dimensions..][..self.dimensions]
    }
}

/// Means of the `N` values of `of(squared distance)` over all pairs of a point of `a` and a point of `b`. The mean of
/// nothing is NaN.
pub fn mean_between<const N: usize>(
    a: &Points,
    b: &Points,
    of: impl Fn(f64) -> [f64; N] + Copy + Sync,
) -> [f64; N] {
    let blocks = a.n.div_ceil(BLOCK);
    let sums: Vec<[f64; N]> = (0..blocks)
        .into_par_iter()
        .map(|block| pulp::Arch::new().dispatch(BlockSum { rows: &a.block(block), b, within: false, of }))
        .collect();
    means(&sums, a.n as f64 * b.n as f64)
}

/// Means of the `N` values of `of(squared distance)` over all pairs of points of `a`, those of a point with itself
/// included: `of(0)` each.
pub fn mean_within<const N: usize>(a: &Points, of: impl Fn(f64) -> [f64; N] + Copy + Sync) -> [f64; N] {
    let blocks = a.n.div_ceil(BLOCK);
    let sums: Vec<[f64; N]> = (0..blocks)
        .into_par_iter()
        .map(|block| pulp::Arch::new().dispatch(BlockSum { rows: &a.block(block), b: a, within: true, of }))
        .collect();
    means(&sums, a.n as f64 * a.n as f64)
}

fn means<const N: usize>(sums: &[[f64; N]], n: f64) -> [f64; N] {
    std::array::from_fn(|value| sums.iter().map(|sums| sums[value]).sum::<f64>() / n)
}

/// For each point of `queries`, the `k` nearest points of `pool`, or all if there are fewer, nearest first; of equally
/// near ones the first in order.
pub fn nearest(queries: &Points, pool: &Points, k: usize) -> Vec<Vec<usize>> {
    search(queries, pool, k, |_, _| true)
}

/// For each point of `pool`, the `k` nearest of the others.
pub fn nearest_others(pool: &Points, k: usize) -> Vec<Vec<usize>> {
    search(pool, pool, k, |query, point| query != point)
}

fn search(
    queries: &Points,
    pool: &Points,
    k: usize,
    admitted: impl Fn(usize, usize) -> bool + Sync,
) -> Vec<Vec<usize>> {
    let blocks: Vec<Vec<Vec<usize>>> = (0..queries.n.div_ceil(BLOCK))
        .into_par_iter()
        .map_init(Scratch::default, |Scratch { squares, order }, block| {
            let rows = queries.block(block);
            pulp::Arch::new().dispatch(BlockRows { rows: &rows, pool, squares });
            let nearest = |(query, squares): (usize, &Vec<f64>)| {
                order.clear();
                order.extend((0..pool.n).filter(|point| admitted(query, *point)));
                let by_distance = |a: &usize, b: &usize| squares[*a].total_cmp(&squares[*b]).then(a.cmp(b));
                if k < order.len() && k > 0 {
                    order.select_nth_unstable_by(k - 1, by_distance);
                }
                order.truncate(k);
                order.sort_unstable_by(by_distance);
                order.to_vec()
            };
            rows.points.zip(squares.iter()).map(nearest).collect()
        })
        .collect();
    blocks.into_iter().flatten().collect()
}

/// Room of one thread. What is found is copied out of it: each list takes the room of k points, not of the pool.
#[derive(Default)]
struct Scratch {
    squares: Vec<Vec<f64>>,
    order: Vec<usize>,
}

/// Squared distances of the points of a block to all of a pool, strip by strip: what is loaded of a strip serves all of
/// the block.
struct BlockRows<'a> {
    rows: &'a Rows,
    pool: &'a Points,
    squares: &'a mut Vec<Vec<f64>>,
}

impl pulp::WithSimd for BlockRows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { rows, pool, squares } = self;
        squares.resize_with(rows.points.len(), Vec::new);
        squares.iter_mut().for_each(Vec::clear);
        for strip in 0..pool.n.div_ceil(WIDTH) {
            let coordinates = pool.strip(strip);
            for (pair, squares) in squares.chunks_mut(2).enumerate() {
                let point = rows.points.start + 2 * pair;
                if let [first, second] = squares {
                    let both = two_squared(rows.row(point), rows.row(point + 1), coordinates);
                    first.extend_from_slice(&both[0]);
                    second.extend_from_slice(&both[1]);
                } else if let [only] = squares {
                    only.extend_from_slice(&squared(rows.row(point), coordinates));
                }
            }
        }
    }
}

/// The sum of one task, compiled for the widest vectors that this processor has; their width changes no bit.
struct BlockSum<'a, F> {
    rows: &'a Rows,
    b: &'a Points,
    /// Whether the rows are a block of `b`.
    within: bool,
    of: F,
}

impl<const N: usize, F: Fn(f64) -> [f64; N] + Copy> pulp::WithSimd for BlockSum<'_, F> {
    type Output = [f64; N];

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> [f64; N] {
        let Self { rows, b, within, of } = self;
        if within {
            // Pairs inside of the block are few: each is taken twice, so that the rest is taken once.
            let after = (rows.points.start + BLOCK) / WIDTH;
            let (inner, outer) = (inner_sum(rows, b, of), block_sum(rows, b, after, of));
            std::array::from_fn(|value| inner[value] + 2.0 * outer[value])
        } else {
            block_sum(rows, b, 0, of)
        }
    }
}

/// Sum over a block of points and those of `b` from strip `first` on.
#[inline(always)]
fn block_sum<const N: usize>(
    rows: &Rows,
    b: &Points,
    first: usize,
    of: impl Fn(f64) -> [f64; N] + Copy,
) -> [f64; N] {
    let mut sums = [[0.0; WIDTH]; N];
    for strip in first..b.n.div_ceil(WIDTH) {
        let coordinates = b.strip(strip);
        let mut point = rows.points.start;
        while point + 1 < rows.points.end {
            let squares = two_squared(rows.row(point), rows.row(point + 1), coordinates);
            add(&mut sums, &squares[0], b.n - strip * WIDTH, of);
            add(&mut sums, &squares[1], b.n - strip * WIDTH, of);
            point += 2;
        }
        if point < rows.points.end {
            add(&mut sums, &squared(rows.row(point), coordinates), b.n - strip * WIDTH, of);
        }
    }
    sums.map(|lanes| lanes.iter().sum())
}

/// Sum over all ordered pairs of points of one block of `b`.
#[inline(always)]
fn inner_sum<const N: usize>(rows: &Rows, b: &Points, of: impl Fn(f64) -> [f64; N] + Copy) -> [f64; N] {
    let mut sums = [[0.0; WIDTH]; N];
    for strip in rows.points.start / WIDTH..rows.points.end.div_ceil(WIDTH) {
        for point in rows.points.clone() {
            add(&mut sums, &squared(rows.row(point), b.strip(strip)), b.n - strip * WIDTH, of);
        }
    }
    sums.map(|lanes| lanes.iter().sum())
}

/// Squared distances of a point to those of a strip.
#[inline(always)]
fn squared(row: &[f64], strip: &[[f64; WIDTH]]) -> [f64; WIDTH] {
    let mut sums = [0.0; WIDTH];
    for (x, lanes) in row.iter().zip(strip) {
        for (sum, y) in sums.iter_mut().zip(lanes) {
            let difference = x - y;
            *sum = fused(difference, difference, *sum);
        }
    }
    sums
}

/// The same for two points at once: what is loaded of the strip serves both.
#[inline(always)]
fn two_squared(first: &[f64], second: &[f64], strip: &[[f64; WIDTH]]) -> [[f64; WIDTH]; 2] {
    let mut sums = [[0.0; WIDTH]; 2];
    for ((x0, x1), lanes) in first.iter().zip(second).zip(strip) {
        for lane in 0..WIDTH {
            let (d0, d1) = (x0 - lanes[lane], x1 - lanes[lane]);
            sums[0][lane] = fused(d0, d0, sums[0][lane]);
            sums[1][lane] = fused(d1, d1, sums[1][lane]);
        }
    }
    sums
}

/// Adds `of` the squares of the first `valid` lanes.
#[inline(always)]
fn add<const N: usize>(
    sums: &mut [[f64; WIDTH]; N],
    squares: &[f64; WIDTH],
    valid: usize,
    of: impl Fn(f64) -> [f64; N],
) {
    for lane in 0..valid.min(WIDTH) {
        let values = of(squares[lane]);
        for (sums, value) in sums.iter_mut().zip(values) {
            sums[lane] += value;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(a: &Cells<f64>, b: &Cells<f64>, of: impl Fn(f64) -> f64) -> f64 {
        let mut sum = 0.0;
        for i in 0..a.n_cells() {
            for j in 0..b.n_cells() {
                sum += of(a.cell(i).iter().zip(b.cell(j)).map(|(x, y)| (x - y) * (x - y)).sum());
            }
        }
        sum / (a.n_cells() * b.n_cells()) as f64
    }

    fn cells() -> impl Strategy<Value = (Cells<f64>, Cells<f64>)> {
        (1_usize..150, 1_usize..150, 1_usize..5).prop_flat_map(|(n, m, dimensions)| {
            let values = |n: usize| proptest::collection::vec(-3.0..3.0_f64, n * dimensions);
            let of = move |n: usize, values: Vec<f64>| Cells::new(n, dimensions, values).unwrap();
            (values(n).prop_map(move |v| of(n, v)), values(m).prop_map(move |v| of(m, v)))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn all_pairs_are_met_once((a, b) in cells()) {
            let (left, right) = (Points::of_cells(&[&a]), Points::of_cells(&[&b]));
            let between = mean_between(&left, &right, |square| [square.sqrt()])[0];
            prop_assert!((between - naive(&a, &b, f64::sqrt)).abs() < 1e-12);
            let within = mean_within(&left, |square| [square.sqrt()])[0];
            prop_assert!((within - naive(&a, &a, f64::sqrt)).abs() < 1e-12);
            prop_assert!((mean_within(&left, |_| [1.0])[0] - 1.0).abs() < 1e-15);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn the_nearest_are_found((a, b) in cells(), k in 0_usize..20) {
            let square = |i: usize, j: usize| -> f64 {
                a.cell(i).iter().zip(b.cell(j)).map(|(x, y)| (x - y) * (x - y)).sum()
            };
            let found = nearest(&Points::of_cells(&[&a]), &Points::of_cells(&[&b]), k);
            prop_assert_eq!(found.len(), a.n_cells());
            for (i, found) in found.iter().enumerate() {
                prop_assert_eq!(found.len(), k.min(b.n_cells()));
                prop_assert!(found.capacity() <= k, "room for {} points, not {k}", found.capacity());
                prop_assert!(found.iter().all(|j| found.iter().filter(|other| *other == j).count() == 1));
                let farthest = found.last().map_or(-1.0, |j| square(i, *j));
                let closer = (0..b.n_cells()).filter(|j| square(i, *j) < farthest * (1.0 - 1e-12)).count();
                prop_assert!(found.is_empty() || closer < found.len(), "{closer} are closer than {found:?}");
            }
            let others = nearest_others(&Points::of_cells(&[&a]), k);
            prop_assert!(others.iter().enumerate().all(|(i, found)| !found.contains(&i)));
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let values: Vec<f64> = (0..1000_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 8)).collect();
        let points = Points::of_cells(&[&Cells::new(200, 5, values).unwrap()]);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let of = |square: f64| [square.sqrt(), -square];
                (mean_within(&points, of), mean_between(&points, &points, of))
            })
        };
        assert_eq!(with(1), with(4));
    }
}
