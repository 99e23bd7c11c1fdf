//! Benchmarks: from files to numbers. A task is one function with one typed specification, which a verb of the command
//! line and a stage of a manifest both fill in.

mod entries;
mod error;
pub mod evaluation;
mod files;
pub mod layout;
pub mod masking;
pub mod prepare;
pub mod rank;
mod replace;
pub mod runs;
pub mod score;
mod table;

pub use error::TaskError;
