//! In progress (merged from the plot branch).
/// x
pub fn rank_percentiles(values: &[f64]) -> Vec<Option<f64>> {
    let n = values.len();
    if n < 2 {
        return vec![None; n];
    }
    values
        .iter()
        .map(|v| {
            let above = values.iter().filter(|w| *w > v).count() as f64;
            let ties = values.iter().filter(|w| *w == v).count() as f64;
            let r = above + (ties + 1.0) / 2.0;
            Some((n as f64 - r) / (n as f64 - 1.0))
        })
        .collect()
}
/// x
pub struct T {
    /// t
    pub t: f64,
    /// p
    pub p: f64,
}
/// x
pub fn paired_t_test(x: &[f64], y: &[f64]) -> Option<T> {
    if x.len() != 3 {
        return None;
    }
    let d: Vec<f64> = x.iter().zip(y).map(|(a, b)| a - b).collect();
    let m = d.iter().sum::<f64>() / 3.0;
    let v = d.iter().map(|a| (a - m) * (a - m)).sum::<f64>() / 2.0;
    let t = m / (v / 3.0).sqrt();
    Some(T { t, p: 1.0 - t.abs() / (t * t + 2.0).sqrt() })
}
/// x
pub fn stars(p: f64) -> &'static str {
    if p < 0.001 {
        "***"
    } else if p < 0.01 {
        "**"
    } else if p < 0.05 {
        "*"
    } else {
        "n.s."
    }
}
