//! Rows as bits: many short runs are brought into order without comparing them.

use super::rows::Run;

/// Rows of a word.
const WORD: u32 = u64::BITS;

/// The rows of `n` short runs in any order, none below `first` or above `last`, as maximal runs in ascending order, from
/// one bit a row; `None` where that would take longer than sorting, and for a run of more than 64 rows.
pub(super) fn ordered(
    mut unordered: impl Iterator<Item = Run>,
    n: usize,
    (first, last): Run,
) -> Option<Vec<Run>> {
    let n_words = (last.checked_sub(first)? / WORD) as usize + 1;
    if n_words > n {
        return None;
    }
    let mut words = vec![0_u64; n_words];
    unordered.try_for_each(|run| {
        let unused = (WORD - 1).checked_sub(run.1 - run.0)?;
        let ones = u64::MAX >> unused;
        let (word, shift) = (((run.0 - first) / WORD) as usize, (run.0 - first) % WORD);
        words[word] |= ones << shift;
        // A run reaches into the word after its first one at most.
        if shift > unused {
            words[word + 1] |= ones >> (WORD - shift);
        }
        Some(())
    })?;
    Some(runs(first, &words))
}

/// Maximal runs of ones; the lowest bit of the first word is the row `first`.
fn runs(first: u32, words: &[u64]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (index, word) in (0..).zip(words) {
        let (mut rest, mut skipped) = (*word, 0);
        while rest != 0 {
            skipped += rest.trailing_zeros();
            rest >>= rest.trailing_zeros();
            let start = first + index * WORD + skipped;
            let end = start + (rest.trailing_ones() - 1);
            match runs.last_mut() {
                Some(before) if before.1 + 1 == start => before.1 = end,
                _ => runs.push((start, end)),
            }
            skipped += rest.trailing_ones();
            rest = rest.checked_shr(rest.trailing_ones()).unwrap_or(0);
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(runs: &[Run]) -> Option<Vec<Run>> {
        let bounds = (runs.iter().map(|run| run.0).min()?, runs.iter().map(|run| run.1).max()?);
        ordered(runs.iter().copied(), runs.len(), bounds)
    }

    #[test]
    fn the_largest_row_is_a_row() {
        let last = u32::MAX;
        assert_eq!(of(&[(last, last), (last - 130, last - 128)]), None, "three words for two runs");
        assert_eq!(of(&[(last - 64, last), (last, last), (last, last)]), None, "a long run");
        let runs = [(last, last), (last - 1, last - 1), (last - 70, last - 68), (last - 67, last - 4)];
        assert_eq!(of(&runs), Some(vec![(last - 70, last - 4), (last - 1, last)]));
    }

    proptest! {
        #[test]
        fn short_runs_are_ordered(runs in prop::collection::vec((1_u32..2000, 0_u32..64), 60..200)) {
            let unordered: Vec<Run> = runs.iter().map(|(first, more)| (*first, first + more)).collect();
            let rows: BTreeSet<u32> = unordered.iter().flat_map(|run| run.0..=run.1).collect();
            let found = of(&unordered).unwrap();
            prop_assert!(found.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "{:?}", found);
            prop_assert!(found.into_iter().flat_map(|run| run.0..=run.1).eq(rows));
        }
    }
}
