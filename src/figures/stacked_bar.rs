//! Figure kind `stacked_bar`: one bar an entry, its values stacked.

mod spec;
mod words;

use crate::error::Failure;
use crate::evidence::Lineage;
use crate::manifest::RawSpec;
use crate::plot::{
    Anchor, Axis, Colour, Coordinate, DESCENT, Element, Entry, Figure, Item, Legend, Limits, Mark, MarkKind,
    Paint, Panel, Part, Place, Point, Quantity, Scene, Stroke, Text, Theme, Ticks, labelled, placeholder,
};

use self::spec::{BarSpec, OrderSpec, StackedBarSpec};
use super::rows::{Datasets, Row, no_values};
use super::spec::points;
use super::{FigureError, Lookup};

/// Ids of the datasets the figure needs.
pub fn datasets(raw: &RawSpec) -> Result<Vec<String>, Failure> {
    let spec: StackedBarSpec = raw.parse()?;
    Ok(vec![spec.data])
}

/// Draws the figure.
pub fn draw(raw: &RawSpec, theme: Theme, lookup: &mut Lookup<'_>) -> Result<Scene, Failure> {
    let spec = raw.parse::<StackedBarSpec>()?.themed(theme);
    spec.check(raw)?;
    let size = points(raw, spec.size)?;
    let mut data = Datasets::default();
    if let Err(missing) = data.add(std::slice::from_ref(&spec.data), lookup)? {
        return Ok(placeholder(&raw.id, &spec.title, size, missing));
    }
    let columns = [spec.bar_column.as_str(), spec.segment_column.as_str(), spec.value_column.as_str()];
    let rows = data.rows(raw, &spec.data, &[&spec.conditions], &columns)?;
    let drawn = data.listed(&spec.data, &spec.bar_column, spec.bars.iter().map(|bar| &bar.value), &rows);
    let segments = spec.segments.iter().map(|segment| &segment.value);
    data.listed(&spec.data, &spec.segment_column, segments, &drawn);
    let mut bars: Vec<Bar<'_>> =
        spec.bars.iter().map(|bar| Bar::read(raw, &spec, bar, &rows)).collect::<Result<_, _>>()?;
    if bars.iter().all(|bar| bar.total(&spec).is_none()) {
        return Ok(no_values(&data, (&raw.id, &spec.title), size));
    }
    if spec.order == OrderSpec::Total {
        let height = |bar: &Bar<'_>| bar.total(&spec).unwrap_or(f64::NEG_INFINITY);
        bars.sort_by(|a, b| height(b).total_cmp(&height(a)));
    }
    let mut marks = Vec::new();
    let place = place(&spec, &bars);
    let mut panel = panel(&spec, &bars, &place, &mut marks);
    let (inside, outside) =
        legend(&spec).into_iter().partition(|legend| matches!(legend.place, Place::At(_) | Place::Best));
    panel.legends = inside;
    let figure = Figure {
        width: size.0,
        height: size.1,
        panels: vec![panel],
        padding: spec.padding,
        legends: outside,
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

/// A bar with the value of every segment.
struct Bar<'a> {
    spec: &'a BarSpec,
    values: Vec<Option<(f64, Lineage)>>,
}

impl<'a> Bar<'a> {
    fn read(
        raw: &RawSpec,
        spec: &StackedBarSpec,
        bar: &'a BarSpec,
        rows: &[Row<'_>],
    ) -> Result<Self, FigureError> {
        let of_bar = |row: &&Row<'_>| row.text(&spec.bar_column).as_ref() == Some(&bar.value);
        let rows: Vec<&Row<'_>> = rows.iter().filter(of_bar).collect();
        let mut values = Vec::with_capacity(spec.segments.len());
        for segment in &spec.segments {
            let of_segment =
                |row: &&&Row<'_>| row.text(&spec.segment_column).as_ref() == Some(&segment.value);
            let mut here = rows.iter().filter(of_segment);
            let (first, second) = (here.next(), here.next());
            if let Some((first, second)) = first.zip(second) {
                let message = format!(
                    "dataset `{}` has several rows for segment `{}` of bar `{}` ({})",
                    spec.data,
                    segment.value,
                    bar.value,
                    first.places(second)
                );
                return Err(FigureError::new(raw, &message).with_hint("narrow the rows with `where`"));
            }
            let value = match first {
                Some(row) => row.value(raw, &spec.value_column)?,
                None => None,
            };
            if let Some((value, row)) = value.as_ref().filter(|(value, _)| *value < 0.0) {
                let message = format!(
                    "segment `{}` of bar `{}` has the value {value}; stacked values must be at least 0 ({})",
                    segment.value,
                    bar.value,
                    row.place()
                );
                return Err(FigureError::new(raw, &message));
            }
            values.push(value);
        }
        let read = Self { spec: bar, values };
        if read.total(spec).is_some_and(f64::is_infinite) {
            return Err(FigureError::new(
                raw,
                &format!(
                    "the total of bar `{}` is not a finite number ({})",
                    bar.value,
                    read.lineage().place()
                ),
            ));
        }
        Ok(read)
    }

    /// Height of the bar; `None` for a bar without values. Segments without a value add nothing.
    fn total(&self, spec: &StackedBarSpec) -> Option<f64> {
        let values: Vec<f64> = self.values.iter().flatten().map(|(value, _)| *value).collect();
        (!values.is_empty()).then(|| spec.height(values.iter().sum()))
    }

    fn lineage(&self) -> Lineage {
        Lineage::union(self.values.iter().flatten().map(|(_, lineage)| lineage))
    }
}

/// What decides the places of the bars: all values where they are in order, else the manifest.
fn place(spec: &StackedBarSpec, bars: &[Bar<'_>]) -> Lineage {
    let values: Vec<Lineage> = bars.iter().map(Bar::lineage).collect();
    let all = Lineage::union(&values);
    match spec.order {
        OrderSpec::Total => all,
        OrderSpec::Listed => all.declared(),
    }
}

/// The panel with all bars, the first at 1; `place` is what decides their places.
fn panel(spec: &StackedBarSpec, bars: &[Bar<'_>], place: &Lineage, marks: &mut Vec<Mark>) -> Panel {
    let mut items = Vec::new();
    for (index, bar) in bars.iter().enumerate() {
        items.extend(segments(spec, bar, (index + 1) as f64, place, marks));
    }
    let largest = bars.iter().filter_map(|bar| bar.total(spec)).fold(0.0, f64::max);
    for (index, bar) in bars.iter().enumerate() {
        items.extend(total(spec, bar, (index + 1) as f64, largest, place, marks));
    }
    let labels =
        bars.iter().enumerate().map(|(index, bar)| ((index + 1) as f64, bar.spec.label().to_owned()));
    let half = spec.bar_width / 2.0;
    let (first, last) = (1.0 - half, bars.len() as f64 + half);
    let margin = 0.05 * (last - first);
    Panel {
        x: Axis {
            title: spec.x.title.clone(),
            title_size: spec.x.title_size,
            ticks: Ticks::At(labels.collect()),
            tick_size: spec.x.tick_size,
            tick_angle: spec.x.angle,
            // Bars without a value keep their place.
            limits: Limits::Fixed(first - margin, last + margin),
            ..Axis::default()
        },
        y: Axis {
            title: spec.y.title.clone(),
            title_size: spec.y.title_size,
            ticks: match spec.y.ticks.as_slice() {
                [] => Ticks::Round,
                given => Ticks::At(labelled(given)),
            },
            tick_size: spec.y.tick_size,
            // Bars stand on the axis.
            limits: match spec.y.limits {
                Some(limits) => limits.build(),
                None => Limits::Fixed(0.0, 1.05 * largest),
            },
            grid: spec.grid,
            ..Axis::default()
        },
        items,
        ..Panel::default()
    }
}

/// The segments of a bar at `x`, from bottom to top.
fn segments(
    spec: &StackedBarSpec,
    bar: &Bar<'_>,
    x: f64,
    place: &Lineage,
    marks: &mut Vec<Mark>,
) -> Vec<Item> {
    let half = spec.bar_width / 2.0;
    let mut items = Vec::new();
    let mut low = 0.0;
    // A segment stands on those below it.
    let mut below = Lineage::default();
    for (segment, value) in spec.segments.iter().zip(&bar.values) {
        let Some((value, lineage)) = value else { continue };
        let height = spec.height(*value);
        let high = low + height;
        let paint = Paint {
            stroke: Some(Stroke::solid(Colour::BLACK, spec.edge_width)),
            ..Paint::filled(segment.colour).hatched(segment.hatch)
        };
        let points = vec![(x - half, low), (x + half, low), (x + half, high), (x - half, high)];
        let foot = if below.is_empty() { lineage.clone().declared() } else { below.clone() };
        below.extend(lineage);
        let mark = Mark::new(MarkKind::Bar, "", segment.label(), bar.spec.label(), lineage.clone())
            .part(Part::Number(Quantity::X), place.clone())
            .part(Part::Number(Quantity::Low), foot)
            .part(Part::Number(Quantity::Y), below.clone());
        items.push(Item::Mark {
            marks: marks.len()..marks.len() + 1,
            items: vec![Item::Polygon { points, paint }],
        });
        marks.push(Mark { x: Some(x), low: Some(low), y: Some(high), size: Some(height), ..mark });
        low = high;
    }
    items
}

/// The printed total of a bar at `x`; `largest` is that of all bars.
fn total(
    spec: &StackedBarSpec,
    bar: &Bar<'_>,
    x: f64,
    largest: f64,
    place: &Lineage,
    marks: &mut Vec<Mark>,
) -> Option<Item> {
    let (totals, total) = (spec.totals.as_ref()?, bar.total(spec)?);
    let text = format!("{total:.*}", totals.decimals);
    let offset = totals.offset * if totals.relative { largest } else { 1.0 };
    let baseline = Point::new(0.0, -DESCENT * totals.size);
    let label = Item::Attached {
        at: (Coordinate::Data(x), Coordinate::Data(total + offset)),
        elements: vec![Element::Text(Text::new(&text, totals.size, baseline).anchored(Anchor::Middle))],
    };
    let item = Item::Mark { marks: marks.len()..marks.len() + 1, items: vec![label] };
    let mark = Mark::new(MarkKind::Text, "", "", bar.spec.label(), bar.lineage())
        .part(Part::Number(Quantity::X), place.clone());
    marks.push(Mark { x: Some(x), y: Some(total), text, ..mark });
    Some(item)
}

fn legend(spec: &StackedBarSpec) -> Option<Legend> {
    let edge = Stroke::solid(Colour::BLACK, spec.edge_width);
    let entries = spec.segments.iter().map(|segment| {
        let paint =
            Paint { stroke: Some(edge.clone()), ..Paint::filled(segment.colour).hatched(segment.hatch) };
        Entry::patch(segment.label(), paint)
    });
    spec.legend.as_ref().map(|legend| legend.build(entries.collect()))
}
