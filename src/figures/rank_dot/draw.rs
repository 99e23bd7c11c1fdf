//! Rows as items of a panel, and their marks.

use super::front;
use super::rows::{Interval, Row, Value, order_lineage};
use super::spec::{Order, RankDotSpec, RowText, ScoreSpec};
use crate::evidence::Lineage;
use crate::figures::facets::Cell;
use crate::plot::{
    Anchor, Axis, Colour, Coordinate, Element, Face, Item, Limits, Mark, MarkKind, Marker, Paint, Panel,
    Part, Point, Quantity, Reading, Stroke, Text, Tick, Ticks,
};
use crate::stats::random::Generator;

/// Seed of the random shifts; a new stream starts in every panel.
const SEED: u64 = 0;
/// Width of dashed lines in points: matplotlib's grid.
const GRID_WIDTH: f64 = 0.8;
/// Distance of a title's baseline from the axes: matplotlib's title pad.
const TITLE_GAP: f64 = 6.0;

/// What has been drawn so far.
struct Canvas<'a> {
    panel: &'a str,
    items: Vec<Item>,
    marks: &'a mut Vec<Mark>,
    /// What decides the heights of the rows.
    order: Lineage,
    /// Smallest and largest height that something is drawn at.
    heights: Option<(f64, f64)>,
}

impl Canvas<'_> {
    fn push(&mut self, mark: Mark, height: f64, item: Item) {
        let (low, high) = self.heights.unwrap_or((height, height));
        self.heights = Some((low.min(height), high.max(height)));
        let first = self.marks.len();
        self.marks.push(mark);
        self.items.push(Item::Mark { marks: first..first + 1, items: vec![item] });
    }

    fn point(&self, row: &Row<'_>, key: &str, value: &Value, y: f64) -> Mark {
        let mark = Mark::new(MarkKind::Point, self.panel, row.entity.label(), key, value.lineage.clone())
            .part(Part::Number(Quantity::Y), self.order.clone());
        Mark { x: Some(value.value), y: Some(y), told: Quantity::X, ..mark }
    }
}

/// Draws the rows of a cell of the grid.
pub fn panel(
    spec: &RankDotSpec,
    cell: &Cell,
    cells: &[Cell],
    rows: &[Row<'_>],
    marks: &mut Vec<Mark>,
) -> Panel {
    let mut canvas = Canvas {
        panel: &cell.name,
        items: Vec::new(),
        marks,
        order: order_lineage(spec, rows),
        heights: None,
    };
    let mut random = Generator::from_seed(SEED);
    for row in rows {
        replicates(spec, row, &mut random, &mut canvas);
        if let Some(interval) = &row.interval {
            draw_interval(spec, row, interval, &mut canvas);
        }
        for (score, mean) in spec.scores.iter().zip(&row.means) {
            if let Some(mean) = mean {
                draw_mean(spec, row, score, mean, &mut canvas);
            }
        }
    }
    let limits = limits(spec, rows, canvas.heights);
    let labelled = cell.column == 0 || spec.order == Order::BestFirst;
    if canvas.items.is_empty() {
        canvas.items.push(Item::Remark("no values".to_owned()));
    } else if labelled {
        front::names(spec, cell, rows, &mut canvas.items, canvas.marks);
    }
    let mut items = background(spec, rows, limits);
    items.append(&mut canvas.items);
    items.extend(column_title(spec, cell));
    let bottom = cells.iter().map(|other| other.row).max() == Some(cell.row);
    let title = spec.panel_title.as_ref().filter(|title| !title.left);
    Panel {
        name: cell.name.clone(),
        row: cell.row,
        column: cell.column,
        title: title.map(|title| title.text.clone()).unwrap_or_default(),
        title_size: title.map_or(spec.facet_size, |title| title.size),
        x: x_axis(spec, bottom),
        y: Axis {
            ticks: Ticks::At(match spec.rows.show {
                RowText::Label => rows.iter().map(|row| (row.y, String::new())).collect(),
                RowText::Symbol => Vec::new(),
            }),
            // Rows grow downwards.
            limits: Limits::Fixed(limits.1, limits.0),
            ..Axis::default()
        },
        items,
        ..Panel::default()
    }
}

fn replicates(spec: &RankDotSpec, row: &Row<'_>, random: &mut Generator, canvas: &mut Canvas<'_>) {
    let Some(from) = &spec.replicates else { return };
    for value in &row.replicates {
        let height = row.y + random.normal(0.0, from.jitter);
        let mark = canvas.point(row, &value.key, value, row.y);
        let paint = Paint::filled(row.entity.colour).with_opacity(from.opacity);
        let item = marker(spec, (value.value, height), Marker::Circle, from.size, paint);
        canvas.push(mark, height, item);
    }
}

fn draw_interval(spec: &RankDotSpec, row: &Row<'_>, interval: &Interval, canvas: &mut Canvas<'_>) {
    let (Some(from), Some(score)) = (&spec.interval, spec.scores.first()) else { return };
    let (of_low, of_high) = (interval.of_low.clone(), interval.of_high.clone());
    let both = Lineage::union([&of_low, &of_high]);
    let mark = Mark::new(MarkKind::Interval, canvas.panel, row.entity.label(), &score.value, both)
        .part(Part::Number(Quantity::Low), of_low)
        .part(Part::Number(Quantity::High), of_high);
    let mark = Mark {
        low: Some(interval.low),
        high: Some(interval.high),
        reading: Reading::Horizontal { y: row.y },
        ..mark
    };
    let item = Item::Line {
        points: vec![(interval.low, row.y), (interval.high, row.y)],
        stroke: Stroke::solid(row.entity.colour, from.width),
    };
    canvas.push(mark, row.y, item);
}

fn draw_mean(spec: &RankDotSpec, row: &Row<'_>, score: &ScoreSpec, mean: &Value, canvas: &mut Canvas<'_>) {
    let height = row.y + score.below;
    let mark = canvas.point(row, &score.value, mean, height);
    let paint = score_paint(score, row.entity.colour, score.edge_width).with_opacity(score.opacity);
    let item = marker(spec, (mean.value, height), score.marker, score.size, paint);
    canvas.push(mark, height, item);
}

/// A marker that is whole where its middle lies within the horizontal limits, so that the best and the worst score
/// are not cut in half.
fn marker(spec: &RankDotSpec, at: (f64, f64), marker: Marker, size: f64, paint: Paint) -> Item {
    let [low, high] = spec.x.limits.ends();
    if (low..=high).contains(&at.0) {
        let elements = vec![marker.draw(Point::new(0.0, 0.0), size, &paint)];
        Item::Attached { at: (Coordinate::Data(at.0), Coordinate::Data(at.1)), elements }
    } else {
        Item::Marker { at, marker, size, paint }
    }
}

/// Fill and edge of a score's marker in a colour.
pub fn score_paint(score: &ScoreSpec, colour: Colour, edge_width: f64) -> Paint {
    let fill = if score.filled { colour } else { Colour::WHITE };
    Paint { stroke: Some(Stroke::solid(colour, edge_width)), ..Paint::filled(fill) }
}

/// Heights of the upper and lower edge of a panel.
fn limits(spec: &RankDotSpec, rows: &[Row<'_>], drawn: Option<(f64, f64)>) -> (f64, f64) {
    let (first, last) = (rows.first().map_or(1.0, |row| row.y), rows.last().map_or(1.0, |row| row.y));
    match (spec.margins, drawn) {
        (Some([above, below]), _) if above + below > 0.0 => (first - above, last + below),
        (None, Some((low, high))) if high > low => {
            let margin = 0.05 * (high - low);
            (low - margin, high + margin)
        }
        _ => (first - 0.5, last + 0.5),
    }
}

/// Dashed lines behind the rows: at the ticks and half-way between families.
fn background(spec: &RankDotSpec, rows: &[Row<'_>], (top, bottom): (f64, f64)) -> Vec<Item> {
    let pen = |colour| Stroke::dashed(colour, GRID_WIDTH);
    let grid = spec
        .x
        .ticks
        .iter()
        .map(|tick| Item::Line { points: vec![(*tick, bottom), (*tick, top)], stroke: pen(spec.grid) });
    let borders = rows.windows(2).filter(|pair| pair[0].entity.family != pair[1].entity.family);
    let lines = borders
        .map(|pair| Item::Guide { y: f64::midpoint(pair[0].y, pair[1].y), stroke: pen(spec.separator) });
    grid.chain(lines).collect()
}

/// The bold title of a column of the grid, or a title that starts at the left edge.
fn column_title(spec: &RankDotSpec, cell: &Cell) -> Option<Item> {
    let title = |text: &str, size, face, left| {
        let anchor = if left { Anchor::Start } else { Anchor::Middle };
        let text = Text { face, ..Text::new(text, size, Point::new(0.0, -TITLE_GAP)) }.anchored(anchor);
        let x = Coordinate::Axes(if left { 0.0 } else { 0.5 });
        Item::Attached { at: (x, Coordinate::Axes(1.0)), elements: vec![Element::Text(text)] }
    };
    match &spec.panel_title {
        Some(own) => own.left.then(|| title(&own.text, own.size, Face::Regular, true)),
        None if cell.row == 0 && !cell.column_label.is_empty() => {
            Some(title(&cell.column_label, spec.facet_size, Face::Bold, false))
        }
        None => None,
    }
}

fn x_axis(spec: &RankDotSpec, labelled: bool) -> Axis {
    Axis {
        title: if labelled { spec.x.title.clone() } else { String::new() },
        title_size: spec.x.title_size,
        ticks: Ticks::At(tick_labels(&spec.x.ticks)),
        tick_size: spec.x.tick_size,
        limits: spec.x.limits.build(),
        labelled,
        ..Axis::default()
    }
}

/// Ticks with labels of equally many decimals and a true minus sign.
fn tick_labels(ticks: &[f64]) -> Vec<Tick> {
    let decimals = |tick: &f64| tick.to_string().split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let decimals = ticks.iter().map(decimals).max().unwrap_or(0);
    ticks.iter().map(|tick| (*tick, format!("{tick:.decimals$}").replace('-', "\u{2212}"))).collect()
}

/// The mark of a row's name, for rows whose order was computed.
pub fn name_mark(panel: &str, row: &Row<'_>, lineage: Lineage) -> Mark {
    let mark = Mark::new(MarkKind::Text, panel, row.entity.label(), "row", lineage);
    let reading = Reading::Nowhere;
    Mark { y: Some(row.y), text: row.entity.label().to_owned(), reading, ..mark }
}
