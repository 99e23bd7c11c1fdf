//! Marks: what a figure says, one row each, independent of how it is drawn.

use crate::evidence::Lineage;

/// Kind of a mark; the name stands in the `mark` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkKind {
    /// A point (x, y).
    Point,
    /// A vertex of a line (x, y); one row a vertex.
    Line,
    /// A bar from `low` to `y`.
    Bar,
    /// A box: low, q1, median (y), q3, high.
    Box,
    /// An interval from `low` to `high`.
    Interval,
    /// A significance bracket; `text` holds the stars.
    Bracket,
    /// A circle of a scaled `size` with a printed `text`.
    Circle,
    /// A vertex of a polygon.
    Vertex,
    /// A text.
    Text,
}

impl MarkKind {
    /// The name in the mark table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Line => "line",
            Self::Bar => "bar",
            Self::Box => "box",
            Self::Interval => "interval",
            Self::Bracket => "bracket",
            Self::Circle => "circle",
            Self::Vertex => "vertex",
            Self::Text => "text",
        }
    }
}

/// One mark, bound to the rows it was computed from. Coordinates are in data units.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Panel within the figure, empty for a figure of one panel.
    pub panel: String,
    /// Series as shown in the legend.
    pub series: String,
    /// Kind.
    pub kind: MarkKind,
    /// Category or group within the series.
    pub key: String,
    /// Horizontal position.
    pub x: Option<f64>,
    /// Vertical position; the median of a box.
    pub y: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// First quartile.
    pub q1: Option<f64>,
    /// Third quartile.
    pub q3: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Scaled size.
    pub size: Option<f64>,
    /// Printed text.
    pub text: String,
    /// Rows the mark was computed from.
    pub lineage: Lineage,
}

impl Mark {
    /// A mark without coordinates.
    pub fn new(kind: MarkKind, panel: &str, series: &str, key: &str, lineage: Lineage) -> Self {
        Self {
            panel: panel.to_owned(),
            series: series.to_owned(),
            kind,
            key: key.to_owned(),
            x: None,
            y: None,
            low: None,
            q1: None,
            q3: None,
            high: None,
            size: None,
            text: String::new(),
            lineage,
        }
    }
}
