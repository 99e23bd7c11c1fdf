//! What a manifest says about a `line` figure.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::figures::facets::FacetsSpec;
use crate::figures::spec::{
    AxisLimits, HeadingSpec, LegendSpec, MarginsSpec, ShareSpec, Where, text_size, title_size,
};
use crate::plot::{Colour, Growth, Marker, Theme};

/// A `line` figure. Panels are listed in `panel`, or come from `facets`, or there is one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineSpec {
    /// What the figure shows.
    pub title: String,
    /// Width and height in inches.
    pub size: [f64; 2],
    /// Dataset of panels that name none.
    pub data: Option<String>,
    /// Conditions on the rows of all panels.
    #[serde(default, rename = "where")]
    pub conditions: Where,
    /// Column that tells series apart, for panels that name none.
    pub series_column: Option<String>,
    /// Series in drawing and legend order; rows of others are not drawn.
    pub series: Vec<SeriesSpec>,
    /// Horizontal axis of panels that have none of their own.
    pub x: Option<XSpec>,
    /// Vertical axis of panels that have none of their own.
    pub y: Option<YSpec>,
    /// Panels.
    #[serde(default)]
    pub panel: Vec<PanelSpec>,
    /// A grid of panels by the values of columns.
    pub facets: Option<FacetsSpec>,
    /// Panels with the same horizontal limits; inner ones have no tick labels.
    #[serde(default)]
    pub share_x: ShareSpec,
    /// Panels with the same vertical limits; inner ones have no tick labels.
    #[serde(default)]
    pub share_y: ShareSpec,
    /// Free space around and between panels; derived from the labels when absent.
    pub margins: Option<MarginsSpec>,
    /// Title over the whole figure.
    pub heading: Option<HeadingSpec>,
    /// Font size of panel titles in points.
    #[serde(default = "title_size")]
    pub panel_title_size: f64,
    /// Line width in points.
    #[serde(default = "line_width")]
    pub line_width: f64,
    /// Marker size in points.
    #[serde(default = "marker_size")]
    pub marker_size: f64,
    /// Whether faint dashed lines cross the panels at the ticks.
    #[serde(default)]
    pub grid: bool,
    /// Whether panels have a line above and at the right.
    #[serde(default)]
    pub closed: bool,
    /// Colour of guide lines.
    #[serde(default = "guide_colour")]
    pub guide_colour: Colour,
    /// Width of guide lines in points.
    #[serde(default = "guide_width")]
    pub guide_width: f64,
    /// Legend of the series.
    pub legend: Option<LegendSpec>,
}

impl LineSpec {
    /// The spec with the colours and markers of a theme.
    pub fn themed(mut self, theme: Theme) -> Self {
        for (index, series) in self.series.iter_mut().enumerate() {
            series.colour = theme.colour(index, series.colour);
            series.marker = theme.marker(index, series.marker);
        }
        self
    }
}

/// A series.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesSpec {
    /// Text in the series column.
    pub value: String,
    /// Name shown; the value by default.
    pub label: Option<String>,
    /// Colour of line and markers.
    pub colour: Colour,
    /// Marker shape.
    #[serde(default)]
    pub marker: Marker,
    /// Marker size in points; that of the figure by default.
    pub marker_size: Option<f64>,
    /// Whether only the points are drawn, no line through them.
    #[serde(default)]
    pub points_only: bool,
}

impl SeriesSpec {
    /// Marker size in points; `size` is that of the figure.
    pub fn marker_size(&self, size: f64) -> f64 {
        self.marker_size.unwrap_or(size)
    }

    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

/// The horizontal axis: categories in order, or numbers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XSpec {
    /// Column of categories or numbers.
    pub column: String,
    /// Categories from left to right, at 0, 1, 2, …; empty for a numeric axis.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Names shown for categories.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Ticks of a numeric axis; empty for round numbers.
    #[serde(default)]
    pub ticks: Vec<f64>,
    /// How distances on a numeric axis grow with the data.
    #[serde(default)]
    pub scale: ScaleSpec,
    /// Both ends of the axis.
    pub limits: Option<AxisLimits>,
    /// Axis title.
    #[serde(default)]
    pub title: String,
    /// Font size of the axis title in points.
    #[serde(default = "text_size")]
    pub title_size: f64,
    /// Font size of tick labels in points.
    #[serde(default = "text_size")]
    pub tick_size: f64,
}

/// How distances on an axis grow with the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScaleSpec {
    /// In proportion.
    #[default]
    Linear,
    /// With the logarithm to base 2.
    Log2,
}

impl ScaleSpec {
    /// For the layout.
    pub fn build(self) -> Growth {
        match self {
            Self::Linear => Growth::Linear,
            Self::Log2 => Growth::Log2,
        }
    }
}

impl XSpec {
    /// Name shown for a category or number.
    pub fn label(&self, value: &str) -> String {
        self.labels.get(value).map_or(value, String::as_str).to_owned()
    }
}

/// The vertical axis.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YSpec {
    /// Column of values.
    pub column: String,
    /// Axis title, drawn where a row of facets has no label of its own.
    #[serde(default)]
    pub title: String,
    /// Font size of the axis title or row label in points.
    #[serde(default = "text_size")]
    pub title_size: f64,
    /// Font size of tick labels in points.
    #[serde(default = "text_size")]
    pub tick_size: f64,
    /// Ticks, labelled with equally many decimals; empty for round numbers.
    #[serde(default)]
    pub ticks: Vec<f64>,
    /// Both ends of the axis.
    pub limits: Option<AxisLimits>,
    /// Heights of dashed lines across the panels.
    #[serde(default)]
    pub guides: Vec<f64>,
}

/// A panel of an explicit grid.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelSpec {
    /// Row from 0.
    #[serde(default)]
    pub row: usize,
    /// Column from 0.
    #[serde(default)]
    pub column: usize,
    /// Name in the mark table; the title by default.
    pub name: Option<String>,
    /// Title above the panel.
    #[serde(default)]
    pub title: String,
    /// Dataset.
    pub data: Option<String>,
    /// Further conditions on its rows.
    #[serde(default, rename = "where")]
    pub conditions: Where,
    /// Column that tells series apart.
    pub series_column: Option<String>,
    /// Horizontal axis.
    pub x: Option<XSpec>,
    /// Vertical axis.
    pub y: Option<YSpec>,
}

fn line_width() -> f64 {
    1.5
}

fn marker_size() -> f64 {
    6.0
}

fn guide_colour() -> Colour {
    Colour::grey(176)
}

fn guide_width() -> f64 {
    0.8
}
