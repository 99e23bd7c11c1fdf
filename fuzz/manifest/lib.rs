//! The loader of manifests, from the sources of the main crate, which takes a quarter of an hour to build for a fuzzer.

#[path = "../../src"]
mod sources {
    pub mod error;
    pub mod evidence;
    pub mod manifest;
}

pub use repro_digest as digest;
pub use sources::{error, evidence, manifest};
