//! What a manifest says about a `radar` figure.

use serde::Deserialize;

use crate::figures::FigureError;
use crate::figures::spec::{Where, text_size};
use crate::manifest::RawSpec;
use crate::plot::{Colour, Marker, Theme};

/// A `radar` figure: axes that leave a common middle at equal angles, the first to the right, the others
/// counter-clockwise, and one closed outline a series.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RadarSpec {
    /// What the figure shows.
    pub title: String,
    /// Width and height in inches.
    pub size: [f64; 2],
    /// Dataset.
    pub data: String,
    /// Conditions on its rows.
    #[serde(default, rename = "where")]
    pub conditions: Where,
    /// Column that tells series apart.
    pub series_column: String,
    /// Series in drawing and legend order; rows of others are not drawn.
    pub series: Vec<SeriesSpec>,
    /// Column that tells axes apart.
    pub axis_column: String,
    /// Axes, counter-clockwise from the right.
    pub axes: Vec<AxisSpec>,
    /// Column of values, which are distances from the middle.
    pub value_column: String,
    /// Value at the outer circle; 0 is in the middle.
    pub limit: f64,
    /// Circles at given values.
    #[serde(default)]
    pub rings: Vec<RingSpec>,
    /// Groups of axes, whose sectors are coloured, in legend order.
    #[serde(default)]
    pub groups: Vec<GroupSpec>,
    /// Opacity of the sectors, 0 to 1.
    #[serde(default = "sector_opacity")]
    pub sector_opacity: f64,
    /// Opacity of the sectors' colours in the legend, 0 to 1.
    #[serde(default = "legend_opacity")]
    pub legend_opacity: f64,
    /// Width of outlines, rings and spokes in points.
    #[serde(default = "line_width")]
    pub line_width: f64,
    /// Size of markers in points.
    #[serde(default = "marker_size")]
    pub marker_size: f64,
    /// Opacity of the filled outlines, 0 to 1.
    #[serde(default)]
    pub fill_opacity: f64,
    /// Font size of axis and ring labels in points.
    #[serde(default = "text_size")]
    pub label_size: f64,
    /// Title above the chart.
    pub heading: Option<RadarHeading>,
    /// Legend of the groups; `at` is where its upper left corner lies.
    pub group_legend: Option<RadarLegend>,
    /// Legend of the series; `at` is where its upper right corner lies.
    pub legend: Option<RadarLegend>,
    /// Space around the chart in points before the page is cropped.
    #[serde(default = "padding")]
    pub padding: f64,
}

/// A series.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesSpec {
    /// Text in the series column.
    pub value: String,
    /// Name shown; the value by default.
    pub label: Option<String>,
    /// Colour of outline and fill.
    pub colour: Colour,
    /// Marker at every value; none when absent.
    pub marker: Option<Marker>,
}

/// An axis.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisSpec {
    /// Text in the axis column.
    pub value: String,
    /// Name shown; the value by default.
    pub label: Option<String>,
    /// Name of its group.
    pub group: Option<String>,
}

/// A circle around the middle.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RingSpec {
    /// Its value.
    pub at: f64,
    /// Label; none by default.
    #[serde(default)]
    pub label: String,
}

/// A group of axes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    /// Name.
    pub name: String,
    /// Colour of its sectors.
    pub colour: Colour,
}

/// Title above the chart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RadarHeading {
    /// Characters.
    pub text: String,
    /// Font size in points.
    #[serde(default = "text_size")]
    pub size: f64,
    /// Height of its baseline, less 6 points, as a fraction of the chart's height from below.
    pub y: f64,
}

/// A legend with a corner at a place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RadarLegend {
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Font size in points.
    #[serde(default = "text_size")]
    pub size: f64,
    /// Place of its corner in fractions of the chart's width and height, from the chart's lower left corner.
    pub at: [f64; 2],
}

impl RadarSpec {
    /// The spec with the colours and markers of a theme; the colours of the groups follow those of the series. Lines as
    /// thin as these are not told apart by colour alone, so the accessible theme marks every value.
    pub fn themed(mut self, theme: Theme) -> Self {
        let first = self.series.len();
        for (index, series) in self.series.iter_mut().enumerate() {
            series.colour = theme.colour(index, series.colour);
            if theme == Theme::Accessible {
                series.marker = Some(theme.marker(index, Marker::default()));
            }
        }
        for (index, group) in self.groups.iter_mut().enumerate() {
            group.colour = theme.colour(first + index, group.colour);
        }
        if theme == Theme::Accessible {
            // The palette is made for marks; a ground as strong as they are would hide them.
            (self.sector_opacity, self.legend_opacity) = (0.15, 0.4);
        }
        self
    }

    /// Refuses what cannot be drawn.
    pub fn check(&self, raw: &RawSpec) -> Result<(), FigureError> {
        if !(self.limit.is_finite() && self.limit > 0.0) {
            return Err(FigureError::new(raw, "`limit` must be above 0"));
        }
        if self.axes.len() < 3 {
            return Err(FigureError::new(raw, "a radar needs at least three `axes`"));
        }
        if let Some(ring) = self.rings.iter().find(|ring| !(ring.at > 0.0 && ring.at <= self.limit)) {
            let message = format!("the ring at {} lies outside 0 to {}", ring.at, self.limit);
            return Err(FigureError::new(raw, &message));
        }
        for group in self.axes.iter().filter_map(|axis| axis.group.as_deref()) {
            if self.groups.iter().all(|known| known.name != group) {
                let known = self.groups.iter().map(|known| known.name.as_str());
                return Err(FigureError::unknown(raw, "group of axes", group, known));
            }
        }
        Ok(())
    }

    /// Angle of an axis in degrees, counter-clockwise from the right.
    pub fn angle(&self, axis: usize) -> f64 {
        360.0 * axis as f64 / self.axes.len() as f64
    }
}

impl SeriesSpec {
    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

impl AxisSpec {
    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

fn sector_opacity() -> f64 {
    0.35
}

fn legend_opacity() -> f64 {
    0.8
}

fn line_width() -> f64 {
    0.8
}

fn marker_size() -> f64 {
    5.0
}

fn padding() -> f64 {
    10.8
}
