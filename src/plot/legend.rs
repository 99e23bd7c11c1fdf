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
pub(super) const AXES_GAP: f64 = 0.5;

/// Where a legend stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Right of the figure, half-way up.
    #[default]
    Right,
    /// In the panel where it covers least.
    Best,
}

/// A line of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Name of the series.
    pub label: String,
    /// Colour of line and marker.
    pub colour: Colour,
    /// Line width in points.
    pub line_width: f64,
    /// Marker shape.
    pub marker: Marker,
    /// Marker size in points.
    pub marker_size: f64,
}

/// A legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Legend {
    /// Title; empty for none.
    pub title: String,
    /// Lines from top to bottom.
    pub entries: Vec<Entry>,
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
        let width = |text: &str| text::width(text, self.size, Face::Regular);
        let labels = self.entries.iter().map(|entry| width(&entry.label)).fold(0.0, f64::max);
        let row = labels + (HANDLE_LENGTH + HANDLE_GAP) * self.size;
        let rows = self.entries.len() + usize::from(!self.title.is_empty());
        let height = rows as f64 * text::LINE + rows.saturating_sub(1) as f64 * ROW_GAP + 2.0 * BORDER;
        (row.max(width(&self.title)) + 2.0 * BORDER * self.size, height * self.size)
    }

    /// The legend with its left top corner at a point.
    pub fn draw(&self, corner: Point) -> Vec<Element> {
        let (width, height) = self.extent();
        let mut elements = Vec::new();
        if self.frame {
            let frame = Outline::Rect(Rect::sized(corner.x, corner.y, width, height));
            let paint = Paint {
                fill: Some(Colour::WHITE),
                stroke: Some(Stroke::solid(Colour::grey(204), 1.0)),
                opacity: 0.8,
            };
            elements.push(Element::shape(frame, paint));
        }
        let mut baseline = corner.y + (BORDER + text::ASCENT) * self.size;
        let step = (text::LINE + ROW_GAP) * self.size;
        if !self.title.is_empty() {
            let at = Point::new(corner.x + width / 2.0, baseline);
            elements.push(Element::Text(Text::new(&self.title, self.size, at).anchored(Anchor::Middle)));
            baseline += step;
        }
        let left = corner.x + BORDER * self.size;
        for entry in &self.entries {
            elements.extend(self.handle(entry, Point::new(left, baseline)));
            let at = Point::new(left + (HANDLE_LENGTH + HANDLE_GAP) * self.size, baseline);
            elements.push(Element::Text(Text::new(&entry.label, self.size, at)));
            baseline += step;
        }
        elements
    }

    /// A short line with its marker; `start` is its left end on the baseline of the label.
    fn handle(&self, entry: &Entry, start: Point) -> [Element; 2] {
        let y = start.y - HANDLE_HEIGHT / 2.0 * self.size;
        let end = start.x + HANDLE_LENGTH * self.size;
        let stroke = Stroke::solid(entry.colour, entry.line_width).square();
        let line = Element::segment(Point::new(start.x, y), Point::new(end, y), Paint::outlined(stroke));
        let middle = Point::new(f64::midpoint(start.x, end), y);
        [line, entry.marker.draw(middle, entry.marker_size, entry.colour)]
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
        let entry = |label: &str| Entry {
            label: label.to_owned(),
            colour: Colour::BLACK,
            line_width: 1.5,
            marker: Marker::Circle,
            marker_size: 6.0,
        };
        Legend {
            title: "Series".to_owned(),
            entries: vec![entry("one"), entry("two")],
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
    fn the_best_corner_avoids_the_line() {
        let axes = Rect::sized(0.0, 0.0, 200.0, 200.0);
        let rising = vec![Point::new(0.0, 200.0), Point::new(200.0, 0.0)];
        let corner = legend().best_corner(&axes, &[rising]);
        assert!(corner.x < 100.0 && corner.y < 100.0, "upper left is the first free place: {corner:?}");
        assert!(legend().best_corner(&axes, &[]).x > 100.0);
    }
}
