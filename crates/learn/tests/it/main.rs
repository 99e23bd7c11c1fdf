//! Against scikit-learn and umap-learn, and on input that degenerates.

// A test that fails is a panic, and what it prints is for the person who reads it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod hostile;
mod maps;
mod oracle;
