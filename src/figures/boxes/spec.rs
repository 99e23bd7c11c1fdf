//! What a manifest says about a `box` figure.

use serde::Deserialize;

use crate::figures::spec::{HeadingSpec, Where, text_size, title_size};
use crate::plot::Colour;

/// A `box` figure: horizontal boxes, one a group, from the top.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxSpec {
    /// What the figure shows.
    pub title: String,
    /// Width and height in inches.
    pub size: [f64; 2],
    /// Dataset of panels that name none.
    pub data: Option<String>,
    /// Conditions on the rows of all panels.
    #[serde(default, rename = "where")]
    pub conditions: Where,
    /// Column that tells groups apart.
    pub group_column: String,
    /// Groups from top to bottom; rows of others are not drawn.
    pub groups: Vec<GroupSpec>,
    /// Column of values.
    pub value_column: String,
    /// Column whose equal cells pair the values of two groups for a paired t-test. When the dataset lacks it, the
    /// brackets come from `brackets`.
    pub pair_by: Option<String>,
    /// Dataset of known test results.
    pub brackets: Option<BracketsSpec>,
    /// Panels.
    pub panel: Vec<BoxPanelSpec>,
    /// Title over the whole figure.
    pub heading: Option<HeadingSpec>,
    /// Font size of panel titles in points.
    #[serde(default = "title_size")]
    pub panel_title_size: f64,
    /// Font size of group labels in points.
    #[serde(default = "text_size")]
    pub group_size: f64,
    /// Font size of tick labels in points.
    #[serde(default = "text_size")]
    pub tick_size: f64,
    /// Whether faint dashed lines cross the panels at the ticks of the value axis.
    #[serde(default)]
    pub grid: bool,
    /// Whether panels have a line above and at the right.
    #[serde(default)]
    pub closed: bool,
    /// Shapes and colours.
    #[serde(default)]
    pub style: BoxStyle,
}

/// A group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    /// Text in the group column.
    pub value: String,
    /// Name shown; the value by default.
    pub label: Option<String>,
}

impl GroupSpec {
    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

/// A dataset of test results, one row a pair. The conditions of a panel select its rows too.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BracketsSpec {
    /// Dataset.
    pub data: String,
    /// Column of one group.
    pub a: String,
    /// Column of the other group.
    pub b: String,
    /// Column of the result: stars are drawn, any other text means a pair without a bracket.
    pub text: String,
}

/// A panel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxPanelSpec {
    /// Row from 0.
    #[serde(default)]
    pub row: usize,
    /// Column from 0.
    #[serde(default)]
    pub column: usize,
    /// Title above the panel, also its name in the mark table.
    pub title: String,
    /// Title of the value axis.
    #[serde(default)]
    pub axis_title: String,
    /// Dataset.
    pub data: Option<String>,
    /// Further conditions on its rows.
    #[serde(default, rename = "where")]
    pub conditions: Where,
}

/// Shapes and colours. Lengths along the value axis are fractions of the data range of the panel, lengths along the
/// group axis are fractions of the distance between groups.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BoxStyle {
    /// Height of a box; caps are half as long.
    pub box_width: f64,
    /// Fill of boxes.
    pub fill: Colour,
    /// Opacity of boxes with their edges.
    pub opacity: f64,
    /// Colour of edges, whiskers and caps.
    pub edge: Colour,
    /// Their width in points.
    pub edge_width: f64,
    /// Colour of medians.
    pub median: Colour,
    /// Their width in points.
    pub median_width: f64,
    /// Distance of the first bracket from the largest value.
    pub bracket_pad: f64,
    /// Distance of brackets.
    pub bracket_step: f64,
    /// Length of the two ends of a bracket, and distance of the stars, as a fraction of the step.
    pub bracket_tick: f64,
    /// How far a bracket stays away from the middle of its boxes.
    pub bracket_inset: f64,
    /// Free space after the last bracket, as a fraction of the step.
    pub bracket_tail: f64,
    /// Colour of brackets.
    pub bracket: Colour,
    /// Line width of brackets in points.
    pub bracket_width: f64,
    /// Colour of stars.
    pub stars: Colour,
    /// Font size of stars in points.
    pub stars_size: f64,
}

impl Default for BoxStyle {
    /// Boxes as matplotlib draws filled ones; brackets six hundredths of the range apart.
    fn default() -> Self {
        Self {
            box_width: 0.5,
            fill: Colour::rgb(0x1f, 0x77, 0xb4),
            opacity: 1.0,
            edge: Colour::BLACK,
            edge_width: 1.0,
            median: Colour::rgb(0xff, 0x7f, 0x0e),
            median_width: 1.0,
            bracket_pad: 0.06,
            bracket_step: 0.06,
            bracket_tick: 0.25,
            bracket_inset: 0.18,
            bracket_tail: 1.2,
            bracket: Colour::grey(76),
            bracket_width: 0.8,
            stars: Colour::grey(51),
            stars_size: 10.0,
        }
    }
}
