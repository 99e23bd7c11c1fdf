//! Figure kind `radar`: values of several series on axes around a common middle.

mod chart;
mod spec;
mod words;

use crate::error::Failure;
use crate::evidence::Lineage;
use crate::manifest::RawSpec;
use crate::plot::{
    Element, Entry, Frame, Group, Legend, Mark, MarkKind, Marker, Page, Paint, Place, Point, Quantity,
    Reading, Rect, Scene, Spot, Stroke, Theme, placeholder,
};

use self::chart::Chart;
use self::spec::{RadarLegend, RadarSpec, SeriesSpec};
use super::rows::{Datasets, Row, no_values};
use super::spec::points;
use super::{FigureError, Lookup};

/// Fractions of the figure that matplotlib leaves free at the left, right, top and bottom before `tight_layout`.
const MARGINS: [f64; 4] = [0.125, 0.1, 0.12, 0.11];

/// Ids of the datasets the figure needs.
pub fn datasets(raw: &RawSpec) -> Result<Vec<String>, Failure> {
    let spec: RadarSpec = raw.parse()?;
    Ok(vec![spec.data])
}

/// Draws the figure.
pub fn draw(raw: &RawSpec, theme: Theme, lookup: &mut Lookup<'_>) -> Result<Scene, Failure> {
    let spec = raw.parse::<RadarSpec>()?.themed(theme);
    spec.check(raw)?;
    let size = points(raw, spec.size)?;
    let mut data = Datasets::default();
    if let Err(missing) = data.add(std::slice::from_ref(&spec.data), lookup)? {
        return Ok(placeholder(&raw.id, &spec.title, size, missing));
    }
    let columns = [spec.series_column.as_str(), spec.axis_column.as_str(), spec.value_column.as_str()];
    let rows = data.rows(raw, &spec.data, &[&spec.conditions], &columns)?;
    let drawn =
        data.listed(&spec.data, &spec.series_column, spec.series.iter().map(|series| &series.value), &rows);
    data.listed(&spec.data, &spec.axis_column, spec.axes.iter().map(|axis| &axis.value), &drawn);
    let in_use = |group: &String| spec.axes.iter().any(|axis| axis.group.as_ref() == Some(group));
    data.unused("group of axes", spec.groups.iter().map(|group| &group.name), in_use);
    let series: Vec<Values> =
        spec.series.iter().map(|series| values(raw, &spec, series, &rows)).collect::<Result<_, _>>()?;
    if series.iter().flatten().flatten().next().is_none() {
        return Ok(no_values(&data, (&raw.id, &spec.title), size));
    }
    let chart = layout(&spec, size);
    let mut marks = Vec::new();
    let mut children = chart.ground();
    for (series, values) in spec.series.iter().zip(&series) {
        children.extend(draw_series(&spec, &chart, series, values, &mut marks));
    }
    children.extend(chart.frame());
    let labels: Vec<Rect> = chart.axis_labels().iter().filter_map(Element::bounds).collect();
    let mut margin: Option<Rect> = None;
    for (legend, side) in legends(&spec) {
        let place = clear_of(place(&legend, &chart), side, &labels, legend.size);
        children.extend(legend.draw(Point::new(place.left, place.top)));
        margin = Some(margin.map_or(place, |margin| margin.union(&place)));
    }
    let group = Group { panel: Some(String::new()), frame: Some(Frame::PAGE), children, ..Group::default() };
    Ok(Scene {
        id: raw.id.clone(),
        title: spec.title.clone(),
        description: data.described(words::describe(&spec, &marks)),
        page: Page::around(vec![Element::Group(group)], margin),
        marks,
        lookups: data.lookups(),
        sources: data.sources,
        missing: None,
    })
}

/// The value of a series on every axis.
type Values = Vec<Option<(f64, Lineage)>>;

fn values(
    raw: &RawSpec,
    spec: &RadarSpec,
    series: &SeriesSpec,
    rows: &[Row<'_>],
) -> Result<Values, FigureError> {
    let of_series = |row: &&Row<'_>| row.text(&spec.series_column).as_ref() == Some(&series.value);
    let rows: Vec<&Row<'_>> = rows.iter().filter(of_series).collect();
    let mut values = Vec::with_capacity(spec.axes.len());
    for axis in &spec.axes {
        let mut here = rows.iter().filter(|row| row.text(&spec.axis_column).as_ref() == Some(&axis.value));
        let (first, second) = (here.next(), here.next());
        if let Some((first, second)) = first.zip(second) {
            let message = format!(
                "dataset `{}` has several rows for series `{}` on axis `{}` ({})",
                spec.data,
                series.value,
                axis.value,
                first.places(second)
            );
            return Err(FigureError::new(raw, &message).with_hint("narrow the rows with `where`"));
        }
        let value = match first {
            Some(row) => row.value(raw, &spec.value_column)?,
            None => None,
        };
        if let Some((value, row)) = value.as_ref().filter(|(value, _)| !(0.0..=spec.limit).contains(value)) {
            let message = format!(
                "value {value} of series `{}` on axis `{}` lies outside 0 to {} ({})",
                series.value,
                axis.value,
                spec.limit,
                row.place()
            );
            return Err(
                FigureError::new(raw, &message).with_hint("scale the values, for example with `min_max`")
            );
        }
        values.push(value);
    }
    Ok(values)
}

/// The outline of a series with its marks; `None` for a series without values.
fn draw_series(
    spec: &RadarSpec,
    chart: &Chart<'_>,
    series: &SeriesSpec,
    values: &Values,
    marks: &mut Vec<Mark>,
) -> Option<Element> {
    let first = marks.len();
    let mut places = Vec::with_capacity(values.len());
    for (index, (axis, value)) in spec.axes.iter().zip(values).enumerate() {
        let angle = spec.angle(index);
        places.push(value.as_ref().map(|(value, _)| chart.place(angle, *value)));
        if let Some((value, lineage)) = value {
            let mark = Mark::new(MarkKind::Vertex, "", series.label(), axis.label(), lineage.clone());
            let end = |value: f64| {
                let Point { x, y } = chart.place(angle, value);
                (value, (x, y))
            };
            let reading = Reading::Line { from: end(0.0), to: end(spec.limit) };
            let mark = mark.declared(Quantity::X);
            marks.push(Mark { x: Some(angle), y: Some(*value), reading, ..mark });
        }
    }
    (marks.len() > first).then(|| chart::outline(spec, series, &places, first..marks.len()))
}

/// The chart as large as labels and legends allow, as `tight_layout` does it: one drawing with default margins
/// measures them, the second is final.
fn layout<'a>(spec: &'a RadarSpec, (width, height): (f64, f64)) -> Chart<'a> {
    let [left, right, top, bottom] = MARGINS;
    let axes = Rect {
        left: left * width,
        right: (1.0 - right) * width,
        top: top * height,
        bottom: (1.0 - bottom) * height,
    };
    let measured = Chart::within(spec, &axes);
    let extent = legends(spec)
        .iter()
        .fold(measured.extent(), |extent, (legend, _)| extent.union(&place(legend, &measured)));
    let room = Rect {
        left: axes.left - extent.left + spec.padding,
        right: width - (extent.right - axes.right) - spec.padding,
        top: axes.top - extent.top + spec.padding,
        bottom: height - (extent.bottom - axes.bottom) - spec.padding,
    };
    Chart::within(spec, &room)
}

/// Side of the chart that a legend stands at.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

fn legends(spec: &RadarSpec) -> Vec<(Legend, Side)> {
    let built = |legend: &RadarLegend, entries: Vec<Entry>, across: f64| Legend {
        title: legend.title.clone(),
        entries,
        columns: 1,
        size: legend.size,
        frame: false,
        place: Place::At(Spot { at: (legend.at[0], legend.at[1]), anchor: (across, 0.0) }),
    };
    let groups = spec.group_legend.as_ref().map(|legend| {
        let paint = |colour| Paint::filled(colour).with_opacity(spec.legend_opacity);
        let entries = spec.groups.iter().map(|group| Entry::patch(&group.name, paint(group.colour)));
        (built(legend, entries.collect(), 0.0), Side::Left)
    });
    let series = spec.legend.as_ref().map(|legend| {
        let entries = spec.series.iter().map(|series| Entry {
            label: series.label().to_owned(),
            line: Some(Stroke::solid(series.colour, spec.line_width).square()),
            marker: series.marker.map(|marker| (marker, spec.marker_size, Marker::paint(series.colour))),
            ..Entry::default()
        });
        (built(legend, entries.collect(), 1.0), Side::Right)
    });
    groups.into_iter().chain(series).collect()
}

/// Where a legend stands if nothing is in its way.
fn place(legend: &Legend, chart: &Chart<'_>) -> Rect {
    let corner = match &legend.place {
        Place::At(spot) => legend.corner(&chart.square, spot),
        _ => Point::new(chart.square.left, chart.square.top),
    };
    let (width, height) = legend.extent();
    Rect::sized(corner.x, corner.y, width, height)
}

/// A legend's rectangle moved sideways, away from the chart, until it covers no axis label.
fn clear_of(mut place: Rect, side: Side, labels: &[Rect], text_size: f64) -> Rect {
    // A label that the moved legend meets may push it on; every label does so at most once.
    for _ in labels {
        let Some(label) = labels.iter().find(|label| {
            place.intersection(label).is_some_and(|common| common.width() * common.height() > 0.0)
        }) else {
            break;
        };
        let gap = text_size / 2.0;
        let shift = match side {
            Side::Left => label.left - gap - place.right,
            Side::Right => label.right + gap - place.left,
        };
        place = place.moved(shift, 0.0);
    }
    place
}
