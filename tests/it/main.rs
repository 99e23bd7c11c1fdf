//! Integration tests: they run the real binary in temporary projects.

#[path = "../support/hub/mod.rs"]
mod hub;

mod fetch;
