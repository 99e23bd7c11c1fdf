//! Where the values of a mark lie on the page, so that another value can be drawn at its place.

use super::axis::{Growth, Scale};
use super::geometry::Point;
use super::mark::{Mark, MarkKind, Quantity};

/// The map from the data coordinates of a group of marks to page points.
///
/// A panel sets it for all its marks. What is drawn without a panel uses [`Frame::PAGE`] and gives its marks a
/// [`Reading`] in page points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Horizontally.
    pub x: Scale,
    /// Vertically.
    pub y: Scale,
}

/// Along which line a mark's values are read, in the data coordinates of its [`Frame`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Reading {
    /// `x` horizontally, every other quantity vertically above `x`: points, lines, upright bars, boxes, intervals.
    #[default]
    Plane,
    /// Every quantity but `x` horizontally at the height `y`: lying boxes, bars and intervals.
    Horizontal {
        /// Height of the line.
        y: f64,
    },
    /// Every quantity but `x` vertically at `x`, for marks whose `x` is absent or is not where they stand.
    Vertical {
        /// Place of the line.
        x: f64,
    },
    /// Every quantity but `x` along a straight line, such as the spoke of a radar chart.
    Line {
        /// A value and its place.
        from: (f64, (f64, f64)),
        /// Another value and its place.
        to: (f64, (f64, f64)),
    },
    /// Nowhere: the values are shown by text, area or colour.
    Nowhere,
}

impl Frame {
    /// Data coordinates are page points.
    pub const PAGE: Self = {
        let scale = Scale { data: (0.0, 1.0), page: (0.0, 1.0), growth: Growth::Linear };
        Self { x: scale, y: scale }
    };

    /// The same, moved on the page.
    pub(super) fn moved(self, x: f64, y: f64) -> Self {
        let moved = |scale: Scale, by: f64| Scale { page: (scale.page.0 + by, scale.page.1 + by), ..scale };
        Self { x: moved(self.x, x), y: moved(self.y, y) }
    }

    /// Where `value` would lie, were it the `quantity` of `mark`; `None` where that is not a place.
    pub fn place(&self, mark: &Mark, quantity: Quantity, value: f64) -> Option<Point> {
        let (x, y) = match (mark.reading, quantity) {
            // The size of a stacked bar's segment is its height above its own foot.
            (Reading::Plane, Quantity::Size) if mark.kind == MarkKind::Bar => (mark.x?, mark.low? + value),
            (Reading::Nowhere, _) | (_, Quantity::Size) => return None,
            (Reading::Plane, Quantity::X) => (value, mark.y?),
            (Reading::Plane, _) => (mark.x?, value),
            (_, Quantity::X) => return None,
            (Reading::Horizontal { y }, _) => (value, y),
            (Reading::Vertical { x }, _) => (x, value),
            (Reading::Line { from: (first, start), to: (last, end) }, _) => {
                let fraction = (value - first) / (last - first);
                (start.0 + fraction * (end.0 - start.0), start.1 + fraction * (end.1 - start.1))
            }
        };
        let place = Point::new(self.x.place(x), self.y.place(y));
        (place.x.is_finite() && place.y.is_finite()).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Lineage;

    fn mark(reading: Reading) -> Mark {
        let mark = Mark::new(MarkKind::Point, "", "", "", Lineage::default());
        Mark { x: Some(2.0), y: Some(3.0), reading, ..mark }
    }

    const FRAME: Frame = Frame {
        x: Scale { data: (0.0, 10.0), page: (0.0, 100.0), growth: Growth::Linear },
        y: Scale { data: (0.0, 10.0), page: (100.0, 0.0), growth: Growth::Linear },
    };

    #[test]
    fn a_value_lies_on_the_line_its_mark_is_read_along() {
        let place = |reading, quantity| FRAME.place(&mark(reading), quantity, 5.0);
        assert_eq!(place(Reading::Plane, Quantity::X), Some(Point::new(50.0, 70.0)));
        assert_eq!(place(Reading::Plane, Quantity::High), Some(Point::new(20.0, 50.0)));
        assert_eq!(place(Reading::Horizontal { y: 1.0 }, Quantity::Q1), Some(Point::new(50.0, 90.0)));
        assert_eq!(place(Reading::Vertical { x: 1.0 }, Quantity::Y), Some(Point::new(10.0, 50.0)));
        let spoke = Reading::Line { from: (0.0, (0.0, 0.0)), to: (10.0, (10.0, 10.0)) };
        assert_eq!(place(spoke, Quantity::Y), Some(Point::new(50.0, 50.0)));
    }

    #[test]
    fn a_segment_ends_its_size_above_its_foot() {
        let bar = Mark { kind: MarkKind::Bar, low: Some(3.0), ..mark(Reading::Plane) };
        assert_eq!(FRAME.place(&bar, Quantity::Size, 4.0), Some(Point::new(20.0, 30.0)));
    }

    #[test]
    fn what_is_no_place_has_none() {
        assert_eq!(FRAME.place(&mark(Reading::Plane), Quantity::Size, 5.0), None);
        assert_eq!(FRAME.place(&mark(Reading::Nowhere), Quantity::Y, 5.0), None);
        assert_eq!(FRAME.place(&Mark { x: None, ..mark(Reading::Plane) }, Quantity::Y, 5.0), None);
        let point = Reading::Line { from: (1.0, (0.0, 0.0)), to: (1.0, (1.0, 1.0)) };
        assert_eq!(FRAME.place(&mark(point), Quantity::Y, 5.0), None);
    }

    #[test]
    fn a_moved_frame_moves_places() {
        let moved = Frame::PAGE.moved(3.0, -4.0);
        assert_eq!(moved.place(&mark(Reading::Plane), Quantity::Y, 5.0), Some(Point::new(5.0, 1.0)));
    }
}
