//! Tests of the public interface.

// A test that fails is a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod corpus;
mod frames;
mod gene_vectors;
mod hostile;
