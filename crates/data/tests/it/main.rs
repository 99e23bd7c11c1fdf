//! Tests of the public interface.

mod arrays;
mod gene_vectors;
mod stores;
