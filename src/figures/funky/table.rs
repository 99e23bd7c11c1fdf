//! The cells of a `funky` figure: rows in order, what each holds and where it comes from.

use std::collections::BTreeMap;

use super::spec::{BlockSpec, CellsSpec, ColumnSpec, FunkySpec, ShapeSpec};
use crate::evidence::Lineage;
use crate::figures::FigureError;
use crate::figures::rows::{Datasets, Row};
use crate::manifest::RawSpec;

/// A value of a bar or circle.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The value.
    pub value: f64,
    /// Size of a circle, 0 to 1.
    pub size: Option<f64>,
    /// Rows it was computed from.
    pub lineage: Lineage,
    /// Rows the size was computed from.
    pub size_lineage: Option<Lineage>,
}

/// A row of the figure.
#[derive(Clone, Debug)]
pub struct TableRow<'a> {
    /// Its name in the datasets.
    pub key: &'a str,
    /// Height in units of rows, from 0 at the top; blank rows count.
    pub place: usize,
    /// What decides the place: the values that sort its block, else the manifest.
    pub placed_by: Lineage,
    /// A cell for every column, if there is one.
    pub cells: Vec<Option<Cell>>,
}

impl TableRow<'_> {
    /// The rows behind all cells.
    pub fn lineage(&self) -> Lineage {
        Lineage::union(self.cells.iter().flatten().map(|cell| &cell.lineage))
    }
}

/// All rows from the top.
pub fn read<'a>(
    raw: &RawSpec,
    spec: &'a FunkySpec,
    data: &Datasets,
) -> Result<Vec<TableRow<'a>>, FigureError> {
    let bars = Source::new(raw, &spec.bars, data)?;
    let circles = Source::new(raw, &spec.circles, data)?;
    let cell = |row: &str, column: &ColumnSpec| match column.shape {
        ShapeSpec::Bar => bars.cell(raw, row, column),
        ShapeSpec::Circle => {
            circles.cell(raw, row, column).map(|cell| cell.filter(|cell| cell.size.is_some()))
        }
    };
    for (source, shape) in [(&bars, ShapeSpec::Bar), (&circles, ShapeSpec::Circle)] {
        source.record(spec, shape, data);
    }
    let mut table: Vec<TableRow<'a>> = Vec::new();
    let mut place = 0;
    for block in &spec.block {
        let mut rows = Vec::new();
        for key in &block.rows {
            let cells = spec.column.iter().map(|column| cell(key, column));
            let cells = cells.collect::<Result<_, _>>()?;
            rows.push(TableRow { key, place: 0, placed_by: Lineage::default(), cells });
        }
        sort(spec, block, &mut rows);
        for row in rows {
            if let Some(twice) = table.iter().find(|other| other.key == row.key) {
                return Err(FigureError::new(
                    raw,
                    &format!("row `{}` stands in the blocks twice", twice.key),
                ));
            }
            table.push(TableRow { place, ..row });
            place += 1;
        }
        place += 1;
    }
    Ok(table)
}

/// Largest value first; equal ones keep their order, missing ones come last.
fn sort(spec: &FunkySpec, block: &BlockSpec, rows: &mut [TableRow<'_>]) {
    let Some(column) = spec.column.iter().position(|column| Some(&column.key) == block.sort_by.as_ref())
    else {
        rows.iter_mut().for_each(|row| row.placed_by = row.lineage().declared());
        return;
    };
    let sorted_by = rows.iter().filter_map(|row| row.cells[column].as_ref());
    let sorted_by = Lineage::union(sorted_by.map(|cell| &cell.lineage));
    rows.iter_mut().for_each(|row| row.placed_by = sorted_by.clone());
    let value = |row: &TableRow<'_>| row.cells[column].as_ref().map_or(f64::NEG_INFINITY, |cell| cell.value);
    rows.sort_by(|a, b| value(b).total_cmp(&value(a)));
}

/// The rows of a dataset that hold cells.
struct Source<'a> {
    spec: &'a CellsSpec,
    rows: Vec<Row<'a>>,
    /// The same by the names of the cell's row and column.
    cells: BTreeMap<(String, String), Vec<Row<'a>>>,
}

impl<'a> Source<'a> {
    fn new(raw: &RawSpec, spec: &'a CellsSpec, data: &'a Datasets) -> Result<Self, FigureError> {
        let columns: Vec<&str> = [&spec.row, &spec.column, &spec.value]
            .into_iter()
            .chain(&spec.size)
            .map(String::as_str)
            .collect();
        let rows = data.rows(raw, &spec.data, &[&spec.conditions], &columns)?;
        let mut cells: BTreeMap<_, Vec<Row<'a>>> = BTreeMap::new();
        for row in &rows {
            if let (Some(key), Some(column)) = (row.text(&spec.row), row.text(&spec.column)) {
                cells.entry((key, column)).or_default().push(*row);
            }
        }
        Ok(Self { spec, rows, cells })
    }

    /// Records rows and columns of the figure without a cell, and rows of the dataset that no cell shows.
    fn record(&self, spec: &FunkySpec, shape: ShapeSpec, data: &Datasets) {
        let columns: Vec<&String> =
            spec.column.iter().filter(|column| column.shape == shape).map(|column| &column.key).collect();
        if !columns.is_empty() {
            let keys = spec.block.iter().flat_map(|block| &block.rows);
            let drawn = data.listed(&self.spec.data, &self.spec.row, keys, &self.rows);
            data.listed(&self.spec.data, &self.spec.column, columns, &drawn);
        }
    }

    /// The cell of a row and column; two are an error, since only one could be seen.
    fn cell(&self, raw: &RawSpec, row: &str, column: &ColumnSpec) -> Result<Option<Cell>, FigureError> {
        let Some(cells) = self.cells.get(&(row.to_owned(), column.key.clone())) else { return Ok(None) };
        let [found, others @ ..] = cells.as_slice() else { return Ok(None) };
        if let Some(second) = others.first() {
            let message = format!(
                "dataset `{}` has several rows for `{row}` in column `{}` ({})",
                self.spec.data,
                column.key,
                found.places(second)
            );
            return Err(FigureError::new(raw, &message).with_hint("narrow the rows with `where`"));
        }
        let size = match &self.spec.size {
            Some(name) => found.number(raw, name)?,
            None => None,
        };
        let value = found.number(raw, &self.spec.value)?;
        Ok(value.map(|value| Cell {
            value,
            size: size.map(|size| size.clamp(0.0, 1.0)),
            size_lineage: self.spec.size.as_ref().map(|name| found.lineage_of(name)),
            lineage: found.lineage_of(&self.spec.value),
        }))
    }
}
