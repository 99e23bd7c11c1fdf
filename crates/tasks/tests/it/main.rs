//! Tasks on files, against NumPy and SciPy.

// A test that fails is a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod evaluation;
mod masking;
mod runs;
mod support;
