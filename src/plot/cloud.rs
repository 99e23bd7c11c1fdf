//! A cloud of points: too many to be drawn one by one, so they are painted into a picture inside the axes.

use std::sync::Arc;

use super::axis::Scale;
use super::element::{Element, Image, Shape};
use super::geometry::{Point, Rect};
use super::marker::Marker;
use super::paint::Colour;
use super::png::png_within;
use super::raster::{Raster, rounded};
use super::stamp::Stamp;

/// Points to an inch.
const INCH: f64 = 72.0;
/// Resolutions in dots per inch and levels per channel, tried in this order until the picture fits its room. Rounding
/// to 32 or 16 levels shifts a colour by at most 4 or 8 of 255, which noise of overlapping points hides.
const QUALITIES: [(f64, u16); 8] =
    [(300.0, 256), (300.0, 32), (300.0, 16), (200.0, 32), (150.0, 32), (100.0, 32), (72.0, 16), (36.0, 8)];

/// A cloud of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// Points in drawing order, later ones above earlier ones.
    pub points: Arc<Vec<CloudPoint>>,
    /// Where they lie.
    pub extent: Extent,
    /// How the points of every series look.
    pub styles: Vec<CloudStyle>,
    /// Most bytes that the picture may take as a PNG file.
    pub room: usize,
}

/// A point, in data units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CloudPoint {
    /// Horizontal position.
    pub x: f64,
    /// Vertical position.
    pub y: f64,
    /// Index of its series.
    pub series: u32,
    /// Position of its row in the table it is from, counted from 0.
    pub row: u32,
}

/// How points of a cloud look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CloudStyle {
    /// Shape.
    pub marker: Marker,
    /// Size in points.
    pub size: f64,
    /// Fill colour; there is no edge.
    pub colour: Colour,
    /// Opacity, 0 to 1.
    pub opacity: f64,
}

/// Where points lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Smallest and largest x; infinite for no points.
    pub x: (f64, f64),
    /// Smallest and largest y; infinite for no points.
    pub y: (f64, f64),
}

impl Extent {
    /// Of no points.
    pub const NOTHING: Self =
        Self { x: (f64::INFINITY, f64::NEG_INFINITY), y: (f64::INFINITY, f64::NEG_INFINITY) };

    /// Of a point.
    pub fn of((x, y): (f64, f64)) -> Self {
        Self { x: (x, x), y: (y, y) }
    }

    /// Of what lies in either.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let wider = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        Self { x: wider(self.x, other.x), y: wider(self.y, other.y) }
    }
}

impl Cloud {
    /// The picture: as fine as its room allows, with its left upper corner on that of the axes.
    pub(super) fn draw(&self, axes: &Rect, x: &Scale, y: &Scale) -> Element {
        let mut painted: Option<(f64, Raster)> = None;
        for (index, (resolution, levels)) in QUALITIES.into_iter().enumerate() {
            let raster = match painted.take() {
                Some((known, raster)) if known == resolution => raster,
                _ => self.paint(axes, (x, y), resolution / INCH),
            };
            // The coarsest picture is drawn however large it is.
            let room = if index + 1 < QUALITIES.len() { self.room } else { usize::MAX };
            if let Some(png) = png_within(&raster, &rounded(levels), room) {
                let size = (raster.width, raster.height);
                let pixel = INCH / resolution;
                let rect = Rect::sized(axes.left, axes.top, size.0 as f64 * pixel, size.1 as f64 * pixel);
                return Element::Image(Image { rect, size, png });
            }
            painted = Some((resolution, raster));
        }
        Element::Group(Default::default())
    }

    /// Paints all points; `scale` is pixels per point.
    fn paint(&self, axes: &Rect, (x, y): (&Scale, &Scale), scale: f64) -> Raster {
        let pixels = |length: f64| (length * scale).ceil().clamp(1.0, 20_000.0) as usize;
        let stamps = self.stamps(scale);
        let place = |point: &CloudPoint| {
            let left = (x.place(point.x) - axes.left) * scale;
            (point.series as usize, left, (y.place(point.y) - axes.top) * scale)
        };
        Raster::painted((pixels(axes.width()), pixels(axes.height())), &stamps, &self.points, place)
    }

    /// A stamp a style. Those that differ by nothing but their colour have one computed shape.
    fn stamps(&self, scale: f64) -> Vec<Stamp> {
        let mut stamps: Vec<Stamp> = Vec::with_capacity(self.styles.len());
        for (index, style) in self.styles.iter().enumerate() {
            let alike = self.styles[..index].iter().position(|other| {
                (other.marker, other.size, other.opacity) == (style.marker, style.size, style.opacity)
            });
            match alike.and_then(|alike| stamps.get(alike)) {
                Some(stamp) => stamps.push(stamp.coloured(style.colour)),
                None => stamps.extend(style.stamp(scale)),
            }
        }
        stamps
    }
}

impl CloudStyle {
    fn stamp(&self, scale: f64) -> Option<Stamp> {
        let shape = self.marker.draw(Point::default(), self.size * scale, &Marker::paint(self.colour));
        let bounds = shape.bounds()?;
        let reach = bounds.right.max(-bounds.left).max(bounds.bottom).max(-bounds.top);
        match shape {
            Element::Shape(Shape { outline, .. }) => {
                Some(Stamp::new(&outline, reach, self.colour, self.opacity))
            }
            _ => None,
        }
    }
}
