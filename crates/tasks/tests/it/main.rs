//! Tasks against the Python packages that define their numbers.

// A test that fails is a panic.
#![allow(clippy::unwrap_used, clippy::panic)]

mod oracle;
