//! The points of a scatter figure: rows sorted into panels and series.

use std::collections::BTreeSet;

use super::spec::{ScatterPanelSpec, ScatterSpec};
use crate::figures::FigureError;
use crate::figures::rows::{Datasets, Row};
use crate::manifest::RawSpec;
use crate::plot::{Colour, Marker, Theme};

/// A series as it is drawn.
#[derive(Clone, Debug)]
pub struct Series {
    /// Text in the series column; `None` when all rows are one series.
    pub value: Option<String>,
    /// Name shown.
    pub label: String,
    /// Colour.
    pub colour: Colour,
    /// Shape of the points.
    pub marker: Marker,
    /// Area of a point in square points.
    pub point_size: f64,
    /// Opacity, 0 to 1.
    pub opacity: f64,
    /// Higher layers are drawn above lower ones.
    pub layer: i64,
}

/// A point.
#[derive(Clone, Copy)]
pub struct Point<'a> {
    /// Horizontal position.
    pub x: f64,
    /// Vertical position.
    pub y: f64,
    /// Index of its series.
    pub series: usize,
    /// Its row.
    pub row: Row<'a>,
}

impl Point<'_> {
    /// Name in the mark table.
    pub fn key(&self, spec: &ScatterSpec) -> String {
        match &spec.key_column {
            Some(column) => self.row.text(column).unwrap_or_default(),
            None => self.row.position().to_string(),
        }
    }
}

/// The points of a panel.
pub struct PanelPoints<'a> {
    /// The panel.
    pub spec: &'a ScatterPanelSpec,
    /// Name in the mark table; empty for the only panel.
    pub name: String,
    /// Points in the order of the series and, within one, of the rows.
    pub points: Vec<Point<'a>>,
    /// Rows of the series that have no two numbers.
    pub without_numbers: usize,
}

/// Dataset of a panel.
pub fn dataset<'a>(
    raw: &RawSpec,
    spec: &'a ScatterSpec,
    panel: &'a ScatterPanelSpec,
) -> Result<&'a str, FigureError> {
    let id = panel.data.as_deref().or(spec.data.as_deref());
    id.ok_or_else(|| FigureError::new(raw, "missing key `data`"))
}

/// The rows of a panel that fulfil its conditions.
fn rows<'a>(
    raw: &RawSpec,
    spec: &ScatterSpec,
    panel: &ScatterPanelSpec,
    data: &'a Datasets,
) -> Result<Vec<Row<'a>>, FigureError> {
    let highlighted = spec.highlight.as_ref().map(|highlight| highlight.column.as_str());
    let columns: Vec<&str> = [spec.x.column.as_str(), spec.y.column.as_str()]
        .into_iter()
        .chain(spec.series_column.as_deref())
        .chain(spec.key_column.as_deref())
        .chain(highlighted)
        .collect();
    data.rows(raw, dataset(raw, spec, panel)?, &[&spec.conditions, &panel.conditions], &columns)
}

/// The series of the figure: those of the manifest, or the texts of the series column in ascending order.
pub fn series(
    raw: &RawSpec,
    spec: &ScatterSpec,
    panels: &[ScatterPanelSpec],
    data: &Datasets,
    theme: Theme,
) -> Result<Vec<Series>, FigureError> {
    let listed = spec.series.iter().map(|series| Series {
        value: spec.series_column.as_ref().map(|_| series.value.clone()),
        label: series.label().to_owned(),
        colour: series.colour,
        marker: series.marker,
        point_size: series.point_size.unwrap_or(spec.point_size),
        opacity: series.opacity.unwrap_or(spec.opacity),
        layer: series.layer,
    });
    let found = |(index, value): (usize, Option<String>)| Series {
        label: value.clone().unwrap_or_else(|| spec.title.clone()),
        value,
        colour: theme.colour(
            index,
            spec.palette.get(index % spec.palette.len().max(1)).copied().unwrap_or(Colour::BLACK),
        ),
        marker: theme.marker(index, Marker::Circle),
        point_size: spec.point_size,
        opacity: spec.opacity,
        layer: 0,
    };
    match &spec.series_column {
        _ if !spec.series.is_empty() && (spec.series_column.is_some() || spec.series.len() == 1) => {
            Ok(listed.collect())
        }
        None if spec.series.is_empty() => Ok(vec![found((0, None))]),
        None => Err(FigureError::new(raw, "several `series` need a `series_column`")),
        Some(column) => {
            let mut values = BTreeSet::new();
            for panel in panels {
                values.extend(rows(raw, spec, panel, data)?.iter().filter_map(|row| row.text(column)));
            }
            Ok(values.into_iter().map(Some).enumerate().map(found).collect())
        }
    }
}

impl<'a> PanelPoints<'a> {
    /// Reads the points of a panel.
    pub fn read(
        raw: &RawSpec,
        spec: &ScatterSpec,
        (panel, name): (&'a ScatterPanelSpec, String),
        series: &[Series],
        data: &'a Datasets,
    ) -> Result<Self, FigureError> {
        let shown = |series: &Series| match (&panel.series, &series.value) {
            (Some(wanted), Some(value)) => wanted.contains(value),
            _ => true,
        };
        if let Some(unknown) = panel
            .series
            .iter()
            .flatten()
            .find(|wanted| !series.iter().any(|series| series.value.as_ref() == Some(*wanted)))
        {
            let known = series.iter().filter_map(|series| series.value.as_deref());
            return Err(FigureError::unknown(raw, "series", unknown, known));
        }
        let mut points: Vec<Point<'a>> = Vec::new();
        let mut without_numbers = 0;
        for row in rows(raw, spec, panel, data)? {
            let text = spec.series_column.as_ref().and_then(|column| row.text(column));
            let index = series.iter().position(|series| series.value == text && shown(series));
            let Some(index) = index else { continue };
            match (row.number(&spec.x.column), row.number(&spec.y.column)) {
                (Some(x), Some(y)) => points.push(Point { x, y, series: index, row }),
                _ => without_numbers += 1,
            }
        }
        // Stable: rows keep their order within a series.
        points.sort_by_key(|point| (series[point.series].layer, point.series));
        Ok(Self { spec: panel, name, points, without_numbers })
    }
}
