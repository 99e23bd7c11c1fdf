//! A data frame whose rows know where they come from.

use polars::prelude::{ChunkedArray, DataFrame, DataType, Float64Chunked, IdxCa, IdxSize, PlSmallStr};
use rayon::prelude::*;

use super::decimal::parse_number;
use super::error::quoted;
use super::table::parse_all;
use super::{Column, NotANumber, QueryError, Table};
use crate::evidence::Lineages;

/// Numbers that one task looks at.
const BLOCK: usize = 1 << 16;

/// Most pieces of a column of text: a cell is searched in all of them, while putting them together is a copy.
pub(super) const PIECES: usize = 64;

/// A polars frame and one lineage a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub data: DataFrame,
    pub lineage: Lineages,
}

impl Frame {
    pub fn n_rows(&self) -> usize {
        self.lineage.len()
    }

    /// The rows at these positions, in this order.
    pub fn take(&self, rows: &[usize]) -> Result<Self, QueryError> {
        let index: IdxCa =
            ChunkedArray::from_vec(PlSmallStr::EMPTY, rows.iter().map(|row| *row as IdxSize).collect());
        Ok(Self { data: self.data.take(&index)?, lineage: self.lineage.take(rows) })
    }

    /// A column's cells as text.
    pub fn text(&self, name: &str) -> Result<Vec<Option<String>>, QueryError> {
        let column = self.require(name)?.cast(&DataType::String)?;
        Ok(column.str()?.iter().map(|cell| cell.map(str::to_owned)).collect())
    }

    /// A column's cells as finite numbers; an empty cell is missing, and any other text is an error.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, QueryError> {
        self.numbers_but(name, &[])
    }

    /// The same, where these texts stand for missing values.
    fn numbers_but(&self, name: &str, missing: &[String]) -> Result<Vec<Option<f64>>, QueryError> {
        let column = self.require(name)?;
        if column.dtype() != &DataType::String {
            let listed: Vec<f64> = missing.iter().filter_map(|text| parse_number(text)).collect();
            let column = column.cast(&DataType::Float64)?;
            let present = |number: f64| !number.is_nan() && !listed.contains(&number);
            let numbers: Vec<Option<f64>> =
                column.f64()?.iter().map(|cell| cell.filter(|number| present(*number))).collect();
            let infinite = |number: &Option<f64>| number.is_some_and(f64::is_infinite);
            let n_infinite = numbers.iter().filter(|number| infinite(number)).count();
            return match numbers.iter().position(infinite) {
                Some(row) => Err(self.not_a_number(
                    name,
                    row,
                    numbers[row].unwrap_or_default().to_string(),
                    n_infinite - 1,
                )),
                None => Ok(numbers),
            };
        }
        let cells = column.str()?;
        let mut numbers: Vec<Option<f64>> =
            parse_all(cells).into_iter().map(|number| (!number.is_nan()).then_some(number)).collect();
        let (mut first, mut n) = (None, 0);
        for (row, (cell, number)) in cells.iter().zip(&mut numbers).enumerate() {
            let text = cell.unwrap_or_default();
            if missing.iter().any(|listed| listed == text) {
                *number = None;
            } else if number.is_none() && !text.is_empty() {
                first.get_or_insert((row, text));
                n += 1;
            }
        }
        match first {
            Some((row, text)) => Err(self.not_a_number(name, row, text.to_owned(), n - 1)),
            None => Ok(numbers),
        }
    }

    fn not_a_number(&self, column: &str, row: usize, value: String, more: usize) -> QueryError {
        let cell = NotANumber { place: self.place([row]), column: column.to_owned(), value };
        QueryError::NotANumber { cell, more }
    }

    /// Where some rows come from, for messages.
    pub fn place(&self, rows: impl IntoIterator<Item = usize>) -> String {
        self.lineage.union(rows).place()
    }

    /// Rows without a value in a column: those whose cell is empty or missing.
    pub fn n_missing(&self, name: &str) -> usize {
        let Ok(column) = self.require(name) else { return 0 };
        let empty = column.str().map_or(0, |cells| cells.iter().filter(|cell| *cell == Some("")).count());
        column.null_count() + empty
    }

    /// Adds or replaces a column.
    pub fn set(&mut self, name: &str, column: Column) -> Result<(), QueryError> {
        let series = match column {
            Column::Text(values) => polars::prelude::Column::new(name.into(), values),
            Column::Number(values) => polars::prelude::Column::new(name.into(), values),
        };
        self.data.with_column(series)?;
        Ok(())
    }

    /// Stacks the rows of another frame, columns by name: a column that only one side has is missing on the other, and
    /// one that is text on one side is text on both.
    pub fn stack(&mut self, mut other: Self) -> Result<(), QueryError> {
        if self.data.schema() != other.data.schema() {
            let names: Vec<PlSmallStr> = self.data.get_column_names_owned();
            let added = other.data.get_column_names_owned().into_iter().filter(|name| !self.has(name));
            for name in names.into_iter().chain(added.collect::<Vec<_>>()) {
                // A column that a side lacks takes the other side's type.
                let is_text = |frame: &Self| {
                    frame.has(&name)
                        && frame.require(&name).is_ok_and(|column| column.dtype() == &DataType::String)
                };
                let text = is_text(self) || is_text(&other);
                self.conform(&name, text)?;
                other.conform(&name, text)?;
            }
            other.data = other.data.select(self.data.get_column_names_owned())?;
        }
        self.data.vstack_mut_owned(other.data)?;
        self.lineage.extend(other.lineage);
        Ok(())
    }

    /// Makes a column text or numbers; one that is not there becomes missing.
    fn conform(&mut self, name: &str, text: bool) -> Result<(), QueryError> {
        let column = match (self.has(name), text) {
            (true, true) => Column::Text(self.text(name)?),
            (true, false) => Column::Number(self.numbers(name)?),
            (false, true) => Column::Text(vec![None; self.n_rows()]),
            (false, false) => Column::Number(vec![None; self.n_rows()]),
        };
        self.set(name, column)
    }

    pub fn has(&self, name: &str) -> bool {
        self.data.get_column_index(name).is_some()
    }

    pub fn require(&self, name: &str) -> Result<&polars::prelude::Column, QueryError> {
        self.data.column(name).map_err(|_| QueryError::NoColumn {
            column: name.to_owned(),
            known: quoted(self.data.get_column_names().into_iter().map(PlSmallStr::as_str)),
        })
    }

    /// Turns a column into finite numbers; an empty cell and one of `missing` is missing, and any other text is an error.
    pub fn make_numbers(&mut self, name: &str, missing: &[String]) -> Result<(), QueryError> {
        let column = self.require(name)?;
        if missing.is_empty() && column.f64().is_ok_and(all_finite) {
            return Ok(());
        }
        let numbers = self.numbers_but(name, missing)?;
        // Numbers without a gap take less room.
        match numbers.iter().copied().collect::<Option<Vec<f64>>>() {
            Some(numbers) => {
                self.data.with_column(polars::prelude::Column::new(name.into(), numbers))?;
                Ok(())
            }
            None => self.set(name, Column::Number(numbers)),
        }
    }

    /// The finished table.
    pub fn into_table(mut self) -> Result<Table, QueryError> {
        for name in self.data.get_column_names_owned() {
            let column = self.require(&name)?;
            let fine = match column.dtype() {
                DataType::Float64 => all_finite(column.f64()?),
                other => other == &DataType::String,
            };
            if !fine {
                let text = column.dtype() != &DataType::Float64;
                self.conform(&name, text)?;
            }
        }
        let columns = self.data.into_columns().into_par_iter().map(|column| match column.dtype() {
            DataType::String if column.n_chunks() <= PIECES => column,
            _ => column.rechunk(),
        });
        self.data = DataFrame::new(self.lineage.len(), columns.collect())?;
        Ok(Table::from_frame(self))
    }

    /// A table as a frame again.
    pub fn from_table(table: &Table) -> Self {
        table.frame().clone()
    }
}

/// Whether every number that is there is finite.
fn all_finite(numbers: &Float64Chunked) -> bool {
    match numbers.cont_slice() {
        Ok(numbers) => {
            numbers.par_chunks(BLOCK).all(|numbers| numbers.iter().all(|number| number.is_finite()))
        }
        Err(_) => numbers.iter().flatten().all(f64::is_finite),
    }
}
