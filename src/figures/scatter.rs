//! Figure kind `scatter`: points by series, in one panel or a grid of panels, one by one or as a picture.

mod items;
mod points;
mod spec;
mod trend;
mod words;

use crate::error::Failure;
use crate::manifest::RawSpec;
use crate::plot::{
    Axis, Entry, Figure, Item, Legend, Margins, Mark, Paint, Panel, Scene, Theme, Ticks, placeholder,
};

use self::points::{PanelPoints, PanelRows, Series};
use self::spec::{AxisSpec, ScatterPanelSpec, ScatterSpec};
use super::rows::{Datasets, no_values};
use super::spec::points;
use super::{FigureError, Lookup};

/// Ids of the datasets the figure needs.
pub fn datasets(raw: &RawSpec) -> Result<Vec<String>, Failure> {
    let spec: ScatterSpec = raw.parse()?;
    Ok(dataset_ids(raw, &spec, &panels(&spec))?)
}

/// Draws the figure.
pub fn draw(raw: &RawSpec, theme: Theme, lookup: &mut Lookup<'_>) -> Result<Scene, Failure> {
    let spec = raw.parse::<ScatterSpec>()?.themed(theme);
    let size = points(raw, spec.size)?;
    check(raw, &spec)?;
    let panels = panels(&spec);
    let mut data = Datasets::default();
    if let Err(missing) = data.add(&dataset_ids(raw, &spec, &panels)?, lookup)? {
        return Ok(placeholder(&raw.id, &spec.title, size, missing));
    }
    let rows = panels.iter().map(|panel| PanelRows::read(raw, &spec, panel, &data));
    let rows: Vec<PanelRows<'_>> = rows.collect::<Result<_, _>>()?;
    let series = points::series(raw, &spec, &rows, theme)?;
    let read = panels.iter().zip(rows).map(|(panel, rows)| {
        PanelPoints::read(raw, &spec, (panel, name(panel, &panels)), &series, rows, &data)
    });
    let read: Vec<PanelPoints<'_>> = read.collect::<Result<_, _>>()?;
    if read.iter().all(|panel| panel.points.is_empty()) {
        return Ok(no_values(&data, (&raw.id, &spec.title), size));
    }
    let mut marks = Vec::new();
    let drawing = items::Drawing::new(&spec, &series, &read);
    let mut drawn: Vec<Panel> = read.iter().map(|panel| draw_panel(&drawing, panel, &mut marks)).collect();
    if let Some(last) = drawn.last_mut() {
        last.legends.extend(legend(&spec, &series));
    }
    let figure = Figure {
        width: size.0,
        height: size.1,
        panels: drawn,
        margins: (!spec.tight).then_some(Margins::DEFAULT),
        equal: spec.equal,
        bare: spec.bare,
        heading: spec.heading.as_ref().map(|heading| heading.build()),
        ..Figure::default()
    };
    let page = figure.draw();
    Ok(Scene {
        id: raw.id.clone(),
        title: spec.title.clone(),
        description: data.described(words::describe(&spec, &series, &read, &page)),
        page,
        marks,
        lookups: data.lookups(),
        sources: data.sources.clone(),
        missing: None,
    })
}

/// Numbers of the spec that would draw nothing or not end.
fn check(raw: &RawSpec, spec: &ScatterSpec) -> Result<(), FigureError> {
    let sizes = spec.series.iter().filter_map(|series| series.point_size).chain([spec.point_size]);
    if sizes.into_iter().any(|size| !(0.0..=10_000.0).contains(&size)) {
        return Err(FigureError::new(raw, "`point_size` must be an area of 0 to 10,000 square points"));
    }
    let of_legend = spec.legend.as_ref().and_then(|legend| legend.opacity);
    let of_series = spec.series.iter().filter_map(|series| series.opacity);
    let opacities = of_series.chain(of_legend).chain([spec.opacity]);
    if opacities.into_iter().any(|opacity| !(0.0..=1.0).contains(&opacity)) {
        return Err(FigureError::new(raw, "`opacity` must lie between 0 and 1"));
    }
    if spec.trend.is_some_and(|trend| !(1..=10_000).contains(&trend.bins)) {
        return Err(FigureError::new(raw, "`trend` needs 1 to 10,000 bins"));
    }
    Ok(())
}

/// The panels of the manifest, or the only one.
fn panels(spec: &ScatterSpec) -> Vec<ScatterPanelSpec> {
    if spec.panel.is_empty() { vec![ScatterPanelSpec::default()] } else { spec.panel.clone() }
}

/// Name of a panel in the mark table.
fn name(panel: &ScatterPanelSpec, panels: &[ScatterPanelSpec]) -> String {
    match panels {
        [_] => String::new(),
        _ => panel.name.clone().unwrap_or_else(|| panel.title.clone()),
    }
}

fn dataset_ids(
    raw: &RawSpec,
    spec: &ScatterSpec,
    panels: &[ScatterPanelSpec],
) -> Result<Vec<String>, FigureError> {
    let mut ids: Vec<String> = Vec::new();
    for panel in panels {
        let id = points::dataset(raw, spec, panel)?;
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    Ok(ids)
}

fn draw_panel(drawing: &items::Drawing<'_>, panel: &PanelPoints<'_>, marks: &mut Vec<Mark>) -> Panel {
    let spec = drawing.spec;
    let mut items = drawing.rules();
    items.extend(drawing.points(panel, marks));
    items.extend(drawing.trends(panel, marks));
    items.extend(drawing.highlights(panel, marks));
    if panel.points.is_empty() {
        items.push(Item::Remark("no values".to_owned()));
    }
    let places = panel.points.iter().map(|point| (point.x, point.y));
    let end = spec.symmetric.and_then(|symmetric| symmetric.end(places));
    Panel {
        name: panel.name.clone(),
        row: panel.spec.row,
        column: panel.spec.column,
        title: panel.spec.title.clone(),
        title_size: spec.panel_title_size,
        x: axis(&spec.x, end, spec.grid),
        y: axis(&spec.y, end, spec.grid),
        closed: spec.closed,
        items,
        legends: Vec::new(),
    }
}

fn axis(spec: &AxisSpec, symmetric: Option<f64>, grid: bool) -> Axis {
    Axis {
        title: spec.title.clone(),
        title_size: spec.title_size,
        ticks: Ticks::Round,
        tick_size: spec.tick_size,
        limits: spec.limits(symmetric),
        grid,
        ..Axis::default()
    }
}

fn legend(spec: &ScatterSpec, series: &[Series]) -> Option<Legend> {
    let legend = spec.legend.as_ref().filter(|legend| series.len() <= legend.at_most)?;
    let entries = series.iter().map(|series| {
        let opacity = legend.opacity.unwrap_or(series.opacity);
        let paint = Paint::filled(series.colour).with_opacity(opacity);
        let area = legend.point_size.unwrap_or(series.point_size);
        Entry::marker(&series.label, series.marker, area.sqrt(), paint)
    });
    Some(legend.build(entries.collect()))
}
