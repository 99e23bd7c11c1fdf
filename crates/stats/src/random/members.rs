//! Which members a sample without replacement has, one bit a member of the population.
//!
//! A list of the order that is shuffled takes eight bytes a member; the set of what is drawn needs no list.

use std::ops::Range;

use super::RandomError;
use super::bounded::multiplied;
use super::pcg64::Pcg64;

/// Draws between two places of the stream that are remembered.
const STEPS: usize = 1 << 16;

/// Draws whose bits are looked at together, so that the memory is asked for all of them at once.
const TOGETHER: usize = 1 << 10;

/// A subset of the numbers `0..population`. Takes an eighth of a byte a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    words: Vec<u64>,
    population: u64,
}

impl Members {
    /// None of `0..population`. [`RandomError::Memory`] if there is no room.
    pub fn none(population: u64) -> Result<Self, RandomError> {
        let short = || RandomError::Memory { bytes: population / 8 };
        let n = usize::try_from(population.div_ceil(64)).map_err(|_| short())?;
        let mut words = Vec::new();
        words.try_reserve_exact(n).map_err(|_| short())?;
        words.resize(n, 0);
        Ok(Self { words, population })
    }

    /// How many numbers it is a subset of.
    pub fn population(&self) -> u64 {
        self.population
    }

    /// How many numbers it has.
    pub fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether it has this number.
    pub fn contains(&self, member: u64) -> bool {
        self.words.get((member / 64) as usize).is_some_and(|word| word >> (member % 64) & 1 == 1)
    }

    /// The numbers that it has in `range`, ascending.
    pub fn within(&self, range: Range<u64>) -> impl Iterator<Item = u64> + '_ {
        let end = range.end.min(self.population);
        let mut at = (range.start / 64) as usize;
        let first = self.words.get(at).map_or(0, |word| word & u64::MAX << (range.start % 64));
        let mut rest = if range.start < end { first } else { 0 };
        std::iter::from_fn(move || {
            while rest == 0 {
                at += 1;
                if at as u64 * 64 >= end {
                    return None;
                }
                rest = self.words.get(at).copied()?;
            }
            let member = at as u64 * 64 + u64::from(rest.trailing_zeros());
            rest &= rest - 1;
            (member < end).then_some(member)
        })
    }

    /// Adds a number below the population; whether it is new.
    fn insert(&mut self, member: u64) -> bool {
        let bit = 1 << (member % 64);
        let word = &mut self.words[(member / 64) as usize];
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// The members of [`super::sample::distinct`] without their order. Takes the same part of the stream.
pub(super) fn distinct(bits: &mut Pcg64, population: u64, size: u64) -> Result<Members, RandomError> {
    if size > population {
        let [size, population] = [size, population].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        return Err(RandomError::SampleTooLarge { size, population });
    }
    if population > 10_000 && size > population / 50 {
        return tail(bits, population, size, STEPS);
    }
    let mut members = Members::none(population)?;
    for newest in population - size..population {
        if !members.insert(multiplied(bits, newest)) {
            members.insert(newest);
        }
    }
    // Their order is not wanted; what it takes from the stream is.
    for last in (1..size).rev() {
        multiplied(bits, last);
    }
    Ok(members)
}

/// What lies in the last `size` places of `0..population` after the exchanges of places `i = population - 1` down to
/// `population - size` with a drawn place `j <= i`.
///
/// The content of a place j is drawn by the first exchange that names j. It is then replaced by what lay at i, which
/// moves on when its new place is named again, or when the exchanges reach it. So, with the exchanges taken in reverse,
/// what lies at i before its own exchange is drawn if j is i, or if an earlier-looked-at exchange names j, or if j is
/// among the last places and what lies there is drawn. Two bits a place are enough: whether any exchange named it, and
/// this.
fn tail(bits: &mut Pcg64, population: u64, size: u64, steps: usize) -> Result<Members, RandomError> {
    let first = population - size;
    let lowest = first.max(1);
    let mut named = Members::none(population)?;
    let mut drawn = Members::none(size)?;
    if first == 0 {
        // Nothing is exchanged at 0, and all places are the last ones.
        drawn.insert(0);
    }
    let places = remembered(bits, lowest..population, steps);
    let mut block = Vec::with_capacity(steps);
    for (index, start) in places.into_iter().enumerate().rev() {
        let highest = population - (index * steps) as u64;
        let mut stream = start;
        block.clear();
        let exchanged = highest.saturating_sub(steps as u64).max(lowest)..highest;
        block.extend(exchanged.clone().rev().map(|i| multiplied(&mut stream, i)));
        block.reverse();
        let mut i = exchanged.start;
        for together in block.chunks(TOGETHER) {
            let asked = together.iter().fold(0, |all, j| all ^ named.words[(*j / 64) as usize]);
            std::hint::black_box(asked);
            for j in together {
                let again = !named.insert(*j);
                if *j == i || again || *j >= first && drawn.contains(j - first) {
                    drawn.insert(i - first);
                }
                i += 1;
            }
        }
    }
    for member in drawn.within(0..size) {
        named.insert(first + member);
    }
    Ok(named)
}

/// The stream at every `steps`th of the exchanges, which are drawn from the last down.
fn remembered(bits: &mut Pcg64, exchanged: Range<u64>, steps: usize) -> Vec<Pcg64> {
    let mut places = Vec::new();
    for (step, i) in exchanged.rev().enumerate() {
        if step % steps == 0 {
            places.push(bits.clone());
        }
        multiplied(bits, i);
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Generator, SeedSequence};
    use super::*;

    /// The exchanges themselves, in a list.
    fn shuffled(bits: &mut Pcg64, population: u64, size: u64) -> Vec<u64> {
        let mut places: Vec<u64> = (0..population).collect();
        let first = population - size;
        for i in (first.max(1)..population).rev() {
            places.swap(i as usize, multiplied(bits, i) as usize);
        }
        let mut last = places.split_off(first as usize);
        last.sort_unstable();
        last
    }

    proptest! {
        #[test]
        fn the_set_is_that_of_the_exchanges(
            seed: u64,
            population in 1_u64..400,
            part in 0_u64..=400,
            steps in 1_usize..50,
        ) {
            let size = population * part / 400;
            let mut bits = Pcg64::new(&SeedSequence::from_integer(seed.into()));
            let mut same = bits.clone();
            let set = tail(&mut bits, population, size, steps).unwrap();
            let list = shuffled(&mut same, population, size);
            prop_assert_eq!(set.within(0..population).collect::<Vec<_>>(), list);
            prop_assert_eq!(bits, same);
        }

        #[test]
        fn sets_are_those_of_the_lists(seed: u64, population in 0_usize..30_000, part in 0_usize..=100) {
            let size = population * part / 100;
            let (mut one, mut other) = (Generator::from_seed(seed), Generator::from_seed(seed));
            let mut list = one.choice_without_replacement(population, size).unwrap();
            let set = other.members(population as u64, size as u64).unwrap();
            list.sort_unstable();
            prop_assert_eq!(set.count(), size as u64);
            let all: Vec<usize> = set.within(0..population as u64).map(|n| n as usize).collect();
            prop_assert_eq!(all, list);
            prop_assert_eq!(one, other);
        }

        #[test]
        fn ranges_hold_what_is_in_them(seed: u64, start in 0_u64..300, length in 0_u64..300) {
            let set = Generator::from_seed(seed).members(257, 70).unwrap();
            let expected: Vec<u64> = (start..start + length).filter(|n| set.contains(*n)).collect();
            prop_assert_eq!(set.within(start..start + length).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn what_cannot_be_drawn() {
        let mut generator = Generator::from_seed(1);
        assert!(matches!(generator.members(3, 4), Err(RandomError::SampleTooLarge { .. })));
        assert!(matches!(generator.members(u64::MAX, 4), Err(RandomError::Memory { .. })));
        assert_eq!(generator.members(0, 0).unwrap().count(), 0);
    }
}
