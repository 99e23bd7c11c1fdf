//! A panel: axes around items in data coordinates.

use std::ops::Range;

use super::axis::{Axis, Scale};
use super::cloud::{Cloud, Extent};
use super::element::{self, Anchor, Element, Group, Outline, Text};
use super::frame::Frame;
use super::geometry::{Point, Rect};
use super::legend::{Legend, Place};
use super::marker::Marker;
use super::paint::{Colour, Paint, Stroke};
use super::rule::Rule;
use super::text::{self, Face};
use super::ticks::Tick;

const SPINE: f64 = 0.8;
const TICK_LENGTH: f64 = 3.5;
const TICK_GAP: f64 = 3.5;
const TITLE_GAP: f64 = 4.0;
const GRID: Colour = Colour::grey(176);
const GRID_OPACITY: f64 = 0.3;

/// Something drawn in data coordinates (x, y).
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Straight segments, clipped to the axes.
    Line {
        /// Vertices.
        points: Vec<(f64, f64)>,
        /// Pen.
        stroke: Stroke,
    },
    /// A closed polygon, clipped to the axes.
    Polygon {
        /// Corners.
        points: Vec<(f64, f64)>,
        /// Fill and pen.
        paint: Paint,
    },
    /// A marker, clipped to the axes.
    Marker {
        /// Its middle.
        at: (f64, f64),
        /// Shape.
        marker: Marker,
        /// Size in points.
        size: f64,
        /// Fill and edge.
        paint: Paint,
    },
    /// A line across the whole panel at a height; it does not widen the limits.
    Guide {
        /// Height in data units.
        y: f64,
        /// Pen.
        stroke: Stroke,
    },
    /// A text that starts at a point, its line centred on the height; not clipped, so that it stays readable.
    Label {
        /// Start.
        at: (f64, f64),
        /// Characters.
        text: String,
        /// Font size in points.
        size: f64,
        /// Weight.
        face: Face,
        /// Colour.
        colour: Colour,
    },
    /// A line across the whole panel; it does not widen the limits.
    Rule {
        /// Where it runs.
        rule: Rule,
        /// Pen.
        paint: Paint,
    },
    /// Many points, painted into a picture; clipped to the axes.
    Cloud(Cloud),
    /// Elements that keep their size and stand anywhere around the panel; neither clipped nor within the limits.
    Attached {
        /// Where their origin lies, across and upwards.
        at: (Coordinate, Coordinate),
        /// What is drawn, around the origin of the page.
        elements: Vec<Element>,
    },
    /// An upright error bar with caps, clipped to the axes.
    ErrorBar {
        /// Its place along x.
        x: f64,
        /// Lower and upper end.
        ends: (f64, f64),
        /// How far caps reach to each side in points.
        cap: f64,
        /// Pen.
        stroke: Stroke,
    },
    /// A remark in the middle of the panel.
    Remark(String),
    /// Items that draw marks of the scene.
    Mark {
        /// Indices of the marks.
        marks: Range<usize>,
        /// What is drawn for them.
        items: Vec<Item>,
    },
}

/// One coordinate of a place in or beside a panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coordinate {
    /// In data units.
    Data(f64),
    /// As a fraction of the axes, from their left or lower edge.
    Axes(f64),
}

impl Item {
    /// Whether it is a shape that the axes clip.
    fn is_clipped(&self) -> bool {
        !matches!(self, Self::Label { .. } | Self::Attached { .. } | Self::Remark(_) | Self::Mark { .. })
    }
}

/// A panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// Name that marks and descriptions use.
    pub name: String,
    /// Row in the grid of panels, from 0.
    pub row: usize,
    /// Column in the grid of panels, from 0.
    pub column: usize,
    /// Title above the panel; empty for none.
    pub title: String,
    /// Font size of the title in points.
    pub title_size: f64,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Whether the panel is closed above and at the right.
    pub closed: bool,
    /// Contents, later ones above earlier ones.
    pub items: Vec<Item>,
    /// Legends inside the panel or placed by it.
    pub legends: Vec<Legend>,
}

/// Smallest and largest x and y of data; `None` without data.
pub type Ranges = (Option<(f64, f64)>, Option<(f64, f64)>);

/// A drawn panel.
pub(super) struct Drawn {
    /// All of it.
    pub group: Element,
    /// Its extent, where titles count only with the direction they push neighbours in.
    pub extent: Rect,
    /// The extent of its legends.
    pub legends: Option<Rect>,
}

/// How a panel is drawn.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// Only labels matter: clouds are left out.
    pub draft: bool,
    /// Without ticks, tick labels and the lines around the axes.
    pub bare: bool,
}

/// Draws in data coordinates.
struct Canvas {
    draft: bool,
    axes: Rect,
    x: Scale,
    y: Scale,
}

impl Panel {
    /// The data ranges of the contents.
    pub(super) fn ranges(&self) -> Ranges {
        let mut ranges = (None, None);
        widen(&self.items, &mut ranges);
        ranges
    }

    /// Draws the panel with its axes rectangle at `axes` and the given limits.
    pub(super) fn draw(&self, axes: Rect, x_limits: (f64, f64), y_limits: (f64, f64), style: Style) -> Drawn {
        let canvas = Canvas {
            draft: style.draft,
            axes,
            x: Scale { data: x_limits, page: (axes.left, axes.right), growth: self.x.growth },
            y: Scale { data: y_limits, page: (axes.bottom, axes.top), growth: self.y.growth },
        };
        let (mut x_ticks, mut y_ticks) = (Vec::new(), Vec::new());
        if !style.bare {
            x_ticks = self.x.ticks(x_limits, axes.width(), 3.0);
            y_ticks = self.y.ticks(y_limits, axes.height(), 2.0);
        }
        if self.x.labelled {
            self.x.thin(&mut x_ticks, &canvas.x);
        }
        let mut children = self.grid(&canvas, &x_ticks, &y_ticks);
        children.extend(canvas.items(&self.items));
        if !style.bare {
            children.extend(self.spines(&axes));
        }
        let (x_axis, x_title) = self.x_axis(&canvas, &x_ticks);
        let (y_axis, y_title) = self.y_axis(&canvas, &y_ticks);
        children.extend(x_axis);
        children.extend(y_axis);
        let extent = element::bounds(&children).map_or(axes, |bounds| bounds.union(&axes));
        let title = self.title(&axes);
        let mut extent = titled(extent, [&title, &x_title], [&y_title]);
        children.extend([title, x_title, y_title].into_iter().flatten());
        let mut legends: Option<Rect> = None;
        for legend in &self.legends {
            let corner = match &legend.place {
                Place::At(spot) | Place::Over(spot) => legend.corner(&axes, spot),
                Place::Right | Place::Best | Place::Below(_) => {
                    legend.best_corner(&axes, &canvas.lines(&self.items))
                }
            };
            let (width, height) = legend.extent();
            let taken = Rect::sized(corner.x, corner.y, width, height);
            legends = Some(legends.map_or(taken, |others| others.union(&taken)));
            if !matches!(legend.place, Place::Over(_)) {
                extent = extent.union(&taken);
            }
            children.extend(legend.draw(corner));
        }
        let group = Group { panel: Some(self.name.clone()), children, ..Group::default() };
        Drawn { group: Element::Group(group), extent, legends }
    }

    fn grid(&self, canvas: &Canvas, x_ticks: &[Tick], y_ticks: &[Tick]) -> Vec<Element> {
        let paint = Paint::outlined(Stroke::dashed(GRID, SPINE)).with_opacity(GRID_OPACITY);
        let axes = canvas.axes;
        let vertical = x_ticks.iter().filter(|_| self.x.grid).map(|(value, _)| {
            let x = canvas.x.place(*value);
            Element::segment(Point::new(x, axes.bottom), Point::new(x, axes.top), paint.clone())
        });
        let horizontal = y_ticks.iter().filter(|_| self.y.grid).map(|(value, _)| {
            let y = canvas.y.place(*value);
            Element::segment(Point::new(axes.left, y), Point::new(axes.right, y), paint.clone())
        });
        vertical.chain(horizontal).collect()
    }

    fn spines(&self, axes: &Rect) -> Vec<Element> {
        let paint = Paint::outlined(Stroke::solid(Colour::BLACK, SPINE).square());
        let corner = |right: bool, bottom: bool| {
            let x = if right { axes.right } else { axes.left };
            Point::new(x, if bottom { axes.bottom } else { axes.top })
        };
        let outline = if self.closed {
            Outline::Rect(*axes)
        } else {
            Outline::Line(vec![corner(false, false), corner(false, true), corner(true, true)])
        };
        vec![Element::shape(outline, paint)]
    }

    fn x_axis(&self, canvas: &Canvas, ticks: &[Tick]) -> (Vec<Element>, Option<Element>) {
        let bottom = canvas.axes.bottom;
        let mut elements = Vec::new();
        let mut below = if ticks.is_empty() { bottom } else { bottom + TICK_LENGTH };
        for (value, label) in ticks {
            let x = canvas.x.place(*value);
            elements.push(tick(Point::new(x, bottom), Point::new(x, bottom + TICK_LENGTH)));
            if self.x.labelled && !label.is_empty() {
                let label = self.x_label(label, Point::new(x, bottom + TICK_LENGTH + TICK_GAP));
                below = below.max(label.bounds().map_or(below, |bounds| bounds.bottom));
                elements.push(Element::Text(label));
            }
        }
        let at = Point::new(canvas.axes.centre().x, below + TITLE_GAP + text::ASCENT * self.x.title_size);
        let title = Text::new(&self.x.title, self.x.title_size, at).anchored(Anchor::Middle);
        (elements, (!self.x.title.is_empty()).then_some(Element::Text(title)))
    }

    /// A tick label below a point: centred, or, when turned, with the right end of its extent below the point.
    fn x_label(&self, label: &str, top: Point) -> Text {
        let size = self.x.tick_size;
        if self.x.tick_angle == 0.0 {
            let at = Point::new(top.x, top.y + text::ASCENT * size);
            return Text::new(label, size, at).anchored(Anchor::Middle);
        }
        let text = Text::new(label, size, top).anchored(Anchor::End).turned(self.x.tick_angle);
        let extent = text.bounds().unwrap_or(Rect::between(top, top));
        let at = Point::new(2.0 * top.x - extent.right, 2.0 * top.y - extent.top);
        Text { at, ..text }
    }

    fn y_axis(&self, canvas: &Canvas, ticks: &[Tick]) -> (Vec<Element>, Option<Element>) {
        let left = canvas.axes.left;
        let mut elements = Vec::new();
        let mut before = if ticks.is_empty() { left } else { left - TICK_LENGTH };
        for (value, label) in ticks {
            let y = canvas.y.place(*value);
            elements.push(tick(Point::new(left, y), Point::new(left - TICK_LENGTH, y)));
            if self.y.labelled && !label.is_empty() {
                let at = Point::new(left - TICK_LENGTH - TICK_GAP, y + text::ASCENT / 2.0 * self.y.tick_size);
                elements.push(Element::Text(Text::new(label, self.y.tick_size, at).anchored(Anchor::End)));
                before = before.min(at.x - text::width(label, self.y.tick_size, Face::Regular));
            }
        }
        let x = before - TITLE_GAP - text::DESCENT * self.y.title_size;
        let at = Point::new(x, canvas.axes.centre().y);
        let title = Text::new(&self.y.title, self.y.title_size, at).anchored(Anchor::Middle);
        let title = Element::Text(title.turned(90.0));
        (elements, (!self.y.title.is_empty()).then_some(title))
    }

    fn title(&self, axes: &Rect) -> Option<Element> {
        /// Distance of a title's baseline from the axes: matplotlib's title pad.
        const GAP: f64 = 6.0;
        let at = Point::new(axes.centre().x, axes.top - GAP);
        let title = Text::new(&self.title, self.title_size, at).anchored(Anchor::Middle);
        (!self.title.is_empty()).then_some(Element::Text(title))
    }
}

fn tick(from: Point, to: Point) -> Element {
    Element::segment(from, to, Paint::outlined(Stroke::solid(Colour::BLACK, SPINE)))
}

/// The extent with titles, the width of a horizontal and the height of a vertical title left out: a long title
/// must not push panels apart.
fn titled<const N: usize, const M: usize>(
    extent: Rect,
    horizontal: [&Option<Element>; N],
    vertical: [&Option<Element>; M],
) -> Rect {
    let mut all = extent;
    for bounds in horizontal.into_iter().flatten().filter_map(Element::bounds) {
        all = all.union(&Rect { left: all.left, right: all.right, ..bounds });
    }
    for bounds in vertical.into_iter().flatten().filter_map(Element::bounds) {
        all = all.union(&Rect { top: all.top, bottom: all.bottom, ..bounds });
    }
    all
}

/// Widens ranges to all data of items.
fn widen(items: &[Item], ranges: &mut Ranges) {
    fn wider(range: &mut Option<(f64, f64)>, value: f64) {
        *range = Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))));
    }
    let mut add = |(x, y): (f64, f64)| {
        wider(&mut ranges.0, x);
        wider(&mut ranges.1, y);
    };
    for item in items {
        match item {
            Item::Line { points, .. } | Item::Polygon { points, .. } => {
                points.iter().copied().for_each(&mut add)
            }
            Item::Marker { at, .. } => add(*at),
            Item::Cloud(cloud) if cloud.points.is_empty() => {}
            Item::Cloud(Cloud { extent: Extent { x, y }, .. }) => {
                [(x.0, y.0), (x.1, y.1)].into_iter().for_each(&mut add)
            }
            Item::ErrorBar { x, ends, .. } => [ends.0, ends.1].into_iter().for_each(|y| add((*x, y))),
            Item::Mark { .. } | Item::Guide { .. } | Item::Rule { .. } | Item::Label { .. } => {}
            Item::Attached { .. } | Item::Remark(_) => {}
        }
    }
    for item in items {
        if let Item::Mark { items, .. } = item {
            widen(items, ranges);
        }
    }
}

impl Canvas {
    fn place(&self, (x, y): (f64, f64)) -> Point {
        Point::new(self.x.place(x), self.y.place(y))
    }

    /// Elements of items: what is clipped in one group, then the texts.
    fn items(&self, items: &[Item]) -> Vec<Element> {
        let (shapes, others): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.is_clipped());
        let (marks, texts): (Vec<&Item>, Vec<&Item>) =
            others.into_iter().partition(|item| matches!(item, Item::Mark { .. }));
        let mut elements = Vec::new();
        let clipped: Vec<Element> = shapes.into_iter().map(|item| self.item(item)).collect();
        if !clipped.is_empty() {
            let group = Group { clip: Some(self.axes), children: clipped, ..Group::default() };
            elements.push(Element::Group(group));
        }
        elements.extend(marks.into_iter().chain(texts).map(|item| self.item(item)));
        elements
    }

    fn item(&self, item: &Item) -> Element {
        match item {
            Item::Line { points, stroke } => {
                let points = points.iter().map(|point| self.place(*point)).collect();
                Element::shape(Outline::Line(points), Paint::outlined(stroke.clone()))
            }
            Item::Polygon { points, paint } => {
                let points = points.iter().map(|point| self.place(*point)).collect();
                Element::shape(Outline::Polygon(points), paint.clone())
            }
            Item::Marker { at, marker, size, paint } => marker.draw(self.place(*at), *size, paint),
            Item::Guide { y, stroke } => {
                let y = self.y.place(*y);
                let ends = [Point::new(self.axes.left, y), Point::new(self.axes.right, y)];
                Element::segment(ends[0], ends[1], Paint::outlined(stroke.clone()))
            }
            Item::Label { at, text, size, face, colour } => {
                let place = self.place(*at);
                let drop = (text::ASCENT - text::LINE / 2.0) * size;
                let text = Text::new(text, *size, Point::new(place.x, place.y + drop));
                Element::Text(Text { face: *face, colour: *colour, ..text })
            }
            Item::Rule { rule, paint } => rule.draw(&self.x, &self.y, paint),
            Item::Cloud(_) if self.draft => Element::Group(Group::default()),
            Item::Cloud(cloud) => cloud.draw(&self.axes, &self.x, &self.y),
            Item::Attached { at, elements } => {
                let x = match at.0 {
                    Coordinate::Data(x) => self.x.place(x),
                    Coordinate::Axes(fraction) => self.axes.left + fraction * self.axes.width(),
                };
                let y = match at.1 {
                    Coordinate::Data(y) => self.y.place(y),
                    Coordinate::Axes(fraction) => self.axes.bottom - fraction * self.axes.height(),
                };
                let children = elements.iter().map(|element| element.clone().moved(x, y)).collect();
                Element::Group(Group { children, ..Group::default() })
            }
            Item::ErrorBar { x, ends, cap, stroke } => self.error_bar(*x, *ends, *cap, stroke),
            Item::Remark(text) => {
                let text = Text::new(text, 11.0, self.axes.centre()).anchored(Anchor::Middle);
                Element::Text(Text { face: Face::Oblique, colour: Colour::grey(89), ..text })
            }
            Item::Mark { marks, items } => {
                let marks = Some(marks.clone());
                let frame = Some(Frame { x: self.x, y: self.y });
                let group = if items.iter().all(Item::is_clipped) {
                    let children = items.iter().map(|item| self.item(item)).collect();
                    Group { marks, frame, clip: Some(self.axes), children, ..Group::default() }
                } else {
                    Group { marks, frame, children: self.items(items), ..Group::default() }
                };
                Element::Group(group)
            }
        }
    }

    fn error_bar(&self, x: f64, (low, high): (f64, f64), cap: f64, stroke: &Stroke) -> Element {
        let paint = Paint::outlined(stroke.clone());
        let (low, high) = (self.place((x, low)), self.place((x, high)));
        let across = |end: Point| {
            let (left, right) = (Point::new(end.x - cap, end.y), Point::new(end.x + cap, end.y));
            Element::segment(left, right, paint.clone())
        };
        let children = vec![Element::segment(low, high, paint.clone()), across(low), across(high)];
        Element::Group(Group { children, ..Group::default() })
    }

    /// The lines of the panel in page coordinates, for the legend to avoid.
    fn lines(&self, items: &[Item]) -> Vec<Vec<Point>> {
        let mut lines = Vec::new();
        for item in items {
            match item {
                Item::Line { points, .. } | Item::Polygon { points, .. } => {
                    lines.push(points.iter().map(|point| self.place(*point)).collect());
                }
                Item::Mark { items, .. } => lines.extend(self.lines(items)),
                _ => {}
            }
        }
        lines
    }
}
