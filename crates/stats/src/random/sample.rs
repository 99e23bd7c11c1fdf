//! Orders and samples of the positions 0 to n - 1.

use std::collections::BTreeSet;

use super::RandomError;
use super::bits::Bits;
use super::bounded::{masked, multiplied};

/// Fisher-Yates from the last member down.
pub(super) fn shuffle<T>(bits: &mut impl Bits, members: &mut [T]) {
    for last in (1..members.len()).rev() {
        members.swap(last, masked(bits, last as u64) as usize);
    }
}

/// A random order of `0..n`.
pub(super) fn permutation(bits: &mut impl Bits, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    shuffle(bits, &mut order);
    order
}

/// Fisher-Yates from the last member down to `first`, with integers by multiplication.
fn shuffle_down_to(bits: &mut impl Bits, members: &mut [usize], first: usize) {
    for last in (first.max(1)..members.len()).rev() {
        members.swap(last, multiplied(bits, last as u64) as usize);
    }
}

/// `size` members of `0..population`, each given by a draw of `0..=largest`.
pub(super) fn repeated(
    population: usize,
    size: usize,
    mut draw: impl FnMut(u64) -> u64,
) -> Result<Vec<usize>, RandomError> {
    match (population, size) {
        (_, 0) => Ok(Vec::new()),
        (0, _) => Err(RandomError::EmptyPopulation),
        _ => Ok((0..size).map(|_| draw(population as u64 - 1) as usize).collect()),
    }
}

/// Refuses more distinct members than there are.
pub(super) fn check(population: usize, size: usize) -> Result<(), RandomError> {
    if size > population { Err(RandomError::SampleTooLarge { size, population }) } else { Ok(()) }
}

/// `size` distinct members of `0..population` in random order.
///
/// Large samples of large populations are the shuffled tail of all members; the others are drawn one by one
/// (R. Floyd, in J. Bentley, "Programming Pearls", 1987) and shuffled.
pub(super) fn distinct(
    bits: &mut impl Bits,
    population: usize,
    size: usize,
) -> Result<Vec<usize>, RandomError> {
    check(population, size)?;
    if population > 10_000 && size > population / 50 {
        let mut members: Vec<usize> = (0..population).collect();
        shuffle_down_to(bits, &mut members, population - size);
        return Ok(members.split_off(population - size));
    }
    let mut taken = BTreeSet::new();
    let mut members = Vec::with_capacity(size);
    for newest in population - size..population {
        let drawn = multiplied(bits, newest as u64) as usize;
        let member = if taken.contains(&drawn) { newest } else { drawn };
        taken.insert(member);
        members.push(member);
    }
    shuffle_down_to(bits, &mut members, 1);
    Ok(members)
}
