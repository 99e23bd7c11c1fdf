//! NumPy's `Generator` over PCG64.

use super::bits::Bits;
use super::pcg64::Pcg64;
use super::{Members, RandomError, SeedSequence, bounded, members, normal, sample};

/// A stream of random numbers, the one of `numpy.random.default_rng(seed)`.
///
/// Drawing n numbers at once or one by one gives the same numbers, so there are no array forms: a matrix is n rows of
/// m draws. Integers are NumPy's default 64-bit ones; its narrower types split the bits in other ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    bits: Pcg64,
}

impl Generator {
    /// `default_rng(seed)`.
    pub fn from_seed(seed: u64) -> Self {
        Self::new(&SeedSequence::from_integer(seed.into()))
    }

    /// `default_rng(SeedSequence(…))`, for longer seeds and lists.
    pub fn new(seed: &SeedSequence) -> Self {
        Self { bits: Pcg64::new(seed) }
    }

    /// Uniform in [0, 1), a multiple of 2⁻⁵³: `random()`.
    pub fn random(&mut self) -> f64 {
        self.bits.next_f64()
    }

    /// Uniform in `low..high`: `integers(low, high)`. [`RandomError::EmptyRange`] unless `low < high`.
    pub fn integer(&mut self, low: i64, high: i64) -> Result<i64, RandomError> {
        bounded::between(low, high, |largest| self.up_to(largest))
    }

    /// Uniform in `0..=largest`: `integers(0, largest, endpoint=True, dtype=np.uint64)`, and for a `largest` below
    /// 2⁶³ also `integers(0, largest + 1)`. A `largest` of 0 takes nothing from the stream.
    pub fn up_to(&mut self, largest: u64) -> u64 {
        bounded::multiplied(&mut self.bits, largest)
    }

    /// `size` members of `0..population`, each may come again: `choice(population, size)`.
    /// [`RandomError::EmptyPopulation`] for `population` 0, unless `size` is 0 too.
    pub fn choice(&mut self, population: usize, size: usize) -> Result<Vec<usize>, RandomError> {
        sample::repeated(population, size, |largest| self.up_to(largest))
    }

    /// `size` different members of `0..population` in random order: `choice(population, size, replace=False)`.
    /// [`RandomError::SampleTooLarge`] if there are fewer.
    pub fn choice_without_replacement(
        &mut self,
        population: usize,
        size: usize,
    ) -> Result<Vec<usize>, RandomError> {
        sample::distinct(&mut self.bits, population, size)
    }

    /// The set that [`Self::choice_without_replacement`] draws, and the same part of the stream, in a quarter of a byte a
    /// member of the population. [`RandomError::SampleTooLarge`] if there are fewer, [`RandomError::Memory`] without
    /// room.
    pub fn members(&mut self, population: u64, size: u64) -> Result<Members, RandomError> {
        members::distinct(&mut self.bits, population, size)
    }

    /// A random order of `0..n`: `permutation(n)`.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        sample::permutation(&mut self.bits, n)
    }

    /// Puts the members in random order: `shuffle(members)`.
    pub fn shuffle<T>(&mut self, members: &mut [T]) {
        sample::shuffle(&mut self.bits, members);
    }

    /// A draw from N(0, 1): `standard_normal()`. Equal to NumPy's to the last bit, but for draws beyond ±3.654, one of
    /// 3900, which are logarithms: the last bit of these depends on the platform that NumPy runs on. (Of the oracle's
    /// 400,000 draws 116 are such, and all of them agree.)
    pub fn standard_normal(&mut self) -> f64 {
        normal::standard_normal(&mut self.bits)
    }

    /// A draw from N(`mean`, `deviation`²): `normal(mean, deviation)`. Takes the same part of the stream as
    /// [`Self::standard_normal`], for any `deviation`, 0 included.
    pub fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        mean + deviation * self.standard_normal()
    }
}
