//! Pseudo-random numbers that equal NumPy's bit for bit, so that published intervals and jitters are computed anew.
//!
//! [`Generator`] is `numpy.random.default_rng(seed)`: a [`Pcg64`] seeded through a [`SeedSequence`].
//! The order of calls is part of the stream: an integer of at most 32 bits takes half of a 64-bit output and leaves
//! the other half for the next one, a number in between does not touch that half.
//!
//! `tests/oracle/numpy_random.py` compares every distribution with NumPy itself; it also says which NumPy.

mod bits;
mod bounded;
mod error;
mod generator;
mod normal;
mod normal_tables;
mod pcg64;
mod sample;
mod seed_sequence;
#[cfg(test)]
mod tests;

pub use error::RandomError;
pub use generator::Generator;
pub use pcg64::Pcg64;
pub use seed_sequence::SeedSequence;
