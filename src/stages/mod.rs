//! Stages: what a manifest can have run, in which order and why, and what it left.
//!
//! A stage reads artifacts and writes files below `frozen/<paper>/stages/<stage>/`, which a receipt pins. Its kind fills
//! in the specification of a task, the same one that a verb of the command line fills in.

mod error;
mod kinds;
mod leftovers;
mod plan;
mod run;
mod spec;
mod standing;
mod trees;

pub use error::StageError;
pub use leftovers::sweep;
pub use plan::{Planned, Why, blocked, plan};
pub use run::{Ran, run};
pub use spec::{Cost, Stage, stages};
pub use standing::{Opened, StageRecord, Standing, open, warnings};
