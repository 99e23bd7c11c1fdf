//! What stands in a panel of a scatter figure, from the lowest to the highest: lines across it, points, trends,
//! highlighted points.

use std::sync::Arc;

use rayon::prelude::*;

use super::points::{PanelPoints, Point, Series};
use super::spec::{HighlightValue, ScatterSpec};
use super::trend::trend;
use crate::plot::{
    Cloud, CloudStyle, Coordinate, Element, Item, Mark, MarkKind, Paint, Part, Point as Place, Quantity,
    Rule, Stroke, Text,
};
use crate::stats::random::Generator;

/// Points of a figure up to which each is an element of its own with a tooltip; more are grouped by series.
const SINGLE: usize = 1000;
/// Bytes of all pictures of a figure together: a third more as text, they leave the SVG file below 1 MB.
const ROOM: usize = 660_000;

/// What all panels have in common.
pub struct Drawing<'a> {
    /// The figure.
    pub spec: &'a ScatterSpec,
    series: &'a [Series],
    /// Whether each point is an element of its own.
    single: bool,
    /// Bytes of a panel's picture.
    room: usize,
}

impl<'a> Drawing<'a> {
    /// For panels of a figure.
    pub fn new(spec: &'a ScatterSpec, series: &'a [Series], panels: &[PanelPoints<'_>]) -> Self {
        let n: usize = panels.iter().map(|panel| panel.points.len()).sum();
        let pictures = panels.iter().filter(|panel| panel.points.len() > spec.raster_above).count();
        Self { spec, series, single: n <= SINGLE, room: ROOM / pictures.max(1) }
    }

    /// Lines across a panel.
    pub fn rules(&self) -> Vec<Item> {
        let zero = self.spec.zero_lines.iter().flat_map(|line| {
            [Rule::Horizontal(0.0), Rule::Vertical(0.0)].map(|rule| Item::Rule { rule, paint: line.paint() })
        });
        let diagonal = self.spec.diagonal.iter();
        zero.chain(diagonal.map(|line| Item::Rule { rule: Rule::Diagonal, paint: line.paint() })).collect()
    }

    /// The points that are not highlighted.
    pub fn points(&self, panel: &PanelPoints<'_>, marks: &mut Vec<Mark>) -> Vec<Item> {
        let points = self.in_order(panel);
        if panel.points.len() > self.spec.raster_above {
            return vec![self.cloud(panel, points, marks)];
        }
        let shuffled = self.spec.shuffle.is_some();
        let same_group = |a: &Point, b: &Point| !self.single && (shuffled || a.series == b.series);
        let mut items = Vec::new();
        for group in points.chunk_by(same_group) {
            let first = marks.len();
            marks.extend(group.iter().map(|point| self.mark(panel, point)));
            let drawn = group.iter().map(|point| self.marker(point)).collect();
            items.push(Item::Mark { marks: first..marks.len(), items: drawn });
        }
        items
    }

    /// The points that are not highlighted in drawing order: layer after layer, each shuffled if the figure says so.
    fn in_order(&self, panel: &PanelPoints<'_>) -> Arc<Vec<Point>> {
        let points = match &self.spec.highlight {
            None => Arc::clone(&panel.points),
            Some(_) => Arc::new(self.lowlights(panel, &panel.points).copied().collect()),
        };
        let Some(seed) = self.spec.shuffle else { return points };
        let layer = |point: &Point| self.series(point).layer;
        let mut ordered = Vec::with_capacity(points.len());
        for members in points.chunk_by(|a, b| layer(a) == layer(b)) {
            let order = Generator::from_seed(seed).permutation(members.len());
            ordered.extend(order.into_iter().map(|index| members[index]));
        }
        Arc::new(ordered)
    }

    /// Those of some points that are not highlighted.
    fn lowlights<'p>(&self, panel: &PanelPoints<'_>, points: &'p [Point]) -> impl Iterator<Item = &'p Point> {
        points.iter().filter(|point| self.highlight(panel, point).is_none())
    }

    /// All points as one picture.
    fn cloud(&self, panel: &PanelPoints<'_>, points: Arc<Vec<Point>>, marks: &mut Vec<Mark>) -> Item {
        let first = marks.len();
        if self.spec.list_all {
            marks.extend(points.iter().map(|point| self.mark(panel, point)));
        } else {
            marks.extend(self.summaries(panel));
        }
        let style = |series: &Series| CloudStyle {
            marker: series.marker,
            size: series.point_size.sqrt(),
            colour: series.colour,
            opacity: series.opacity,
        };
        // What is highlighted belongs to the axes, too.
        let (extent, room) = (panel.extent, self.room);
        let cloud = Cloud { points, extent, styles: self.series.iter().map(style).collect(), room };
        Item::Mark { marks: first..marks.len(), items: vec![Item::Cloud(cloud)] }
    }

    /// One mark a series that says how many points the mark table leaves out.
    fn summaries(&self, panel: &PanelPoints<'_>) -> Vec<Mark> {
        let summary = |(index, series): (usize, &Series)| {
            let mut n = 0;
            let members = self.lowlights(panel, panel.of_series(index)).inspect(|_| n += 1);
            let mark = Mark::new(MarkKind::Text, &panel.name, &series.label, "", panel.lineage(members));
            let text = format!("{n} points, drawn as a picture and not listed");
            (n > 0).then_some(Mark { text, ..mark })
        };
        self.series.par_iter().enumerate().filter_map(summary).collect()
    }

    /// Lines through the medians of every series.
    pub fn trends(&self, panel: &PanelPoints<'_>, marks: &mut Vec<Mark>) -> Vec<Item> {
        let Some(spec) = &self.spec.trend else { return Vec::new() };
        let mut items = Vec::new();
        for (index, series) in self.series.iter().enumerate() {
            let vertices = trend(panel.of_series(index), spec);
            if vertices.len() < 2 {
                continue;
            }
            let first = marks.len();
            // The bins divide the range of all points of the series.
            let ends = panel.lineage(panel.of_series(index));
            let points = vertices.iter().map(|vertex| (vertex.x, vertex.y)).collect();
            marks.extend(vertices.into_iter().map(|vertex| {
                let key = format!("median of bin {}", vertex.bin);
                let lineage = panel.lineage(vertex.points);
                let mark = Mark::new(MarkKind::Line, &panel.name, &series.label, &key, lineage)
                    .part(Part::Number(Quantity::X), ends.clone())
                    .part(Part::Number(Quantity::Y), ends.clone());
                Mark { x: Some(vertex.x), y: Some(vertex.y), ..mark }
            }));
            let stroke = Stroke::solid(series.colour, spec.width).square();
            let line = Item::Line { points, stroke };
            items.push(Item::Mark { marks: first..marks.len(), items: vec![line] });
        }
        items
    }

    /// The highlighted points, above all others, each name once beside the first series that has it.
    pub fn highlights(&self, panel: &PanelPoints<'_>, marks: &mut Vec<Mark>) -> Vec<Item> {
        let Some(spec) = &self.spec.highlight else { return Vec::new() };
        let (mut items, mut names) = (Vec::new(), Vec::new());
        let mut named: Vec<&str> = Vec::new();
        for point in panel.points.iter() {
            let Some(value) = self.highlight(panel, point) else { continue };
            let series = self.series(point);
            let edge = Stroke::solid(value.colour, spec.edge_width);
            let again = Item::Marker {
                at: (point.x, point.y),
                marker: series.marker,
                size: spec.point_size.sqrt(),
                paint: Paint { stroke: Some(edge), ..Paint::filled(series.colour) },
            };
            if !named.contains(&value.value.as_str()) {
                named.push(&value.value);
                let [right, up] = spec.shift;
                let name = Text::new(&value.value, spec.text_size, Place::new(right, -up));
                names.push(Item::Attached {
                    at: (Coordinate::Data(point.x), Coordinate::Data(point.y)),
                    elements: vec![Element::Text(Text { colour: value.colour, ..name })],
                });
            }
            marks.push(Mark { text: value.value.clone(), ..self.mark(panel, point) });
            let drawn = vec![self.marker(point), again];
            items.push(Item::Mark { marks: marks.len() - 1..marks.len(), items: drawn });
        }
        items.extend(names);
        items
    }

    fn highlight(&self, panel: &PanelPoints<'_>, point: &Point) -> Option<&'a HighlightValue> {
        let spec = self.spec.highlight.as_ref()?;
        let text = panel.row(point).text(&spec.column)?;
        spec.values.iter().find(|value| value.value == text)
    }

    fn mark(&self, panel: &PanelPoints<'_>, point: &Point) -> Mark {
        let (label, key) = (&self.series(point).label, panel.key(point, self.spec));
        let [x, y] = [&self.spec.x.column, &self.spec.y.column].map(|column| panel.origin(point, column));
        let mut mark = Mark::new(MarkKind::Point, &panel.name, label, &key, panel.own_lineage(point));
        for (quantity, lineage) in [(Quantity::X, x), (Quantity::Y, y)] {
            mark = match lineage {
                Some(lineage) => mark.part(Part::Number(quantity), lineage),
                None => mark,
            };
        }
        Mark { x: Some(point.x), y: Some(point.y), found_by: panel.found_by(point, self.spec), ..mark }
    }

    fn series(&self, point: &Point) -> &'a Series {
        &self.series[point.series as usize]
    }

    fn marker(&self, point: &Point) -> Item {
        let series = self.series(point);
        Item::Marker {
            at: (point.x, point.y),
            marker: series.marker,
            size: series.point_size.sqrt(),
            paint: Paint::filled(series.colour).with_opacity(series.opacity),
        }
    }
}
