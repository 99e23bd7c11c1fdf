//! Marker shapes with matplotlib's proportions.

use serde::Deserialize;

use super::element::{Element, Outline};
use super::geometry::{Point, Rect};
use super::paint::{Colour, Paint, Stroke};

/// Shape of a marker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marker {
    /// A disc.
    #[default]
    Circle,
    /// A square.
    Square,
    /// A square on its corner.
    Diamond,
    /// A plus with arms a third of its size wide.
    FilledPlus,
    /// A triangle pointing up.
    TriangleUp,
    /// A triangle pointing down.
    TriangleDown,
    /// A star with five points.
    Star,
    /// A cross with arms a quarter of its size wide.
    FilledCross,
}

/// Width of the outline around a marker, in its own colour: matplotlib's default edge.
const EDGE: f64 = 1.0;

/// Corners of a filled plus of size 1, clockwise from the left end of the top arm.
const PLUS: [(f64, f64); 12] = [
    (-1.0, -3.0),
    (1.0, -3.0),
    (1.0, -1.0),
    (3.0, -1.0),
    (3.0, 1.0),
    (1.0, 1.0),
    (1.0, 3.0),
    (-1.0, 3.0),
    (-1.0, 1.0),
    (-3.0, 1.0),
    (-3.0, -1.0),
    (-1.0, -1.0),
];

/// Corners of a filled cross of size 1, clockwise from the left end of the top left arm.
const CROSS: [(f64, f64); 12] = [
    (-1.0, -2.0),
    (0.0, -1.0),
    (1.0, -2.0),
    (2.0, -1.0),
    (1.0, 0.0),
    (2.0, 1.0),
    (1.0, 2.0),
    (0.0, 1.0),
    (-1.0, 2.0),
    (-2.0, 1.0),
    (-1.0, 0.0),
    (-2.0, -1.0),
];

/// Corners of a star whose points lie on the unit circle, clockwise from the upper one.
fn star() -> Vec<(f64, f64)> {
    /// Distance of the inner corners, where the edges of a pentagram cross.
    const INNER: f64 = 0.381_966;
    (0..10)
        .map(|corner| {
            let radius = if corner % 2 == 0 { 1.0 } else { INNER };
            let (sine, cosine) = libm::sincos(f64::from(corner) * std::f64::consts::PI / 5.0);
            (radius * sine, -radius * cosine)
        })
        .collect()
}

impl Marker {
    /// Fill and edge of a marker in one colour, with matplotlib's default edge.
    pub fn paint(colour: Colour) -> Paint {
        Paint { stroke: Some(Stroke::solid(colour, EDGE)), ..Paint::filled(colour) }
    }

    /// The marker at a point; `size` is its width in points (a diamond's side, as in matplotlib) without the edge.
    pub fn draw(self, centre: Point, size: f64, paint: &Paint) -> Element {
        let half = size / 2.0;
        let polygon = |corners: &[(f64, f64)], unit: f64| {
            let corner = |(x, y): &(f64, f64)| Point::new(centre.x + x * unit, centre.y + y * unit);
            Outline::Polygon(corners.iter().map(corner).collect())
        };
        let outline = match self {
            Self::Circle => Outline::Circle { centre, radius: half },
            Self::Square => Outline::Rect(Rect::between(centre, centre).grown(half)),
            Self::Diamond => polygon(
                &[(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)],
                size * std::f64::consts::FRAC_1_SQRT_2,
            ),
            Self::FilledPlus => polygon(&PLUS, size / 6.0),
            Self::TriangleUp => polygon(&[(0.0, -1.0), (1.0, 1.0), (-1.0, 1.0)], half),
            Self::TriangleDown => polygon(&[(0.0, 1.0), (1.0, -1.0), (-1.0, -1.0)], half),
            Self::Star => polygon(&star(), half),
            Self::FilledCross => polygon(&CROSS, size / 4.0),
        };
        Element::shape(outline, paint.clone())
    }
}
