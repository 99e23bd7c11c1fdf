//! Principal components, nearest neighbours and UMAP.
//!
//! Every sum is taken in a fixed order with plain additions and multiplications, and every transcendental function comes
//! from `libm` or from polynomials here: results have the same bytes for any number of threads and on any machine.
//! That is why the products and decompositions are this crate's own; libraries that choose instructions at run time (fused
//! multiplications where the processor has them) differ in the last digits, which a layout of ten thousand steps
//! turns into another picture.

mod eigen;
mod error;
pub mod knn;
mod matrix;
pub mod pca;
mod product;
mod svd;
pub mod umap;

pub use eigen::{Eigen, symmetric_eigen};
pub use error::LearnError;
pub use matrix::{Dense, MatrixView, Real, add_scaled, dot};
pub use svd::orthonormalise;
