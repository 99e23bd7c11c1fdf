//! Annotated matrices on disk: the encodings of AnnData, as its versions 0.6 to 0.13 wrote them.
//!
//! Everything here works on a [`Store`](crate::store::Store); which container it is does not matter.
//!
//! - [`AnnDataFile`] opens a file without reading a matrix and gives its parts one by one;
//! - [`MatrixReader`] reads rows of a matrix in bounded memory;
//! - [`write()`] and [`write_h5ad`] write what is in memory, [`RowsWriter`] what comes in blocks of rows.

mod element;
mod file;
mod frame;
mod legacy;
mod matrix;
mod numbers;
mod write;

pub use file::{AnnDataFile, Section};
pub use matrix::{Blocks, MatrixReader};
pub use write::{RowsWriter, write, write_h5ad};
