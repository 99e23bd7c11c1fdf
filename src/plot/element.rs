//! What a renderer draws: shapes, texts and groups of them, in page points.

use std::ops::Range;

use super::frame::Frame;
use super::geometry::{Point, Rect};
use super::paint::{Colour, Paint};
use super::text::{self, Face};

/// One thing on the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// Several things that belong together.
    Group(Group),
    /// An outline with a paint.
    Shape(Shape),
    /// A line of text.
    Text(Text),
    /// A picture made of pixels.
    Image(Image),
}

/// Several things that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Panel title, for a group that is a whole panel.
    pub panel: Option<String>,
    /// Marks of the scene this group draws, as indices.
    pub marks: Option<Range<usize>>,
    /// Where values of those marks lie; that of the group around it when absent.
    pub frame: Option<Frame>,
    /// What a group that draws no mark says, for a tooltip and a screen reader.
    pub words: Option<String>,
    /// Opacity of the whole, 0 to 1; opaque when absent.
    pub opacity: Option<f64>,
    /// Only what lies within is visible.
    pub clip: Option<Rect>,
    /// Parts, later ones above earlier ones.
    pub children: Vec<Element>,
}

/// A picture made of pixels, stretched over a rectangle.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Where it lies.
    pub rect: Rect,
    /// Pixels across and down.
    pub size: (usize, usize),
    /// The picture as a PNG file.
    pub png: Vec<u8>,
}

impl Image {
    /// Pixels per inch.
    pub fn resolution(&self) -> f64 {
        72.0 * self.size.0 as f64 / self.rect.width()
    }
}

/// An outline with a paint.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Geometry.
    pub outline: Outline,
    /// Fill and pen.
    pub paint: Paint,
}

/// Geometry of a shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Outline {
    /// Straight segments through points.
    Line(Vec<Point>),
    /// A closed polygon.
    Polygon(Vec<Point>),
    /// A rectangle.
    Rect(Rect),
    /// A rectangle with rounded corners.
    Rounded {
        /// The rectangle.
        rect: Rect,
        /// Radius of the corners in points.
        radius: f64,
    },
    /// A circle.
    Circle {
        /// Middle.
        centre: Point,
        /// Radius in points.
        radius: f64,
    },
}

/// Which part of a text lies at its point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// Its start.
    #[default]
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Point on the baseline.
    pub at: Point,
    /// Characters.
    pub text: String,
    /// Font size in points.
    pub size: f64,
    /// Weight or slant.
    pub face: Face,
    /// Colour.
    pub colour: Colour,
    /// Which part of the text lies at the point.
    pub anchor: Anchor,
    /// Turn around the point in degrees, counter-clockwise; 90 reads upwards.
    pub angle: f64,
}

impl Element {
    /// A shape.
    pub fn shape(outline: Outline, paint: Paint) -> Self {
        Self::Shape(Shape { outline, paint })
    }

    /// A straight segment.
    pub fn segment(from: Point, to: Point, paint: Paint) -> Self {
        Self::shape(Outline::Line(vec![from, to]), paint)
    }

    /// The extent, without line widths; `None` for nothing visible.
    pub fn bounds(&self) -> Option<Rect> {
        match self {
            Self::Group(group) => {
                let all = bounds(&group.children)?;
                group.clip.map_or(Some(all), |clip| clip.intersection(&all))
            }
            Self::Shape(shape) => shape.outline.bounds(),
            Self::Text(text) => text.bounds(),
            Self::Image(image) => Some(image.rect),
        }
    }

    /// The same, moved.
    pub fn moved(self, x: f64, y: f64) -> Self {
        match self {
            Self::Group(group) => Self::Group(Group {
                clip: group.clip.map(|clip| clip.moved(x, y)),
                frame: group.frame.map(|frame| frame.moved(x, y)),
                children: group.children.into_iter().map(|child| child.moved(x, y)).collect(),
                ..group
            }),
            Self::Shape(shape) => Self::Shape(Shape { outline: shape.outline.moved(x, y), ..shape }),
            Self::Text(text) => Self::Text(Text { at: Point::new(text.at.x + x, text.at.y + y), ..text }),
            Self::Image(image) => Self::Image(Image { rect: image.rect.moved(x, y), ..image }),
        }
    }

    /// Calls `visit` for this element and everything in it, in drawing order.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Element)) {
        visit(self);
        if let Self::Group(group) = self {
            group.children.iter().for_each(|child| child.visit(visit));
        }
    }
}

/// The extent of several elements.
pub fn bounds(elements: &[Element]) -> Option<Rect> {
    elements.iter().filter_map(Element::bounds).reduce(|a, b| a.union(&b))
}

impl Outline {
    fn bounds(&self) -> Option<Rect> {
        match self {
            Self::Line(points) | Self::Polygon(points) => {
                points.iter().map(|point| Rect::between(*point, *point)).reduce(|a, b| a.union(&b))
            }
            Self::Rect(rect) | Self::Rounded { rect, .. } => Some(*rect),
            Self::Circle { centre, radius } => Some(Rect::between(*centre, *centre).grown(*radius)),
        }
    }

    fn moved(self, x: f64, y: f64) -> Self {
        let moved = |point: Point| Point::new(point.x + x, point.y + y);
        match self {
            Self::Line(points) => Self::Line(points.into_iter().map(moved).collect()),
            Self::Polygon(points) => Self::Polygon(points.into_iter().map(moved).collect()),
            Self::Rect(rect) => Self::Rect(rect.moved(x, y)),
            Self::Rounded { rect, radius } => Self::Rounded { rect: rect.moved(x, y), radius },
            Self::Circle { centre, radius } => Self::Circle { centre: moved(centre), radius },
        }
    }
}

impl Text {
    /// A black text that starts at a point.
    pub fn new(text: impl Into<String>, size: f64, at: Point) -> Self {
        Self {
            at,
            text: text.into(),
            size,
            face: Face::Regular,
            colour: Colour::BLACK,
            anchor: Anchor::Start,
            angle: 0.0,
        }
    }

    /// The same with another anchor.
    pub fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same, turned counter-clockwise by an angle in degrees.
    pub fn turned(self, angle: f64) -> Self {
        Self { angle, ..self }
    }

    /// The box of the line of text: from the height of "l" to the depth of "p"; `None` for an empty text.
    pub fn bounds(&self) -> Option<Rect> {
        if self.text.is_empty() {
            return None;
        }
        let width = text::width(&self.text, self.size, self.face);
        let before = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
        let (above, below) = (text::ASCENT * self.size, text::DESCENT * self.size);
        let line = Rect { left: -before, top: -above, right: width - before, bottom: below };
        Some(self.turn(&line).moved(self.at.x, self.at.y))
    }

    /// The extent of a rectangle turned with the text around the origin.
    fn turn(&self, line: &Rect) -> Rect {
        let (sine, cosine) = match self.angle {
            0.0 => return *line,
            90.0 => (1.0, 0.0),
            angle => libm::sincos(angle.to_radians()),
        };
        let corner = |x: f64, y: f64| Point::new(x * cosine + y * sine, y * cosine - x * sine);
        let flat = Rect::between(corner(line.left, line.top), corner(line.right, line.bottom));
        flat.union(&Rect::between(corner(line.left, line.bottom), corner(line.right, line.top)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_turned_upwards_is_as_tall_as_it_was_wide() {
        let flat = Text::new("label", 10.0, Point::new(50.0, 50.0)).anchored(Anchor::Middle);
        let turned = flat.clone().turned(90.0);
        let (flat, turned) = (flat.bounds().unwrap(), turned.bounds().unwrap());
        assert!((flat.width() - turned.height()).abs() < 1e-9);
        assert!((turned.centre().y - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_text_ending_at_its_point_hangs_below_when_turned() {
        let text = Text::new("label", 10.0, Point::new(50.0, 50.0)).anchored(Anchor::End).turned(45.0);
        let bounds = text.bounds().unwrap();
        assert!(bounds.left < 30.0 && bounds.bottom > 65.0 && bounds.top < 50.0, "{bounds:?}");
    }

    #[test]
    fn a_clip_limits_the_extent() {
        let line =
            Element::segment(Point::new(-100.0, 5.0), Point::new(100.0, 5.0), Paint::filled(Colour::BLACK));
        let clip = Rect::sized(0.0, 0.0, 10.0, 10.0);
        let group = Element::Group(Group { clip: Some(clip), children: vec![line], ..Group::default() });
        assert_eq!(group.bounds().map(|bounds| bounds.width()), Some(10.0));
    }
}
