//! Tasks on files, against the Python packages that define their numbers.

// A test that fails is a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod evaluation;
mod masking;
mod oracle;
mod runs;
mod support;
