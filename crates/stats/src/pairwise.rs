//! Means whose rounding equals NumPy's.

/// Mean of a row of numbers, summed as NumPy sums contiguous doubles. NaN for an empty row.
///
/// Up to 7 numbers are added in order, up to 128 in eight interleaved sums, and longer rows are halved at a multiple of
/// eight (pairwise summation: N. J. Higham, "The Accuracy of Floating Point Summation", 1993).
pub fn pairwise_mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

fn sum(values: &[f64]) -> f64 {
    match values.len() {
        0..8 => values.iter().sum(),
        8..=128 => interleaved(values),
        n => {
            let half = n / 2;
            let (front, back) = values.split_at(half - half % 8);
            sum(front) + sum(back)
        }
    }
}

fn interleaved(values: &[f64]) -> f64 {
    let (blocks, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for block in blocks {
        for (sum, value) in sums.iter_mut().zip(block) {
            *sum += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    rest.iter().fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, value| sum + value)
}
