//! A `[[stage]]` of a manifest.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::StageError;
use super::kinds::Kind;
use crate::error::Failure;
use crate::manifest::{Manifest, ManifestError, RawSpec};

/// What a stage costs; `repro reproduce` runs the cheap ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cost {
    /// Seconds.
    Cheap,
    /// Anything more.
    #[default]
    Heavy,
}

/// Keys that all kinds have in common.
const COMMON: [&str; 1] = ["cost"];

/// One stage, checked.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Identifier, also its folder below `frozen/<paper>/stages/`.
    pub id: String,
    /// What it costs.
    pub cost: Cost,
    /// Artifacts it reads, by the key that names them.
    pub inputs: BTreeMap<String, String>,
    /// Everything else it was told.
    pub parameters: toml::Table,
    pub(super) kind: Kind,
}

impl Stage {
    fn parse(raw: &RawSpec, manifest: &Manifest) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Common {
            #[serde(default)]
            cost: Cost,
        }
        let kind = Kind::named(&raw.kind)
            .ok_or_else(|| raw.error(format!("unknown kind `{}`; stages are {}", raw.kind, Kind::names())))?;
        kind.check(raw, &COMMON)?;
        let common: Common = raw.parse()?;
        let mut parameters = raw.body().clone();
        parameters.retain(|key, _| !COMMON.contains(&key));
        let mut inputs = BTreeMap::new();
        for key in kind.inputs() {
            if let Some(toml::Value::String(artifact)) = parameters.remove(*key) {
                if manifest.artifact(&artifact).is_none() {
                    return Err(raw.error(format!("`{key}` names the unknown artifact `{artifact}`")));
                }
                inputs.insert((*key).to_owned(), artifact);
            }
        }
        Ok(Self { id: raw.id.clone(), cost: common.cost, inputs, parameters, kind })
    }

    /// Name of its kind.
    pub fn kind(&self) -> &'static str {
        self.kind.name()
    }
}

/// The stages of a manifest, each behind those whose outputs it reads.
pub fn stages(manifest: &Manifest) -> Result<Vec<Stage>, Failure> {
    let mut waiting =
        manifest.stages.iter().map(|raw| Stage::parse(raw, manifest)).collect::<Result<Vec<_>, _>>()?;
    let ids: BTreeSet<String> = waiting.iter().map(|stage| stage.id.clone()).collect();
    let mut ordered: Vec<Stage> = Vec::new();
    while !waiting.is_empty() {
        let done = |id: &str| !ids.contains(id) || ordered.iter().any(|stage| stage.id == id);
        let ready = waiting.iter().position(|stage| sources(stage, manifest).iter().all(|id| done(id)));
        let Some(ready) = ready else {
            let stages = waiting.into_iter().map(|stage| format!("`{}`", stage.id)).collect();
            return Err(StageError::Circle { stages }.into());
        };
        ordered.push(waiting.remove(ready));
    }
    Ok(ordered)
}

/// Stages whose outputs a stage reads.
pub(super) fn sources(stage: &Stage, manifest: &Manifest) -> BTreeSet<String> {
    let inputs = stage.inputs.values().filter_map(|id| manifest.artifact(id));
    inputs.filter_map(|artifact| manifest.stage_of(artifact)).map(str::to_owned).collect()
}
