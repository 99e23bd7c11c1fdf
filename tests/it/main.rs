//! Integration tests: the real binary in a temporary project.

mod architecture;
mod cached;
mod claims;
mod cli;
mod determinism;
mod manifest;
mod support;
