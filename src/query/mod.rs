//! A manifest's datasets: pipelines of verbs over verified files, with row lineage carried along.

mod table;

pub use table::{Column, Table};
