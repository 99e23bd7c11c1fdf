//! Which stages run, and why.

use std::collections::BTreeSet;

use super::spec::{Stage, sources};
use super::standing::{Opened, StageRecord, Standing, folder};
use crate::evidence::Reason;

/// A stage and what is to be done with it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The stage.
    pub stage: Stage,
    /// Why it runs, or not.
    pub why: Why,
}

/// Why a stage runs, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its receipt fits the present inputs, parameters and version.
    UpToDate,
    /// It has not run.
    NeverRan,
    /// Its outputs do not count any more: what changed, as a clause.
    Stale(String),
    /// Something that it wrote is not there. What was edited is left to the user: `verify` names it.
    OutputMissing(String),
    /// A stage whose output it reads runs before.
    Follows(String),
    /// The user asked for it.
    Forced,
    /// It waits for an artifact.
    Waits {
        /// The artifact.
        artifact: String,
        /// Class of the reason.
        reason: Reason,
        /// Why the artifact cannot be read, as a clause.
        why: String,
    },
}

impl Why {
    /// Whether the stage runs.
    pub fn runs(&self) -> bool {
        !matches!(self, Self::UpToDate | Self::Waits { .. })
    }

    /// The reason in words.
    pub fn text(&self) -> String {
        match self {
            Self::UpToDate => "up to date".to_owned(),
            Self::NeverRan => "has not run yet".to_owned(),
            Self::Stale(why) => format!("is stale: {why}"),
            Self::OutputMissing(name) => format!("its output `{name}` is missing"),
            Self::Follows(stage) => format!("`{stage}` runs before"),
            Self::Forced => "forced".to_owned(),
            Self::Waits { artifact, why, .. } => format!("waits for `{artifact}`: {why}"),
        }
    }
}

/// The wanted stages in order, with what is to be done.
pub fn plan(opened: &Opened<'_>, wanted: impl Fn(&Stage) -> bool, force: bool) -> Vec<Planned> {
    let mut planned: Vec<Planned> = Vec::new();
    for record in &opened.stages {
        let Some(stage) = record.stage.as_ref().filter(|stage| wanted(stage)) else { continue };
        let running: BTreeSet<&str> = planned
            .iter()
            .filter(|planned| planned.why.runs())
            .map(|planned| planned.stage.id.as_str())
            .collect();
        let manifest = opened.vault.manifest();
        let before = sources(stage, manifest).into_iter().find(|id| running.contains(id.as_str()));
        let why = match (missing_output(record, opened), before) {
            (None, None) if record.standing == Standing::Fresh && !force => Why::UpToDate,
            (missing, before) => absent(stage, opened, &running).unwrap_or_else(|| match (before, missing) {
                (Some(before), _) => Why::Follows(before),
                (None, _) if force => Why::Forced,
                (None, missing) => match (&record.standing, missing) {
                    (Standing::Stale(why), _) => Why::Stale(why.clone()),
                    (Standing::Fresh, Some(name)) => Why::OutputMissing(name),
                    (Standing::NeverRan | Standing::Fresh, _) => Why::NeverRan,
                },
            }),
        };
        planned.push(Planned { stage: stage.clone(), why });
    }
    planned
}

/// Why a stage that was about to run does not: a stage whose output it reads is among those that failed or wait.
pub fn blocked(stage: &Stage, opened: &Opened<'_>, failed: &BTreeSet<String>) -> Option<Why> {
    let manifest = opened.vault.manifest();
    let of_failed = |id: &&String| {
        let writer = manifest.artifact(id).and_then(|artifact| manifest.stage_of(artifact))?;
        failed.contains(writer).then_some(writer)
    };
    let waits = stage.artifacts().find_map(|id| Some((id, of_failed(&id)?)));
    let waits = waits.map(|(id, writer)| Why::Waits {
        artifact: id.clone(),
        reason: Reason::NotRun,
        why: format!("the stage `{writer}` did not succeed"),
    });
    waits.or_else(|| absent(stage, opened, &BTreeSet::new()))
}

/// An input that is not there or does not count, and that no stage is about to write.
fn absent(stage: &Stage, opened: &Opened<'_>, running: &BTreeSet<&str>) -> Option<Why> {
    let vault = &opened.vault;
    let waits = |id: &String| {
        let artifact = vault.manifest().artifact(id)?;
        if vault.manifest().stage_of(artifact).is_some_and(|stage| running.contains(stage)) {
            return None;
        }
        let (reason, why) = vault.absence(artifact, vault.presence(artifact).err()?);
        Some(Why::Waits { artifact: id.clone(), reason, why })
    };
    stage.artifacts().find_map(waits)
}

/// An output that the receipt lists and that is not there.
fn missing_output(record: &StageRecord, opened: &Opened<'_>) -> Option<String> {
    let folder = folder(&record.id, &opened.vault);
    let mut outputs = record.receipt.as_ref()?.outputs.keys();
    outputs.find(|name| !folder.join(name).is_file()).cloned()
}
