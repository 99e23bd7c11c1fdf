//! Tests of the public interface.

mod frames;
mod gene_vectors;
mod hostile;
