//! HDF5 files as a [`StoreWriter`](crate::store::StoreWriter).
//!
//! Written here and not by `hdf5-pure`, whose growing datasets have one dimension and are synchronised with the disk at
//! every append: data go to the file as they come, compressed in parallel, and what describes them goes behind them at
//! the end. Files need HDF5 1.8 to be read. The same calls give the same bytes: no time is stored.

mod checksum;
mod encode;
mod heap;
mod index;
mod message;
mod output;
mod writer;

pub use writer::{Hdf5Options, Hdf5Writer};

/// Bytes of a reference to a text.
const REFERENCE: usize = 16;
