//! Marks: what a figure says, one row each, independent of how it is drawn.

use std::borrow::Cow;
use std::sync::Arc;

use super::frame::Reading;
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

/// A number of a mark; the name is its column in the mark table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Horizontal position.
    X,
    /// Vertical position; the median of a box.
    Y,
    /// Lower end.
    Low,
    /// First quartile.
    Q1,
    /// Third quartile.
    Q3,
    /// Upper end.
    High,
    /// Scaled size.
    Size,
}

impl Quantity {
    /// The quantity of a column of the mark table; `None` for other columns.
    pub fn of_column(name: &str) -> Option<Self> {
        Some(match name {
            "x" => Self::X,
            "y" => Self::Y,
            "low" => Self::Low,
            "q1" => Self::Q1,
            "q3" => Self::Q3,
            "high" => Self::High,
            "size" => Self::Size,
            _ => return None,
        })
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
    /// Along which line its values are read; not part of the mark table.
    pub reading: Reading,
    /// The number that a tooltip tells; not part of the mark table.
    pub told: Quantity,
    /// Rows the mark was computed from: of every part that [`Self::part`] was not called for.
    pub lineage: Lineage,
    /// Lineages of single parts.
    pub parts: Vec<(Part, Lineage)>,
    /// Rows that decide which mark has this key, where its own do not: a mark called by its place among others.
    pub found_by: Option<Arc<Lineage>>,
}

/// A part of a mark that a claim can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// One of its numbers.
    Number(Quantity),
    /// Its text.
    Text,
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
            reading: Reading::Plane,
            told: Quantity::Y,
            lineage,
            parts: Vec::new(),
            found_by: None,
        }
    }

    /// The same with a part that comes from other rows than the rest.
    #[must_use]
    pub fn part(mut self, part: Part, lineage: Lineage) -> Self {
        self.parts.retain(|(known, _)| *known != part);
        self.parts.push((part, lineage));
        self
    }

    /// The same with a number that the manifest decides, such as the place of a bar in a list.
    #[must_use]
    pub fn declared(self, quantity: Quantity) -> Self {
        let lineage = self.lineage.clone().declared();
        self.part(Part::Number(quantity), lineage)
    }

    /// Everything that decided a part.
    pub fn lineage_of(&self, part: Part) -> &Lineage {
        self.parts.iter().find(|(known, _)| *known == part).map_or(&self.lineage, |(_, lineage)| lineage)
    }

    /// Lineages of the parts that have one of their own.
    pub fn parts(&self) -> impl Iterator<Item = &Lineage> {
        self.parts.iter().map(|(_, lineage)| lineage)
    }

    /// Everything that decided any part of it.
    pub fn whole_lineage(&self) -> Cow<'_, Lineage> {
        if self.parts.is_empty() {
            return Cow::Borrowed(&self.lineage);
        }
        Cow::Owned(Lineage::union(self.parts().chain([&self.lineage])))
    }

    /// A number of the mark; `None` where it does not apply.
    pub fn number(&self, quantity: Quantity) -> Option<f64> {
        match quantity {
            Quantity::X => self.x,
            Quantity::Y => self.y,
            Quantity::Low => self.low,
            Quantity::Q1 => self.q1,
            Quantity::Q3 => self.q3,
            Quantity::High => self.high,
            Quantity::Size => self.size,
        }
    }
}
