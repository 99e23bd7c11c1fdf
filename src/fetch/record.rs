//! What became of each artifact of a paper, and what the lock remembers of it.

use std::collections::BTreeSet;

use super::paper::PaperRun;
use super::stream::Received;
use super::{FetchError, Outcome, SourceFailure, Summary};
use crate::error::Failure;
use crate::evidence::{Missing, Reason};
use crate::manifest::{Artifact, Origin, Source, SourceKind};
use crate::store::{LockedArtifact, human_bytes};

impl<'a> PaperRun<'a> {
    /// Notes an artifact whose bytes are right, and what the lock shall remember of it.
    pub(super) fn done(
        &mut self,
        artifact: &'a Artifact,
        path: Option<String>,
        received: Received,
        outcome: Outcome,
    ) {
        self.outcomes.insert(&artifact.id, (Some(received.size), outcome));
        let known = self.lock.artifact(&artifact.id);
        let declared = match &artifact.origin {
            Origin::File { path, source } => {
                let local =
                    self.manifest.sources.iter().any(|s| s.id == *source && s.kind == SourceKind::Local);
                (local && artifact.sha256.is_none()).then(|| path.clone())
            }
            Origin::Member { member, .. } => Some(member.clone()),
            Origin::Tree { .. } => None,
        };
        let Some(path) = path.or_else(|| known.map(|entry| entry.path.clone())).or(declared) else { return };
        let git_sha1 = received.git_sha1.or_else(|| known?.git_sha1);
        let (id, size, sha256) = (artifact.id.clone(), received.size, Some(received.sha256));
        self.lock.set_artifact(LockedArtifact { id, path, size, sha256, git_sha1 });
    }

    pub(super) fn trust(&self, artifact: &Artifact, received: &Received, place: &str) {
        self.request.progress.note(&format!(
            "first contact with `{}`: trusting sha256 {} from {place}, to be recorded in `{}`",
            artifact.id,
            received.sha256,
            self.lock_path()
        ));
    }

    pub(super) fn missing(&mut self, artifact: &'a Artifact, reason: Reason, detail: String) {
        self.outcomes.insert(&artifact.id, (artifact.size, Outcome::Missing(Missing::new(reason, detail))));
    }

    pub(super) fn not_cached(&mut self, artifact: &'a Artifact) {
        self.missing(artifact, Reason::NotFetched, "offline, and the Hub cache does not hold it".into());
    }

    /// An absence that the manifest allows is a result; everything else is a failure.
    pub(super) fn failed(&mut self, artifact: &'a Artifact, error: FetchError) {
        let reason = match error.cause() {
            FetchError::NoMatch { .. } | FetchError::NoTree { .. } => Some(Reason::NotShared),
            FetchError::Http(error) if error.is_not_found() => Some(Reason::NotShared),
            FetchError::Http(error) if error.is_gated() => Some(Reason::Gated),
            _ => None,
        };
        match reason.filter(|_| artifact.optional) {
            Some(reason) => self.missing(artifact, reason, error.to_string()),
            None => {
                self.outcomes.insert(&artifact.id, (artifact.size, Outcome::Failed(error.into())));
            }
        }
    }

    pub(super) fn source_failed(&self, source: &Source, error: FetchError, summary: &mut Summary) {
        let (paper, source) = (self.manifest.id().to_owned(), source.id.clone());
        summary.sources.push(SourceFailure { paper, source, error });
    }

    pub(super) fn too_large(&self, size: Option<u64>) -> bool {
        self.request.max_size.zip(size).is_some_and(|(most, size)| size > most)
    }

    pub(super) fn skip_large(&mut self, artifact: &'a Artifact, size: u64) {
        let why = format!("{} is more than `--max-size`", human_bytes(size));
        self.outcomes.insert(&artifact.id, (Some(size), Outcome::Skipped { why, counts: true }));
    }

    /// Writes the lock if it changed. A commit without a single verified file is not worth remembering.
    pub(super) fn save(&mut self) -> Result<(), Failure> {
        let files = self.lock.artifacts.iter().map(|entry| &entry.id);
        let entries = files.chain(self.lock.trees.iter().map(|entry| &entry.id));
        let used: BTreeSet<_> =
            entries.filter_map(|id| self.manifest.artifact(id)?.source_id().map(str::to_owned)).collect();
        let before = &self.before;
        self.lock.sources.retain(|entry| used.contains(&entry.id) || before.source(&entry.id).is_some());
        if !self.request.locked && self.lock.to_text() != self.before.to_text() {
            self.lock.save(&self.manifest.lock_path())?;
        }
        Ok(())
    }

    pub(super) fn lock_path(&self) -> String {
        let path = self.manifest.lock_path();
        path.strip_prefix(&self.request.project.root).unwrap_or(&path).display().to_string()
    }
}
