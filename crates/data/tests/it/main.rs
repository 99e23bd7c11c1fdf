//! Tests of the public interface.

mod gene_vectors;
mod h5ad;
