//! A set of row numbers, kept as runs: a million points of one file take as much room as one.

use std::fmt;

use super::bits::ordered;

/// Runs that are written out one by one; a set of more is written as its extent and its size.
const WRITTEN_RUNS: usize = 1000;

/// Consecutive rows: the first and the last.
pub(super) type Run = (u32, u32);

/// Every row of a file that a stage read as a whole, whatever it holds.
pub(super) static WHOLE: Rows = Rows { head: (1, u32::MAX), tail: Vec::new() };

/// A set of rows, counted from 1. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// First run, both ends included; kept apart so that a single row needs no allocation.
    head: Run,
    /// Further runs in ascending order, none adjacent to the one before it.
    tail: Vec<Run>,
}

impl Rows {
    /// One row.
    pub(super) fn one(row: u32) -> Self {
        Self { head: (row, row), tail: Vec::new() }
    }

    /// These rows, in any order; `None` for no row.
    pub(super) fn collect(rows: impl IntoIterator<Item = u32>) -> Option<Self> {
        Self::of(runs(rows))
    }

    /// The rows of runs in any order, which may overlap; `None` for no run.
    pub(super) fn of(mut runs: Vec<Run>) -> Option<Self> {
        if !runs.is_sorted() {
            let bounds = runs.iter().fold((u32::MAX, 0), |all, run| (all.0.min(run.0), all.1.max(run.1)));
            match ordered(runs.iter().copied(), runs.len(), bounds) {
                Some(ordered) => runs = ordered,
                None => runs.sort_unstable(),
            }
        }
        runs.dedup_by(|run, before| {
            let joins = run.0 <= before.1.saturating_add(1);
            if joins {
                before.1 = before.1.max(run.1);
            }
            joins
        });
        let head = *runs.first()?;
        runs.remove(0);
        runs.shrink_to_fit();
        Some(Self { head, tail: runs })
    }

    /// The rows of all sets together; `None` for no set.
    pub(super) fn union(sets: &[&Self]) -> Option<Self> {
        match sets {
            [] => None,
            [rows] => Some(Self::clone(rows)),
            [first, others @ ..] => {
                let bounds = others.iter().fold((first.first(), first.last()), |all, rows| {
                    (all.0.min(rows.first()), all.1.max(rows.last()))
                });
                let n = sets.iter().map(|rows| rows.tail.len() + 1).sum();
                let runs = || sets.iter().flat_map(|rows| rows.runs());
                Self::of(ordered(runs(), n, bounds).unwrap_or_else(|| runs().collect()))
            }
        }
    }

    /// Maximal runs of consecutive rows, both ends included, in ascending order.
    pub fn runs(&self) -> impl Iterator<Item = Run> {
        std::iter::once(self.head).chain(self.tail.iter().copied())
    }

    /// Number of such runs.
    pub fn n_runs(&self) -> usize {
        1 + self.tail.len()
    }

    /// The rows in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.runs().flat_map(|(first, last)| first..=last)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.runs().map(|(first, last)| (last - first) as usize + 1).sum()
    }

    /// Whether the set stands for a whole file, which may not even have rows.
    pub fn is_whole(&self) -> bool {
        self.head == WHOLE.head
    }

    /// Always false: a set of rows has at least one.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The smallest row.
    pub fn first(&self) -> u32 {
        self.head.0
    }

    /// The largest row.
    pub fn last(&self) -> u32 {
        self.tail.last().unwrap_or(&self.head).1
    }

    /// Whether a row is in the set.
    pub fn contains(&self, row: u32) -> bool {
        let within = |(first, last): Run| (first..=last).contains(&row);
        let index = self.tail.partition_point(|run| run.0 <= row);
        within(self.head) || index.checked_sub(1).is_some_and(|index| within(self.tail[index]))
    }

    /// Adds the rows of another set. Rows that continue this set are appended in constant time.
    pub(super) fn extend(&mut self, other: &Self) {
        let end = self.tail.last_mut().unwrap_or(&mut self.head);
        if other.tail.is_empty() && other.head.0 >= end.0 {
            if other.head.0 <= end.1.saturating_add(1) {
                end.1 = end.1.max(other.head.1);
            } else {
                self.tail.push(other.head);
            }
            return;
        }
        if let Some(union) = Self::union(&[self, other]) {
            *self = union;
        }
    }
}

/// Rows as runs, in the order they come in.
fn runs(rows: impl IntoIterator<Item = u32>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    rows.into_iter().for_each(|row| match runs.last_mut() {
        Some(last) if last.1.checked_add(1) == Some(row) => last.1 = row,
        _ => runs.push((row, row)),
    });
    runs
}

/// `1-3,7,9-10`; `all` for a whole file; more than 1,000 runs are written as `1-9000 (4500 rows)`.
impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() {
            return f.write_str("all");
        }
        if self.tail.len() >= WRITTEN_RUNS {
            return write!(f, "{}-{} ({} rows)", self.first(), self.last(), self.len());
        }
        for (index, (first, last)) in self.runs().enumerate() {
            f.write_str(if index > 0 { "," } else { "" })?;
            match first == last {
                true => write!(f, "{first}")?,
                false => write!(f, "{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(rows: &[u32]) -> Rows {
        let mut set = Rows::one(rows[0]);
        rows[1..].iter().for_each(|row| set.extend(&Rows::one(*row)));
        set
    }

    #[test]
    fn runs_are_written_short() {
        assert_eq!(of(&[10, 1, 3, 2, 7, 9]).to_string(), "1-3,7,9-10");
        let even: Vec<u32> = (1..=1001).map(|row| 2 * row).collect();
        assert_eq!(of(&even[..1000]).to_string().split(',').count(), 1000);
        assert_eq!(of(&even).to_string(), "2-2002 (1001 rows)");
        assert_eq!(of(&[u32::MAX, u32::MAX - 1]).len(), 2);
    }

    proptest! {
        #[test]
        fn many_runs_are_the_same_set_however_they_are_ordered(
            runs in prop::collection::vec((1_u32..3000, 0_u32..70), 1..200),
            from in prop_oneof![Just(0), Just(u32::MAX - 3100)],
        ) {
            let runs: Vec<Run> =
                runs.into_iter().map(|(first, more)| (from + first, from + first + more)).collect();
            let rows: BTreeSet<u32> = runs.iter().flat_map(|run| run.0..=run.1).collect();
            let set = Rows::of(runs.clone()).unwrap();
            prop_assert!(set.iter().eq(rows.iter().copied()));
            let sets: Vec<Rows> = runs.iter().filter_map(|run| Rows::of(vec![*run])).collect();
            prop_assert_eq!(Rows::union(&sets.iter().collect::<Vec<_>>()), Some(set.clone()));
            prop_assert_eq!(Rows::collect(rows), Some(set));
        }

        #[test]
        fn a_set_of_rows_is_a_set(
            a in prop::collection::vec(1_u32..60, 1..40),
            b in prop::collection::vec(1_u32..60, 1..40),
        ) {
            let mut ours = of(&a);
            ours.extend(&of(&b));
            let theirs: BTreeSet<u32> = a.iter().chain(&b).copied().collect();
            prop_assert_eq!(ours.iter().collect::<Vec<_>>(), theirs.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(ours.len(), theirs.len());
            prop_assert_eq!((ours.first(), ours.last()), (*theirs.first().unwrap(), *theirs.last().unwrap()));
            prop_assert!((1..70).all(|row| ours.contains(row) == theirs.contains(&row)));
            // However it was put together, the same set is equal.
            let sorted: Vec<u32> = theirs.into_iter().collect();
            prop_assert_eq!(ours, of(&sorted));
        }
    }
}
