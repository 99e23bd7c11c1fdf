//! What a manifest says about a `scatter` figure.

use serde::Deserialize;

use crate::figures::spec::{AxisLimits, HeadingSpec, Where, text_size, title_size};
use crate::plot::{Colour, Legend, Limits, Marker, Paint, Place, Spot, Stroke, Theme};

/// A `scatter` figure: points by series in one panel or a grid of panels.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScatterSpec {
    /// What the figure shows.
    pub title: String,
    /// Width and height in inches.
    pub size: [f64; 2],
    /// Dataset of panels that name none.
    pub data: Option<String>,
    /// Conditions on the rows of all panels.
    #[serde(default, rename = "where")]
    pub conditions: Where,
    /// Horizontal axis.
    pub x: AxisSpec,
    /// Vertical axis.
    pub y: AxisSpec,
    /// Column that tells series apart; without it all rows are one series.
    pub series_column: Option<String>,
    /// Series in drawing and legend order, rows of others are not drawn; without it every text of the series column
    /// is a series, in ascending order.
    #[serde(default)]
    pub series: Vec<SeriesSpec>,
    /// Colours of series that are not listed; they start again after the last.
    #[serde(default = "palette")]
    pub palette: Vec<Colour>,
    /// Column that names points in the mark table; the row's number by default.
    pub key_column: Option<String>,
    /// Area of a point in square points, as matplotlib's `s`.
    #[serde(default = "point_size")]
    pub point_size: f64,
    /// Opacity of points, 0 to 1.
    #[serde(default = "opaque")]
    pub opacity: f64,
    /// Seed of the order in which the points of a layer are drawn, that of NumPy's `default_rng(seed).permutation(n)`;
    /// without it, series after series.
    pub shuffle: Option<u64>,
    /// Equal limits on both axes, around zero.
    pub symmetric: Option<SymmetricSpec>,
    /// Line through all places with y = x.
    pub diagonal: Option<RuleSpec>,
    /// Lines at x = 0 and y = 0.
    pub zero_lines: Option<RuleSpec>,
    /// A line a series through medians.
    pub trend: Option<TrendSpec>,
    /// Points that are drawn again and named.
    pub highlight: Option<HighlightSpec>,
    /// Whether a unit is as long across as upwards.
    #[serde(default)]
    pub equal: bool,
    /// Whether panels have neither ticks nor lines around them.
    #[serde(default)]
    pub bare: bool,
    /// Whether panels are as large as their labels allow; otherwise they have matplotlib's default margins.
    #[serde(default = "yes")]
    pub tight: bool,
    /// Whether panels have a line above and at the right.
    #[serde(default)]
    pub closed: bool,
    /// Whether faint dashed lines cross the panels at the ticks.
    #[serde(default)]
    pub grid: bool,
    /// Legend of the series.
    pub legend: Option<ScatterLegendSpec>,
    /// Title over the whole figure.
    pub heading: Option<HeadingSpec>,
    /// Font size of panel titles in points.
    #[serde(default = "title_size")]
    pub panel_title_size: f64,
    /// Panels; one by default.
    #[serde(default)]
    pub panel: Vec<ScatterPanelSpec>,
    /// A panel with more points than this is drawn as a picture.
    #[serde(default = "raster_above")]
    pub raster_above: usize,
    /// Whether the mark table lists every point of a picture, instead of one row a series with their number.
    #[serde(default)]
    pub list_all: bool,
}

/// An axis.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisSpec {
    /// Column of numbers.
    pub column: String,
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

impl AxisSpec {
    /// Limits of the axis; those of the manifest before `symmetric`.
    pub fn limits(&self, symmetric: Option<f64>) -> Limits {
        match (self.limits, symmetric) {
            (Some(limits), _) => limits.build(),
            (None, Some(end)) => Limits::Fixed(-end, end),
            (None, None) => Limits::Data,
        }
    }

    /// The title, or the column.
    pub fn name(&self) -> &str {
        if self.title.is_empty() { &self.column } else { &self.title }
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
    /// Colour.
    pub colour: Colour,
    /// Shape of the points.
    #[serde(default)]
    pub marker: Marker,
    /// Area of a point in square points, if not that of the figure.
    pub point_size: Option<f64>,
    /// Opacity, if not that of the figure.
    pub opacity: Option<f64>,
    /// Higher layers are drawn above lower ones.
    #[serde(default)]
    pub layer: i64,
}

impl SeriesSpec {
    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

/// Limits `±(times * m + plus)`, `m` the largest absolute value.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SymmetricSpec {
    /// Values that count.
    pub of: SymmetricOf,
    /// Factor.
    #[serde(default = "opaque")]
    pub times: f64,
    /// Summand in data units.
    #[serde(default)]
    pub plus: f64,
}

/// Values that symmetric limits are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SymmetricOf {
    /// Horizontal positions.
    X,
    /// Vertical positions.
    Y,
    /// Both.
    Both,
}

impl SymmetricSpec {
    /// The upper limit for points; `None` without points, or when it would not be above 0.
    pub fn end(&self, points: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
        let largest = |(x, y): (f64, f64)| match self.of {
            SymmetricOf::X => x.abs(),
            SymmetricOf::Y => y.abs(),
            SymmetricOf::Both => x.abs().max(y.abs()),
        };
        let end = points.map(largest).reduce(f64::max)? * self.times + self.plus;
        // Twice the limit is the length of the axis, which must stay finite.
        (end > 0.0).then_some(end.min(f64::MAX / 4.0))
    }
}

/// A line across a panel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// Colour.
    pub colour: Colour,
    /// Width in points.
    #[serde(default = "rule_width")]
    pub width: f64,
    /// Opacity, 0 to 1.
    #[serde(default = "opaque")]
    pub opacity: f64,
    /// Whether it is dashed.
    #[serde(default)]
    pub dashed: bool,
}

impl RuleSpec {
    /// Pen of the line.
    pub fn paint(&self) -> Paint {
        let pen = if self.dashed { Stroke::dashed } else { Stroke::solid };
        Paint::outlined(pen(self.colour, self.width)).with_opacity(self.opacity)
    }
}

/// A line through the medians of y in bins of x of equal width.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrendSpec {
    /// Bins between the smallest and largest x of a series.
    #[serde(default = "bins")]
    pub bins: usize,
    /// Points that a bin needs.
    #[serde(default = "at_least")]
    pub at_least: usize,
    /// Line width in points.
    #[serde(default = "trend_width")]
    pub width: f64,
}

/// Points that are drawn again with an edge, and named once at the first series.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HighlightSpec {
    /// Column that names points.
    pub column: String,
    /// Names.
    pub values: Vec<HighlightValue>,
    /// Area in square points.
    #[serde(default = "highlight_size")]
    pub point_size: f64,
    /// Width of the edge in points.
    #[serde(default = "highlight_edge")]
    pub edge_width: f64,
    /// Font size of the name in points.
    #[serde(default = "highlight_text")]
    pub text_size: f64,
    /// Distance of the name to the right and upwards, in points.
    #[serde(default = "highlight_shift")]
    pub shift: [f64; 2],
}

/// A name of highlighted points.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HighlightValue {
    /// Text in the column.
    pub value: String,
    /// Colour of edge and name.
    pub colour: Colour,
}

/// Legend at a spot of the last panel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScatterLegendSpec {
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Font size in points.
    #[serde(default = "text_size")]
    pub size: f64,
    /// Whether it has a frame.
    #[serde(default)]
    pub frame: bool,
    /// Spot in fractions of the axes from their lower left corner; panels make room for a legend outside.
    #[serde(default = "legend_at")]
    pub at: [f64; 2],
    /// Point of the legend that lies there, in fractions of its size from its upper left corner.
    #[serde(default)]
    pub anchor: [f64; 2],
    /// Area of the legend's points in square points; that of the series by default.
    pub point_size: Option<f64>,
    /// Opacity of the legend's points, 0 to 1; that of the series by default.
    pub opacity: Option<f64>,
    /// More series than this have no legend.
    #[serde(default = "legend_at_most")]
    pub at_most: usize,
}

impl ScatterLegendSpec {
    /// For the layout.
    pub fn build(&self, entries: Vec<crate::plot::Entry>) -> Legend {
        let place = Place::At(Spot { at: self.at.into(), anchor: self.anchor.into() });
        let (title, size, frame) = (self.title.clone(), self.size, self.frame);
        Legend { title, entries, columns: 1, size, frame, place }
    }
}

/// A panel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScatterPanelSpec {
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
    /// Series that the panel shows, by their texts in the series column; all by default.
    pub series: Option<Vec<String>>,
}

impl ScatterSpec {
    /// The spec with the colours and markers of a theme.
    pub fn themed(mut self, theme: Theme) -> Self {
        for (index, series) in self.series.iter_mut().enumerate() {
            series.colour = theme.colour(index, series.colour);
            series.marker = theme.marker(index, series.marker);
        }
        self
    }
}

/// matplotlib's default cycle.
fn palette() -> Vec<Colour> {
    let colours: [u32; 10] =
        [0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd, 0x8c564b, 0xe377c2, 0x7f7f7f, 0xbcbd22, 0x17becf];
    colours
        .map(|colour| {
            let [_, red, green, blue] = colour.to_be_bytes();
            Colour::rgb(red, green, blue)
        })
        .to_vec()
}

fn point_size() -> f64 {
    36.0
}

fn opaque() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

fn raster_above() -> usize {
    5000
}

fn rule_width() -> f64 {
    0.8
}

fn bins() -> usize {
    25
}

fn at_least() -> usize {
    15
}

fn trend_width() -> f64 {
    1.5
}

fn highlight_size() -> f64 {
    20.0
}

fn highlight_edge() -> f64 {
    0.4
}

fn highlight_text() -> f64 {
    7.0
}

fn highlight_shift() -> [f64; 2] {
    [3.0, 3.0]
}

fn legend_at() -> [f64; 2] {
    [1.02, 1.0]
}

fn legend_at_most() -> usize {
    30
}
