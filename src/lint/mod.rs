//! What is suspicious about a project: names that match nothing, rows and files that nothing uses, entries that vanish.
//!
//! The checks re-implement no look-up. Whoever looks rows up (pipelines, figures, claim sets) records what was found,
//! and this module turns the records into findings. `repro check` shows all of them; every other verb shows those that
//! concern what it does.

mod claims;
mod finding;
mod lookups;
mod project;
mod references;

pub use claims::claim_sets;
pub use finding::{Check, Finding, Section, Severity, Subject};
pub use lookups::{dataset, figure, table};
pub use project::{entries, paper};
pub use references::{references, unpinned};
