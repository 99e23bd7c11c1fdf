//! CSV files as frames of text: what is printed stays as printed until a verb asks for numbers.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{CsvReadOptions, DataFrame, PolarsError, PolarsResult, SerReader};

use super::error::brief;
use super::frame::Frame;
use super::origins::Origins;
use super::plain::read_plain;
use super::{QueryError, Table};
use crate::evidence::{Lineage, Lineages};
use crate::manifest::{Artifact, derived_sources};
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
    let not_a_table = |error: PolarsError| {
        let (artifact, problem) = (artifact.id.clone(), brief(&error));
        QueryError::NotATable { artifact, problem }
    };
    let data =
        read_plain(&file.bytes, numbers).unwrap_or_else(|| read_any(&file.bytes)).map_err(not_a_table)?;
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
    let mut sets = rows.to_vec();
    for (row, from) in derived_sources(&artifact.derived_rows) {
        let largest = from.iter().chain([&row]).copied().max().unwrap_or_default();
        if largest as usize > n_rows {
            let problem = format!("`derived_rows` names row {largest}, and the file has {n_rows} rows");
            return Err(QueryError::NotATable { artifact: artifact.id.clone(), problem });
        }
        if let Some(lineage) = sets.get_mut(row as usize - 1) {
            from.iter().for_each(|from| lineage.extend(&Lineage::row(Arc::clone(&file.source), *from)));
        }
    }
    Ok(sets.into())
}
