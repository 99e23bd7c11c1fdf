//! Metrics against the Python packages that define them.

mod pairs;
mod sets;
