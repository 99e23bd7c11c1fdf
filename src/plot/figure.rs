//! A grid of panels laid out on a page.
//!
//! The layout follows matplotlib's `tight_layout` (panels as large as their labels allow at the stated figure size,
//! legend and heading outside) and its tight bounding box: the page is what was drawn and 0.1 inch around it.
//! Page sizes are therefore derived, the stated size is that of the figure before cropping.

use super::axis::Axis;
use super::element::{self, Anchor, Element, Text};
use super::geometry::{Point, Rect};
use super::legend::{Legend, Place, Spot};
use super::panel::{Drawn, Panel, Ranges, Style};
use super::text;

/// Space between panels and around the figure: 1.08 times the default font size.
pub const PAD: f64 = 10.8;
/// White around the drawing: 0.1 inch.
const PAGE_PAD: f64 = 7.2;

/// Which panels have the limits of an axis in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// None.
    #[default]
    None,
    /// Those of a row.
    Row,
    /// Those of a column.
    Column,
    /// All.
    All,
}

/// A title over the whole figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// Characters.
    pub text: String,
    /// Font size in points.
    pub size: f64,
    /// Height of its top edge as a fraction of the figure height, from below; above 1 is outside.
    pub y: f64,
}

/// Free space that a layout prescribes instead of deriving it from the labels, in matplotlib's units: margins as
/// fractions of the figure, space between panels as fractions of a panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margins {
    /// Left edge of the panels as a fraction of the figure's width.
    pub left: f64,
    /// Right edge of the panels as a fraction of the figure's width.
    pub right: f64,
    /// Upper edge of the panels as a fraction of the figure's height, from below.
    pub top: f64,
    /// Lower edge of the panels as a fraction of the figure's height, from below.
    pub bottom: f64,
    /// Space between columns as a fraction of a panel's width.
    pub across: f64,
    /// Space between rows as a fraction of a panel's height.
    pub upwards: f64,
}

impl Margins {
    /// matplotlib's margins without `tight_layout`.
    pub const DEFAULT: Self =
        Self { left: 0.125, right: 0.9, top: 0.88, bottom: 0.11, across: 0.2, upwards: 0.2 };
}

/// A grid of panels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// Width in points before cropping.
    pub width: f64,
    /// Height in points before cropping.
    pub height: f64,
    /// Panels.
    pub panels: Vec<Panel>,
    /// Margins; derived from the labels when absent.
    pub margins: Option<Margins>,
    /// Space between panels and around the figure in points where margins are derived; 10.8 when absent.
    pub padding: Option<f64>,
    /// A unit is as long across as upwards: panels shrink around their middle.
    pub equal: bool,
    /// Panels have no ticks, tick labels and lines around them.
    pub bare: bool,
    /// Panels with the same horizontal limits.
    pub share_x: Share,
    /// Panels with the same vertical limits.
    pub share_y: Share,
    /// Title over the whole figure.
    pub heading: Option<Heading>,
    /// Legends of the whole figure.
    pub legends: Vec<Legend>,
}

/// Something drawn, cropped to its page.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// What is on it.
    pub elements: Vec<Element>,
}

impl Page {
    /// The page around elements and around `margin`, a space that belongs to them though nothing is drawn there.
    pub fn around(elements: Vec<Element>, margin: Option<Rect>) -> Self {
        let bounds = element::bounds(&elements).into_iter().chain(margin).reduce(|a, b| a.union(&b));
        let bounds = bounds.unwrap_or(Rect::sized(0.0, 0.0, 0.0, 0.0)).grown(PAGE_PAD);
        let moved = |element: Element| element.moved(-bounds.left, -bounds.top);
        let elements = elements.into_iter().map(moved).collect();
        Self { width: bounds.width(), height: bounds.height(), elements }
    }
}

/// Fractions of the figure that panels leave free, and between panels.
struct Spacing {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    across: f64,
    upwards: f64,
}

impl Figure {
    /// Lays out the panels and draws everything.
    pub fn draw(&self) -> Page {
        let spacing = match &self.margins {
            Some(margins) => self.prescribed(margins),
            // Labels depend on the size of the axes and the size of the axes on the labels: as in matplotlib, one
            // drawing with default margins measures the labels, the second is final.
            None => self.tight(&self.draw_panels(&self.prescribed(&Margins::DEFAULT), true)),
        };
        let drawn = self.draw_panels(&spacing, false);
        // Legends of panels take more room than what is drawn of them.
        let mut margin = drawn.iter().filter_map(|(_, drawn)| drawn.legends).reduce(|a, b| a.union(&b));
        let mut elements: Vec<Element> = drawn.into_iter().map(|(_, drawn)| drawn.group).collect();
        elements.extend(self.draw_heading());
        let figure = Rect::sized(0.0, 0.0, self.width, self.height);
        let lowest = element::bounds(&elements).map_or(self.height, |bounds| bounds.bottom);
        for legend in &self.legends {
            let (width, height) = legend.extent();
            let corner = match legend.place {
                Place::At(spot) | Place::Over(spot) => legend.corner(&figure, &spot),
                Place::Below(y) => legend.corner_below(&figure, y, lowest),
                Place::Right | Place::Best => {
                    legend.corner(&figure, &Spot { at: (1.0, 0.5), anchor: (0.0, 0.5) })
                }
            };
            elements.extend(legend.draw(corner));
            let extent = Rect::sized(corner.x, corner.y, width, height);
            margin = Some(margin.map_or(extent, |margin| margin.union(&extent)));
        }
        Page::around(elements, margin)
    }

    fn rows(&self) -> usize {
        self.panels.iter().map(|panel| panel.row + 1).max().unwrap_or(1)
    }

    fn columns(&self) -> usize {
        self.panels.iter().map(|panel| panel.column + 1).max().unwrap_or(1)
    }

    fn prescribed(&self, margins: &Margins) -> Spacing {
        let between = |free: f64, n: usize, gap: f64| gap * free / (n as f64 + gap * (n as f64 - 1.0));
        Spacing {
            left: margins.left,
            right: 1.0 - margins.right,
            top: 1.0 - margins.top,
            bottom: margins.bottom,
            across: between(margins.right - margins.left, self.columns(), margins.across),
            upwards: between(margins.top - margins.bottom, self.rows(), margins.upwards),
        }
    }

    /// The axes rectangle of a panel.
    fn axes(&self, panel: &Panel, spacing: &Spacing) -> Rect {
        let (rows, columns) = (self.rows() as f64, self.columns() as f64);
        let free_x = 1.0 - spacing.left - spacing.right - spacing.across * (columns - 1.0);
        let free_y = 1.0 - spacing.top - spacing.bottom - spacing.upwards * (rows - 1.0);
        // Labels wider than the figure leave a sliver instead of a negative size.
        let (width, height) = ((free_x / columns).max(0.01), (free_y / rows).max(0.01));
        let left = spacing.left + panel.column as f64 * (width + spacing.across);
        let top = spacing.top + panel.row as f64 * (height + spacing.upwards);
        Rect::sized(left * self.width, top * self.height, width * self.width, height * self.height)
    }

    /// Panels with the places they were given, which are larger than their axes where units are equal.
    fn draw_panels(&self, spacing: &Spacing, draft: bool) -> Vec<(Rect, Drawn)> {
        let style = Style { draft, bare: self.bare };
        let ranges: Vec<Ranges> = self.panels.iter().map(Panel::ranges).collect();
        let limits = |panel: &Panel, share: Share, axis: &Axis, of: fn(&Ranges) -> Option<(f64, f64)>| {
            let together = self.panels.iter().zip(&ranges).filter(|(other, _)| share.joins(panel, other));
            let range = together.filter_map(|(_, ranges)| of(ranges));
            axis.limits(range.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))))
        };
        let draw = |panel: &Panel| {
            let place = self.axes(panel, spacing);
            let x = limits(panel, self.share_x, &panel.x, |ranges| ranges.0);
            let y = limits(panel, self.share_y, &panel.y, |ranges| ranges.1);
            let axes = if self.equal { equal(&place, x, y) } else { place };
            (place, panel.draw(axes, x, y, style))
        };
        self.panels.iter().map(draw).collect()
    }

    /// Margins that hold every label with the padding between them.
    fn tight(&self, drawn: &[(Rect, Drawn)]) -> Spacing {
        let (rows, columns) = (self.rows(), self.columns());
        let padding = self.padding.unwrap_or(PAD);
        // Room wanted before the first, between each two and after the last column (row).
        let mut across = vec![vec![0.0_f64; columns + 1]; rows];
        let mut upwards = vec![vec![0.0_f64; rows + 1]; columns];
        for (panel, (axes, drawn)) in self.panels.iter().zip(drawn) {
            let (row, column) = (panel.row, panel.column);
            across[row][column] += axes.left - drawn.extent.left;
            across[row][column + 1] += drawn.extent.right - axes.right;
            upwards[column][row] += axes.top - drawn.extent.top;
            upwards[column][row + 1] += drawn.extent.bottom - axes.bottom;
        }
        let widest = |lanes: &[Vec<f64>], places: std::ops::Range<usize>| {
            lanes
                .iter()
                .flat_map(|lane| &lane[places.clone()])
                .fold(0.0_f64, |widest, room| widest.max(*room))
        };
        let heading = self.heading.as_ref().map_or(0.0, |heading| heading.size * text::LINE + padding);
        Spacing {
            left: (widest(&across, 0..1) + padding) / self.width,
            right: (widest(&across, columns..columns + 1) + padding) / self.width,
            top: (widest(&upwards, 0..1) + padding + heading) / self.height,
            bottom: (widest(&upwards, rows..rows + 1) + padding) / self.height,
            across: (widest(&across, 1..columns) + padding) / self.width,
            upwards: (widest(&upwards, 1..rows) + padding) / self.height,
        }
    }

    fn draw_heading(&self) -> Option<Element> {
        let heading = self.heading.as_ref()?;
        let top = (1.0 - heading.y) * self.height;
        let at = Point::new(self.width / 2.0, top + text::ASCENT * heading.size);
        Some(Element::Text(Text::new(&heading.text, heading.size, at).anchored(Anchor::Middle)))
    }
}

/// The largest rectangle within a place, around its middle, on which units are as long across as upwards.
fn equal(place: &Rect, x: (f64, f64), y: (f64, f64)) -> Rect {
    let (wide, high) = ((x.1 - x.0).abs(), (y.1 - y.0).abs());
    let unit = (place.width() / wide).min(place.height() / high);
    if !(unit.is_finite() && unit > 0.0) {
        return *place;
    }
    let centre = place.centre();
    Rect::sized(centre.x - unit * wide / 2.0, centre.y - unit * high / 2.0, unit * wide, unit * high)
}

impl Share {
    fn joins(self, a: &Panel, b: &Panel) -> bool {
        match self {
            Self::None => std::ptr::eq(a, b),
            Self::Row => a.row == b.row,
            Self::Column => a.column == b.column,
            Self::All => true,
        }
    }
}
