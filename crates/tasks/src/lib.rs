//! Benchmarks: from files to numbers. A task is one function with one typed specification, which a verb of the command
//! line and a stage of a manifest both fill in.

mod error;
pub mod rank;
pub mod score;
mod table;

pub use error::TaskError;
