//! CSV files as frames of text: what is printed stays as printed until a verb asks for numbers.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{CsvReadOptions, DataFrame, PolarsResult, SerReader};

use super::error::brief;
use super::frame::Frame;
use super::origins::Origins;
use super::plain::read_plain;
use super::{QueryError, Table, records};
use crate::evidence::{Lineage, Lineages};
use crate::manifest::{Artifact, derived_in_order};
use crate::store::VerifiedFile;

/// Reads a verified CSV file as a table of text. Used where rows are facts of their own, as for claims.
pub fn read_csv(file: &VerifiedFile, artifact: &Artifact) -> Result<Table, QueryError> {
    read(file, artifact, &[])?.into_table()
}

/// Reads a verified CSV file; every column is text, an empty cell is missing, an unnamed column is called ``. Those
/// called `numbers` will be turned into numbers next, and may be numbers already.
///
/// The artifact's own columns are added. The lineage of a row is that row and, for a row that the digitiser
/// derived, the rows it was derived from.
pub(super) fn read(file: &VerifiedFile, artifact: &Artifact, numbers: &[&str]) -> Result<Frame, QueryError> {
    // Columns that hold anything but numbers are read as text, so that the verb that asks for numbers can name the cell.
    let as_text = || if numbers.is_empty() { None } else { read_plain(&file.bytes, &[]) };
    let data = match read_plain(&file.bytes, numbers).or_else(as_text) {
        Some(data) => data.map_err(|error| not_a_table(artifact, brief(&error)))?,
        None => read_checked(&file.bytes).map_err(|problem| not_a_table(artifact, problem))?,
    };
    let lineage = lineages(file, artifact, data.height())?;
    let mut frame = Frame::new(data, lineage);
    for (name, value) in &artifact.columns {
        if frame.has(name) {
            return Err(QueryError::ColumnExists { column: name.clone() });
        }
        frame.set(name, super::Column::Text(vec![Some(value.clone()); frame.n_rows()]))?;
        frame.set_origins(name, Origins::declared(frame.n_rows()));
    }
    Ok(frame)
}

fn not_a_table(artifact: &Artifact, problem: String) -> QueryError {
    QueryError::NotATable { artifact: artifact.id.clone(), problem }
}

/// Reads CSV text in any form, all of whose rows have as many cells as the header.
fn read_checked(bytes: &[u8]) -> Result<DataFrame, String> {
    let (n_rows, text) = records::check(bytes)?;
    let data = read_any(text).map_err(|error| brief(&error))?;
    // Claims and lineage name rows by their number.
    if data.height() != n_rows {
        return Err(format!("{} rows were read of {n_rows}; are all quotes closed?", data.height()));
    }
    Ok(data)
}

/// Reads CSV text in any form.
pub(super) fn read_any(bytes: &[u8]) -> PolarsResult<DataFrame> {
    let mut data = CsvReadOptions::default()
        .with_has_header(true)
        .with_infer_schema_length(Some(0))
        .with_n_threads(Some(1))
        .into_reader_with_file_handle(Cursor::new(bytes))
        .finish()?;
    data.rechunk_mut();
    Ok(data)
}

/// The lineage of every row. A derived row depends on all rows it rests on, through other derived rows.
fn lineages(file: &VerifiedFile, artifact: &Artifact, n_rows: usize) -> Result<Lineages, QueryError> {
    let rows = Lineages::of_file(Arc::clone(&file.source), n_rows);
    if artifact.derived_rows.is_empty() {
        return Ok(rows);
    }
    let wrong = |problem| QueryError::NotATable { artifact: artifact.id.clone(), problem };
    let entries = derived_in_order(&artifact.derived_rows)
        .map_err(|row| wrong(format!("row {row} of `derived_rows` is derived from itself")))?;
    let mut sets = rows.to_vec();
    // The rows behind a row are complete when it is their turn, so that those behind them need not be followed again.
    for entry in entries {
        let named = || entry.from.iter().chain([&entry.row]);
        if let Some(largest) = named().max().filter(|row| **row as usize > n_rows) {
            return Err(wrong(format!("`derived_rows` names row {largest}, and the file has {n_rows} rows")));
        }
        let at = |row: u32| (row as usize).saturating_sub(1);
        let lineage = Lineage::union(named().filter_map(|row| sets.get(at(*row))));
        if let Some(set) = sets.get_mut(at(entry.row)) {
            *set = lineage;
        }
    }
    Ok(sets.into())
}
