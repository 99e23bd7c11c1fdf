//! Matrix products in blocks. Each element is one sum over the inner dimension from first to last, whatever the blocks and
//! the threads.

use rayon::prelude::*;

use crate::matrix::Dense;

/// Rows and columns computed at once: their 16 sums stay in registers.
const TILE: usize = 4;
/// Rows that one task multiplies with a panel before it takes the next panel.
const ROWS: usize = 64;

/// Rows of a matrix in groups of four, interleaved so that the four elements of one column lie together.
pub(crate) struct Packed {
    panels: Vec<f64>,
    rows: usize,
    columns: usize,
}

impl Packed {
    /// A packed copy; the last group is filled up with zeros.
    pub fn of(matrix: &Dense) -> Self {
        let (rows, columns) = (matrix.rows(), matrix.columns());
        let mut panels = vec![0.0; rows.div_ceil(TILE) * TILE * columns];
        for row in 0..rows {
            let panel = &mut panels[row / TILE * TILE * columns..];
            for (k, value) in matrix.row(row).iter().enumerate() {
                panel[k * TILE + row % TILE] = *value;
            }
        }
        Self { panels, rows, columns }
    }

    /// Scalar products of `rows` (each of as many columns) with the packed rows `from..to`, `from` a multiple of four;
    /// row i's go to `out[i * (to - from)..]`.
    pub fn multiply(&self, rows: &[&[f64]], from: usize, to: usize, out: &mut [f64]) {
        let to = to.min(self.rows);
        let width = to - from;
        for panel in from / TILE..to.div_ceil(TILE) {
            let values = &self.panels[panel * TILE * self.columns..][..TILE * self.columns];
            let at = panel * TILE - from;
            let wide = TILE.min(width - at);
            for (group, four) in rows.chunks(TILE).enumerate() {
                let last = four.len() - 1;
                let sums = products([0, 1, 2, 3].map(|i: usize| four[i.min(last)]), values);
                for (i, sums) in sums[..four.len()].iter().enumerate() {
                    out[(group * TILE + i) * width + at..][..wide].copy_from_slice(&sums[..wide]);
                }
            }
        }
    }
}

fn products(rows: [&[f64]; TILE], panel: &[f64]) -> [[f64; TILE]; TILE] {
    let mut sums = [[0.0; TILE]; TILE];
    let [a, b, c, d] = rows;
    let four = a.iter().zip(b).zip(c).zip(d);
    for ((((a, b), c), d), panel) in four.zip(panel.as_chunks::<TILE>().0) {
        for (sums, value) in sums.iter_mut().zip([a, b, c, d]) {
            for lane in 0..TILE {
                sums[lane] += value * panel[lane];
            }
        }
    }
    sums
}

/// `a` times the transpose of `b`: element (i, j) is the scalar product of row i of `a` and row j of `b`, which have as many
/// columns.
pub(crate) fn times_transposed(a: &Dense, b: &Dense) -> Dense {
    let packed = Packed::of(b);
    let mut product = Dense::zeros(a.rows(), b.rows());
    if b.rows() == 0 {
        return product;
    }
    product.values_mut().par_chunks_mut(ROWS * b.rows()).enumerate().for_each(|(block, out)| {
        let first = block * ROWS;
        let rows: Vec<&[f64]> = (first..(first + ROWS).min(a.rows())).map(|row| a.row(row)).collect();
        packed.multiply(&rows, 0, b.rows(), out);
    });
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_sums_in_order_for_sizes_that_fill_no_block() {
        for (n, m, k) in [(1, 1, 1), (3, 5, 7), (64, 64, 4), (67, 130, 33), (2, 9, 0)] {
            let value = |i: usize, j: usize| ((i * 31 + j * 17) % 23) as f64 / 7.0 - 1.3;
            let (a, b) = (Dense::from_fn(n, k, value), Dense::from_fn(m, k, |i, j| value(j, i)));
            let product = times_transposed(&a, &b);
            for i in 0..n {
                for j in 0..m {
                    let sum = a.row(i).iter().zip(b.row(j)).fold(0.0, |sum, (a, b)| sum + a * b);
                    assert_eq!(product.row(i)[j], sum);
                }
            }
        }
    }
}
