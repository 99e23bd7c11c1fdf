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

impl Marker {
    /// The marker at a point; `size` is its width in points (a diamond's side, as in matplotlib).
    pub fn draw(self, centre: Point, size: f64, colour: Colour) -> Element {
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
        };
        let stroke = Some(Stroke::solid(colour, EDGE));
        Element::shape(outline, Paint { stroke, ..Paint::filled(colour) })
    }
}
