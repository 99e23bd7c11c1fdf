//! What the receipt of a stage is worth now: the stage, its inputs or the program may have changed since it ran.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::spec::{Stage, stages};
use super::{StageError, trees};
use crate::digest::{Sha256, sha256};
use crate::error::Failure;
use crate::evidence::{SourceFile, Tier};
use crate::manifest::{Artifact, Manifest, STAGES};
use crate::store::{Failed, Lock, OutputState, Receipt, StageOutput, Vault};

/// A stage of a manifest, or one that left a receipt and is not in the manifest any more.
#[derive(Debug)]
pub struct StageRecord {
    /// Identifier.
    pub id: String,
    /// The stage as the manifest declares it.
    pub stage: Option<Stage>,
    /// What it wrote when it last succeeded.
    pub receipt: Option<Receipt>,
    /// Whether that counts.
    pub standing: Standing,
    /// Why the last run failed, where it failed after the last success.
    pub failed: Option<String>,
}

/// Whether the outputs of a stage count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It ran with the present parameters on the present inputs, in the present version.
    Fresh,
    /// There is no receipt.
    NeverRan,
    /// What changed since it ran, as a clause.
    Stale(String),
}

impl Standing {
    /// The name used in every output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::NeverRan => "not_run",
            Self::Stale(_) => "stale",
        }
    }
}

/// The files of a paper with what its stages have left.
#[derive(Debug)]
pub struct Opened<'a> {
    /// Files with their pins.
    pub vault: Vault<'a>,
    /// Stages in the order they run in, then those that are not in the manifest.
    pub stages: Vec<StageRecord>,
    /// Stages of the manifest that cannot be used. What does not depend on them can.
    pub problems: Vec<Failure>,
    /// Receipts that cannot be used: their stages have to run again.
    pub receipts: Vec<Failure>,
}

/// Opens the files of a paper and decides which outputs of stages count. Reads the lock and receipts, no data.
///
/// # Errors
/// Where the lock cannot be read.
pub fn open<'a>(manifest: &'a Manifest, frozen: &Path) -> Result<Opened<'a>, Failure> {
    let lock = Lock::load(&manifest.lock_path())?;
    let (stages, problems) = stages(manifest);
    let vault = Vault::new(manifest, frozen, lock);
    let mut survey = Survey { vault, records: Vec::new(), receipts: Vec::new() };
    let declared: BTreeSet<String> = stages.iter().map(|stage| stage.id.clone()).collect();
    let written: BTreeSet<&str> =
        manifest.artifacts.iter().filter_map(|artifact| manifest.stage_of(artifact)).collect();
    // They come first, since stages of the manifest may read what they wrote.
    for id in written.into_iter().filter(|id| !declared.contains(*id)) {
        survey.add(id.to_owned(), None);
    }
    let undeclared = survey.records.len();
    for stage in stages {
        survey.add(stage.id.clone(), Some(stage));
    }
    let Survey { vault, mut records, receipts } = survey;
    records.rotate_left(undeclared);
    Ok(Opened { vault, stages: records, problems, receipts })
}

/// A stage's folder, `frozen/<paper>/stages/<stage>`.
pub(super) fn folder(id: &str, vault: &Vault<'_>) -> PathBuf {
    vault.frozen().join(vault.manifest().id()).join(STAGES).join(id)
}

/// The hash of everything that decides what a run writes.
pub(super) fn key(
    version: u32,
    parameters: &Map<String, Value>,
    inputs: &BTreeMap<String, Sha256>,
) -> Sha256 {
    let inputs: Vec<String> = inputs.iter().map(|(id, hash)| format!("{id} {hash}")).collect();
    let parameters: BTreeMap<&String, String> =
        parameters.iter().map(|(name, value)| (name, value.to_string())).collect();
    sha256(format!("{version}\n{parameters:?}\n{inputs:?}").as_bytes())
}

/// Stages that have been looked at, each behind those whose outputs it reads.
struct Survey<'a> {
    vault: Vault<'a>,
    records: Vec<StageRecord>,
    receipts: Vec<Failure>,
}

impl Survey<'_> {
    fn add(&mut self, id: String, stage: Option<Stage>) {
        let folder = folder(&id, &self.vault);
        let unreadable = "its receipt cannot be used".to_owned();
        let (receipt, mut standing) = match Receipt::load(&folder, &id) {
            Ok(None) => (None, Standing::NeverRan),
            Ok(Some(receipt)) => {
                let change = self.change(stage.as_ref(), &id, &receipt);
                (Some(receipt), change.map_or(Standing::Fresh, Standing::Stale))
            }
            Err(error) => {
                self.receipts.push(error.into());
                (None, Standing::Stale(unreadable))
            }
        };
        let failed = self.failure(stage.as_ref(), &folder);
        if let (Standing::Stale(why), Some(message)) = (&mut standing, &failed) {
            why.push_str(&format!("; its last run failed: {message}"));
        }
        self.leave(&id, stage.as_ref(), receipt.as_ref(), &standing);
        self.records.push(StageRecord { id, stage, receipt, standing, failed });
    }

    /// What differs from the run that left a receipt, as a clause; none where nothing does.
    fn change(&self, stage: Option<&Stage>, id: &str, receipt: &Receipt) -> Option<String> {
        let Some(stage) = stage else {
            let is_wrong = self.vault.manifest().stages.iter().any(|raw| raw.id == id);
            return Some(match is_wrong {
                true => format!("the stage `{id}` in the manifest cannot be used"),
                false => format!("the stage `{id}` is not in the manifest"),
            });
        };
        if !receipt.is_current() {
            return Some(format!(
                "an earlier layout of receipts (schema {}) does not hold what is needed",
                receipt.schema
            ));
        }
        let change = changed_parameter(&receipt.parameters, &stage.written())
            .or_else(|| changed_version(receipt.version, stage))
            .or_else(|| self.changed_input(stage, receipt));
        change.map(|change| format!("{change} since the stage `{id}` ran"))
    }

    fn changed_input(&self, stage: &Stage, receipt: &Receipt) -> Option<String> {
        for id in stage.artifacts() {
            let Some(artifact) = self.vault.manifest().artifact(id) else { continue };
            if let Err(problem) = self.present(artifact) {
                return Some(problem);
            }
            let recorded = receipt.inputs.get(id);
            let now = self.hashes(artifact);
            if now.is_empty() {
                return Some(format!("the input `{id}` lost its pin"));
            }
            if now.iter().any(|hash| Some(hash) != recorded) {
                return Some(format!("the input `{id}` changed"));
            }
        }
        let read = stage.artifacts().count();
        (receipt.inputs.len() != read).then(|| "the list of inputs changed".to_owned())
    }

    /// Refuses an input that is itself an output of a stage and does not count. Other inputs may be absent: their pins
    /// say what they are.
    fn present(&self, artifact: &Artifact) -> Result<(), String> {
        let Some(stage) = self.vault.manifest().stage_of(artifact) else { return Ok(()) };
        let id = &artifact.id;
        match self.vault.output(artifact).map(|output| &output.state) {
            Some(OutputState::Stale(why)) => Err(format!("the input `{id}` became stale ({why})")),
            Some(OutputState::Counts) if self.vault.path(artifact).is_file() => Ok(()),
            Some(OutputState::Counts) => Err(format!("the input `{id}` was removed")),
            Some(OutputState::NotRun) | None => {
                Err(format!("the input `{id}` lost the receipt of the stage `{stage}`"))
            }
        }
    }

    /// The hashes of an artifact by its pins; of a tree, the hash of its list in the lock.
    fn hashes(&self, artifact: &Artifact) -> Vec<Sha256> {
        match artifact.is_tree() {
            true => self.vault.lock().tree(&artifact.id).and_then(trees::listing).into_iter().collect(),
            false => self.vault.pins(artifact).collect(),
        }
    }

    /// Why the last run failed, if it was a run of what the manifest declares now.
    fn failure(&mut self, stage: Option<&Stage>, folder: &Path) -> Option<String> {
        let stage = stage?;
        let marker = Failed::load(folder).unwrap_or_else(|error| {
            self.receipts.push(error.into());
            None
        })?;
        let mut inputs = BTreeMap::new();
        for id in stage.artifacts() {
            let artifact = self.vault.manifest().artifact(id)?;
            inputs.insert(id.clone(), *self.hashes(artifact).first()?);
        }
        let present = key(stage.version(), &stage.written(), &inputs);
        (marker.key == present).then_some(marker.message)
    }

    /// Records the outputs of a stage: their pins, their tier and what they were computed from.
    fn leave(&mut self, stage: &str, spec: Option<&Stage>, receipt: Option<&Receipt>, standing: &Standing) {
        let manifest = self.vault.manifest();
        let inputs = self.inputs(spec, receipt);
        for artifact in manifest.artifacts.iter().filter(|own| manifest.stage_of(own) == Some(stage)) {
            let name = artifact.to.rsplit('/').next().unwrap_or_default();
            let pin = receipt.and_then(|receipt| receipt.outputs.get(name).copied());
            let state = match standing {
                Standing::NeverRan => OutputState::NotRun,
                // A receipt that can be read lists what the stage wrote.
                _ if receipt.is_some() && pin.is_none() => OutputState::NotRun,
                Standing::Fresh => OutputState::Counts,
                Standing::Stale(why) => OutputState::Stale(why.clone()),
            };
            let tier = spec.map_or(artifact.evidence, |spec| self.tier(spec));
            self.vault.add_output(artifact, pin, StageOutput { tier, inputs: inputs.clone(), state });
        }
    }

    /// The tier of what a stage writes: the weakest of its inputs, tools aside.
    fn tier(&self, stage: &Stage) -> Tier {
        let manifest = self.vault.manifest();
        let inputs = stage.artifacts().filter_map(|id| manifest.artifact(id));
        Tier::of_number(inputs.map(|artifact| self.vault.tier(artifact)))
    }

    /// The files that a stage read, with those that earlier stages read for it, each once in order of artifact id.
    fn inputs(&self, stage: Option<&Stage>, receipt: Option<&Receipt>) -> Vec<Arc<SourceFile>> {
        let (Some(stage), Some(receipt)) = (stage, receipt) else { return Vec::new() };
        let mut files: BTreeSet<Arc<SourceFile>> = BTreeSet::new();
        for id in stage.artifacts() {
            let (Some(artifact), Some(sha256)) = (self.vault.manifest().artifact(id), receipt.inputs.get(id))
            else {
                continue;
            };
            let source = SourceFile::new(id.clone(), *sha256, self.vault.tier(artifact));
            let of_stage =
                self.vault.output(artifact).map(|output| output.inputs.clone()).unwrap_or_default();
            files.extend(of_stage.iter().cloned());
            let inputs = match self.vault.lock().tree(id) {
                Some(tree) if artifact.is_tree() => trees::files(tree, source.tier),
                _ => of_stage,
            };
            files.insert(Arc::new(SourceFile { inputs, ..source }));
        }
        files.into_iter().collect()
    }
}

/// The first parameter that differs, with both values.
fn changed_parameter(before: &Map<String, Value>, now: &Map<String, Value>) -> Option<String> {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let name = names.into_iter().find(|name| before.get(*name) != now.get(*name))?;
    let told = |value: Option<&Value>| value.map_or("not set".to_owned(), |value| format!("`{value}`"));
    Some(format!("the parameter `{name}` changed from {} to {}", told(before.get(name)), told(now.get(name))))
}

fn changed_version(before: u32, stage: &Stage) -> Option<String> {
    let (kind, now) = (stage.kind(), stage.version());
    (before != now).then(|| format!("the version of `{kind}` changed from {before} to {now}"))
}

/// A warning for each stage whose outputs count although a later run of the same failed, or do not count any more.
pub fn warnings(stages: &[StageRecord]) -> Vec<StageError> {
    let warning = |record: &StageRecord| match (&record.standing, &record.failed) {
        (Standing::Fresh, Some(message)) => {
            Some(StageError::FailedLater { stage: record.id.clone(), message: message.clone() })
        }
        (Standing::Stale(why), _) => Some(StageError::Stale {
            stage: record.id.clone(),
            why: why.clone(),
            is_declared: record.stage.is_some(),
        }),
        (Standing::Fresh | Standing::NeverRan, _) => None,
    };
    stages.iter().filter_map(warning).collect()
}
