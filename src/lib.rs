//! `repro` turns scientific papers into checkable artifacts.
//!
//! The modules tell the story from the bottom up, and an import may only point down this list
//! reversed (a test reads the `use crate::` lines):
//!
//! * [`error`], [`digest`], [`evidence`]: what a failure, a hash and a source row are.
//! * [`manifest`]: what a paper declares: sources, artifacts, datasets, figures, claims.
//! * [`store`]: pinned bytes on disk: lock file, Hub cache, atomic writes, verification.
//! * [`fetch`]: the only network code.
//! * [`data`]: readers of what the field writes; pickles are read and never run.
//! * [`stats`]: ranks, quartiles, tests, NumPy's random streams.
//! * [`learn`]: principal components, neighbours, UMAP.
//! * [`metrics`]: metrics of reconstruction, one a file.
//! * [`tasks`]: benchmarks composed of them, from files to numbers.
//! * [`stages`]: what a manifest can have run, and the receipts of it.
//! * [`query`]: a manifest's dataset pipelines, with row lineage.
//! * [`plot`]: the scene and its renderings. Knows no biology.
//! * [`figures`]: one file a figure kind, rows and a spec in, a scene out.
//! * [`claims`]: rules, outcomes, the ledger of the missing.
//! * [`tables`]: tables of published values with ours beside them.
//! * [`lint`]: what is suspicious about a project: names that match nothing, rows that nothing uses.
//! * [`report`]: the tracking report as HTML, JSON, Markdown and in a terminal.
//! * [`cli`]: the only code that prints or decides an exit status.
//!
//! `digest`, `data`, `stats`, `learn`, `metrics` and `tasks` are crates of their own, in `crates/`.

pub mod claims;
pub mod cli;
pub mod error;
pub mod evidence;
pub mod fetch;
pub mod figures;
pub mod lint;
pub mod manifest;
pub mod plot;
pub mod query;
pub mod report;
pub mod stages;
pub mod store;
pub mod tables;

pub use repro_data as data;
pub use repro_digest as digest;
pub use repro_learn as learn;
pub use repro_metrics as metrics;
pub use repro_stats as stats;
pub use repro_tasks as tasks;
