//! Figure kind `grouped_bar`: the bars of a category side by side, with their values and error bars.

mod spec;
mod words;

use crate::error::Failure;
use crate::evidence::Lineage;
use crate::manifest::RawSpec;
use crate::plot::{
    Anchor, Axis, Colour, Coordinate, DESCENT, Element, Entry, Figure, Item, Legend, Limits, Mark, MarkKind,
    Outline, Paint, Panel, Part, Place, Point, Quantity, Scene, Stroke, Text, Theme, Ticks, placeholder,
};

use self::spec::{BarSeriesSpec, GroupedBarSpec, ValueTextSpec};
use super::rows::{Datasets, no_values};
use super::spec::{AxisLimits, check_decimals, points};
use super::{FigureError, Lookup};

/// White around a value that stands on dark or hatched ground, in points.
const GROUND_PAD: f64 = 1.0;
/// Part of the tallest bar's height below which a bar is too low for a value on white.
const LOW_BAR: f64 = 0.1;
/// Width of the white line around bars in points.
const BAR_EDGE: f64 = 0.8;
/// Width of error bars in points.
const ERROR_WIDTH: f64 = 1.0;
/// How far the caps of error bars reach to each side in points.
const ERROR_CAP: f64 = 3.0;

/// Ids of the datasets the figure needs.
pub fn datasets(raw: &RawSpec) -> Result<Vec<String>, Failure> {
    let spec: GroupedBarSpec = raw.parse()?;
    Ok(vec![spec.data])
}

/// Draws the figure.
pub fn draw(raw: &RawSpec, theme: Theme, lookup: &mut Lookup<'_>) -> Result<Scene, Failure> {
    let spec = raw.parse::<GroupedBarSpec>()?.themed(theme);
    let size = points(raw, spec.size)?;
    if let Some(value) = &spec.value_text {
        check_decimals(raw, value.decimals)?;
    }
    if !(spec.bar_width.is_finite() && spec.bar_width > 0.0) {
        return Err(FigureError::new(raw, "`bar_width` must be above 0").into());
    }
    let mut data = Datasets::default();
    if let Err(missing) = data.add(std::slice::from_ref(&spec.data), lookup)? {
        return Ok(placeholder(&raw.id, &spec.title, size, missing));
    }
    let bars = bars(raw, &spec, &data)?;
    if bars.is_empty() {
        return Ok(no_values(&data, (&raw.id, &spec.title), size));
    }
    let mut marks = Vec::new();
    let panel = panel(&spec, &bars, &mut marks);
    let figure = Figure {
        width: size.0,
        height: size.1,
        panels: vec![panel],
        legends: legend(&spec, &bars).into_iter().filter(|legend| legend.place == Place::Right).collect(),
        ..Figure::default()
    };
    Ok(Scene {
        id: raw.id.clone(),
        title: spec.title.clone(),
        description: data.described(words::describe(&spec, &bars)),
        page: figure.draw(),
        marks,
        lookups: data.lookups(),
        sources: data.sources,
        missing: None,
    })
}

/// A number with what decided it.
type Value = (f64, Lineage);

/// A bar.
struct Bar<'a> {
    category: usize,
    series: &'a BarSeriesSpec,
    /// Its middle.
    x: f64,
    height: f64,
    /// Ends of its error bar.
    ends: Option<(Value, Value)>,
    lineage: Lineage,
    /// What decides x.
    place: Lineage,
}

/// The bars of every category from the left. A row without a height leaves no gap.
fn bars<'a>(raw: &RawSpec, spec: &'a GroupedBarSpec, data: &Datasets) -> Result<Vec<Bar<'a>>, FigureError> {
    let ends = [&spec.y.low, &spec.y.high];
    let mut columns = vec![spec.series_column.as_str(), &spec.x.column, &spec.y.column];
    columns.extend(ends.into_iter().flatten().map(String::as_str));
    let rows = data.rows(raw, &spec.data, &[&spec.conditions], &columns)?;
    let drawn = data.listed(&spec.data, &spec.x.column, &spec.x.categories, &rows);
    let series = spec.series.iter().map(|series| &series.value);
    data.listed(&spec.data, &spec.series_column, series, &drawn);
    data.unused("label of a category", spec.x.labels.keys(), |label| spec.x.categories.contains(label));
    let mut bars: Vec<Bar<'a>> = Vec::new();
    for (category, name) in spec.x.categories.iter().enumerate() {
        let first = bars.len();
        for series in &spec.series {
            let mut found = rows.iter().filter(|row| {
                row.text(&spec.x.column).as_ref() == Some(name)
                    && row.text(&spec.series_column).as_ref() == Some(&series.value)
            });
            let Some(row) = found.next() else { continue };
            if let Some(second) = found.next() {
                let message = format!(
                    "dataset `{}` has several rows for series `{}` in category `{name}` ({})",
                    spec.data,
                    series.value,
                    row.places(second)
                );
                return Err(FigureError::new(raw, &message).with_hint("narrow the rows with `where`"));
            }
            let Some((height, lineage)) = row.value(raw, &spec.y.column)? else { continue };
            let end = |column: &Option<String>| match column {
                Some(column) => row.value(raw, column),
                None => Ok(None),
            };
            let ends = end(&spec.y.low)?.zip(end(&spec.y.high)?);
            bars.push(Bar { category, series, x: 0.0, height, ends, lineage, place: Lineage::default() });
        }
        // How far bars stand from the middle depends on how many there are; the middle is the manifest's.
        let together = Lineage::union(bars[first..].iter().map(|bar| &bar.lineage)).declared();
        let n_bars = (bars.len() - first) as f64;
        for (place, bar) in bars[first..].iter_mut().enumerate() {
            bar.place = together.clone();
            bar.x = category as f64 + (place as f64 - (n_bars - 1.0) / 2.0) * spec.bar_width;
        }
    }
    Ok(bars)
}

fn panel(spec: &GroupedBarSpec, bars: &[Bar<'_>], marks: &mut Vec<Mark>) -> Panel {
    let mut items = Vec::new();
    let tallest = bars.iter().map(|bar| bar.height.abs()).fold(0.0, f64::max);
    for bar in bars {
        draw_bar(spec, bar, tallest, &mut items, marks);
    }
    let label = |(index, category): (usize, &String)| (index as f64, spec.x.label(category).to_owned());
    Panel {
        x: Axis {
            title: spec.x.title.clone(),
            title_size: spec.x.title_size,
            tick_size: spec.x.tick_size,
            ticks: Ticks::At(spec.x.categories.iter().enumerate().map(label).collect()),
            limits: x_limits(spec, bars),
            ..Axis::default()
        },
        y: Axis {
            title: spec.y.title.clone(),
            title_size: spec.y.title_size,
            tick_size: spec.y.tick_size,
            limits: spec.y.limits.map_or(Limits::Data, AxisLimits::build),
            grid: spec.grid,
            ..Axis::default()
        },
        items,
        legends: legend(spec, bars).into_iter().filter(|legend| legend.place != Place::Right).collect(),
        ..Panel::default()
    }
}

/// All categories keep their place, also those without a bar.
fn x_limits(spec: &GroupedBarSpec, bars: &[Bar<'_>]) -> Limits {
    let half = spec.bar_width / 2.0;
    let last = spec.x.categories.len().saturating_sub(1) as f64;
    let low = bars.iter().map(|bar| bar.x - half).fold(0.0, f64::min);
    let high = bars.iter().map(|bar| bar.x + half).fold(last, f64::max);
    let margin = 0.05 * (high - low);
    Limits::Fixed(low - margin, high + margin)
}

/// A bar with its value, then its error bar. A bar far lower than the tallest would vanish behind white ground.
fn draw_bar(
    spec: &GroupedBarSpec,
    bar: &Bar<'_>,
    tallest: f64,
    items: &mut Vec<Item>,
    marks: &mut Vec<Mark>,
) {
    let has_ground = |value: &ValueTextSpec| value.ground && bar.height.abs() > LOW_BAR * tallest;
    let key = spec.x.label(&spec.x.categories[bar.category]);
    let mark = |kind| Mark {
        x: Some(bar.x),
        y: Some(bar.height),
        ..Mark::new(kind, "", bar.series.label(), key, bar.lineage.clone())
            .part(Part::Number(Quantity::X), bar.place.clone())
    };
    let (left, right) = (bar.x - spec.bar_width / 2.0, bar.x + spec.bar_width / 2.0);
    let corners = vec![(left, 0.0), (right, 0.0), (right, bar.height), (left, bar.height)];
    let mut drawn = vec![Item::Polygon { points: corners, paint: paint(bar.series) }];
    let text = spec.value_text.as_ref().map(|value| {
        let text = format!("{:.*}", value.decimals, bar.height).replace('-', "\u{2212}");
        let foot = Coordinate::Data(bar.height / 2.0 + value.offset);
        let line =
            Text::new(&text, value.size, Point::new(0.0, -DESCENT * value.size)).anchored(Anchor::Middle);
        let ground = line.bounds().filter(|_| has_ground(value)).map(|bounds| {
            let outline = Outline::Rounded { rect: bounds.grown(GROUND_PAD), radius: GROUND_PAD };
            Element::shape(outline, Paint::filled(Colour::WHITE))
        });
        let elements = ground.into_iter().chain([Element::Text(line)]).collect();
        drawn.push(Item::Attached { at: (Coordinate::Data(bar.x), foot), elements });
        text
    });
    items.push(Item::Mark { marks: marks.len()..marks.len() + 1, items: drawn });
    marks.push(Mark {
        low: Some(0.0),
        text: text.unwrap_or_default(),
        ..mark(MarkKind::Bar).declared(Quantity::Low)
    });
    if let Some(((low, of_low), (high, of_high))) = bar.ends.clone() {
        let stroke = Stroke::solid(Colour::BLACK, ERROR_WIDTH);
        let drawn = Item::ErrorBar { x: bar.x, ends: (low, high), cap: ERROR_CAP, stroke };
        items.push(Item::Mark { marks: marks.len()..marks.len() + 1, items: vec![drawn] });
        let mark = mark(MarkKind::Interval)
            .part(Part::Number(Quantity::Low), of_low)
            .part(Part::Number(Quantity::High), of_high);
        marks.push(Mark { low: Some(low), high: Some(high), ..mark });
    }
}

fn paint(series: &BarSeriesSpec) -> Paint {
    Paint {
        stroke: Some(Stroke::solid(Colour::WHITE, BAR_EDGE)),
        ..Paint::filled(series.colour).hatched(series.hatch)
    }
}

/// Series in the order in which they first appear.
fn legend(spec: &GroupedBarSpec, bars: &[Bar<'_>]) -> Option<Legend> {
    let mut seen: Vec<&BarSeriesSpec> = Vec::new();
    for bar in bars {
        if !seen.iter().any(|known| known.value == bar.series.value) {
            seen.push(bar.series);
        }
    }
    let entries = seen.into_iter().map(|series| Entry::patch(series.label(), paint(series)));
    spec.legend.as_ref().map(|legend| legend.build(entries.collect()))
}
