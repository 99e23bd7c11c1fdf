//! Integration tests: one crate, one module a part. Most run the real binary in a temporary project.

mod architecture;
mod cached;
mod claims;
mod cli;
mod determinism;
mod figures;
mod manifest;
mod support;
