//! Metrics against the Python packages that define them.

// A test that fails is a panic.
#![allow(clippy::unwrap_used, clippy::panic)]

mod pairs;
mod sets;
