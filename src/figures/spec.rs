//! Parts of a figure spec that several kinds have in common.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::manifest::RawSpec;
use crate::plot;

use super::FigureError;

/// Points to an inch.
pub const INCH: f64 = 72.0;

/// Column and the text its cells must have.
pub type Where = BTreeMap<String, String>;

/// Title over a whole figure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadingSpec {
    /// Characters.
    pub text: String,
    /// Font size in points.
    #[serde(default = "heading_size")]
    pub size: f64,
    /// Height of its top edge as a fraction of the figure height, from below.
    #[serde(default = "heading_y")]
    pub y: f64,
}

fn heading_size() -> f64 {
    12.0
}

fn heading_y() -> f64 {
    0.98
}

impl HeadingSpec {
    /// For the layout.
    pub fn build(&self) -> plot::Heading {
        plot::Heading { text: self.text.clone(), size: self.size, y: self.y }
    }
}

/// Both ends of an axis, the first greater than the second on one that is turned round.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "[f64; 2]")]
pub struct AxisLimits([f64; 2]);

impl TryFrom<[f64; 2]> for AxisLimits {
    type Error = String;

    fn try_from([first, second]: [f64; 2]) -> Result<Self, String> {
        // The distance of two numbers may be too large for a number.
        if first != second && (second - first).is_finite() {
            return Ok(Self([first, second]));
        }
        Err(format!("limits of an axis must be two different finite numbers, got [{first}, {second}]"))
    }
}

impl AxisLimits {
    /// Both ends.
    pub fn ends(self) -> [f64; 2] {
        self.0
    }

    /// For the layout.
    pub fn build(self) -> plot::Limits {
        plot::Limits::Fixed(self.0[0], self.0[1])
    }
}

/// Where a legend stands.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceSpec {
    /// Right of the figure.
    #[default]
    Right,
    /// In the panel, where it covers least.
    Best,
    /// In the upper right corner of the panel.
    UpperRight,
    /// Below the panels, centred, its lower edge at this fraction of the figure's height from below.
    Below(f64),
}

/// A legend.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegendSpec {
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Font size in points.
    #[serde(default = "text_size")]
    pub size: f64,
    /// Where it stands.
    #[serde(default)]
    pub place: PlaceSpec,
    /// Number of columns.
    #[serde(default = "one")]
    pub columns: usize,
    /// Whether it has a frame.
    #[serde(default)]
    pub frame: bool,
}

impl LegendSpec {
    /// For the layout.
    pub fn build(&self, entries: Vec<plot::Entry>) -> plot::Legend {
        let place = match self.place {
            PlaceSpec::Right => plot::Place::Right,
            PlaceSpec::Best => plot::Place::Best,
            PlaceSpec::UpperRight => plot::Place::At(plot::Spot { at: (1.0, 1.0), anchor: (1.0, 0.0) }),
            PlaceSpec::Below(y) => plot::Place::Below(y),
        };
        plot::Legend {
            title: self.title.clone(),
            entries,
            columns: self.columns,
            size: self.size,
            frame: self.frame,
            place,
        }
    }
}

fn one() -> usize {
    1
}

/// Free space around and between panels, as matplotlib's `subplots_adjust` takes it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarginsSpec {
    /// Left edge of the panels as a fraction of the figure's width.
    pub left: f64,
    /// Right edge of the panels as a fraction of the figure's width.
    pub right: f64,
    /// Upper edge of the panels as a fraction of the figure's height, from below.
    pub top: f64,
    /// Lower edge of the panels as a fraction of the figure's height, from below.
    pub bottom: f64,
    /// Space between columns as a fraction of a panel's width.
    #[serde(default = "between_panels")]
    pub across: f64,
    /// Space between rows as a fraction of a panel's height.
    #[serde(default = "between_panels")]
    pub upwards: f64,
}

impl MarginsSpec {
    /// For the layout. The edges must lie in order within the figure.
    pub fn build(&self, spec: &RawSpec) -> Result<plot::Margins, FigureError> {
        let Self { left, right, top, bottom, across, upwards } = *self;
        let in_order = |low: f64, high: f64| 0.0 <= low && low < high && high <= 1.0;
        let gaps = [across, upwards].iter().all(|gap| gap.is_finite() && *gap >= 0.0);
        if in_order(left, right) && in_order(bottom, top) && gaps {
            Ok(plot::Margins { left, right, top, bottom, across, upwards })
        } else {
            let message =
                "`margins` must be 0 <= left < right <= 1, 0 <= bottom < top <= 1 and gaps of at least 0";
            Err(FigureError::new(spec, message))
        }
    }
}

/// matplotlib's default.
fn between_panels() -> f64 {
    0.2
}

/// Which panels have the limits of an axis in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareSpec {
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

impl ShareSpec {
    /// For the layout.
    pub fn build(self) -> plot::Share {
        match self {
            Self::None => plot::Share::None,
            Self::Row => plot::Share::Row,
            Self::Column => plot::Share::Column,
            Self::All => plot::Share::All,
        }
    }
}

/// Default font size in points.
pub fn text_size() -> f64 {
    10.0
}

/// Default font size of panel titles in points.
pub fn title_size() -> f64 {
    12.0
}

/// Refuses more digits after the point than a number has.
pub fn check_decimals(spec: &RawSpec, decimals: usize) -> Result<(), FigureError> {
    const MOST: usize = 17;
    if decimals <= MOST {
        return Ok(());
    }
    Err(FigureError::new(spec, &format!("`decimals` is {decimals} and must be at most {MOST}")))
}

/// Figure size in points from inches; both must be positive and at most 100 inches.
pub fn points(spec: &RawSpec, inches: [f64; 2]) -> Result<(f64, f64), FigureError> {
    if inches.iter().all(|length| *length > 0.0 && *length <= 100.0) {
        Ok((inches[0] * INCH, inches[1] * INCH))
    } else {
        Err(FigureError::new(spec, "`size` must be two lengths in inches, above 0 and at most 100"))
    }
}
