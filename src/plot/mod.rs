//! The scene of a figure and its renderings. Knows no biology.

mod mark;

pub use mark::{Mark, MarkKind};
