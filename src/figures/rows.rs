//! Rows of datasets: looked up once a figure, filtered and checked.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::Failure;
use crate::evidence::{Lineage, Missing, Reason};
use crate::manifest::RawSpec;
use crate::plot::Source;
use crate::query::Table;

use super::spec::Where;
use super::{Evidence, FigureError, Lookup};

/// Rows of a dataset in which a number was looked for and is missing.
type Gaps = RefCell<BTreeSet<usize>>;

/// The datasets of a figure.
#[derive(Default)]
pub struct Datasets {
    found: BTreeMap<String, (Arc<Table>, Gaps)>,
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
                Ok(Evidence { table, alternative, .. }) => {
                    self.found.insert(id.clone(), (table, Gaps::default()));
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
        let (table, positions) = self.positions(spec, id, conditions, columns)?;
        let gaps = self.found.get(id).map(|(_, gaps)| gaps);
        Ok(positions.into_iter().map(|position| Row { table, index: position as usize, gaps }).collect())
    }

    /// The same as a table and positions in it, for figures of so many rows that a column is read as a whole.
    pub fn positions(
        &self,
        spec: &RawSpec,
        id: &str,
        conditions: &[&Where],
        columns: &[&str],
    ) -> Result<(&Table, Vec<u32>), FigureError> {
        let Some((table, _)) = self.found.get(id) else {
            return Err(FigureError::new(spec, &format!("dataset `{id}` was not looked up")));
        };
        let conditions: Vec<(&String, &String)> = conditions.iter().flat_map(|part| part.iter()).collect();
        let named = conditions.iter().map(|(column, _)| column.as_str()).chain(columns.iter().copied());
        for column in named {
            if !table.has(column) {
                let what = format!("column of dataset `{id}`");
                return Err(FigureError::unknown(spec, &what, column, table.column_names()));
            }
        }
        let fulfils = |position: &u32| {
            let cell = |column: &str| table.cell(column, *position as usize);
            conditions.iter().all(|(column, text)| cell(column).as_deref() == Some(text.as_str()))
        };
        let n = u32::try_from(table.n_rows())
            .map_err(|_| FigureError::new(spec, &format!("dataset `{id}` has too many rows to draw")))?;
        // Filtering a million rows by nothing takes longer than counting them.
        let all = conditions.is_empty();
        Ok((table, if all { (0..n).collect() } else { (0..n).filter(fulfils).collect() }))
    }
}

/// One row of a dataset.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    index: usize,
    gaps: Option<&'a Gaps>,
}

impl<'a> Row<'a> {
    /// The row at a position, from 0.
    pub fn at(table: &'a Table, index: usize) -> Self {
        Self { table, index, gaps: None }
    }

    /// A cell as text.
    pub fn text(&self, column: &str) -> Option<String> {
        self.table.text(column, self.index)
    }

    /// A cell as a finite number; `None` where it is missing. Fails on a text.
    pub fn number(&self, spec: &RawSpec, column: &str) -> Result<Option<f64>, FigureError> {
        let number = self.table.number(column, self.index).map_err(|text| FigureError::text(spec, &text))?;
        if let (None, Some(gaps)) = (number, self.gaps) {
            gaps.borrow_mut().insert(self.index);
        }
        Ok(number)
    }

    /// The file and row behind it, for messages.
    pub fn place(&self) -> String {
        self.row_lineage().place()
    }

    /// The same for two rows of which a figure could show only one.
    pub fn places(&self, other: &Self) -> String {
        Lineage::union([&self.row_lineage(), &other.row_lineage()]).place()
    }

    /// Number of the row in its dataset, from 1.
    pub fn position(&self) -> usize {
        self.index + 1
    }

    /// A cell as a finite number with everything that decided it; `None` where it is missing. Fails on a text.
    pub fn value(&self, spec: &RawSpec, column: &str) -> Result<Option<(f64, Lineage)>, FigureError> {
        Ok(self.number(spec, column)?.map(|number| (number, self.lineage_of(column))))
    }

    fn row_lineage(&self) -> Lineage {
        self.table.lineage(self.index).unwrap_or_default()
    }

    /// Everything that decided a cell: where its row comes from, declared if the manifest wrote the cell, and the rows that
    /// decide its place among others.
    pub fn lineage_of(&self, column: &str) -> Lineage {
        let mut lineage = self.table.lineage_of(column, self.index).unwrap_or_default();
        // A row is found by cells of any column, so that all of them count.
        if let Some(rows) = self.table.decided_by(self.index) {
            lineage.extend(&rows);
        }
        lineage
    }

    /// Whether the dataset has a column.
    pub fn has(&self, column: &str) -> bool {
        self.table.has(column)
    }
}

impl Datasets {
    /// A description of the figure, with the number of rows whose missing numbers it leaves out.
    pub fn described(&self, words: String) -> String {
        let of_dataset = |(id, (_, gaps)): (&String, &(Arc<Table>, Gaps))| match gaps.borrow().len() {
            0 => None,
            1 => Some(format!("1 row of `{id}`")),
            n => Some(format!("{n} rows of `{id}`")),
        };
        let gaps: Vec<String> = self.found.iter().filter_map(of_dataset).collect();
        match gaps.is_empty() {
            true => words,
            false => format!("{words} Left out, since a number is missing: {}.", gaps.join(", ")),
        }
    }
}

/// The reason of a figure whose datasets exist and hold no value for it.
pub fn no_values(datasets: &Datasets) -> Missing {
    let ids: Vec<&str> = datasets.sources.iter().map(|source| source.dataset.as_str()).collect();
    let detail = format!("no value for this figure in the rows of `{}`", ids.join("`, `"));
    Missing::new(Reason::NoPublishedValue, detail)
}
