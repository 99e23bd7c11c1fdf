//! What a manifest says about a `funky` figure.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::figures::FigureError;
use crate::figures::spec::{Where, check_decimals};
use crate::manifest::RawSpec;
use crate::plot::Colour;

/// A `funky` figure: a table of bars and circles, entities as rows, scores and metrics as columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunkySpec {
    /// What the figure shows.
    pub title: String,
    /// Width and height in inches.
    pub size: [f64; 2],
    /// Title above the table.
    pub heading: Option<TableHeading>,
    /// Values of the bars, 0 to 1.
    pub bars: CellsSpec,
    /// Values and sizes of the circles.
    pub circles: CellsSpec,
    /// Rows from the top, a blank row between two blocks.
    pub block: Vec<BlockSpec>,
    /// Names shown for rows.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Groups of columns.
    pub group: Vec<GroupSpec>,
    /// Columns from the left.
    pub column: Vec<ColumnSpec>,
    /// Small grey text under the bars of a column.
    pub remark: Option<RemarkSpec>,
    /// Area of a circle of size 0, and by how much one of size 1 is larger, in square points.
    pub circle_area: [f64; 2],
    /// Font size of row labels in points.
    #[serde(default = "label_size")]
    pub label_size: f64,
    /// Digits after the point of printed values.
    #[serde(default = "decimals")]
    pub decimals: usize,
}

/// Title above the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableHeading {
    /// Characters.
    pub text: String,
    /// Font size in points.
    #[serde(default = "heading_size")]
    pub size: f64,
    /// Distance of its baseline from the first row's upper edge in points.
    #[serde(default = "heading_pad")]
    pub pad: f64,
}

/// Where the values of a shape stand: one row of a dataset a cell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellsSpec {
    /// Dataset.
    pub data: String,
    /// Conditions on its rows.
    #[serde(default, rename = "where")]
    pub conditions: Where,
    /// Column that names the figure's row.
    pub row: String,
    /// Column that names the figure's column.
    pub column: String,
    /// Column of values.
    pub value: String,
    /// Column of sizes from 0 to 1, for circles.
    pub size: Option<String>,
}

/// Rows that stand together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockSpec {
    /// Rows from the top, unless they are sorted.
    pub rows: Vec<String>,
    /// Key of the column that sorts them, the largest value first; rows without a value come last.
    pub sort_by: Option<String>,
}

/// A group of columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    /// Name that columns refer to.
    pub id: String,
    /// Text above the columns.
    pub header: String,
    /// Colour of the header; that of bars and circles has its hue and saturation.
    pub colour: Colour,
}

/// Shape of a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShapeSpec {
    /// A bar as long as the value, 0 to 1.
    Bar,
    /// A circle as large as the size, 0 to 1.
    Circle,
}

/// A column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    /// Text in the column that names columns.
    pub key: String,
    /// Name shown; the key by default.
    pub label: Option<String>,
    /// Shape of its cells.
    pub shape: ShapeSpec,
    /// Group.
    pub group: String,
    /// Distance from the column before it beyond the usual one, in units of the drawing.
    #[serde(default)]
    pub gap: f64,
    /// Whether a dashed line stands before it.
    #[serde(default)]
    pub separated: bool,
}

impl ColumnSpec {
    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.key)
    }
}

/// Small grey text under the bars of a column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemarkSpec {
    /// Key of the column of bars.
    pub under: String,
    /// Keys of the columns whose values are printed, separated by two spaces.
    pub values: Vec<String>,
}

impl FunkySpec {
    /// Refuses names that lead nowhere and shapes without what they need.
    pub fn check(&self, raw: &RawSpec) -> Result<(), FigureError> {
        if self.column.is_empty() || self.block.iter().all(|block| block.rows.is_empty()) {
            return Err(FigureError::new(raw, "needs at least one `column` and one row in a `block`"));
        }
        if self.circles.size.is_none() && self.column.iter().any(|column| column.shape == ShapeSpec::Circle) {
            return Err(FigureError::new(raw, "`circles` needs the key `size`"));
        }
        if !self.circle_area.iter().all(|area| area.is_finite() && *area >= 0.0) {
            return Err(FigureError::new(raw, "`circle_area` must be two areas of at least 0"));
        }
        check_decimals(raw, self.decimals)?;
        for column in &self.column {
            if self.group.iter().all(|group| group.id != column.group) {
                let known = self.group.iter().map(|group| group.id.as_str());
                return Err(FigureError::unknown(raw, "group", &column.group, known));
            }
        }
        let remarked = self.remark.iter().flat_map(|remark| remark.values.iter().chain([&remark.under]));
        for key in self.block.iter().filter_map(|block| block.sort_by.as_ref()).chain(remarked) {
            if self.column.iter().all(|column| column.key != *key) {
                let known = self.column.iter().map(|column| column.key.as_str());
                return Err(FigureError::unknown(raw, "column", key, known));
            }
        }
        Ok(())
    }

    /// Name shown for a row.
    pub fn label<'a>(&'a self, row: &'a str) -> &'a str {
        self.labels.get(row).map_or(row, String::as_str)
    }

    /// The group of a column; [`Self::check`] has found it.
    pub fn group_of(&self, column: &ColumnSpec) -> Option<&GroupSpec> {
        self.group.iter().find(|group| group.id == column.group)
    }
}

fn label_size() -> f64 {
    11.0
}

fn decimals() -> usize {
    2
}

fn heading_size() -> f64 {
    12.0
}

fn heading_pad() -> f64 {
    6.0
}
