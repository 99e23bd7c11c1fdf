//! The integration tests: one crate, one module a part.

mod figures;
