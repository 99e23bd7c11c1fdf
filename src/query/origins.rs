//! Where the cells of a column come from, as far as the lineage of their rows does not tell.

use std::sync::Arc;

use crate::evidence::Lineage;

/// The origins of a column's cells. Most columns are empty here: their cells come from the rows they stand in.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Origins {
    /// Whether the manifest wrote the cell, one entry per row; empty where it wrote none.
    declared: Vec<bool>,
    /// Rows beyond the cell's own that decide it, one entry per row; empty where there are none.
    also: Vec<Option<Arc<Lineage>>>,
}

/// The origin of one cell: whether the manifest wrote it, and rows beyond its own that decide it.
pub(super) type Cell = (bool, Option<Arc<Lineage>>);

impl Origins {
    /// A column of `n` cells, all of which the manifest wrote.
    pub fn declared(n: usize) -> Self {
        Self { declared: vec![true; n], also: Vec::new() }
    }

    /// A column in which the manifest wrote some cells.
    pub fn written(declared: Vec<bool>) -> Self {
        Self { declared: if declared.contains(&true) { declared } else { Vec::new() }, also: Vec::new() }
    }

    /// A column of `n` cells, each of which these rows decide too.
    pub fn decided_by(rows: Lineage, n: usize) -> Self {
        Self { declared: Vec::new(), also: vec![Some(Arc::new(rows)); n] }
    }

    /// Whether nothing is to be told.
    pub fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.also.is_empty()
    }

    /// Whether rows beyond its own decide one of the cells.
    pub fn decides(&self) -> bool {
        !self.also.is_empty()
    }

    /// Whether the manifest wrote a cell.
    pub fn is_declared(&self, row: usize) -> bool {
        self.declared.get(row).copied().unwrap_or_default()
    }

    /// Rows beyond the cell's own that decide it.
    pub fn also(&self, row: usize) -> Option<&Arc<Lineage>> {
        self.also.get(row).and_then(Option::as_ref)
    }

    /// The origins of the cells at these positions.
    pub fn take(&self, rows: &[usize]) -> Self {
        let declared = match self.declared.is_empty() {
            true => Vec::new(),
            false => rows.iter().map(|row| self.is_declared(*row)).collect(),
        };
        let also = match self.also.is_empty() {
            true => Vec::new(),
            false => rows.iter().map(|row| self.also(*row).cloned()).collect(),
        };
        Self { also, ..Self::written(declared) }
    }

    /// Adds the cells of another column below the `n` cells of this one; `more` is the number of those added.
    pub fn stack(&mut self, n: usize, other: Self, more: usize) {
        if !(self.declared.is_empty() && other.declared.is_empty()) {
            self.declared.resize(n, false);
            self.declared.extend(other.declared);
            self.declared.resize(n + more, false);
        }
        if !(self.also.is_empty() && other.also.is_empty()) {
            self.also.resize(n, None);
            self.also.extend(other.also);
            self.also.resize(n + more, None);
        }
    }

    /// The same cells, some of which the manifest replaced.
    pub fn replaced_by(self, written: Self) -> Self {
        let n = self.declared.len().max(written.declared.len());
        let declared = (0..n).map(|row| self.is_declared(row) || written.is_declared(row)).collect();
        Self { also: self.also, ..Self::written(declared) }
    }

    /// The origins of cells that are each computed from the cells of the same row in several columns of `n` rows: the
    /// manifest wrote the result if it wrote all of them, and what decides one of them decides the result.
    pub fn combined(columns: &[&Self], n: usize) -> Self {
        let declared = columns.iter().all(|column| !column.declared.is_empty());
        let declared = match declared {
            true => (0..n).map(|row| columns.iter().all(|column| column.is_declared(row))).collect(),
            false => Vec::new(),
        };
        let mut combined = Self::written(declared);
        if columns.iter().any(|column| !column.also.is_empty()) {
            combined.also = (0..n).map(|row| united(columns.iter().filter_map(|of| of.also(row)))).collect();
        }
        combined
    }

    /// The origin of one cell that is computed from the cells of one column at these rows.
    pub fn united(&self, rows: &[usize]) -> Cell {
        let declared =
            !self.declared.is_empty() && !rows.is_empty() && rows.iter().all(|row| self.is_declared(*row));
        let also = match self.also.is_empty() {
            true => None,
            false => united(rows.iter().filter_map(|row| self.also(*row))),
        };
        (declared, also)
    }

    /// Puts cells that were computed one by one with [`Self::united`] together.
    pub fn gathered(cells: Vec<Cell>) -> Self {
        let (declared, also): (Vec<bool>, Vec<_>) = cells.into_iter().unzip();
        let also = if also.iter().any(Option::is_some) { also } else { Vec::new() };
        Self { also, ..Self::written(declared) }
    }
}

/// The union of some lineages, most of which are one and the same.
pub(super) fn united<'a>(lineages: impl Iterator<Item = &'a Arc<Lineage>>) -> Option<Arc<Lineage>> {
    let mut different: Vec<&Arc<Lineage>> = Vec::new();
    for lineage in lineages {
        if !different.iter().any(|known| Arc::ptr_eq(known, lineage)) {
            different.push(lineage);
        }
    }
    match different.as_slice() {
        [] => None,
        [one] => Some(Arc::clone(one)),
        several => Some(Arc::new(Lineage::union(several.iter().map(|lineage| lineage.as_ref())))),
    }
}
