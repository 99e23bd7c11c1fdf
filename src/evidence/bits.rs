//! Rows as bits: many short runs are brought into order without comparing them.

use super::rows::Run;

/// Rows of a word.
const WORD: u32 = u64::BITS;

/// The rows of runs in any order as maximal runs in ascending order, from one bit a row; `None` where that would take
/// longer than sorting, and for no run.
pub(super) fn ordered(unordered: impl Iterator<Item = Run> + Clone) -> Option<Vec<Run>> {
    let (mut first, mut last, mut n_runs, mut longest) = (u32::MAX, 0, 0, 0);
    for run in unordered.clone() {
        (first, last) = (first.min(run.0), last.max(run.1));
        longest = longest.max(run.1 - run.0);
        n_runs += 1;
    }
    let n_words = (last.checked_sub(first)? / WORD) as usize + 1;
    if n_words > n_runs || longest >= WORD {
        return None;
    }
    // A run reaches into the word after its first one at most.
    let mut words = vec![0_u64; n_words + 1];
    for run in unordered {
        let ones = u64::MAX >> (WORD - 1 - (run.1 - run.0));
        let (word, shift) = (((run.0 - first) / WORD) as usize, (run.0 - first) % WORD);
        words[word] |= ones << shift;
        words[word + 1] |= ones.checked_shr(WORD - shift).unwrap_or(0);
    }
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

    #[test]
    fn the_largest_row_is_a_row() {
        let last = u32::MAX;
        assert_eq!(
            ordered([(last, last), (last - 130, last - 128)].into_iter()),
            None,
            "three words for two runs"
        );
        let runs = [(last, last), (last - 1, last - 1), (last - 70, last - 68), (last - 67, last - 4)];
        assert_eq!(ordered(runs.into_iter()), Some(vec![(last - 70, last - 4), (last - 1, last)]));
        assert_eq!(ordered(std::iter::empty()), None);
    }

    proptest! {
        #[test]
        fn short_runs_are_ordered(runs in prop::collection::vec((1_u32..2000, 0_u32..64), 60..200)) {
            let unordered = runs.iter().map(|(first, more)| (*first, first + more));
            let rows: BTreeSet<u32> = unordered.clone().flat_map(|run| run.0..=run.1).collect();
            let found = ordered(unordered).unwrap();
            prop_assert!(found.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "{:?}", found);
            prop_assert!(found.into_iter().flat_map(|run| run.0..=run.1).eq(rows));
        }
    }
}
