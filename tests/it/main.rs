//! Integration tests: one crate, one module a part. Most run the real binary in a temporary project.

// A test that fails is a panic, and what it prints is for the person who reads it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod architecture;
mod bad_claims;
mod bad_inputs;
mod bootstrap;
mod cached;
mod cells;
mod check;
mod circles;
mod claims;
mod cli;
mod constants;
mod containment;
mod content;
mod copies;
mod coverage;
mod determinism;
mod drawing;
mod escapes;
mod fetch;
mod fig4;
mod figures;
mod forged;
mod funky;
mod golden;
mod hostile;
#[path = "../support/hub/mod.rs"]
mod hub;
mod huge_joins;
mod lineage;
mod lines;
mod manifest;
mod mask_records;
mod masked;
mod panels;
mod radars_and_bars;
mod rank_tables;
mod ranks;
mod renderers;
mod report;
mod rules;
mod runs;
mod scatter;
mod score;
mod shipped;
mod small;
mod stage_graph;
mod stages;
mod standing;
mod support;
mod synthetic;
mod tables;
mod themes;
mod tiers;
mod unfit_scores;
