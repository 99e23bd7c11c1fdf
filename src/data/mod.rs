//! Readers of what the field writes, exact, bounded and safe on hostile input.

pub mod gene_vectors;
pub mod pickle;
