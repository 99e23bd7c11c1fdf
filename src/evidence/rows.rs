//! A set of row numbers, kept as runs: a million points of one file take as much room as one.

use std::fmt;

/// Runs that are written out one by one; a set of more is written as its extent and its size.
const WRITTEN_RUNS: usize = 1000;

/// A set of rows, counted from 1. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// First run, both ends included; kept apart so that a single row needs no allocation.
    head: (u32, u32),
    /// Further runs in ascending order, none adjacent to the one before it.
    tail: Vec<(u32, u32)>,
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
    pub(super) fn of(mut runs: Vec<(u32, u32)>) -> Option<Self> {
        if !runs.is_sorted() {
            match in_order(&runs) {
                Some(ordered) => runs = ordered,
                None => runs.sort_unstable(),
            }
        }
        let mut sorted = runs.into_iter();
        let mut rows = Self { head: sorted.next()?, tail: Vec::new() };
        for run in sorted {
            let end = rows.tail.last_mut().unwrap_or(&mut rows.head);
            if run.0 <= end.1.saturating_add(1) {
                end.1 = end.1.max(run.1);
            } else {
                rows.tail.push(run);
            }
        }
        Some(rows)
    }

    /// Maximal runs of consecutive rows, both ends included, in ascending order.
    pub fn runs(&self) -> impl Iterator<Item = (u32, u32)> {
        std::iter::once(self.head).chain(self.tail.iter().copied())
    }

    /// The rows in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.runs().flat_map(|(first, last)| first..=last)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.runs().map(|(first, last)| (last - first) as usize + 1).sum()
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
        let within = |(first, last): (u32, u32)| (first..=last).contains(&row);
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
        if let Some(union) = Self::of(self.runs().chain(other.runs()).collect()) {
            *self = union;
        }
    }
}

/// Rows as runs, in the order they come in.
fn runs(rows: impl IntoIterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match runs.last_mut() {
            Some(last) if last.1.checked_add(1) == Some(row) => last.1 = row,
            _ => runs.push((row, row)),
        }
    }
    runs
}

/// The rows of many short runs in ascending order, from one bit a row instead of by comparing; `None` where that would
/// take longer.
fn in_order(unordered: &[(u32, u32)]) -> Option<Vec<(u32, u32)>> {
    const BITS: u32 = u64::BITS;
    let first = unordered.iter().map(|run| run.0).min()?;
    let last = unordered.iter().map(|run| run.1).max()?;
    let n_words = ((last - first) / BITS) as usize + 1;
    if n_words > unordered.len() || unordered.iter().any(|run| run.1 - run.0 >= BITS) {
        return None;
    }
    let mut words = vec![0_u64; n_words];
    for row in unordered.iter().flat_map(|run| run.0..=run.1) {
        let bit = row - first;
        words[(bit / BITS) as usize] |= 1 << (bit % BITS);
    }
    let rows = (0..).zip(words).flat_map(|(index, mut word)| {
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| word.trailing_zeros())?;
            word &= word - 1;
            Some(first + index * BITS + bit)
        })
    });
    Some(runs(rows))
}

/// `1-3,7,9-10`; more than 1,000 runs are written as `1-9000 (4500 rows)`.
impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            let runs: Vec<(u32, u32)> =
                runs.into_iter().map(|(first, more)| (from + first, from + first + more)).collect();
            let rows: BTreeSet<u32> = runs.iter().flat_map(|run| run.0..=run.1).collect();
            let set = Rows::of(runs).unwrap();
            prop_assert!(set.iter().eq(rows.iter().copied()));
            prop_assert_eq!(Rows::collect(rows), Some(set));
        }

        #[test]
        fn short_runs_are_ordered_by_bits(firsts in prop::collection::vec(1_u32..2000, 60..200)) {
            let runs: Vec<(u32, u32)> = firsts.iter().map(|first| (*first, first + first % 7)).collect();
            let rows: BTreeSet<u32> = runs.iter().flat_map(|run| run.0..=run.1).collect();
            prop_assert_eq!(in_order(&runs), Some(super::runs(rows)));
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
