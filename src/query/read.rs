//! CSV files as frames of text: what is printed stays as printed until a verb asks for numbers.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{CsvReadOptions, PolarsError, SerReader};

use super::error::brief;
use super::frame::Frame;
use super::{QueryError, Table};
use crate::evidence::Lineage;
use crate::manifest::Artifact;
use crate::store::VerifiedFile;

/// Reads a verified CSV file as a table of text. Used where rows are facts of their own, as for claims.
pub fn read_csv(file: &VerifiedFile, artifact: &Artifact) -> Result<Table, QueryError> {
    read(file, artifact)?.into_table()
}

/// Reads a verified CSV file; every column is text, an empty cell is missing, an unnamed column is called ``.
///
/// The artifact's own columns are added. The lineage of a row is that row and, for a row that the digitiser
/// derived, the rows it was derived from.
pub(super) fn read(file: &VerifiedFile, artifact: &Artifact) -> Result<Frame, QueryError> {
    let not_a_table = |error: PolarsError| {
        let (artifact, problem) = (artifact.id.clone(), brief(&error));
        QueryError::NotATable { artifact, problem }
    };
    let mut data = CsvReadOptions::default()
        .with_has_header(true)
        .with_infer_schema_length(Some(0))
        .with_n_threads(Some(1))
        .into_reader_with_file_handle(Cursor::new(&file.bytes))
        .finish()
        .map_err(not_a_table)?;
    data.rechunk_mut();
    let lineage = (1..=data.height())
        .map(|row| {
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            let mut lineage = Lineage::row(Arc::clone(&file.source), row);
            for derived in artifact.derived_rows.iter().filter(|derived| derived.row == row) {
                for from in &derived.from {
                    lineage.extend(&Lineage::row(Arc::clone(&file.source), *from));
                }
            }
            lineage
        })
        .collect::<Vec<_>>();
    let mut frame = Frame { data, lineage };
    for (name, value) in &artifact.columns {
        if frame.has(name) {
            return Err(QueryError::ColumnExists { column: name.clone() });
        }
        frame.set(name, super::Column::Text(vec![Some(value.clone()); frame.n_rows()]))?;
    }
    Ok(frame)
}
