//! The points of a scatter figure: rows sorted into panels and series.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::slice::IterMut;
use std::sync::Arc;

use rayon::prelude::*;

use super::spec::{ScatterPanelSpec, ScatterSpec};
use crate::evidence::Lineage;
use crate::figures::FigureError;
use crate::figures::rows::{Datasets, Row};
use crate::manifest::RawSpec;
pub use crate::plot::CloudPoint as Point;
use crate::plot::{Colour, Extent, Marker, Theme};
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
    pub points: Arc<Vec<Point>>,
    /// Where the points lie.
    pub extent: Extent,
    /// Where the points of every series stand.
    of_series: Vec<Range<usize>>,
    /// Rows of the series that have no two numbers.
    pub without_numbers: usize,
    table: &'a Table,
    /// All rows of the table, unless they are those of one file as it was read.
    all_rows: Option<Arc<Lineage>>,
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
            let values: BTreeSet<&String> =
                rows.iter().filter_map(|rows| rows.values.as_ref()).flat_map(Categories::texts).collect();
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
        data: &Datasets,
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
        let numbers = |column: &str| rows.table.numbers(column).unwrap_or_default();
        let (x, y) = (numbers(&spec.x.column), numbers(&spec.y.column));
        let place = |row: u32| -> Option<(f64, f64)> {
            let (x, y) = (*x.get(row as usize)?, *y.get(row as usize)?);
            (!x.is_nan() && !y.is_nan()).then_some((x, y))
        };
        let series_of = rows.series(panel, series);
        for column in [&spec.x.column, &spec.y.column] {
            let shown = rows.positions.iter().enumerate().filter(|(index, _)| series_of(*index).is_some());
            if let Some(text) = rows.table.first_text(column, shown.map(|(_, row)| *row as usize)) {
                return Err(FigureError::text(raw, &text));
            }
        }
        let Sorted { points, extent, of_series, without_numbers } =
            Sorted::new(&rows.positions, series_of, &by_layer(series), place);
        let without_series = points.len() + without_numbers < rows.positions.len();
        rows.record(spec, dataset(raw, spec, panel)?, without_series, data);
        let (points, table) = (Arc::new(points), rows.table);
        let by_place = spec.key_column.is_none() && !table.is_whole_file();
        let all_rows = by_place.then(|| Arc::new(table.union(0..table.n_rows())));
        Ok(Self { spec: panel, name, points, extent, of_series, without_numbers, table, all_rows })
    }

    /// The points of a series.
    pub fn of_series(&self, series: usize) -> &[Point] {
        &self.points[self.of_series[series].clone()]
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

    /// The row of a point.
    pub fn own_lineage(&self, point: &Point) -> Lineage {
        self.table.lineage(point.row as usize).unwrap_or_default()
    }

    /// Everything that decided a coordinate of a point, where that is more or less than its row.
    pub fn origin(&self, point: &Point, column: &str) -> Option<Lineage> {
        let row = point.row as usize;
        self.table.has_origins(column).then(|| self.table.lineage_of(column, row)).flatten()
    }

    /// Rows that decide which point has this key: those of all points, where a point is called by its place among them.
    pub fn found_by(&self, point: &Point, spec: &ScatterSpec) -> Option<Arc<Lineage>> {
        let by_place = spec.key_column.is_none().then_some(self.all_rows.as_ref()).flatten();
        match (by_place, self.table.decided_by(point.row as usize)) {
            (Some(all), None) => Some(Arc::clone(all)),
            (None, decided) => decided,
            (Some(all), Some(decided)) => Some(Arc::new(Lineage::union([all.as_ref(), &decided]))),
        }
    }

    /// The rows behind some points together.
    pub fn lineage<'p>(&self, points: impl IntoIterator<Item = &'p Point>) -> Lineage {
        self.table.union(points.into_iter().map(|point| point.row as usize))
    }
}

impl PanelRows<'_> {
    /// Records listed series and highlighted names without a row, and rows of other series.
    fn record(&self, spec: &ScatterSpec, id: &str, others: bool, data: &Datasets) {
        if let (Some(column), Some(values)) = (&spec.series_column, &self.values)
            && !spec.series.is_empty()
        {
            let texts = spec.series.iter().map(|series| &series.value);
            data.categorised((id, column), texts, (&self.positions, values), others);
        }
        if let Some(highlight) = &spec.highlight
            && let Some(values) = self.table.categories(&highlight.column, &self.positions)
        {
            let texts = highlight.values.iter().map(|value| &value.value);
            data.categorised((id, &highlight.column), texts, (&self.positions, &values), false);
        }
    }

    /// Says for an index of the positions the series of that row: the first that is drawn in this panel and has the
    /// row's text.
    fn series(&self, panel: &ScatterPanelSpec, series: &[Series]) -> impl Fn(usize) -> Option<u32> {
        let shown = |value: &Option<String>| match (&panel.series, value) {
            (Some(wanted), Some(value)) => wanted.contains(value),
            _ => true,
        };
        let mut first: BTreeMap<Option<&str>, u32> = BTreeMap::new();
        for (index, series) in (0..).zip(series).filter(|(_, series)| shown(&series.value)) {
            first.entry(series.value.as_deref()).or_insert(index);
        }
        let without = first.get(&None).copied();
        let texts = self.values.iter().flat_map(Categories::texts);
        let of_texts: Vec<Option<u32>> = texts.map(|text| first.get(&Some(text.as_str())).copied()).collect();
        move |index| {
            let text = self.values.as_ref().and_then(|values| values.get(index));
            text.map_or(without, |text| of_texts[text])
        }
    }
}

/// Indices of series, those of lower layers first.
fn by_layer(series: &[Series]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by_key(|index| series[*index].layer);
    order
}

/// The points of some rows by series; within one, rows keep their order.
struct Sorted {
    points: Vec<Point>,
    extent: Extent,
    /// Where the points of every series stand.
    of_series: Vec<Range<usize>>,
    without_numbers: usize,
}

/// What is known of a block of rows before its points are written.
struct Counted {
    /// Points of every series.
    counts: Vec<usize>,
    extent: Extent,
    without_numbers: usize,
}

impl Sorted {
    /// Sorts the points of `rows`, the series in this `order`: `series_of` says for an index of the rows which series it
    /// is, and `place` for a row where it lies.
    fn new(
        rows: &[u32],
        series_of: impl Fn(usize) -> Option<u32> + Sync,
        order: &[usize],
        place: impl Fn(u32) -> Option<(f64, f64)> + Sync,
    ) -> Self {
        let n_series = order.len();
        let blocks = || rows.par_chunks(BLOCK).enumerate();
        let counted: Vec<Counted> = blocks()
            .map(|block| {
                let (counts, extent) = (vec![0; n_series], Extent::NOTHING);
                let mut counted = Counted { counts, extent, without_numbers: 0 };
                for (series, row) in of_series_in(block, &series_of) {
                    match place(row) {
                        Some(place) => {
                            counted.counts[series as usize] += 1;
                            counted.extent = counted.extent.with(Extent::of(place));
                        }
                        None => counted.without_numbers += 1,
                    }
                }
                counted
            })
            .collect();
        let mut of_series = vec![0..0; n_series];
        let mut n_points = 0;
        for series in order {
            let n: usize = counted.iter().map(|block| block.counts[*series]).sum();
            of_series[*series] = n_points..n_points + n;
            n_points += n;
        }
        let mut points: Vec<Point> = rayon::iter::repeat_n(Point::default(), n_points).collect();
        // Every block has a part of each series to write to.
        let mut rest = points.as_mut_slice();
        let mut parts: Vec<Vec<IterMut<'_, Point>>> =
            counted.iter().map(|_| (0..n_series).map(|_| IterMut::default()).collect()).collect();
        for series in order {
            for (part, Counted { counts, .. }) in parts.iter_mut().zip(&counted) {
                let (own, others) = rest.split_at_mut(counts[*series]);
                part[*series] = own.iter_mut();
                rest = others;
            }
        }
        blocks().zip(parts).for_each(|(block, mut parts)| {
            for (series, row) in of_series_in(block, &series_of) {
                let Some((x, y)) = place(row) else { continue };
                if let Some(point) = parts[series as usize].next() {
                    *point = Point { x, y, series, row };
                }
            }
        });
        let extent = counted.iter().map(|block| block.extent).fold(Extent::NOTHING, Extent::with);
        let without_numbers = counted.iter().map(|block| block.without_numbers).sum();
        Self { points, extent, of_series, without_numbers }
    }
}

/// The rows of a block that are of a series, with that series.
fn of_series_in(
    (index, rows): (usize, &[u32]),
    series_of: &impl Fn(usize) -> Option<u32>,
) -> impl Iterator<Item = (u32, u32)> {
    (BLOCK * index..).zip(rows).filter_map(|(index, row)| Some((series_of(index)?, *row)))
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
        let sorted = Sorted::new(&rows, |index| of_rows[index], &[2, 1, 0], place);
        let found: Vec<u32> = sorted.points.iter().map(|point| point.row).collect();
        assert_eq!(found, [3, 8, 4, 7]);
        assert_eq!(sorted.of_series, [2..4, 2..2, 0..2]);
        assert_eq!(sorted.without_numbers, 1);
        assert_eq!(sorted.extent, Extent { x: (3.0, 8.0), y: (0.5, 0.5) });
        assert!(sorted.points.iter().all(|point| point.x == f64::from(point.row) && point.y == 0.5));
    }

    #[test]
    fn blocks_are_sorted_together() {
        let rows: Vec<u32> = (0..2 * BLOCK as u32 + 3).rev().collect();
        let series_of = |index: usize| Some(rows[index] % 3);
        let place = |row: u32| (!row.is_multiple_of(5)).then_some((f64::from(row), 0.0));
        let sorted = Sorted::new(&rows, series_of, &[1, 0, 2], place);
        let expected =
            |series: u32| rows.iter().copied().filter(move |row| row % 3 == series && row % 5 != 0);
        let found: Vec<u32> = sorted.points.iter().map(|point| point.row).collect();
        assert!(found.iter().copied().eq([1, 0, 2].into_iter().flat_map(expected)));
        let of_series = |series: u32| &sorted.points[sorted.of_series[series as usize].clone()];
        assert!((0..3).all(|series| of_series(series).iter().map(|point| point.row).eq(expected(series))));
    }
}
