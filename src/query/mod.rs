//! A manifest's datasets: pipelines of verbs over verified files, with row lineage carried along.
//!
//! A dataset lists alternatives; the first one whose files are all present and verified wins, and which one
//! it was travels with the table. polars reads, takes, melts, joins and groups; what a verb means for missing
//! values and for lineage is decided here.

mod absences;
mod arithmetic;
mod bootstrap;
mod bounds;
mod categories;
mod content;
mod dataset;
mod decimal;
mod error;
mod format;
mod frame;
mod group;
mod library;
mod origins;
mod plain;
mod read;
mod records;
mod reshape;
mod sort;
mod spelling;
mod step;
mod table;
mod test;
#[cfg(test)]
mod tests;
mod unique;

pub use categories::Categories;
pub use dataset::DatasetSpec;
pub use decimal::parse_number;
pub use error::QueryError;
pub use library::{Chosen, DatasetInputs, Evidence, Library};
pub use read::read_csv;
pub use spelling::advice;
pub use step::OneOrMany;
pub use table::{Column, NotANumber, Table, Texts};
