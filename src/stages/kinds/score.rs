//! `kind = "score"`: metrics of reconstruction. Writes `scores.json`, and `scores.csv` for datasets.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Paths, Stage, with_paths};
use crate::manifest::{ManifestError, RawSpec};
use crate::tasks::TaskError;
use crate::tasks::score::{ScoreSpec, Scores, score};

/// Version of the outputs. Raise it when the same inputs and parameters give other bytes (`tests/it/golden.rs` notices).
pub const VERSION: u32 = 2;

/// Keys that name artifacts.
pub const INPUTS: [&str; 9] = [
    "true",
    "pred",
    "control",
    "control_pred",
    "gene_sets",
    "pathways",
    "cell_cycle",
    "cytokines",
    "projection",
];

/// An error where the body is no specification.
pub fn check(raw: &RawSpec, common: &[&str]) -> Result<(), ManifestError> {
    let spec = raw.parse_without::<ScoreSpec>(common)?;
    spec.check().map_err(|error| raw.error(error.to_string()))
}

/// Scores, and names inputs by artifact: a path says where a file lies on one machine.
pub fn run(stage: &Stage, paths: &Paths<'_>, folder: &Path) -> Result<Vec<String>, TaskError> {
    let body = with_paths(stage, paths)?;
    let spec: ScoreSpec = body.try_into().map_err(|error| TaskError::unfit(format!("{error}")))?;
    let mut scores = score(&spec)?;
    scores.inputs = named(&scores, paths);
    write(folder, "scores.json", &scores.json()?)?;
    write(folder, "scores.csv", &scores.csv())?;
    Ok(scores.notes)
}

fn named(scores: &Scores, paths: &Paths<'_>) -> BTreeMap<String, crate::digest::Sha256> {
    let name = |path: &str| {
        let path = Path::new(path);
        paths.values().find_map(|(id, own)| {
            let rest = path.strip_prefix(own).ok()?.to_str()?;
            Some(if rest.is_empty() { (*id).to_owned() } else { format!("{id}/{rest}") })
        })
    };
    scores.inputs.iter().map(|(path, hash)| (name(path).unwrap_or_else(|| path.clone()), *hash)).collect()
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), TaskError> {
    let path = folder.join(name);
    std::fs::write(&path, text).map_err(TaskError::file("write", &path))
}
