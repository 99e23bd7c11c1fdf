//! Readers and writers of what single-cell biology writes, exact, bounded in memory and safe on hostile input.

pub mod anndata;
pub mod anndata_io;
pub mod array;
pub mod error;
pub mod frame;
pub mod gene_vectors;
pub mod hdf5;
pub mod pickle;
pub mod sparse;
pub mod store;
pub mod values;
