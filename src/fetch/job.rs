//! A file about to be received, and what became of it.

use super::FetchError;
use super::resolve::Wanted;
use super::stream::Received;
use crate::manifest::{Artifact, Source};

/// A file about to be received.
pub struct Job<'a> {
    /// What it belongs to.
    pub artifact: &'a Artifact,
    /// Where it comes from.
    pub source: &'a Source,
    /// Which bytes it means.
    pub wanted: Wanted,
    /// Place below the paper's folder.
    pub to: String,
    /// Which file of the artifact, if that is a tree.
    pub in_tree: Option<usize>,
}

/// What became of a job.
pub enum Done {
    /// In its place, its bytes checked.
    Received(Received),
    /// Offline, and not in the cache.
    NotCached,
    /// Its source could not be used.
    SourceGone,
    /// Should have come.
    Failed(FetchError),
}

impl Job<'_> {
    /// What a person is told: the artifact, and for a tree the file.
    pub fn name(&self, paper: &str) -> String {
        match (self.in_tree, self.to.strip_prefix(&self.artifact.to)) {
            (Some(_), Some(inner)) => format!("{paper}/{}{inner}", self.artifact.id),
            _ => format!("{paper}/{}", self.artifact.id),
        }
    }
}
