//! Tests of the public interface.

// A test that fails is a panic, and what it prints is for the person who reads it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod anndata_zarr;
mod arrays;
mod corpus;
mod frames;
mod gene_vectors;
mod h5ad;
mod h5ad_hostile;
mod h5ad_round;
mod hostile;
mod stores;
#[cfg(feature = "parquet")]
mod tables;
mod texts;
mod written;
