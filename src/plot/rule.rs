//! Lines across a whole panel that do not widen its limits.

use super::axis::Scale;
use super::element::Element;
use super::geometry::Point;
use super::paint::Paint;

/// Where the line runs, in data units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Upright, at an x.
    Vertical(f64),
    /// Level, at a y.
    Horizontal(f64),
    /// Through all places with y = x.
    Diagonal,
}

impl Rule {
    /// The line between the limits of the scales.
    pub(super) fn draw(self, x: &Scale, y: &Scale, paint: &Paint) -> Element {
        let ends = match self {
            Self::Vertical(at) => [(at, y.data.0), (at, y.data.1)],
            Self::Horizontal(at) => [(x.data.0, at), (x.data.1, at)],
            Self::Diagonal => {
                let (left, right) = (x.data.0.min(x.data.1), x.data.0.max(x.data.1));
                let (bottom, top) = (y.data.0.min(y.data.1), y.data.0.max(y.data.1));
                let (first, last) = (left.max(bottom), right.min(top));
                // Nothing to see when the two ranges have nothing in common: a line without length.
                [(first, first), (last.max(first), last.max(first))]
            }
        };
        let [from, to] = ends.map(|(at_x, at_y)| Point::new(x.place(at_x), y.place(at_y)));
        Element::segment(from, to, paint.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Colour, Growth};

    #[test]
    fn a_diagonal_runs_where_both_axes_reach() {
        let x = Scale { data: (-1.0, 3.0), page: (0.0, 400.0), growth: Growth::Linear };
        let y = Scale { data: (0.0, 2.0), page: (100.0, 0.0), growth: Growth::Linear };
        let bounds = Rule::Diagonal.draw(&x, &y, &Paint::filled(Colour::BLACK)).bounds().unwrap();
        assert_eq!((bounds.left, bounds.right, bounds.top, bounds.bottom), (100.0, 300.0, 0.0, 100.0));
    }
}
