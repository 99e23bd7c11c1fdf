//! The scene of a figure and its renderings. Knows no biology.
//!
//! A figure kind describes a [`Figure`]: panels with axes around [`Item`]s in data coordinates. Laying it out gives
//! a [`Page`] in points; page, marks and words together are the [`Scene`], of which [`svg()`], [`png()`], [`pdf()`] and
//! [`mark_csv`] are renderings.

mod axis;
mod cloud;
mod csv;
mod element;
mod figure;
mod frame;
mod geometry;
mod hatch;
mod layer;
mod legend;
mod mark;
mod marker;
mod outside;
mod overlay;
mod paint;
mod panel;
mod placeholder;
mod png;
mod raster;
mod render;
mod rule;
mod scene;
mod stamp;
mod svg;
mod text;
mod theme;
mod ticks;
mod tile;
mod xml;

pub use axis::{Axis, Growth, Limits, Scale, Ticks};
pub use cloud::{Cloud, CloudPoint, CloudStyle, Extent};
pub use csv::{HEADER, mark_csv};
pub use element::{Anchor, Element, Group, Image, Outline, Shape, Text, bounds};
pub use figure::{Figure, Heading, Margins, PAD, Page, Share};
pub use frame::{Frame, Reading};
pub use geometry::{Point, Rect};
pub use layer::layer;
pub use legend::{Entry, Legend, Place, Spot};
pub use mark::{Mark, MarkKind, Part, Quantity};
pub use marker::Marker;
pub use overlay::{Published, Verdict, overlay};
pub use paint::{Cap, Colour, Hatch, Paint, Stroke};
pub use panel::{Coordinate, Item, Panel};
pub use placeholder::placeholder;
pub use png::base64;
pub use render::{DOTS_PER_INCH, RenderError, pdf, png};
pub use rule::Rule;
pub use scene::{Scene, Source};
pub use svg::svg;
pub use text::{ASCENT, DESCENT, Face, LINE, width, wrap};
pub use theme::Theme;
pub use ticks::{Tick, labelled, ticks};
pub use xml::escape;
