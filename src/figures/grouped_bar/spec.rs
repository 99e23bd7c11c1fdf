//! What a manifest says about a `grouped_bar` figure.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::figures::spec::{AxisLimits, LegendSpec, Where, text_size};
use crate::plot::{Colour, Hatch, Theme};

/// A `grouped_bar` figure: categories along x, the bars of a category side by side with their middle on its tick.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupedBarSpec {
    /// What the figure shows.
    pub title: String,
    /// Width and height in inches.
    pub size: [f64; 2],
    /// Dataset, one row a bar.
    pub data: String,
    /// Conditions on its rows.
    #[serde(default, rename = "where")]
    pub conditions: Where,
    /// Column that tells series apart.
    pub series_column: String,
    /// Series in the order of their bars within a category; rows of others are not drawn.
    pub series: Vec<BarSeriesSpec>,
    /// Horizontal axis.
    pub x: CategoriesSpec,
    /// Vertical axis.
    pub y: HeightSpec,
    /// Width of a bar, in units of the distance between categories.
    #[serde(default = "bar_width")]
    pub bar_width: f64,
    /// Text in every bar.
    pub value_text: Option<ValueTextSpec>,
    /// Whether faint dashed lines cross the panel at the ticks of the vertical axis.
    #[serde(default)]
    pub grid: bool,
    /// Legend, its entries in the order in which the series first appear from the left.
    pub legend: Option<LegendSpec>,
}

impl GroupedBarSpec {
    /// The spec with the colours of a theme.
    pub fn themed(mut self, theme: Theme) -> Self {
        for (index, series) in self.series.iter_mut().enumerate() {
            series.colour = theme.colour(index, series.colour);
            series.hatch = theme.hatch(index);
        }
        if let Some(value) = &mut self.value_text {
            value.ground = theme == Theme::Accessible;
        }
        self
    }
}

/// A series.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarSeriesSpec {
    /// Text in the series column.
    pub value: String,
    /// Name shown; the value by default.
    pub label: Option<String>,
    /// Colour of its bars.
    pub colour: Colour,
    /// Lines over the colour, which the theme chooses.
    #[serde(skip)]
    pub hatch: Option<Hatch>,
}

impl BarSeriesSpec {
    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

/// The horizontal axis.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoriesSpec {
    /// Column of categories.
    pub column: String,
    /// Categories from left to right, at 0, 1, 2, …; rows of others are not drawn.
    pub categories: Vec<String>,
    /// Names shown for categories.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
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

impl CategoriesSpec {
    /// Name shown for a category.
    pub fn label<'a>(&'a self, category: &'a str) -> &'a str {
        self.labels.get(category).map_or(category, String::as_str)
    }
}

/// The vertical axis.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeightSpec {
    /// Column of heights.
    pub column: String,
    /// Column of the lower ends of error bars.
    pub low: Option<String>,
    /// Column of the upper ends of error bars.
    pub high: Option<String>,
    /// Axis title.
    #[serde(default)]
    pub title: String,
    /// Font size of the axis title in points.
    #[serde(default = "text_size")]
    pub title_size: f64,
    /// Font size of tick labels in points.
    #[serde(default = "text_size")]
    pub tick_size: f64,
    /// Both ends of the axis.
    pub limits: Option<AxisLimits>,
}

/// Text in every bar: its height.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueTextSpec {
    /// Font size in points.
    #[serde(default = "text_size")]
    pub size: f64,
    /// Digits after the point.
    #[serde(default = "decimals")]
    pub decimals: usize,
    /// How far its lower edge is above half the height, in units of the vertical axis.
    #[serde(default)]
    pub offset: f64,
    /// Whether it stands on white, where the theme's bars are too dark or hatched for black text.
    #[serde(skip)]
    pub ground: bool,
}

fn bar_width() -> f64 {
    0.8
}

fn decimals() -> usize {
    2
}
