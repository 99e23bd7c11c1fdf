//! Tables as papers print them, with our numbers beside the published ones.
//!
//! [`build()`] turns a `[[table]]` and judged claims into a [`Grid`]; [`svg()`], [`html()`], [`csv()`], [`markdown()`] and
//! [`latex()`] are renderings of it. A cell is a claim: its outcome, evidence and reasons are those of the claim.

mod best;
mod build;
mod csv;
mod draw;
mod error;
mod grid;
mod html;
mod latex;
mod markdown;
mod notes;
mod number;
mod spec;
mod words;

pub use build::{broken, build, claim_sets};
pub use csv::csv;
pub use draw::{scene, svg};
pub use error::TableError;
pub use grid::{Cell, Delta, Grid, Head, Key, Kind, Row};
pub use html::html;
pub use latex::latex;
pub use markdown::markdown;
