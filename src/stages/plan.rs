//! Which stages run, and why.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::run::{parameters, tool};
use super::spec::{Stage, sources, stages};
use crate::error::Failure;
use crate::manifest::{Manifest, STAGES};
use crate::store::{Absence, Receipt, Vault};

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
    /// Its receipt says that it ran on these inputs with these parameters.
    UpToDate,
    /// It has not run.
    NeverRan,
    /// An artifact has other bytes than when it ran.
    InputChanged(String),
    /// It was told something else than when it ran.
    ParametersChanged,
    /// Another version ran it.
    OtherTool(String),
    /// Something that it wrote is not there.
    OutputMissing(String),
    /// A stage whose output it reads runs before.
    Follows(String),
    /// The user said so.
    Forced,
    /// It waits for an artifact that is not there.
    Waits(String),
}

impl Why {
    /// Whether the stage runs.
    pub fn runs(&self) -> bool {
        !matches!(self, Self::UpToDate | Self::Waits(_))
    }

    /// The reason in words.
    pub fn text(&self) -> String {
        match self {
            Self::UpToDate => "up to date".to_owned(),
            Self::NeverRan => "has not run yet".to_owned(),
            Self::InputChanged(artifact) => format!("`{artifact}` changed"),
            Self::ParametersChanged => "parameters changed".to_owned(),
            Self::OtherTool(tool) => format!("was run by {tool}"),
            Self::OutputMissing(name) => format!("its output `{name}` is missing"),
            Self::Follows(stage) => format!("`{stage}` runs before"),
            Self::Forced => "forced".to_owned(),
            Self::Waits(artifact) => format!("waits for `{artifact}`"),
        }
    }
}

/// The wanted stages in order, with what is to be done. Reads pins and receipts, no data.
pub fn plan(
    vault: &Vault<'_>,
    wanted: impl Fn(&Stage) -> bool,
    force: bool,
) -> Result<Vec<Planned>, Failure> {
    let manifest = vault.manifest();
    let mut planned: Vec<Planned> = Vec::new();
    for stage in stages(manifest)?.into_iter().filter(wanted) {
        let running: BTreeSet<&str> = planned
            .iter()
            .filter(|planned| planned.why.runs())
            .map(|planned| planned.stage.id.as_str())
            .collect();
        let before = sources(&stage, manifest).into_iter().find(|id| running.contains(id.as_str()));
        let why = match (absent(&stage, vault, &running), before) {
            (Some(artifact), _) => Why::Waits(artifact),
            (None, Some(before)) => Why::Follows(before),
            (None, None) if force => Why::Forced,
            (None, None) => changed(&stage, vault)?,
        };
        planned.push(Planned { stage, why });
    }
    Ok(planned)
}

/// An input that is not there and that no stage is about to write.
fn absent(stage: &Stage, vault: &Vault<'_>, running: &BTreeSet<&str>) -> Option<String> {
    let manifest = vault.manifest();
    let missing = |id: &&String| {
        let Some(artifact) = manifest.artifact(id) else { return true };
        let follows = manifest.stage_of(artifact).is_some_and(|stage| running.contains(stage));
        !follows && matches!(vault.presence(artifact), Err(Absence::NotFetched | Absence::NotPinned))
    };
    stage.inputs.values().find(missing).cloned()
}

fn changed(stage: &Stage, vault: &Vault<'_>) -> Result<Why, Failure> {
    let manifest = vault.manifest();
    let folder = folder(stage, manifest, vault);
    let Some(receipt) = Receipt::load(&folder, &stage.id)? else { return Ok(Why::NeverRan) };
    if receipt.tool != tool() {
        return Ok(Why::OtherTool(receipt.tool));
    }
    if receipt.parameters != parameters(stage) {
        return Ok(Why::ParametersChanged);
    }
    for id in stage.inputs.values() {
        // A tree has no pin of its own: its listing is hashed when the stage runs.
        let pin = manifest.artifact(id).filter(|artifact| !artifact.is_tree()).and_then(|own| vault.pin(own));
        if pin.is_some_and(|pin| receipt.inputs.get(id) != Some(&pin)) || !receipt.inputs.contains_key(id) {
            return Ok(Why::InputChanged(id.clone()));
        }
    }
    if receipt.inputs.len() != stage.inputs.values().collect::<BTreeSet<_>>().len() {
        return Ok(Why::ParametersChanged);
    }
    let missing = receipt.outputs.keys().find(|name| !folder.join(name).is_file());
    Ok(missing.map_or(Why::UpToDate, |name| Why::OutputMissing(name.clone())))
}

/// `frozen/<paper>/stages/<stage>`.
pub(super) fn folder(stage: &Stage, manifest: &Manifest, vault: &Vault<'_>) -> PathBuf {
    vault.frozen().join(manifest.id()).join(STAGES).join(&stage.id)
}
