//! The verb unique: refuses tables that hold a key twice.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::QueryError;
use super::frame::Frame;
use super::group::Selected;
use crate::evidence::Lookups;

/// Keeps every row and fails when two rows agree in all of `columns`: ranks and means would count the key twice
/// without a word. Missing cells agree with each other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unique {
    columns: Vec<String>,
    /// Rows that are compared; all when absent.
    #[serde(rename = "where")]
    selected: Option<Selected>,
}

impl Unique {
    pub fn apply(&self, frame: Frame, lookups: &mut Lookups) -> Result<Frame, QueryError> {
        let columns: Vec<_> = self.columns.iter().map(|name| frame.text(name)).collect::<Result<_, _>>()?;
        let selected = match &self.selected {
            Some(selected) => selected.rows(&frame, lookups)?,
            None => vec![true; frame.n_rows()],
        };
        let mut seen: BTreeMap<Vec<Option<&str>>, usize> = BTreeMap::new();
        for row in (0..frame.n_rows()).filter(|row| selected[*row]) {
            let key: Vec<Option<&str>> = columns.iter().map(|column| column[row].as_deref()).collect();
            let Some(first) = seen.insert(key.clone(), row) else { continue };
            let cell = |(name, text): (&String, &Option<&str>)| match text {
                Some(text) => format!("{name} `{text}`"),
                None => format!("no {name}"),
            };
            return Err(QueryError::NotUnique {
                key: self.columns.iter().zip(&key).map(cell).collect::<Vec<_>>().join(", "),
                first: frame.lineage.get(first).unwrap_or_default().to_string(),
                second: frame.lineage.get(row).unwrap_or_default().to_string(),
            });
        }
        Ok(frame)
    }
}
