//! Trend lines: medians of y in bins of x.

use super::points::Point;
use super::spec::TrendSpec;

/// A vertex of a trend line.
pub struct Vertex<'a> {
    /// Number of its bin, from 1.
    pub bin: usize,
    /// Middle of the bin.
    pub x: f64,
    /// Median of y.
    pub y: f64,
    /// All points of the bin, by y.
    pub points: Vec<&'a Point>,
}

/// The trend of one series. Bins divide the range of x into equal parts; each holds its lower end, the last one both.
pub fn trend<'a>(points: &'a [Point], spec: &TrendSpec) -> Vec<Vertex<'a>> {
    let low = points.iter().map(|point| point.x).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|point| point.x).fold(f64::NEG_INFINITY, f64::max);
    let width = (high - low) / spec.bins as f64;
    if !(width.is_finite() && width > 0.0) {
        return Vec::new();
    }
    let mut bins: Vec<Vec<&Point>> = vec![Vec::new(); spec.bins];
    for point in points {
        let bin = ((point.x - low) / width) as usize;
        bins[bin.min(spec.bins - 1)].push(point);
    }
    let vertex = |(index, mut bin): (usize, Vec<&'a Point>)| {
        if bin.is_empty() || bin.len() < spec.at_least {
            return None;
        }
        bin.sort_by(|a, b| a.y.total_cmp(&b.y));
        let middle = bin.len() / 2;
        let y =
            if bin.len() % 2 == 1 { bin[middle].y } else { f64::midpoint(bin[middle - 1].y, bin[middle].y) };
        Some(Vertex { bin: index + 1, x: low + (index as f64 + 0.5) * width, y, points: bin })
    };
    bins.into_iter().enumerate().filter_map(vertex).collect()
}
