//! Annotated matrices on disk: the encodings of AnnData, as its versions 0.6 to 0.13 wrote them.
//!
//! Everything here works on a [`Store`](crate::store::Store); which container it is does not matter.
//!
//! - [`AnnDataFile`] opens a file without reading a matrix and gives its parts one by one;
//! - [`MatrixReader`] reads rows of a matrix in bounded memory.

mod element;
mod file;
mod frame;
mod legacy;
mod matrix;
mod numbers;

pub use file::{AnnDataFile, Section};
pub use matrix::{Blocks, MatrixReader};
