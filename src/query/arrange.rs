//! The verb arrange: rows in a stated order, for verbs whose result depends on it.

use serde::Deserialize;

use super::QueryError;
use super::frame::Frame;

/// Sorts rows by where the text of a column stands in a list; rows with the same text keep their order, rows with
/// another text come last.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arrange {
    column: String,
    order: Vec<String>,
}

impl Arrange {
    pub fn apply(&self, frame: &Frame) -> Result<Frame, QueryError> {
        let place = |cell: Option<String>| {
            let listed = self.order.iter().position(|text| Some(text) == cell.as_ref());
            listed.unwrap_or(self.order.len())
        };
        let places: Vec<usize> = frame.text(&self.column)?.into_iter().map(place).collect();
        let mut rows: Vec<usize> = (0..frame.n_rows()).collect();
        rows.sort_by_key(|row| places[*row]);
        frame.take(&rows)
    }
}
