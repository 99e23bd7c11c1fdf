//! The entry: what to fetch, and what became of each artifact.

use super::paper::PaperRun;
use super::transport::Transport;
use super::{FetchError, Progress, Settings};
use crate::error::Failure;
use crate::evidence::Missing;
use crate::manifest::{Project, Selection};

/// What to fetch and how.
pub struct Request<'a> {
    /// The project.
    pub project: &'a Project,
    /// Artifacts, or everything.
    pub selection: &'a Selection,
    /// Hub, token, cache, patience.
    pub settings: &'a Settings,
    /// Say what would be done and do nothing.
    pub dry_run: bool,
    /// Refuse whatever the lock does not hold.
    pub locked: bool,
    /// Leave larger files.
    pub max_size: Option<u64>,
    /// Files received at the same time.
    pub jobs: usize,
    /// Who listens.
    pub progress: &'a dyn Progress,
}

/// What became of every selected artifact.
#[derive(Debug, Default)]
pub struct Summary {
    /// Artifacts in order of paper and declaration.
    pub items: Vec<Item>,
    /// Sources that could not be used; their artifacts have [`Outcome::SourceFailed`].
    pub sources: Vec<SourceFailure>,
}

/// One artifact.
#[derive(Debug)]
pub struct Item {
    /// Paper.
    pub paper: String,
    /// Artifact.
    pub artifact: String,
    /// Path relative to the project.
    pub path: String,
    /// Size in bytes, where known.
    pub size: Option<u64>,
    /// Number of files of a tree, where known.
    pub files: Option<usize>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an artifact.
#[derive(Debug)]
pub enum Outcome {
    /// Received, checked and put in its place.
    Fetched,
    /// There already, its bytes checked.
    Present,
    /// A dry run leaves it at that.
    WouldFetch,
    /// Left on purpose: only taken when named, or larger than asked for.
    Skipped {
        /// Why.
        why: String,
        /// Whether the selection covered it, so that something is missing now.
        counts: bool,
    },
    /// Not to be had, and the manifest or the mode of working says that this may be.
    Missing(Missing),
    /// Its source could not be used, see [`Summary::sources`].
    SourceFailed,
    /// Should have been there.
    Failed(Failure),
}

/// A source that could not be used.
#[derive(Debug)]
pub struct SourceFailure {
    /// Paper.
    pub paper: String,
    /// Source.
    pub source: String,
    /// Why.
    pub error: FetchError,
}

impl SourceFailure {
    /// Whether the server is away, so that working with what is there makes sense.
    pub fn is_unreachable(&self) -> bool {
        self.error.is_unreachable()
    }
}

impl Outcome {
    /// The name used in every output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fetched => "fetched",
            Self::Present => "present",
            Self::WouldFetch => "would_fetch",
            Self::Skipped { .. } => "skipped",
            Self::Missing(_) => "missing",
            Self::SourceFailed | Self::Failed(_) => "failed",
        }
    }
}

/// Fetches what is selected and not there. What fails does not stop the rest: failures are part of the summary.
/// An error means that nothing could be tried.
pub fn fetch(request: &Request<'_>) -> Result<Summary, Failure> {
    let transport = Transport::new(request.settings);
    let mut known = Vec::new();
    let mut papers = Vec::new();
    for manifest in request.project.covered(request.selection) {
        let (mut chosen, mut named_only) = (Vec::new(), Vec::new());
        for artifact in &manifest.artifacts {
            known.push(format!("{}/{}", manifest.id(), artifact.id));
            let selected = request.selection.contains(manifest.id(), &artifact.id);
            // What a stage writes comes from nowhere else.
            if selected && manifest.stage_of(artifact).is_none() {
                let taken = artifact.fetch == crate::manifest::FetchPolicy::Default
                    || request.selection.names(manifest.id(), &artifact.id);
                if taken { chosen.push(artifact) } else { named_only.push(artifact) }
            }
        }
        papers.push((manifest, chosen, named_only));
    }
    request.selection.check(known.iter().map(String::as_str))?;
    let mut summary = Summary::default();
    for (manifest, chosen, named_only) in papers {
        if !chosen.is_empty() || !named_only.is_empty() {
            PaperRun::new(request, &transport, manifest)?.run(chosen, &named_only, &mut summary)?;
        }
    }
    Ok(summary)
}
