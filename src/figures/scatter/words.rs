//! A `scatter` figure in words.

use super::points::{PanelPoints, Series};
use super::spec::ScatterSpec;
use crate::figures::words::{count, short};
use crate::plot::{Element, Extent, Page};
use crate::stats::pearson;

/// Chart type, axes, series with their n, correlations, and what is not drawn or not listed.
pub fn describe(spec: &ScatterSpec, series: &[Series], panels: &[PanelPoints<'_>], page: &Page) -> String {
    let mut sentences = vec![kind(panels)];
    let Extent { x, y } = panels.iter().map(|panel| panel.extent).fold(Extent::NOTHING, Extent::with);
    let axis = |name: &str, axis: &str, (low, high)| {
        format!("{name} axis: {axis}, values from {} to {}.", short(low), short(high))
    };
    sentences.push(axis("Horizontal", spec.x.name(), x));
    sentences.push(axis("Vertical", spec.y.name(), y));
    let of_series = |(index, series): (usize, &Series)| {
        let n: usize = panels.iter().map(|panel| panel.of_series(index).len()).sum();
        format!("{} ({})", series.label, count(n, "point"))
    };
    let named: Vec<String> = series.iter().enumerate().map(of_series).collect();
    sentences.push(format!("Series: {}.", named.join(", ")));
    sentences.extend(correlations(spec, series, panels));
    sentences.extend(highlighted(spec));
    let without: usize = panels.iter().map(|panel| panel.without_numbers).sum();
    if without > 0 {
        sentences.push(format!("{} without two numbers not drawn.", count(without, "row")));
    }
    sentences.extend(picture(spec, page));
    sentences.join(" ")
}

fn kind(panels: &[PanelPoints<'_>]) -> String {
    match panels {
        [_] => "Scatter plot.".to_owned(),
        _ => {
            let names: Vec<&str> = panels.iter().map(|panel| panel.name.as_str()).collect();
            format!("Scatter plot with {}: {}.", count(panels.len(), "panel"), names.join(", "))
        }
    }
}

/// How closely y follows x in every series. Axes without numbers, as of an embedding, have nothing to compare.
fn correlations(spec: &ScatterSpec, series: &[Series], panels: &[PanelPoints<'_>]) -> Option<String> {
    let [panel] = panels else { return None };
    if spec.bare {
        return None;
    }
    let of = |(index, series): (usize, &Series)| {
        let own = panel.of_series(index).iter();
        let (x, y): (Vec<f64>, Vec<f64>) = own.map(|point| (point.x, point.y)).unzip();
        pearson(&x, &y).map(|r| format!("{} {}", series.label, short(r)))
    };
    let listed: Vec<String> = series.iter().enumerate().filter_map(of).collect();
    (!listed.is_empty()).then(|| format!("Pearson correlation of both axes: {}.", listed.join(", ")))
}

fn highlighted(spec: &ScatterSpec) -> Option<String> {
    let highlight = spec.highlight.as_ref()?;
    let names: Vec<&str> = highlight.values.iter().map(|value| value.value.as_str()).collect();
    (!names.is_empty()).then(|| format!("Highlighted: {}.", names.join(", ")))
}

/// How finely points are painted, and whether the mark table lists them.
fn picture(spec: &ScatterSpec, page: &Page) -> Option<String> {
    let mut coarsest = None;
    for element in &page.elements {
        element.visit(&mut |element| {
            if let Element::Image(image) = element {
                coarsest = Some(coarsest.unwrap_or(f64::INFINITY).min(image.resolution()));
            }
        });
    }
    let table = if spec.list_all { "lists all of them" } else { "gives their number" };
    coarsest.map(|resolution: f64| {
        let at_most = count(spec.raster_above, "point");
        let dots = resolution.round();
        format!(
            "Panels of more than {at_most} show them as a picture of {dots} dots per inch; the mark table {table}."
        )
    })
}
