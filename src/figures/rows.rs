//! Rows of datasets: looked up once a figure, filtered and checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::Failure;
use crate::evidence::{Lineage, Missing, Reason};
use crate::manifest::RawSpec;
use crate::plot::Source;
use crate::query::Table;

use super::spec::Where;
use super::{Evidence, FigureError, Lookup};

/// The datasets of a figure.
#[derive(Default)]
pub struct Datasets {
    found: BTreeMap<String, Arc<Table>>,
    /// Where the rows came from, in order of first use.
    pub sources: Vec<Source>,
}

impl Datasets {
    /// Looks up every id that is not known yet; the inner error is the first dataset that is missing.
    pub fn add(&mut self, ids: &[String], lookup: &mut Lookup<'_>) -> Result<Result<(), Missing>, Failure> {
        for id in ids {
            if self.found.contains_key(id) {
                continue;
            }
            match lookup(id)? {
                Ok(Evidence { table, alternative }) => {
                    self.found.insert(id.clone(), table);
                    self.sources.push(Source { dataset: id.clone(), alternative });
                }
                Err(missing) => return Ok(Err(missing)),
            }
        }
        Ok(Ok(()))
    }

    /// Rows of a dataset that fulfil all conditions. Fails when the dataset lacks one of the columns named by the
    /// conditions or by `columns`.
    pub fn rows(
        &self,
        spec: &RawSpec,
        id: &str,
        conditions: &[&Where],
        columns: &[&str],
    ) -> Result<Vec<Row<'_>>, FigureError> {
        let Some(table) = self.found.get(id) else {
            return Err(FigureError::new(spec, &format!("dataset `{id}` was not looked up")));
        };
        let conditions: Vec<(&String, &String)> = conditions.iter().flat_map(|part| part.iter()).collect();
        let named = conditions.iter().map(|(column, _)| column.as_str()).chain(columns.iter().copied());
        for column in named {
            if table.column(column).is_none() {
                let what = format!("column of dataset `{id}`");
                return Err(FigureError::unknown(spec, &what, column, table.column_names()));
            }
        }
        let fulfils = |index: usize| {
            conditions.iter().all(|(column, text)| table.text(column, index).as_ref() == Some(*text))
        };
        let rows = (0..table.n_rows()).filter(|index| fulfils(*index));
        Ok(rows.map(|index| Row { table, index }).collect())
    }
}

/// One row of a dataset.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    index: usize,
}

impl<'a> Row<'a> {
    /// A cell as text.
    pub fn text(&self, column: &str) -> Option<String> {
        self.table.text(column, self.index)
    }

    /// A cell as a finite number.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.table.number(column, self.index)
    }

    /// Number of the row in its dataset, from 1.
    pub fn position(&self) -> usize {
        self.index + 1
    }

    /// Where the row comes from.
    pub fn lineage(&self) -> Lineage {
        self.table.lineage(self.index).cloned().unwrap_or_default()
    }

    /// Where the row comes from, without a copy; `None` for a row that came from nowhere.
    pub fn source(&self) -> Option<&'a Lineage> {
        self.table.lineage(self.index)
    }

    /// Whether the dataset has a column.
    pub fn has(&self, column: &str) -> bool {
        self.table.column(column).is_some()
    }
}

/// The reason of a figure whose datasets exist and hold no value for it.
pub fn no_values(datasets: &Datasets) -> Missing {
    let ids: Vec<&str> = datasets.sources.iter().map(|source| source.dataset.as_str()).collect();
    let detail = format!("no value for this figure in the rows of `{}`", ids.join("`, `"));
    Missing::new(Reason::NoPublishedValue, detail)
}
