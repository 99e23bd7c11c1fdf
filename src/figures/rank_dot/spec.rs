//! What a manifest says about a `rank_dot` figure.

use serde::Deserialize;

use crate::figures::facets::FacetsSpec;
use crate::figures::spec::{AxisLimits, Where, text_size, title_size};
use crate::plot::{Colour, Marker, Theme};

/// A `rank_dot` figure: one row an entity, its replicates as faint dots, its mean scores as markers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankDotSpec {
    /// What the figure shows.
    pub title: String,
    /// Width and height in inches.
    pub size: [f64; 2],
    /// Space between panels and around the figure in points; matplotlib's for text of 10 points when absent.
    pub padding: Option<f64>,
    /// Conditions on the rows of all datasets.
    #[serde(default, rename = "where")]
    pub conditions: Where,
    /// Column of all datasets that tells entities apart.
    pub entity_column: String,
    /// Entities in row and legend order; rows of others are not drawn.
    pub entities: Vec<EntitySpec>,
    /// Order of the rows.
    #[serde(default)]
    pub order: Order,
    /// Mean scores.
    pub means: MeansSpec,
    /// Scores in legend order; the first is the one that replicates, intervals and the order are about.
    pub scores: Vec<ScoreSpec>,
    /// Replicates of the first score.
    pub replicates: Option<ReplicatesSpec>,
    /// Intervals of the first score.
    pub interval: Option<IntervalSpec>,
    /// Families: entities that stand together, with a gap and a line between families.
    #[serde(default)]
    pub families: Vec<FamilySpec>,
    /// Distance from the last row of a family to the first of the next, in rows.
    #[serde(default = "family_pitch")]
    pub family_pitch: f64,
    /// Symbols in front of the rows.
    #[serde(default)]
    pub symbols: Vec<SymbolSpec>,
    /// What stands in front of the rows.
    #[serde(default)]
    pub rows: RowsSpec,
    /// Free rows above the first and below the last; matplotlib's 5 % of what is drawn when absent.
    pub margins: Option<[f64; 2]>,
    /// Horizontal axis.
    pub x: XSpec,
    /// A grid of panels by the values of columns.
    pub facets: Option<FacetsSpec>,
    /// Title of the only panel.
    pub panel_title: Option<TitleSpec>,
    /// Titles of the columns and rows of a grid, bold.
    #[serde(default = "title_size")]
    pub facet_size: f64,
    /// Colour of the dashed lines at the ticks.
    #[serde(default = "grid")]
    pub grid: Colour,
    /// Colour of the dashed lines between families.
    #[serde(default = "separator")]
    pub separator: Colour,
    /// Legends.
    #[serde(default, rename = "legend")]
    pub legends: Vec<LegendSpec>,
}

/// An entity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitySpec {
    /// Text in the entity column.
    pub value: String,
    /// Name shown; the value by default.
    pub label: Option<String>,
    /// Colour of its row.
    pub colour: Colour,
    /// Family it belongs to.
    pub family: Option<String>,
    /// Symbol in front of its row.
    pub symbol: Option<String>,
}

impl EntitySpec {
    /// Name shown.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

/// Order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// As listed; an entity without values keeps its row.
    #[default]
    Listed,
    /// By the mean of the first score, the largest on top; an entity without values has no row.
    BestFirst,
}

/// Where mean scores are: one row an entity and score.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeansSpec {
    /// Dataset.
    pub data: String,
    /// Column that tells scores apart.
    pub score: String,
    /// Column of means.
    pub value: String,
}

/// Where replicates are: one row an entity and replicate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicatesSpec {
    /// Dataset.
    pub data: String,
    /// Column that tells replicates apart.
    pub key: String,
    /// Column of values.
    pub value: String,
    /// Diameter of a dot in points.
    pub size: f64,
    /// Opacity of a dot.
    pub opacity: f64,
    /// Standard deviation, in rows, of the random shift that keeps equal dots apart.
    #[serde(default)]
    pub jitter: f64,
}

/// Where intervals are: one row an entity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntervalSpec {
    /// Dataset.
    pub data: String,
    /// Column of lower ends.
    pub low: String,
    /// Column of upper ends.
    pub high: String,
    /// Line width in points.
    pub width: f64,
}

/// A score and its marker.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreSpec {
    /// Text in the score column.
    pub value: String,
    /// Name in the legend.
    pub label: String,
    /// Marker shape.
    pub marker: Marker,
    /// Marker size in points.
    pub size: f64,
    /// Marker size in the legend in points; the same by default.
    pub legend_size: Option<f64>,
    /// Width of the marker's edge in points.
    pub edge_width: f64,
    /// Width of the marker's edge in the legend in points; the same by default.
    pub legend_edge_width: Option<f64>,
    /// Whether the marker is filled with the entity's colour instead of white.
    #[serde(default)]
    pub filled: bool,
    /// Opacity of the marker.
    #[serde(default = "opaque")]
    pub opacity: f64,
    /// How far below its row the marker stands, in rows.
    #[serde(default)]
    pub below: f64,
}

/// A family of entities.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilySpec {
    /// Name that entities use.
    pub value: String,
    /// Name in front of its rows.
    pub label: Option<String>,
    /// Name in the legend.
    pub legend_label: Option<String>,
}

/// A symbol.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SymbolSpec {
    /// Name that entities use, and name in the legend.
    pub value: String,
    /// Shape.
    pub marker: Marker,
}

/// What stands in front of the rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsSpec {
    /// Text or symbol.
    #[serde(default)]
    pub show: RowText,
    /// Font size of names in points.
    #[serde(default = "text_size")]
    pub size: f64,
    /// Size of symbols in points.
    #[serde(default = "symbol_size")]
    pub symbol_size: f64,
    /// Whether family names, bold, stand in front of the symbols.
    #[serde(default)]
    pub family_names: bool,
}

impl Default for RowsSpec {
    fn default() -> Self {
        Self { show: RowText::Label, size: text_size(), symbol_size: symbol_size(), family_names: false }
    }
}

/// How a row is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowText {
    /// By the entity's name at a tick.
    #[default]
    Label,
    /// By its symbol in its family's colour.
    Symbol,
}

/// The horizontal axis.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XSpec {
    /// Both ends.
    pub limits: AxisLimits,
    /// Ticks; round numbers when empty.
    #[serde(default)]
    pub ticks: Vec<f64>,
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

/// Title of a panel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TitleSpec {
    /// Characters.
    pub text: String,
    /// Font size in points.
    #[serde(default = "title_size")]
    pub size: f64,
    /// Whether it starts at the left edge instead of standing in the middle.
    #[serde(default)]
    pub left: bool,
}

/// A legend.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegendSpec {
    /// What it explains.
    pub explains: Explains,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Font size in points.
    #[serde(default = "text_size")]
    pub size: f64,
    /// Number of columns.
    #[serde(default = "one")]
    pub columns: usize,
    /// Colour of markers that stand for all entities.
    #[serde(default = "black")]
    pub colour: Colour,
    /// Whether `at` is a place of the whole figure instead of the last panel of the first row.
    #[serde(default)]
    pub of_figure: bool,
    /// Whether the layout leaves no room for it.
    #[serde(default)]
    pub without_room: bool,
    /// Place in fractions of the panel or figure, from the lower left corner.
    pub at: [f64; 2],
    /// Point of the legend that lies there, in fractions of its size from its upper left corner.
    #[serde(default)]
    pub anchor: [f64; 2],
}

/// What a legend explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explains {
    /// Markers of the scores.
    Scores,
    /// Colours of the entities, as filled rectangles.
    Entities,
    /// Symbols.
    Symbols,
    /// Families, in the colour of their first entity.
    Families,
}

impl RankDotSpec {
    /// The same with a theme's colours and markers.
    pub fn themed(mut self, theme: Theme) -> Self {
        for (index, entity) in self.entities.iter_mut().enumerate() {
            entity.colour = theme.colour(index, entity.colour);
        }
        for (index, score) in self.scores.iter_mut().enumerate() {
            score.marker = theme.marker(index, score.marker);
        }
        for (index, symbol) in self.symbols.iter_mut().enumerate() {
            symbol.marker = theme.marker(index, symbol.marker);
        }
        self
    }

    /// Colour of an entity's family: that of the family's first entity.
    pub fn family_colour(&self, entity: &EntitySpec) -> Colour {
        let first =
            self.entities.iter().find(|other| entity.family.is_some() && other.family == entity.family);
        first.unwrap_or(entity).colour
    }
}

fn family_pitch() -> f64 {
    1.35
}

fn symbol_size() -> f64 {
    8.0
}

fn opaque() -> f64 {
    1.0
}

fn one() -> usize {
    1
}

/// matplotlib's grid, #b0b0b0, at 30 % on white.
fn grid() -> Colour {
    Colour::grey(231)
}

fn separator() -> Colour {
    Colour::grey(176)
}

fn black() -> Colour {
    Colour::BLACK
}
