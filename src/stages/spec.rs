//! A `[[stage]]` of a manifest.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

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

    /// Version of its kind.
    pub fn version(&self) -> u32 {
        self.kind.version()
    }

    /// Ids of the artifacts it reads, each once.
    pub fn artifacts(&self) -> impl Iterator<Item = &String> {
        self.inputs.values().collect::<BTreeSet<_>>().into_iter()
    }

    /// What the manifest specifies, kind and inputs included, as a receipt keeps it.
    pub(super) fn written(&self) -> Map<String, Json> {
        let mut written = Map::new();
        written.insert("kind".to_owned(), self.kind().into());
        for (key, artifact) in &self.inputs {
            written.insert(key.clone(), artifact.as_str().into());
        }
        for (key, value) in &self.parameters {
            written.insert(key.clone(), json(value));
        }
        // A float may change by its last digit when it is read, so that both sides have to be read from text.
        let text = serde_json::to_string(&written);
        text.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(written)
    }
}

/// A value of a manifest as JSON, which has no infinite numbers.
fn json(value: &toml::Value) -> Json {
    match value {
        toml::Value::Float(number) if !number.is_finite() => number.to_string().into(),
        toml::Value::Array(values) => values.iter().map(json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
        // Fails for no other value.
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}

/// The stages of a manifest, each behind those whose outputs it reads, and what is wrong with the others.
pub fn stages(manifest: &Manifest) -> (Vec<Stage>, Vec<Failure>) {
    let mut problems: Vec<Failure> = Vec::new();
    let mut waiting = Vec::new();
    for raw in &manifest.stages {
        match Stage::parse(raw, manifest) {
            Ok(stage) => waiting.push(stage),
            Err(error) => problems.push(error.into()),
        }
    }
    let ids: BTreeSet<String> = waiting.iter().map(|stage| stage.id.clone()).collect();
    let mut ordered: Vec<Stage> = Vec::new();
    while !waiting.is_empty() {
        let done = |id: &str| !ids.contains(id) || ordered.iter().any(|stage| stage.id == id);
        let ready = waiting.iter().position(|stage| sources(stage, manifest).iter().all(|id| done(id)));
        let Some(ready) = ready else {
            let stages = waiting.into_iter().map(|stage| format!("`{}`", stage.id)).collect();
            problems.push(StageError::Circle { stages }.into());
            break;
        };
        ordered.push(waiting.remove(ready));
    }
    (ordered, problems)
}

/// Stages whose outputs a stage reads.
pub(super) fn sources(stage: &Stage, manifest: &Manifest) -> BTreeSet<String> {
    let inputs = stage.inputs.values().filter_map(|id| manifest.artifact(id));
    inputs.filter_map(|artifact| manifest.stage_of(artifact)).map(str::to_owned).collect()
}
