//! Rows of datasets: looked up once a figure, filtered and checked.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::Failure;
use crate::evidence::{Lineage, Lookups, Missing, Reason};
use crate::manifest::RawSpec;
use crate::plot::{Scene, Source, placeholder};
use crate::query::{Categories, Table};

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
    seen: RefCell<Lookups>,
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
        let n = u32::try_from(table.n_rows())
            .map_err(|_| FigureError::new(spec, &format!("dataset `{id}` has too many rows to draw")))?;
        let mut positions: Vec<u32> = (0..n).collect();
        for (column, text) in conditions {
            // Without a row nothing is looked for: an earlier condition is the one that matches nothing.
            if positions.is_empty() {
                break;
            }
            let cells = table.texts(column);
            let cell = |position: u32| cells.and_then(|cells| cells.get(position as usize));
            positions.retain(|position| cell(*position).as_deref() == Some(text.as_str()));
            self.looked_for(id, column, text, !positions.is_empty());
        }
        Ok((table, positions))
    }

    /// The rows whose text in a column is one of these. Records texts that no row has and rows with other texts.
    pub fn listed<'r, 't>(
        &self,
        id: &str,
        column: &str,
        texts: impl IntoIterator<Item = &'t String>,
        rows: &[Row<'r>],
    ) -> Vec<Row<'r>> {
        let mut found: BTreeMap<&str, bool> = texts.into_iter().map(|text| (text.as_str(), false)).collect();
        let mut listed = Vec::new();
        // All rows are of one table.
        let cells = rows.first().and_then(|row| row.table.texts(column));
        for row in rows {
            let cell = cells.and_then(|cells| cells.get(row.index)).unwrap_or_default();
            match found.get_mut(cell.as_ref()) {
                Some(found) => {
                    *found = true;
                    listed.push(*row);
                }
                None => self.left_out(id, column, &cell, row.index),
            }
        }
        // Without a row nothing was looked for: an earlier condition is the one that matches nothing.
        for (text, found) in found.into_iter().filter(|_| !rows.is_empty()) {
            self.looked_for(id, column, text, found);
        }
        listed
    }

    /// The same for the texts of many rows, read as a whole; `others` tells whether a row has another text.
    pub fn categorised<'t>(
        &self,
        (id, column): (&str, &str),
        texts: impl IntoIterator<Item = &'t String>,
        (positions, values): (&[u32], &Categories),
        others: bool,
    ) {
        let listed: BTreeSet<&String> = texts.into_iter().collect();
        for text in listed.iter().filter(|_| !positions.is_empty()) {
            self.looked_for(id, column, text, values.texts().binary_search(text).is_ok());
        }
        for (index, position) in positions.iter().enumerate().filter(|_| others) {
            let text = values.get(index).map(|text| &values.texts()[text]);
            if text.is_none_or(|text| !listed.contains(text)) {
                let text = text.map(String::as_str).unwrap_or_default();
                self.left_out(id, column, text, *position as usize);
            }
        }
    }

    /// Records that a text was looked for in a column of a dataset.
    pub fn looked_for(&self, id: &str, column: &str, text: &str, found: bool) {
        self.seen.borrow_mut().looked_for(&format!("dataset `{id}`"), column, text, found);
    }

    fn left_out(&self, id: &str, column: &str, text: &str, row: usize) {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        self.seen.borrow_mut().left_out(&format!("dataset `{id}`"), column, text, row);
    }

    /// Records those of the names that nothing refers to, such as keys of a map of labels.
    pub fn unused<'n>(
        &self,
        what: &'static str,
        names: impl IntoIterator<Item = &'n String>,
        is_used: impl Fn(&String) -> bool,
    ) {
        let names = names.into_iter().filter(|name| !is_used(name));
        names.for_each(|name| self.seen.borrow_mut().unused(what, name));
    }

    /// What was looked for, handed out once.
    pub fn lookups(&self) -> Lookups {
        self.seen.take()
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

/// The placeholder of a figure whose datasets exist and hold no value for it.
pub fn no_values(datasets: &Datasets, (id, title): (&str, &str), size: (f64, f64)) -> Scene {
    let ids: Vec<&str> = datasets.sources.iter().map(|source| source.dataset.as_str()).collect();
    let detail = format!("no value for this figure in the rows of `{}`", ids.join("`, `"));
    let missing = Missing::new(Reason::NoPublishedValue, detail);
    Scene { lookups: datasets.lookups(), ..placeholder(id, title, size, missing) }
}
