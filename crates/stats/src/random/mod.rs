//! Pseudo-random numbers that equal NumPy's, so that published intervals and jitters are computed anew.
//!
//! [`Generator`] is `numpy.random.default_rng(seed)`: PCG64 seeded through a [`SeedSequence`]. [`RandomState`] is the older
//! `numpy.random.RandomState(seed)`: MT19937. Integers, orders and samples are equal bit for bit; the normal draws say where
//! they are.
//!
//! The order of calls is part of the stream: an integer of at most 32 bits takes half of a 64-bit output and leaves
//! the other half for the next one, a number in between does not touch that half.
//!
//! `tests/oracle/numpy_random.py` compares every distribution with NumPy itself; it also says which NumPy.

mod bits;
mod bounded;
mod error;
mod generator;
mod members;
mod mt19937;
mod normal;
mod normal_tables;
mod pcg64;
mod random_state;
mod sample;
mod seed_sequence;
#[cfg(test)]
pub(crate) mod tests;

pub use error::RandomError;
pub use generator::Generator;
pub use members::Members;
pub use random_state::RandomState;
pub use seed_sequence::SeedSequence;
