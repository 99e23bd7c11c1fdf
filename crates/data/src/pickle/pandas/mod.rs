//! Tables, columns and indexes of pandas 1.5 to 3 among recorded calls.
//!
//! pandas 3 shortened most module names to `pandas` and `pandas.arrays`; what is stored stayed the same.

mod arrays;
mod arrow;
mod blocks;
mod index;
mod labels;
mod objects;

pub(super) use arrays::column;
pub(super) use blocks::{frame, positions, series};
pub(super) use index::index;
pub(super) use labels::label;
pub(super) use objects::column as objects;

use super::reader::Made;

/// What a recorded call of pandas makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A table.
    Frame,
    /// A column with row names.
    Series,
    /// Row or column names.
    Index,
    /// The values of a column.
    Array,
}

/// What a recorded call of pandas makes; `None` for what is not read.
pub(super) fn kind(made: &Made<'_>) -> Option<Kind> {
    Some(match (made.module, made.name) {
        ("pandas.core.frame" | "pandas", "DataFrame") | ("anndata._core.views", "DataFrameView") => {
            Kind::Frame
        }
        ("pandas.core.series" | "pandas", "Series") => Kind::Series,
        ("pandas.core.indexes.base", "_new_Index") => Kind::Index,
        _ if arrays::is_array(made) => Kind::Array,
        _ => return None,
    })
}
