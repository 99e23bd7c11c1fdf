//! The lineages of all rows of a table.

use std::sync::Arc;

use super::{Lineage, Rows, SourceFile};

/// One lineage a row. While every row is one row of the same file, that is four bytes each instead of a set each, and
/// nothing as long as they are the file's first rows.
#[derive(Clone, Debug)]
pub struct Lineages(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// Rows of a file.
    Single { file: Arc<SourceFile>, rows: Numbers },
    /// Anything.
    Sets(Vec<Lineage>),
}

/// Numbers of rows, counted from 1.
#[derive(Clone, Debug)]
enum Numbers {
    /// As many, from the first one on.
    First(usize),
    /// Anything.
    Listed(Vec<u32>),
}

impl Numbers {
    fn len(&self) -> usize {
        match self {
            Self::First(n) => *n,
            Self::Listed(rows) => rows.len(),
        }
    }

    /// Rows beyond the largest number count as the last one.
    fn get(&self, position: usize) -> Option<u32> {
        match self {
            Self::First(n) => (position < *n).then(|| u32::try_from(position + 1).unwrap_or(u32::MAX)),
            Self::Listed(rows) => rows.get(position).copied(),
        }
    }

    fn at(&self, positions: impl IntoIterator<Item = usize>) -> impl Iterator<Item = u32> {
        positions.into_iter().filter_map(|position| self.get(position))
    }

    fn append(&mut self, more: &Self) {
        if let Self::First(n) = *self {
            *self = Self::Listed(self.at(0..n).collect());
        }
        if let Self::Listed(rows) = self {
            rows.extend(more.at(0..more.len()));
        }
    }
}

impl Lineages {
    /// The first `n` rows of a file, each the lineage of itself. Rows beyond the largest number count as the last one.
    pub fn of_file(file: Arc<SourceFile>, n: usize) -> Self {
        Self(Kind::Single { file, rows: Numbers::First(n) })
    }

    /// Whether these are the first rows of one file, as it was read.
    pub fn is_whole_file(&self) -> bool {
        matches!(self.0, Kind::Single { rows: Numbers::First(_), .. })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kind::Single { rows, .. } => rows.len(),
            Kind::Sets(sets) => sets.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lineage of a row; `None` beyond the last one.
    pub fn get(&self, row: usize) -> Option<Lineage> {
        match &self.0 {
            Kind::Single { file, rows } => Some(Lineage::row(Arc::clone(file), rows.get(row)?)),
            Kind::Sets(sets) => sets.get(row).cloned(),
        }
    }

    /// Number of runs of rows that the lineage of a row takes room for.
    pub fn n_runs(&self, row: usize) -> usize {
        match &self.0 {
            Kind::Single { .. } => 1,
            Kind::Sets(sets) => {
                sets.get(row).map_or(0, |lineage| lineage.files().map(|(_, rows)| rows.n_runs()).sum())
            }
        }
    }

    /// The lineages of all rows, each a set of its own.
    pub fn to_vec(&self) -> Vec<Lineage> {
        (0..self.len()).filter_map(|row| self.get(row)).collect()
    }

    /// The union of the lineages of some rows; positions beyond the last row are left out.
    pub fn union(&self, positions: impl IntoIterator<Item = usize>) -> Lineage {
        match &self.0 {
            Kind::Single { file, rows } => {
                Rows::collect(rows.at(positions)).map_or_else(Lineage::default, |rows| Lineage {
                    files: vec![(Arc::clone(file), rows)],
                    varies: true,
                })
            }
            Kind::Sets(sets) => {
                Lineage::union(positions.into_iter().filter_map(|position| sets.get(position)))
            }
        }
    }

    /// The lineages at these positions, in this order; positions beyond the last row are left out.
    #[must_use]
    pub fn take(&self, positions: &[usize]) -> Self {
        match &self.0 {
            Kind::Single { file, rows } => {
                let rows = Numbers::Listed(rows.at(positions.iter().copied()).collect());
                Self(Kind::Single { file: Arc::clone(file), rows })
            }
            Kind::Sets(sets) => {
                positions.iter().filter_map(|position| sets.get(*position).cloned()).collect()
            }
        }
    }

    /// Adds the lineages of further rows.
    pub fn extend(&mut self, other: Self) {
        match (&mut self.0, other.0) {
            (Kind::Single { file, rows }, Kind::Single { file: other, rows: more }) if *file == other => {
                rows.append(&more);
            }
            (Kind::Sets(sets), other) => sets.extend(Self(other).to_vec()),
            (Kind::Single { .. }, other) => {
                *self = self.to_vec().into_iter().chain(Self(other).to_vec()).collect();
            }
        }
    }
}

impl Default for Lineages {
    fn default() -> Self {
        Self(Kind::Sets(Vec::new()))
    }
}

impl From<Vec<Lineage>> for Lineages {
    fn from(sets: Vec<Lineage>) -> Self {
        Self(Kind::Sets(sets))
    }
}

impl FromIterator<Lineage> for Lineages {
    fn from_iter<I: IntoIterator<Item = Lineage>>(sets: I) -> Self {
        Self(Kind::Sets(sets.into_iter().collect()))
    }
}

/// However it is kept, the same lineage a row is equal.
impl PartialEq for Lineages {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|row| self.get(row) == other.get(row))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evidence::Tier;

    fn file(artifact: &str) -> Arc<SourceFile> {
        let sha256 = crate::digest::sha256(artifact.as_bytes());
        Arc::new(SourceFile::new(artifact, sha256, Tier::Cached))
    }

    /// The same lineages twice: as row numbers, and as a set a row.
    fn both(artifact: &str, n: usize) -> (Lineages, Lineages) {
        let compact = Lineages::of_file(file(artifact), n);
        let sets = (1..=n).map(|row| Lineage::row(file(artifact), row as u32)).collect();
        (compact, sets)
    }

    #[test]
    fn rows_of_two_files_are_kept_apart() {
        let (mut lineages, _) = both("a", 2);
        lineages.extend(both("b", 1).0);
        assert_eq!(lineages.len(), 3);
        let shown = lineages.union(0..9).to_string();
        assert_eq!(shown, "a@ca978112ca1b:1-2 b@3e23e8160039:1");
        assert_eq!(lineages.get(3), None);
    }

    proptest! {
        #[test]
        fn row_numbers_say_what_sets_say(
            n in 0_usize..40,
            taken in prop::collection::vec(0_usize..50, 0..60),
            used in prop::collection::vec(0_usize..70, 0..60),
        ) {
            let (compact, sets) = both("a", n);
            prop_assert_eq!(&compact, &sets);
            let (mut compact, mut sets) = (compact.take(&taken), sets.take(&taken));
            prop_assert_eq!(&compact, &sets);
            prop_assert_eq!(compact.union(used.iter().copied()), sets.union(used.iter().copied()));
            for other in ["a", "b"] {
                // One side keeps numbers, the other sets.
                let (more, more_sets) = both(other, 3);
                compact.extend(more);
                sets.extend(more_sets);
                prop_assert_eq!(&compact, &sets);
                prop_assert_eq!(compact.union(used.iter().copied()), sets.union(used.iter().copied()));
            }
        }
    }
}
