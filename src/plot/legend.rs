//! Legends with matplotlib's proportions, in units of the font size.

use super::element::{Anchor, Element, Outline, Text};
use super::geometry::{Point, Rect};
use super::marker::Marker;
use super::paint::{Colour, Paint, Stroke};
use super::text::{self, Face};

const BORDER: f64 = 0.4;
const ROW_GAP: f64 = 0.5;
const HANDLE_LENGTH: f64 = 2.0;
const HANDLE_HEIGHT: f64 = 0.7;
const HANDLE_GAP: f64 = 0.8;
/// Distance between a legend and what it is placed at.
const AXES_GAP: f64 = 0.5;

/// Space between the columns of a legend.
const COLUMN_GAP: f64 = 2.0;

/// Where a legend stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Place {
    /// Right of the figure, half-way up.
    #[default]
    Right,
    /// In the panel where it covers least.
    Best,
    /// With one of its points at a spot of the panel, or of the figure for a legend of the figure.
    At(Spot),
    /// The same, but the layout leaves no room for it, as for what is added to matplotlib's axes by hand.
    Over(Spot),
    /// Below the panels, centred, its lower edge at a height of the figure, as a fraction from below, or lower where
    /// it would run into the panels' labels.
    Below(f64),
}

/// A spot of a rectangle and the point of a legend that lies there, at matplotlib's distance from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The spot in fractions of the rectangle's width and height, from its lower left corner; may lie outside.
    pub at: (f64, f64),
    /// The point of the legend in fractions of its size, from its upper left corner: (0, 0) is that corner, (0.5, 1)
    /// the middle of its lower edge.
    pub anchor: (f64, f64),
}

/// A line of a legend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// Name of the series.
    pub label: String,
    /// Short line in front of the name.
    pub line: Option<Stroke>,
    /// Marker in front of the name: shape, size in points, fill and edge.
    pub marker: Option<(Marker, f64, Paint)>,
    /// Filled rectangle in front of the name.
    pub patch: Option<Paint>,
}

impl Entry {
    /// A line with a marker, both in one colour.
    pub fn line(label: &str, colour: Colour, width: f64, marker: Marker, size: f64) -> Self {
        Self {
            line: Some(Stroke::solid(colour, width).square()),
            marker: Some((marker, size, Marker::paint(colour))),
            ..Self::named(label)
        }
    }

    /// A marker.
    pub fn marker(label: &str, marker: Marker, size: f64, paint: Paint) -> Self {
        Self { marker: Some((marker, size, paint)), ..Self::named(label) }
    }

    /// A filled rectangle.
    pub fn patch(label: &str, paint: Paint) -> Self {
        Self { patch: Some(paint), ..Self::named(label) }
    }

    fn named(label: &str) -> Self {
        Self { label: label.to_owned(), ..Self::default() }
    }
}

/// A legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Legend {
    /// Title; empty for none.
    pub title: String,
    /// Lines from top to bottom, column after column.
    pub entries: Vec<Entry>,
    /// Number of columns; 0 counts as 1.
    pub columns: usize,
    /// Font size in points.
    pub size: f64,
    /// Whether it has a frame.
    pub frame: bool,
    /// Where it stands.
    pub place: Place,
}

impl Legend {
    /// Width and height in points.
    pub fn extent(&self) -> (f64, f64) {
        let columns: Vec<f64> = self.column_widths();
        let entries =
            columns.iter().sum::<f64>() + columns.len().saturating_sub(1) as f64 * COLUMN_GAP * self.size;
        let title = text::width(&self.title, self.size, Face::Regular);
        let rows = self.n_rows() + usize::from(!self.title.is_empty());
        let height = rows as f64 * text::LINE + rows.saturating_sub(1) as f64 * ROW_GAP + 2.0 * BORDER;
        (entries.max(title) + 2.0 * BORDER * self.size, height * self.size)
    }

    /// Lines of the longest column.
    fn n_rows(&self) -> usize {
        self.entries.len().div_ceil(self.columns.max(1))
    }

    /// Widths of the columns in points, handles included.
    fn column_widths(&self) -> Vec<f64> {
        let width = |entry: &Entry| {
            text::width(&entry.label, self.size, Face::Regular) + (HANDLE_LENGTH + HANDLE_GAP) * self.size
        };
        let columns = self.entries.chunks(self.n_rows().max(1));
        columns.map(|column| column.iter().map(width).fold(0.0, f64::max)).collect()
    }

    /// The legend with its left top corner at a point.
    pub fn draw(&self, corner: Point) -> Vec<Element> {
        let (width, height) = self.extent();
        let mut elements = Vec::new();
        if self.frame {
            let frame = Outline::Rect(Rect::sized(corner.x, corner.y, width, height));
            let edge = Some(Stroke::solid(Colour::grey(204), 1.0));
            let paint = Paint { stroke: edge, ..Paint::filled(Colour::WHITE) }.with_opacity(0.8);
            elements.push(Element::shape(frame, paint));
        }
        let mut top = corner.y + (BORDER + text::ASCENT) * self.size;
        let step = (text::LINE + ROW_GAP) * self.size;
        if !self.title.is_empty() {
            let at = Point::new(corner.x + width / 2.0, top);
            elements.push(Element::Text(Text::new(&self.title, self.size, at).anchored(Anchor::Middle)));
            top += step;
        }
        let mut left = corner.x + BORDER * self.size;
        for (column, width) in self.entries.chunks(self.n_rows().max(1)).zip(self.column_widths()) {
            for (row, entry) in column.iter().enumerate() {
                let baseline = top + row as f64 * step;
                elements.extend(self.handle(entry, Point::new(left, baseline)));
                let at = Point::new(left + (HANDLE_LENGTH + HANDLE_GAP) * self.size, baseline);
                elements.push(Element::Text(Text::new(&entry.label, self.size, at)));
            }
            left += width + COLUMN_GAP * self.size;
        }
        elements
    }

    /// A patch, a short line and a marker; `start` is their left end on the baseline of the label.
    fn handle(&self, entry: &Entry, start: Point) -> Vec<Element> {
        let (width, height) = (HANDLE_LENGTH * self.size, HANDLE_HEIGHT * self.size);
        let y = start.y - height / 2.0;
        let mut elements = Vec::new();
        if let Some(paint) = &entry.patch {
            let patch = Rect::sized(start.x, start.y - height, width, height);
            elements.push(Element::shape(Outline::Rect(patch), paint.clone()));
        }
        if let Some(stroke) = &entry.line {
            let ends = [Point::new(start.x, y), Point::new(start.x + width, y)];
            elements.push(Element::segment(ends[0], ends[1], Paint::outlined(stroke.clone())));
        }
        if let Some((marker, size, paint)) = &entry.marker {
            elements.push(marker.draw(Point::new(start.x + width / 2.0, y), *size, paint));
        }
        elements
    }

    /// The left top corner of the legend at a spot of a rectangle.
    pub fn corner(&self, rect: &Rect, spot: &Spot) -> Point {
        let (width, height) = self.extent();
        let gap = AXES_GAP * self.size;
        let (across, down) = spot.anchor;
        let x = rect.left + spot.at.0 * rect.width() - across * width + gap * (1.0 - 2.0 * across);
        let y = rect.bottom - spot.at.1 * rect.height() - down * height + gap * (1.0 - 2.0 * down);
        Point::new(x, y)
    }

    /// The left top corner of a legend below panels whose lowest label ends at `lowest`; `y` is that of
    /// [`Place::Below`].
    pub fn corner_below(&self, figure: &Rect, y: f64, lowest: f64) -> Point {
        /// Space between the labels and the first line or the frame.
        const GAP: f64 = 0.25;
        let wanted = self.corner(figure, &Spot { at: (0.5, y), anchor: (0.5, 1.0) });
        let border = if self.frame { 0.0 } else { BORDER };
        Point::new(wanted.x, wanted.y.max(lowest + (GAP - border) * self.size))
    }

    /// The left top corner, of nine places in the axes, where the legend covers fewest vertices and lines; of equal
    /// places the first in matplotlib's order.
    pub fn best_corner(&self, axes: &Rect, lines: &[Vec<Point>]) -> Point {
        let (width, height) = self.extent();
        let inner = axes.grown(-AXES_GAP * self.size);
        let (middle, centre) = (inner.centre().x - width / 2.0, inner.centre().y - height / 2.0);
        let (left, right) = (inner.left, inner.right - width);
        let (top, bottom) = (inner.top, inner.bottom - height);
        let places = [
            (right, top),
            (left, top),
            (left, bottom),
            (right, bottom),
            (right, centre),
            (left, centre),
            (middle, bottom),
            (middle, top),
            (middle, centre),
        ];
        let covered = |(left, top): (f64, f64)| covered(&Rect::sized(left, top, width, height), lines);
        let best = places.into_iter().min_by_key(|place| covered(*place));
        best.map_or(Point::new(right, top), |(x, y)| Point::new(x, y))
    }
}

/// Vertices within a rectangle and lines that touch it.
fn covered(rect: &Rect, lines: &[Vec<Point>]) -> usize {
    let vertices = lines.iter().flatten().filter(|point| rect.contains(**point)).count();
    let crossing = lines.iter().filter(|line| line.windows(2).any(|ends| rect.touches(ends[0], ends[1])));
    vertices + crossing.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legend() -> Legend {
        let entry = |label: &str| Entry::line(label, Colour::BLACK, 1.5, Marker::Circle, 6.0);
        Legend {
            title: "Series".to_owned(),
            entries: vec![entry("one"), entry("two")],
            columns: 1,
            size: 10.0,
            frame: true,
            place: Place::Best,
        }
    }

    #[test]
    fn the_drawing_fills_its_extent() {
        let bounds = super::super::element::bounds(&legend().draw(Point::default())).unwrap();
        let (width, height) = legend().extent();
        assert!((bounds.width() - width).abs() < 1e-9 && (bounds.height() - height).abs() < 1e-9);
    }

    #[test]
    fn columns_stand_side_by_side() {
        let (narrow, tall) = legend().extent();
        let (wide, low) = Legend { columns: 2, ..legend() }.extent();
        assert!(wide > 1.5 * narrow && low < tall);
    }

    #[test]
    fn a_spot_holds_the_stated_point() {
        let axes = Rect::sized(0.0, 0.0, 200.0, 100.0);
        let below = Spot { at: (0.5, 0.0), anchor: (0.5, 0.0) };
        let corner = legend().corner(&axes, &below);
        assert!((corner.x + legend().extent().0 / 2.0 - 100.0).abs() < 1e-9 && corner.y == 105.0);
    }

    #[test]
    fn a_legend_below_makes_room_for_labels() {
        let figure = Rect::sized(0.0, 0.0, 200.0, 100.0);
        let legend = Legend { frame: false, ..legend() };
        let (_, height) = legend.extent();
        let wanted = legend.corner_below(&figure, -0.5, 90.0);
        assert!((wanted.y + height - 145.0).abs() < 1e-9, "half a line above 1.5 heights: {wanted:?}");
        let lowered = legend.corner_below(&figure, -0.5, 130.0);
        assert!((lowered.y - 128.5).abs() < 1e-9 && lowered.x == wanted.x);
        assert!(super::super::element::bounds(&legend.draw(lowered)).unwrap().top > 130.0);
    }

    #[test]
    fn the_best_corner_avoids_the_line() {
        let axes = Rect::sized(0.0, 0.0, 200.0, 200.0);
        let rising = vec![Point::new(0.0, 200.0), Point::new(200.0, 0.0)];
        let corner = legend().best_corner(&axes, &[rising]);
        assert!(corner.x < 100.0 && corner.y < 100.0, "upper left is the first free place: {corner:?}");
        assert!(legend().best_corner(&axes, &[]).x > 100.0);
    }
}
