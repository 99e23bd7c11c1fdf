//! HDF5 files as a [`Store`](crate::store::Store) and a [`StoreWriter`](crate::store::StoreWriter).
//!
//! What describes the data (groups, attributes, shapes, types, where chunks lie) is parsed by `hdf5-pure`; the data
//! themselves are read here: a row window at a time, chunks decompressed in parallel, no allocation before what the
//! file can hold has been compared with what it claims.
//!
//! Read: integers and floats of all widths and both byte orders, half floats, truth values, texts of fixed and of
//! variable length, compound records of these; contiguous, compact and chunked storage; the filters deflate, LZF,
//! shuffle and Fletcher-32. Soft and external links, virtual datasets and all other filters are not read.

mod attributes;
mod chunks;
mod elements;
mod filters;
mod heap;
mod members;
mod plan;
mod store;
mod write;

pub use store::Hdf5Store;
pub use write::{Hdf5Options, Hdf5Writer};
