//! Pearson's correlation.

/// Pearson's correlation of paired values; `None` for fewer than two pairs, unequal lengths, or values without spread.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || x.len() < 2 {
        return None;
    }
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - mean_x, y - mean_y);
        (xx, yy, xy) = (xx + dx * dx, yy + dy * dy, xy + dx * dy);
    }
    let spread = xx.sqrt() * yy.sqrt();
    (spread > 0.0 && spread.is_finite() && xy.is_finite()).then(|| (xy / spread).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_correlations() {
        for (y, expected) in [([2.0, 4.0, 6.0], 1.0), ([3.0, 2.0, 1.0], -1.0)] {
            let r = pearson(&[1.0, 2.0, 3.0], &y).unwrap();
            assert!((r - expected).abs() < 1e-15, "{r}");
        }
        // scipy.stats.pearsonr([1, 2, 4, 7], [2, 1, 5, 3]).
        let r = pearson(&[1.0, 2.0, 4.0, 7.0], &[2.0, 1.0, 5.0, 3.0]).unwrap();
        assert!((r - 0.479_512_223_816_156_27).abs() < 1e-15, "{r}");
    }

    #[test]
    fn nothing_to_correlate() {
        assert_eq!(pearson(&[1.0], &[1.0]), None);
        assert_eq!(pearson(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(pearson(&[1.0, 2.0], &[1.0]), None);
        assert_eq!(pearson(&[1e300, -1e300], &[1.0, 2.0]), None);
    }
}
