//! A `radar` figure in words.

use super::spec::RadarSpec;
use crate::figures::words::{count, short};
use crate::plot::Mark;

/// Chart type, axes with their groups, series with their n, and which series is largest on how many axes.
pub fn describe(spec: &RadarSpec, marks: &[Mark]) -> String {
    let axes: Vec<String> = spec
        .axes
        .iter()
        .map(|axis| match &axis.group {
            Some(group) => format!("{} ({group})", axis.label()),
            None => axis.label().to_owned(),
        })
        .collect();
    let values = marks.iter().filter_map(|mark| mark.y);
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let series: Vec<String> = spec
        .series
        .iter()
        .map(|series| format!("{} ({})", series.label(), count(of_series(marks, series.label()), "value")))
        .collect();
    let mut sentences = vec![
        format!(
            "Radar chart with {} axes, counter-clockwise from the right: {}.",
            axes.len(),
            axes.join(", ")
        ),
        format!(
            "Every axis runs from 0 in the middle to {} at the outer circle; values from {} to {}.",
            short(spec.limit),
            short(low),
            short(high)
        ),
        format!("Series: {}.", series.join(", ")),
    ];
    sentences.extend(comparison(spec, marks));
    sentences.join(" ")
}

fn of_series(marks: &[Mark], label: &str) -> usize {
    marks.iter().filter(|mark| mark.series == label).count()
}

/// On how many axes each series has the largest value, among axes with at least two values.
fn comparison(spec: &RadarSpec, marks: &[Mark]) -> Option<String> {
    let mut contests = 0;
    let mut wins = vec![0; spec.series.len()];
    for axis in &spec.axes {
        let rivals: Vec<&Mark> = marks.iter().filter(|mark| mark.key == axis.label()).collect();
        let best = rivals.iter().filter_map(|mark| mark.y).fold(f64::NEG_INFINITY, f64::max);
        if rivals.len() < 2 {
            continue;
        }
        contests += 1;
        for (wins, series) in wins.iter_mut().zip(&spec.series) {
            let here = rivals.iter().any(|mark| mark.series == series.label() && mark.y == Some(best));
            *wins += usize::from(here);
        }
    }
    let list: Vec<String> =
        spec.series.iter().zip(&wins).map(|(series, wins)| format!("{} {wins}", series.label())).collect();
    (contests > 0).then(|| format!("Largest on the axes: {}.", list.join(", ")))
}
