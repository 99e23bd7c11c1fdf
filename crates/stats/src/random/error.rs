//! What a generator cannot draw.

/// A request that no draw can satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RandomError {
    /// A list of seeds has no member.
    #[error("an empty list is no seed")]
    EmptySeed,
    /// The range of integers is empty.
    #[error("there is no integer from {low} to below {high}")]
    EmptyRange {
        /// Smallest integer.
        low: i64,
        /// First integer above.
        high: i64,
    },
    /// Something is to be drawn from nothing.
    #[error("nothing can be drawn from an empty population")]
    EmptyPopulation,
    /// More distinct members are wanted than there are.
    #[error("{size} distinct members cannot be drawn from a population of {population}")]
    SampleTooLarge {
        /// Members wanted.
        size: usize,
        /// Members present.
        population: usize,
    },
    /// A set that the memory has no room for.
    #[error("no room for {bytes} bytes, one bit a member of the population")]
    Memory {
        /// Bytes needed.
        bytes: u64,
    },
}
