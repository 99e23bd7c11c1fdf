//! Outputs of stages: files that count only while the receipt of their stage fits.

use std::sync::Arc;

use super::{Absence, Checked, FileState, LockedArtifact, Output, Vault, verify_paper};
use crate::digest::Sha256;
use crate::error::FileError;
use crate::evidence::{Reason, SourceFile, Tier};
use crate::manifest::{Artifact, SourceKind};

/// An output of a stage, by its receipt.
#[derive(Clone, Debug)]
pub struct StageOutput {
    /// Tier of its numbers, from the inputs of the stage.
    pub tier: Tier,
    /// Files that the stage read, through all stages before it.
    pub inputs: Vec<Arc<SourceFile>>,
    /// Whether it counts.
    pub state: OutputState,
}

/// Whether an output of a stage counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputState {
    /// The receipt fits.
    Counts,
    /// The receipt does not fit any more: why, as a clause.
    Stale(String),
    /// No receipt lists it.
    NotRun,
}

impl Vault<'_> {
    /// Adds what a stage has left for an artifact, with the pin of the receipt, where that can be read.
    pub fn add_output(&mut self, artifact: &Artifact, pin: Option<Output>, output: StageOutput) {
        if let Some(pin) = pin {
            let (id, path) = (artifact.id.clone(), artifact.to.clone());
            let (size, sha256) = (pin.size, Some(pin.sha256));
            self.lock.set_artifact(LockedArtifact { id, path, size, sha256, git_sha1: None });
        }
        self.outputs.insert(artifact.id.clone(), output);
    }

    /// What a stage has left for an artifact.
    pub fn output(&self, artifact: &Artifact) -> Option<&StageOutput> {
        self.outputs.get(&artifact.id)
    }

    /// The tier of the numbers in an artifact.
    pub fn tier(&self, artifact: &Artifact) -> Tier {
        self.outputs.get(&artifact.id).map_or(artifact.evidence, |output| output.tier)
    }

    /// Why an output of a stage does not count any more, as a sentence without its end.
    pub fn stale(&self, artifact: &Artifact) -> Option<String> {
        match &self.outputs.get(&artifact.id)?.state {
            OutputState::Stale(why) => Some(format!("`{}` is stale: {why}", artifact.id)),
            OutputState::Counts | OutputState::NotRun => None,
        }
    }

    /// Whether the bytes of an artifact may count once they are the pinned ones. A stage's output needs a receipt: a pin
    /// in the manifest or the lock does not replace it.
    pub(super) fn countable(&self, artifact: &Artifact) -> Result<(), Absence> {
        match self.outputs.get(&artifact.id).map(|output| &output.state) {
            Some(OutputState::Counts) => Ok(()),
            Some(OutputState::Stale(_)) => Err(Absence::Stale),
            Some(OutputState::NotRun) => Err(Absence::NotPinned),
            None if self.is_output(artifact) => Err(Absence::NotPinned),
            None => Ok(()),
        }
    }

    fn is_output(&self, artifact: &Artifact) -> bool {
        self.manifest().source(artifact).is_some_and(|source| source.kind == SourceKind::Stage)
    }

    /// Identity of the verified bytes of an artifact, with the files that they were computed from.
    pub(super) fn source_file(&self, artifact: &Artifact, sha256: Sha256) -> Arc<SourceFile> {
        let inputs = self.outputs.get(&artifact.id).map(|output| output.inputs.clone()).unwrap_or_default();
        let source = SourceFile::new(artifact.id.clone(), sha256, self.tier(artifact));
        Arc::new(SourceFile { inputs, ..source })
    }

    /// Why an artifact that is absent in this way has no numbers, for whoever needs them: the reason, and a sentence
    /// without its end.
    pub fn absence(&self, artifact: &Artifact, absence: Absence) -> (Reason, String) {
        let id = &artifact.id;
        match (absence, self.manifest().stage_of(artifact)) {
            (Absence::Stale, _) => (Reason::Stale, self.stale(artifact).unwrap_or_default()),
            (Absence::NotPinned, Some(stage)) => {
                (Reason::NotRun, format!("`{id}` does not count: no receipt of the stage `{stage}` lists it"))
            }
            (Absence::NotFetched, Some(stage)) => {
                let state = self.outputs.get(id).map(|output| &output.state);
                let why = match state.is_some_and(|state| *state != OutputState::NotRun) {
                    true => format!("though the receipt of the stage `{stage}` lists it"),
                    false => format!("the stage `{stage}` has not run"),
                };
                (Reason::NotRun, format!("`{id}` is not there: {why}"))
            }
            (Absence::NotPinned, None) => (Reason::Unpinned, self.unpinned(artifact)),
            (Absence::NotFetched, None) => (Reason::NotFetched, format!("`{id}` is not there")),
        }
    }

    /// Verifies the chosen artifacts as [`verify_paper`] does; an output is stale if the receipt that lists it does not
    /// fit any more, unless its bytes differ from the receipt, which is worse.
    pub fn verify(&self, chosen: &[&Artifact], extra: bool) -> Result<Vec<Checked>, FileError> {
        let mut checked = verify_paper(self.manifest(), self.frozen(), self.lock(), chosen, extra)?;
        for file in
            checked.iter_mut().filter(|file| matches!(file.state, FileState::Ok | FileState::Unpinned))
        {
            let Some(artifact) = file.artifact.as_ref().and_then(|id| self.manifest().artifact(id)) else {
                continue;
            };
            match self.countable(artifact) {
                Err(Absence::Stale) => {
                    file.state = FileState::Stale(self.stale(artifact).unwrap_or_default())
                }
                Err(_) => file.state = FileState::Unpinned,
                Ok(()) => {}
            }
        }
        Ok(checked)
    }
}
