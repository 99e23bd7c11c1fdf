//! What a manifest says about a `stacked_bar` figure.

use serde::Deserialize;

use crate::figures::FigureError;
use crate::figures::spec::{AxisLimits, LegendSpec, Where, text_size};
use crate::manifest::RawSpec;
use crate::plot::{Colour, Hatch, Theme};

/// A `stacked_bar` figure: one bar an entry, one segment a category, the first at the bottom.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackedBarSpec {
    /// What the figure shows.
    pub title: String,
    /// Width and height in inches.
    pub size: [f64; 2],
    /// Dataset.
    pub data: String,
    /// Conditions on its rows.
    #[serde(default, rename = "where")]
    pub conditions: Where,
    /// Column that tells bars apart.
    pub bar_column: String,
    /// Bars; rows of others are not drawn.
    pub bars: Vec<BarSpec>,
    /// Order of the bars from left to right.
    #[serde(default)]
    pub order: OrderSpec,
    /// Column that tells segments apart.
    pub segment_column: String,
    /// Segments from bottom to top; rows of others are not drawn.
    pub segments: Vec<SegmentSpec>,
    /// Column of values of at least 0; a missing value counts as 0 and is not drawn.
    pub value_column: String,
    /// What the height of a whole bar is.
    #[serde(default)]
    pub total: TotalSpec,
    /// Width of a bar; bars are 1 apart.
    #[serde(default = "bar_width")]
    pub bar_width: f64,
    /// Width of the segments' black edges in points.
    #[serde(default = "edge_width")]
    pub edge_width: f64,
    /// Totals printed above the bars; none when absent.
    pub totals: Option<TotalsSpec>,
    /// Horizontal axis.
    #[serde(default)]
    pub x: BarAxisSpec,
    /// Vertical axis.
    #[serde(default)]
    pub y: BarAxisSpec,
    /// Whether faint dashed lines cross the panel at the ticks of the vertical axis.
    #[serde(default)]
    pub grid: bool,
    /// Legend of the segments.
    pub legend: Option<LegendSpec>,
    /// Space around the panel in points before the page is cropped; 10.8 when absent.
    pub padding: Option<f64>,
}

/// A bar.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarSpec {
    /// Text in the bar column.
    pub value: String,
    /// Name shown; the value by default.
    pub label: Option<String>,
}

/// A segment of every bar.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentSpec {
    /// Text in the segment column.
    pub value: String,
    /// Name shown; the value by default.
    pub label: Option<String>,
    /// Fill.
    pub colour: Colour,
    /// Lines over the fill, which the theme chooses.
    #[serde(skip)]
    pub hatch: Option<Hatch>,
}

/// Order of bars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderSpec {
    /// As listed.
    #[default]
    Listed,
    /// By total, the largest first; equal ones as listed, those without a value last.
    Total,
}

/// What the height of a whole bar is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TotalSpec {
    /// The sum of its values.
    #[default]
    Sum,
    /// The mean over all segments: every segment is as high as its value divided by the number of segments.
    Mean,
}

/// Totals above the bars.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotalsSpec {
    /// Font size in points.
    #[serde(default = "text_size")]
    pub size: f64,
    /// Digits after the point.
    pub decimals: usize,
    /// Distance from the bar in data units, or in units of the largest total.
    pub offset: f64,
    /// Whether `offset` is in units of the largest total.
    #[serde(default)]
    pub relative: bool,
}

/// An axis; `angle` is used on the horizontal, `limits` and `ticks` on the vertical axis.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BarAxisSpec {
    /// Axis title.
    pub title: String,
    /// Font size of the axis title in points.
    pub title_size: f64,
    /// Font size of tick labels in points.
    pub tick_size: f64,
    /// Angle of tick labels in degrees, counter-clockwise, 0 to 90.
    pub angle: f64,
    /// Both ends of the axis.
    pub limits: Option<AxisLimits>,
    /// Ticks, labelled with equally many decimals; empty for round numbers.
    pub ticks: Vec<f64>,
}

impl Default for BarAxisSpec {
    fn default() -> Self {
        Self {
            title: String::new(),
            title_size: text_size(),
            tick_size: text_size(),
            angle: 0.0,
            limits: None,
            ticks: Vec::new(),
        }
    }
}

impl StackedBarSpec {
    /// The spec with the colours and hatches of a theme.
    pub fn themed(mut self, theme: Theme) -> Self {
        for (index, segment) in self.segments.iter_mut().enumerate() {
            segment.colour = theme.colour(index, segment.colour);
            segment.hatch = theme.hatch(index);
        }
        self
    }

    /// Refuses what cannot be drawn.
    pub fn check(&self, raw: &RawSpec) -> Result<(), FigureError> {
        if self.bars.is_empty() || self.segments.is_empty() {
            return Err(FigureError::new(raw, "`bars` and `segments` must not be empty"));
        }
        if !(self.bar_width > 0.0 && self.bar_width <= 1.0) {
            return Err(FigureError::new(raw, "`bar_width` must be above 0 and at most 1"));
        }
        if !(0.0..=90.0).contains(&self.x.angle) {
            return Err(FigureError::new(raw, "the `angle` of labels must lie in 0 to 90 degrees"));
        }
        if self.totals.as_ref().is_some_and(|totals| totals.decimals > 15 || !totals.offset.is_finite()) {
            return Err(FigureError::new(raw, "`totals` need at most 15 `decimals` and a finite `offset`"));
        }
        Ok(())
    }

    /// Height of a segment of some value.
    pub fn height(&self, value: f64) -> f64 {
        match self.total {
            TotalSpec::Sum => value,
            TotalSpec::Mean => value / self.segments.len() as f64,
        }
    }
}

impl BarSpec {
    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

impl SegmentSpec {
    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

fn bar_width() -> f64 {
    0.8
}

fn edge_width() -> f64 {
    1.0
}
