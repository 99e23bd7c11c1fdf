//! The points of a scatter figure: rows sorted into panels and series.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::spec::{ScatterPanelSpec, ScatterSpec};
use crate::evidence::Lineage;
use crate::figures::FigureError;
use crate::figures::rows::{Datasets, Row};
use crate::manifest::RawSpec;
use crate::plot::{Colour, Marker, Theme};
use crate::query::{Categories, Table};

/// Rows that one task sorts into series.
const BLOCK: usize = 1 << 16;

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
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Horizontal position.
    pub x: f64,
    /// Vertical position.
    pub y: f64,
    /// Index of its series.
    pub series: u32,
    /// Position of its row in the dataset, from 0.
    pub row: u32,
}

/// The rows of a panel and the series they are of.
pub struct PanelRows<'a> {
    table: &'a Table,
    /// Positions in the table, ascending.
    positions: Vec<u32>,
    /// Texts of the series column; `None` without one.
    values: Option<Categories>,
}

/// The points of a panel.
pub struct PanelPoints<'a> {
    /// The panel.
    pub spec: &'a ScatterPanelSpec,
    /// Name in the mark table; empty for the only panel.
    pub name: String,
    /// Points in the order of layers and series and, within one, of the rows.
    pub points: Vec<Point>,
    /// Rows of the series that have no two numbers.
    pub without_numbers: usize,
    table: &'a Table,
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

impl<'a> PanelRows<'a> {
    /// The rows of a panel that fulfil its conditions.
    pub fn read(
        raw: &RawSpec,
        spec: &ScatterSpec,
        panel: &ScatterPanelSpec,
        data: &'a Datasets,
    ) -> Result<Self, FigureError> {
        let highlighted = spec.highlight.as_ref().map(|highlight| highlight.column.as_str());
        let columns: Vec<&str> = [spec.x.column.as_str(), spec.y.column.as_str()]
            .into_iter()
            .chain(spec.series_column.as_deref())
            .chain(spec.key_column.as_deref())
            .chain(highlighted)
            .collect();
        let conditions = [&spec.conditions, &panel.conditions];
        let (table, positions) = data.positions(raw, dataset(raw, spec, panel)?, &conditions, &columns)?;
        let values = spec.series_column.as_ref().and_then(|column| table.categories(column, &positions));
        Ok(Self { table, positions, values })
    }
}

/// The series of the figure: those of the manifest, or the texts of the series column in ascending order.
pub fn series(
    raw: &RawSpec,
    spec: &ScatterSpec,
    rows: &[PanelRows<'_>],
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
        Some(_) => {
            let values: BTreeSet<&String> = rows
                .iter()
                .filter_map(|rows| rows.values.as_ref())
                .flat_map(|values| &values.texts)
                .collect();
            Ok(values.into_iter().cloned().map(Some).enumerate().map(found).collect())
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
        rows: PanelRows<'a>,
    ) -> Result<Self, FigureError> {
        if let Some(unknown) = panel
            .series
            .iter()
            .flatten()
            .find(|wanted| !series.iter().any(|series| series.value.as_ref() == Some(*wanted)))
        {
            let known = series.iter().filter_map(|series| series.value.as_deref());
            return Err(FigureError::unknown(raw, "series", unknown, known));
        }
        let of_rows = rows.series(panel, series);
        let numbers = |column: &str| rows.table.numbers(column).unwrap_or_default();
        let (x, y) = (numbers(&spec.x.column), numbers(&spec.y.column));
        let place = |row: u32| -> Option<(f64, f64)> {
            let (x, y) = (*x.get(row as usize)?, *y.get(row as usize)?);
            (!x.is_nan() && !y.is_nan()).then_some((x, y))
        };
        let blocks: Vec<Block> = rows
            .positions
            .par_chunks(BLOCK)
            .zip(of_rows.par_chunks(BLOCK))
            .map(|(rows, of_rows)| Block::of(rows, of_rows, series.len(), place))
            .collect();
        let without_numbers = blocks.iter().map(|block| block.without_numbers).sum();
        let mut points = Vec::with_capacity(blocks.iter().map(|block| block.points.len()).sum());
        for series in by_layer(series) {
            blocks.iter().for_each(|block| points.extend_from_slice(block.of_series(series)));
        }
        Ok(Self { spec: panel, name, points, without_numbers, table: rows.table })
    }

    /// The row of a point.
    pub fn row(&self, point: &Point) -> Row<'a> {
        Row::at(self.table, point.row as usize)
    }

    /// Name of a point in the mark table.
    pub fn key(&self, point: &Point, spec: &ScatterSpec) -> String {
        let row = self.row(point);
        match &spec.key_column {
            Some(column) => row.text(column).unwrap_or_default(),
            None => row.position().to_string(),
        }
    }

    /// The rows behind some points together.
    pub fn lineage<'p>(&self, points: impl IntoIterator<Item = &'p Point>) -> Lineage {
        self.table.union(points.into_iter().map(|point| point.row as usize))
    }
}

impl PanelRows<'_> {
    /// The series of every row: the first that is drawn in this panel and has the row's text.
    fn series(&self, panel: &ScatterPanelSpec, series: &[Series]) -> Vec<Option<u32>> {
        let shown = |value: &Option<String>| match (&panel.series, value) {
            (Some(wanted), Some(value)) => wanted.contains(value),
            _ => true,
        };
        let mut first: BTreeMap<Option<&str>, u32> = BTreeMap::new();
        for (index, series) in (0..).zip(series).filter(|(_, series)| shown(&series.value)) {
            first.entry(series.value.as_deref()).or_insert(index);
        }
        let without = first.get(&None).copied();
        let Some(values) = &self.values else { return vec![without; self.positions.len()] };
        let of_texts: Vec<Option<u32>> =
            values.texts.iter().map(|text| first.get(&Some(text.as_str())).copied()).collect();
        let of_row = |index: &Option<u32>| index.map_or(without, |index| of_texts[index as usize]);
        values.indices.par_iter().map(of_row).collect()
    }
}

/// Indices of series, those of lower layers first.
fn by_layer(series: &[Series]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by_key(|index| series[*index].layer);
    order
}

/// The points of some rows by series; within one, rows keep their order.
struct Block {
    points: Vec<Point>,
    /// Where each series ends.
    ends: Vec<usize>,
    without_numbers: usize,
}

impl Block {
    fn of(
        rows: &[u32],
        of_rows: &[Option<u32>],
        n_series: usize,
        place: impl Fn(u32) -> Option<(f64, f64)>,
    ) -> Self {
        let of_series = || rows.iter().zip(of_rows).filter_map(|(row, series)| Some((*row, (*series)?)));
        let mut ends = vec![0; n_series];
        let mut without_numbers = 0;
        for (row, series) in of_series() {
            match place(row) {
                Some(_) => ends[series as usize] += 1,
                None => without_numbers += 1,
            }
        }
        let mut n_points = 0;
        for end in &mut ends {
            // Where the series starts, until its points have moved that to its end.
            n_points += std::mem::replace(end, n_points);
        }
        let mut points = vec![Point::default(); n_points];
        for (row, series) in of_series() {
            let Some((x, y)) = place(row) else { continue };
            let next = &mut ends[series as usize];
            points[*next] = Point { x, y, series, row };
            *next += 1;
        }
        Self { points, ends, without_numbers }
    }

    fn of_series(&self, series: usize) -> &[Point] {
        let start = series.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.points[start..self.ends[series]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_sorted_by_series_and_rows_keep_their_order() {
        let rows = [3, 4, 5, 6, 7, 8];
        let of_rows = [Some(2), Some(0), None, Some(2), Some(0), Some(2)];
        // Row 6 has no numbers, row 5 no series, series 1 no rows.
        let place = |row: u32| (row != 6).then_some((f64::from(row), 0.5));
        let block = Block::of(&rows, &of_rows, 3, place);
        let found = |series| block.of_series(series).iter().map(|point| point.row).collect::<Vec<u32>>();
        assert_eq!([found(0), found(1), found(2)], [vec![4, 7], vec![], vec![3, 8]]);
        assert_eq!((block.points.len(), block.without_numbers), (4, 1));
        assert!(block.points.iter().all(|point| point.x == f64::from(point.row) && point.y == 0.5));
    }
}
