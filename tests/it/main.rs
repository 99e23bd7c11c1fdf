//! Integration tests: one crate, one module a part. Most run the real binary in a temporary project.

// A test that fails is a panic, and what it prints is for the person who reads it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod architecture;
mod bad_claims;
mod bootstrap;
mod cached;
mod claims;
mod cli;
mod content;
mod coverage;
mod determinism;
mod drawing;
mod fetch;
mod fig4;
mod figures;
mod funky;
#[path = "../support/hub/mod.rs"]
mod hub;
mod lineage;
mod lines;
mod manifest;
mod masked;
mod panels;
mod radars_and_bars;
mod ranks;
mod renderers;
mod report;
mod rules;
mod runs;
mod scatter;
mod score;
mod shipped;
mod stages;
mod support;
mod synthetic;
mod tables;
mod themes;
