//! Figure kind `line`: one line a series over categories or numbers, in one panel or a grid of panels.

mod panels;
mod spec;
mod words;

use std::collections::BTreeSet;

use crate::error::Failure;
use crate::evidence::Lineage;
use crate::manifest::RawSpec;
use crate::plot::{
    Axis, Entry, Figure, Item, Legend, Limits, Mark, MarkKind, Marker, Panel, Part, Place, Quantity, Scene,
    Stroke, Theme, Ticks, labelled, placeholder,
};

use self::panels::PanelPlan;
use self::spec::{LineSpec, ScaleSpec, SeriesSpec, XSpec};
use super::rows::{Datasets, Row, no_values};
use super::spec::{AxisLimits, points};
use super::{FigureError, Lookup};

/// Ids of the datasets the figure needs.
pub fn datasets(raw: &RawSpec) -> Result<Vec<String>, Failure> {
    let spec: LineSpec = raw.parse()?;
    Ok(panels::datasets(&panels::plan(raw, &spec)?))
}

/// Draws the figure.
pub fn draw(raw: &RawSpec, theme: Theme, lookup: &mut Lookup<'_>) -> Result<Scene, Failure> {
    let spec = raw.parse::<LineSpec>()?.themed(theme);
    let size = points(raw, spec.size)?;
    let plans = panels::plan(raw, &spec)?;
    let mut data = Datasets::default();
    if let Err(missing) = data.add(&panels::datasets(&plans), lookup)? {
        return Ok(placeholder(&raw.id, &spec.title, size, missing));
    }
    if let Some(facets) = &spec.facets {
        let id = spec.data.as_deref().unwrap_or_default();
        facets.record(raw, id, &spec.conditions, &data)?;
    }
    let mut marks = Vec::new();
    let mut drawn = Vec::new();
    for plan in &plans {
        drawn.push(draw_panel(raw, &spec, plan, &data, &mut marks)?);
    }
    if marks.is_empty() {
        return Ok(no_values(&data, (&raw.id, &spec.title), size));
    }
    let (outside, inside): (Vec<Legend>, Vec<Legend>) =
        legend(&spec).into_iter().partition(|legend| matches!(legend.place, Place::Right | Place::Below(_)));
    drawn.iter_mut().for_each(|panel| panel.legends.clone_from(&inside));
    let figure = Figure {
        width: size.0,
        height: size.1,
        panels: drawn,
        margins: spec.margins.map(|margins| margins.build(raw)).transpose()?,
        share_x: spec.share_x.build(),
        share_y: spec.share_y.build(),
        heading: spec.heading.as_ref().map(|heading| heading.build()),
        legends: outside,
        ..Figure::default()
    };
    Ok(Scene {
        id: raw.id.clone(),
        title: spec.title.clone(),
        description: data.described(words::describe(&spec, &plans, &marks)),
        page: figure.draw(),
        marks,
        lookups: data.lookups(),
        sources: data.sources,
        missing: None,
    })
}

/// A vertex: where it is, and its value if there is one.
struct Vertex {
    x: f64,
    key: String,
    /// What decides x; none for a category, whose place is the manifest's.
    place: Option<Lineage>,
    value: Option<(f64, Lineage)>,
}

fn draw_panel(
    raw: &RawSpec,
    spec: &LineSpec,
    plan: &PanelPlan<'_>,
    data: &Datasets,
    marks: &mut Vec<Mark>,
) -> Result<Panel, FigureError> {
    let guide = Stroke::dashed(spec.guide_colour, spec.guide_width);
    let mut items: Vec<Item> =
        plan.y.guides.iter().map(|y| Item::Guide { y: *y, stroke: guide.clone() }).collect();
    let before = marks.len();
    let rows = rows(raw, spec, plan, data)?;
    for series in &spec.series {
        let vertices = vertices(raw, plan, series, &rows)?;
        items.extend(draw_series(spec, plan, series, &vertices, marks));
    }
    if marks.len() == before {
        items.push(Item::Remark("no values".to_owned()));
    }
    let y_title = if plan.labelled_y { plan.y_title.clone() } else { String::new() };
    Ok(Panel {
        name: plan.name.clone(),
        row: plan.row,
        column: plan.column,
        title: plan.title.clone(),
        title_size: spec.panel_title_size,
        x: x_axis(spec, plan),
        y: Axis {
            title: y_title,
            title_size: plan.y.title_size,
            tick_size: plan.y.tick_size,
            limits: plan.y.limits.map_or(Limits::Data, AxisLimits::build),
            ticks: match plan.y.ticks.as_slice() {
                [] => Ticks::Round,
                given => Ticks::At(labelled(given)),
            },
            grid: spec.grid,
            labelled: plan.labelled_y,
            ..Axis::default()
        },
        closed: spec.closed,
        items,
        legends: Vec::new(),
    })
}

/// The rows of all series of a panel.
fn rows<'d>(
    raw: &RawSpec,
    spec: &LineSpec,
    plan: &PanelPlan<'_>,
    data: &'d Datasets,
) -> Result<Vec<Row<'d>>, FigureError> {
    let columns = [plan.series_column, plan.x.column.as_str(), plan.y.column.as_str()];
    let conditions: Vec<&_> = plan.conditions.iter().collect();
    let rows = data.rows(raw, plan.data, &conditions, &columns)?;
    let rows =
        data.listed(plan.data, plan.series_column, spec.series.iter().map(|series| &series.value), &rows);
    let (categories, labels) = (&plan.x.categories, plan.x.labels.keys());
    if categories.is_empty() {
        let texts: BTreeSet<String> = rows.iter().filter_map(|row| row.text(&plan.x.column)).collect();
        data.unused("label of the horizontal axis", labels, |label| texts.contains(label));
    } else {
        data.listed(plan.data, &plan.x.column, categories, &rows);
        data.unused("label of the horizontal axis", labels, |label| categories.contains(label));
    }
    Ok(rows)
}

/// The vertices of a series in order of x. Rows of other series and categories are not part of the figure.
fn vertices(
    raw: &RawSpec,
    plan: &PanelPlan<'_>,
    series: &SeriesSpec,
    rows: &[Row<'_>],
) -> Result<Vec<Vertex>, FigureError> {
    let of_series = |row: &&Row<'_>| row.text(plan.series_column).as_deref() == Some(series.value.as_str());
    let mut vertices = Vec::new();
    for row in rows.iter().filter(of_series) {
        let key = row.text(&plan.x.column).unwrap_or_default();
        let place = if plan.x.categories.is_empty() {
            let number = row.number(raw, &plan.x.column);
            let Some(x) = number.map_err(|error| error.with_hint("list the values as `categories`"))? else {
                let message = format!("no number in column `{}` ({})", plan.x.column, row.place());
                return Err(FigureError::new(raw, &message).with_hint("drop such rows with `drop_missing`"));
            };
            if plan.x.scale == ScaleSpec::Log2 && x <= 0.0 {
                let message = format!("{x} in column `{}` has no logarithm ({})", plan.x.column, row.place());
                return Err(FigureError::new(raw, &message));
            }
            Some(x)
        } else {
            plan.x.categories.iter().position(|category| *category == key).map(|index| index as f64)
        };
        let Some(x) = place else { continue };
        let value = row.value(raw, &plan.y.column)?;
        let place = plan.x.categories.is_empty().then(|| row.lineage_of(&plan.x.column));
        vertices.push(Vertex { x, key: plan.x.label(&key), place, value });
    }
    for (index, category) in plan.x.categories.iter().enumerate() {
        let x = index as f64;
        if vertices.iter().all(|vertex| vertex.x != x) {
            vertices.push(Vertex { x, key: plan.x.label(category), place: None, value: None });
        }
    }
    vertices.sort_by(|a, b| a.x.total_cmp(&b.x));
    refuse_twins(raw, plan, series, &vertices)?;
    Ok(vertices)
}

/// Two rows at one place are an error, since a line through both would show neither.
fn refuse_twins(
    raw: &RawSpec,
    plan: &PanelPlan<'_>,
    series: &SeriesSpec,
    vertices: &[Vertex],
) -> Result<(), FigureError> {
    if let Some(twice) = vertices.windows(2).find(|pair| pair[0].x == pair[1].x) {
        let rows = twice.iter().filter_map(|vertex| vertex.value.as_ref().map(|(_, lineage)| lineage));
        let rows = Lineage::union(rows);
        let rows = if rows.is_empty() { String::new() } else { format!(" ({})", rows.place()) };
        let message = format!(
            "dataset `{}` has several rows for series `{}` at `{}` in panel `{}`{rows}",
            plan.data, series.value, twice[0].key, plan.name
        );
        return Err(FigureError::new(raw, &message).with_hint("narrow the rows with `where`"));
    }
    Ok(())
}

/// Unbroken stretches of the line, then the markers, with their marks.
fn draw_series(
    spec: &LineSpec,
    plan: &PanelPlan<'_>,
    series: &SeriesSpec,
    vertices: &[Vertex],
    marks: &mut Vec<Mark>,
) -> Vec<Item> {
    let mut items = Vec::new();
    let mut push = |kind, stretch: &[(&Vertex, f64, &Lineage)], items: &mut Vec<Item>, drawn: Item| {
        let first = marks.len();
        marks.extend(stretch.iter().map(|(vertex, y, lineage)| {
            let mark = Mark::new(kind, &plan.name, series.label(), &vertex.key, (*lineage).clone());
            let place = vertex.place.clone().unwrap_or_else(|| mark.lineage.clone().declared());
            let mark = mark.part(Part::Number(Quantity::X), place);
            Mark { x: Some(vertex.x), y: Some(*y), ..mark }
        }));
        items.push(Item::Mark { marks: first..marks.len(), items: vec![drawn] });
    };
    let present = |vertex: &Vertex| vertex.value.is_some();
    for stretch in vertices.chunk_by(|a, b| present(a) && present(b)) {
        let stretch: Vec<(&Vertex, f64, &Lineage)> = stretch.iter().filter_map(Vertex::present).collect();
        if stretch.len() > 1 && !series.points_only {
            let points = stretch.iter().map(|(vertex, y, _)| (vertex.x, *y)).collect();
            let stroke = Stroke::solid(series.colour, spec.line_width).square();
            push(MarkKind::Line, &stretch, &mut items, Item::Line { points, stroke });
        }
    }
    for point in vertices.iter().filter_map(Vertex::present) {
        let drawn = Item::Marker {
            at: (point.0.x, point.1),
            marker: series.marker,
            size: series.marker_size(spec.marker_size),
            paint: Marker::paint(series.colour),
        };
        push(MarkKind::Point, &[point], &mut items, drawn);
    }
    items
}

impl Vertex {
    fn present(&self) -> Option<(&Self, f64, &Lineage)> {
        self.value.as_ref().map(|(y, lineage)| (self, *y, lineage))
    }
}

fn x_axis(spec: &LineSpec, plan: &PanelPlan<'_>) -> Axis {
    let XSpec { title, title_size, tick_size, categories, ticks, limits, .. } = plan.x;
    let given: Vec<(f64, String)> = if categories.is_empty() {
        ticks.iter().map(|tick| (*tick, tick.to_string())).collect()
    } else {
        let label = |(index, category): (usize, &String)| (index as f64, plan.x.label(category));
        categories.iter().enumerate().map(label).collect()
    };
    let limits = match limits {
        Some(limits) => limits.build(),
        // All categories keep their place, also those without a value.
        None if !categories.is_empty() => {
            let last = categories.len() as f64 - 1.0;
            let margin = if last > 0.0 { 0.05 * last } else { 0.5 };
            Limits::Fixed(-margin, last + margin)
        }
        None => Limits::Data,
    };
    Axis {
        title: if plan.labelled_x { title.clone() } else { String::new() },
        title_size: *title_size,
        ticks: if given.is_empty() { Ticks::Round } else { Ticks::At(given) },
        tick_size: *tick_size,
        limits,
        growth: plan.x.scale.build(),
        grid: spec.grid,
        labelled: plan.labelled_x,
        ..Axis::default()
    }
}

fn legend(spec: &LineSpec) -> Option<Legend> {
    let entries = spec.series.iter().map(|series| {
        let size = series.marker_size(spec.marker_size);
        if series.points_only {
            Entry::marker(series.label(), series.marker, size, Marker::paint(series.colour))
        } else {
            Entry::line(series.label(), series.colour, spec.line_width, series.marker, size)
        }
    });
    spec.legend.as_ref().map(|legend| legend.build(entries.collect()))
}
