//! A `line` figure in words.

use super::panels::PanelPlan;
use super::spec::{LineSpec, ScaleSpec};
use crate::figures::words::{count, short};
use crate::plot::{Mark, MarkKind};

/// Chart type, axes, series with their n, and which series is highest how often.
pub fn describe(spec: &LineSpec, plans: &[PanelPlan<'_>], marks: &[Mark]) -> String {
    let points: Vec<&Mark> = marks.iter().filter(|mark| mark.kind == MarkKind::Point).collect();
    let mut sentences = vec![panels(plans)];
    let x_titles = plans.iter().map(|plan| titled(&plan.x.title, &plan.x.column));
    let logarithmic = plans.iter().any(|plan| plan.x.scale == ScaleSpec::Log2);
    let growth = if logarithmic { " (logarithmic)" } else { "" };
    sentences.push(format!("Horizontal axis{growth}: {}.", distinct(x_titles).join("; ")));
    let values = points.iter().filter_map(|mark| mark.y);
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let y_titles = distinct(plans.iter().map(|plan| titled(&plan.y.title, &plan.y.column))).join("; ");
    sentences.push(format!("Vertical axis: {y_titles}, values from {} to {}.", short(low), short(high)));
    let series: Vec<String> = spec
        .series
        .iter()
        .map(|series| {
            let n = points.iter().filter(|mark| mark.series == series.label()).count();
            format!("{} ({})", series.label(), count(n, "point"))
        })
        .collect();
    sentences.push(format!("Series: {}.", series.join(", ")));
    sentences.extend(comparison(spec, &points));
    sentences.join(" ")
}

/// The title of an axis, or its column.
fn titled<'a>(title: &'a str, column: &'a str) -> &'a str {
    if title.is_empty() { column } else { title }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}

fn panels(plans: &[PanelPlan<'_>]) -> String {
    match plans {
        [_] => "Line chart.".to_owned(),
        _ => {
            let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
            format!("Line chart with {}: {}.", count(plans.len(), "panel"), names.join(", "))
        }
    }
}

/// How often each series has the highest value among those that share panel and place.
fn comparison(spec: &LineSpec, points: &[&Mark]) -> Option<String> {
    let mut contests = 0;
    let mut wins = vec![0; spec.series.len()];
    let mut places: Vec<(&str, &str)> = Vec::new();
    for point in points {
        let place = (point.panel.as_str(), point.key.as_str());
        if places.contains(&place) {
            continue;
        }
        places.push(place);
        let rivals: Vec<&&Mark> =
            points.iter().filter(|mark| (mark.panel.as_str(), mark.key.as_str()) == place).collect();
        let best = rivals.iter().filter_map(|mark| mark.y).fold(f64::NEG_INFINITY, f64::max);
        if rivals.len() < 2 {
            continue;
        }
        contests += 1;
        for (index, series) in spec.series.iter().enumerate() {
            let wins_here = rivals.iter().any(|mark| mark.series == series.label() && mark.y == Some(best));
            wins[index] += usize::from(wins_here);
        }
    }
    let list: Vec<String> =
        spec.series.iter().zip(&wins).map(|(series, wins)| format!("{} {wins}", series.label())).collect();
    (contests > 0).then(|| format!("Highest of the series at {} places: {}.", contests, list.join(", ")))
}
