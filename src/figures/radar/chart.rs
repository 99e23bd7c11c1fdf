//! The round chart: where values lie on the page, and everything that is drawn around the outlines.

use super::spec::{AxisSpec, RadarSpec, SeriesSpec};
use crate::plot::{
    ASCENT, Anchor, Colour, DESCENT, Element, Group, Marker, Outline, Paint, Point, Rect, Stroke, Text,
    bounds,
};

/// Distance of the middle of an axis label from the outer circle in points: matplotlib's tick, its two pads and 7.
const LABEL_GAP: f64 = 14.0;
/// Distance of the title from its height in points: matplotlib's title pad.
const HEADING_GAP: f64 = 6.0;
/// Angle of the ring labels in degrees: matplotlib's default.
const RING_ANGLE: f64 = 22.5;
const GRID: Colour = Colour::grey(128);
const GRID_OPACITY: f64 = 0.3;
/// Points along the arc of a sector.
const ARC_POINTS: usize = 30;

/// A chart within a square of the page.
pub struct Chart<'a> {
    spec: &'a RadarSpec,
    /// The square.
    pub square: Rect,
}

impl<'a> Chart<'a> {
    /// The largest square in the middle of a rectangle.
    pub fn within(spec: &'a RadarSpec, rect: &Rect) -> Self {
        // Labels wider than the figure leave a sliver instead of a negative size.
        let half = rect.width().min(rect.height()).max(1.0) / 2.0;
        let centre = rect.centre();
        Self { spec, square: Rect::between(centre, centre).grown(half) }
    }

    /// The place of a value at an angle in degrees.
    pub fn place(&self, angle: f64, value: f64) -> Point {
        self.at(angle, value / self.spec.limit * self.radius())
    }

    /// Radius of the outer circle in points.
    fn radius(&self) -> f64 {
        self.square.width() / 2.0
    }

    /// The place at an angle in degrees and a distance from the middle in points.
    fn at(&self, angle: f64, distance: f64) -> Point {
        let (sine, cosine) = libm::sincos(angle.to_radians());
        let centre = self.square.centre();
        Point::new(centre.x + distance * cosine, centre.y - distance * sine)
    }

    /// Sectors, rings and spokes.
    pub fn ground(&self) -> Vec<Element> {
        let spec = self.spec;
        let centre = self.square.centre();
        let width = 360.0 / spec.axes.len() as f64;
        let mut elements = Vec::new();
        for (index, axis) in spec.axes.iter().enumerate() {
            let group = spec.groups.iter().find(|group| Some(&group.name) == axis.group.as_ref());
            let Some(group) = group else { continue };
            let first = spec.angle(index) - width / 2.0;
            let step = width / (ARC_POINTS - 1) as f64;
            let arc = (0..ARC_POINTS).map(|point| self.at(first + step * point as f64, self.radius()));
            let corners = std::iter::once(centre).chain(arc).collect();
            let paint = Paint::filled(group.colour).with_opacity(spec.sector_opacity);
            elements.push(Element::shape(Outline::Polygon(corners), paint));
        }
        let grid = Paint::outlined(Stroke::solid(GRID, spec.line_width)).with_opacity(GRID_OPACITY);
        for index in 0..spec.axes.len() {
            elements.push(Element::segment(centre, self.at(spec.angle(index), self.radius()), grid.clone()));
        }
        for ring in &spec.rings {
            let circle = Outline::Circle { centre, radius: ring.at / spec.limit * self.radius() };
            elements.push(Element::shape(circle, grid.clone()));
        }
        elements
    }

    /// The outer circle, axis and ring labels and the title.
    pub fn frame(&self) -> Vec<Element> {
        let spec = self.spec;
        let circle = Outline::Circle { centre: self.square.centre(), radius: self.radius() };
        let pen = Paint::outlined(Stroke::solid(Colour::BLACK, spec.line_width));
        let mut elements = vec![Element::shape(circle, pen)];
        elements.extend(self.axis_labels());
        for ring in spec.rings.iter().filter(|ring| !ring.label.is_empty()) {
            let place = self.place(RING_ANGLE, ring.at);
            let at = Point::new(place.x, place.y - DESCENT * spec.label_size);
            let label = Text::new(&ring.label, spec.label_size, at);
            elements.push(Element::Text(Text { colour: GRID, ..label }));
        }
        elements.extend(self.heading());
        elements
    }

    /// Names of the axes, centred outside the circle.
    pub fn axis_labels(&self) -> Vec<Element> {
        let spec = self.spec;
        let drop = (ASCENT - DESCENT) / 2.0 * spec.label_size;
        let label = |(index, axis): (usize, &AxisSpec)| {
            let middle = self.at(spec.angle(index), self.radius() + LABEL_GAP);
            let at = Point::new(middle.x, middle.y + drop);
            Element::Text(Text::new(axis.label(), spec.label_size, at).anchored(Anchor::Middle))
        };
        spec.axes.iter().enumerate().map(label).collect()
    }

    fn heading(&self) -> Option<Element> {
        let heading = self.spec.heading.as_ref()?;
        let y = self.square.bottom - heading.y * self.square.height() - HEADING_GAP;
        let at = Point::new(self.square.centre().x, y);
        Some(Element::Text(Text::new(&heading.text, heading.size, at).anchored(Anchor::Middle)))
    }

    /// The extent of everything but the legends.
    pub fn extent(&self) -> Rect {
        bounds(&self.frame()).map_or(self.square, |bounds| bounds.union(&self.square))
    }
}

/// One outline: filled when closed, otherwise the unbroken stretches of it; values without a neighbour are dots.
pub fn outline(
    spec: &RadarSpec,
    series: &SeriesSpec,
    places: &[Option<Point>],
    marks: std::ops::Range<usize>,
) -> Element {
    let colour = series.colour;
    let pen = Stroke::solid(colour, spec.line_width);
    let closed: Option<Vec<Point>> = places.iter().copied().collect();
    let mut children = Vec::new();
    if let Some(corners) = closed {
        let fill = Paint::filled(colour).with_opacity(spec.fill_opacity);
        children.push(Element::shape(Outline::Polygon(corners.clone()), fill));
        children.push(Element::shape(Outline::Polygon(corners), Paint::outlined(pen)));
    } else {
        for stretch in stretches(places) {
            children.push(match stretch.as_slice() {
                [only] => {
                    let dot = Outline::Circle { centre: *only, radius: spec.line_width.max(1.0) };
                    Element::shape(dot, Paint::filled(colour))
                }
                _ => Element::shape(Outline::Line(stretch), Paint::outlined(pen.clone())),
            });
        }
    }
    if let Some(marker) = series.marker {
        let paint = Marker::paint(colour);
        children.extend(places.iter().flatten().map(|place| marker.draw(*place, spec.marker_size, &paint)));
    }
    Element::Group(Group { marks: Some(marks), children, ..Group::default() })
}

/// Runs of present places around the circle; there is at least one gap.
fn stretches(places: &[Option<Point>]) -> Vec<Vec<Point>> {
    let gap = places.iter().position(Option::is_none).unwrap_or(0);
    let turned: Vec<Option<Point>> = places[gap..].iter().chain(&places[..gap]).copied().collect();
    let runs = turned.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<_>>());
    runs.filter(|run| !run.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_run_across_the_first_axis() {
        let place = |x: f64| Some(Point::new(x, 0.0));
        let runs = stretches(&[place(0.0), None, place(2.0), None, place(4.0)]);
        let xs: Vec<Vec<f64>> = runs.iter().map(|run| run.iter().map(|point| point.x).collect()).collect();
        assert_eq!(xs, [vec![2.0], vec![4.0, 0.0]]);
    }
}
