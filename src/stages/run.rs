//! Runs one stage: inputs verified, outputs written apart and made visible together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::leftovers::{hold, old};
use super::spec::Stage;
use super::standing::key;
use super::{StageError, trees};
use crate::digest::{Sha256, file, sha256_reader};
use crate::error::{Diagnostic, Failure, FileError};
use crate::manifest::{Artifact, STAGES};
use crate::store::{Failed, FileState, Output, Receipt, Vault, inside, staged};

/// What a run left.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Folder of the outputs.
    pub folder: PathBuf,
    /// Outputs with size and hash.
    pub outputs: BTreeMap<String, Output>,
    /// Remarks of the task.
    pub notes: Vec<String>,
}

/// Program and version for receipts.
fn tool() -> String {
    format!("repro {}", env!("CARGO_PKG_VERSION"))
}

/// Runs a stage. Nothing of an earlier run is touched before all outputs are written.
///
/// # Errors
/// Where an input is missing or is not the pinned one, where the task refuses or fails, or a file cannot be written.
pub fn run(stage: &Stage, vault: &Vault<'_>) -> Result<Ran, Failure> {
    let manifest = vault.manifest();
    let mut inputs: BTreeMap<String, Sha256> = BTreeMap::new();
    let mut paths = BTreeMap::new();
    for (key, id) in &stage.inputs {
        let Some(artifact) = manifest.artifact(id) else { continue };
        inputs.insert(id.clone(), verified(artifact, vault)?);
        paths.insert(key.as_str(), (id.as_str(), vault.path(artifact)));
    }
    let target = inside(&vault.frozen().join(manifest.id()), &format!("{STAGES}/{}", stage.id))?;
    let (version, parameters) = (stage.version(), stage.written());
    let key = key(version, &parameters, &inputs);
    let fresh = staged(&target);
    // What an interrupted run left is of no use.
    let _ = std::fs::remove_dir_all(&fresh);
    std::fs::create_dir_all(&fresh).map_err(FileError::on("create", &fresh))?;
    let _busy = hold(&fresh);
    let done: Result<Ran, Failure> = stage
        .kind
        .run(stage, &paths, &fresh)
        .map_err(|source| StageError::Task { stage: stage.id.clone(), source }.into())
        .and_then(|notes| Ok((notes, outputs(&fresh)?)))
        .and_then(|(notes, outputs)| {
            let receipt = Receipt::new(stage.id.clone(), tool(), version);
            Receipt { inputs, parameters, outputs: outputs.clone(), ..receipt }.save(&fresh)?;
            replace(&fresh, &target)?;
            Ok(Ran { folder: target.clone(), outputs, notes })
        });
    if let Err(failure) = &done {
        let _ = std::fs::remove_dir_all(&fresh);
        // The failure itself is reported. Without the marker only later warnings about it are missing.
        let _ = Failed::new(key, chain(failure.as_ref(), vault.frozen())).save(&target);
    }
    done
}

/// An error with its causes in one line, files by their place in the project: where the project lies is nobody else's concern.
fn chain(failure: &dyn Diagnostic, frozen: &Path) -> String {
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    match frozen.parent().map(|root| root.join("").display().to_string()) {
        Some(root) if !root.is_empty() => text.replace(&root, ""),
        _ => text,
    }
}

/// The hash of an artifact that is what its pin says; of a tree, the hash of the list of its files.
fn verified(artifact: &Artifact, vault: &Vault<'_>) -> Result<Sha256, Failure> {
    let checked = vault.verify(&[artifact], false)?;
    for file in &checked {
        match &file.state {
            FileState::Ok => {}
            FileState::Mismatched { expected, computed } => {
                let (path, expected, computed) = (file.path.clone(), *expected, *computed);
                return Err(StageError::Mismatch { path, expected, computed }.into());
            }
            FileState::Resized { expected, found } => {
                let (path, expected, found) = (file.path.clone(), *expected, *found);
                return Err(StageError::Size { path, expected, found }.into());
            }
            FileState::Refused(why) => {
                let (path, why) = (file.path.clone(), why.clone());
                return Err(StageError::Refused { path, why }.into());
            }
            state => {
                let problem = format!("is {}", state.name());
                return Err(StageError::Input { path: file.path.clone(), problem }.into());
            }
        }
    }
    let hash = match artifact.is_tree() {
        true => vault.lock().tree(&artifact.id).and_then(trees::listing),
        false => checked.first().and_then(|file| file.sha256),
    };
    let unpinned = || StageError::Input { path: vault.path(artifact), problem: "is unpinned".to_owned() };
    Ok(hash.ok_or_else(unpinned)?)
}

/// Every file that the task wrote, with size and hash.
fn outputs(folder: &Path) -> Result<BTreeMap<String, Output>, Failure> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(FileError::on("read", folder))? {
        let path = entry.map_err(FileError::on("read", folder))?.path();
        let file = file::open(&path).map_err(FileError::on("read", &path))?;
        let (size, sha256) = sha256_reader(file).map_err(FileError::on("read", &path))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        found.insert(name, Output { size, sha256 });
    }
    Ok(found)
}

/// Puts the fresh folder in the place of an earlier one.
fn replace(fresh: &Path, target: &Path) -> Result<(), Failure> {
    let old = old(target);
    let _ = std::fs::remove_dir_all(&old);
    if target.exists() {
        std::fs::rename(target, &old).map_err(FileError::on("replace", target))?;
    }
    std::fs::rename(fresh, target).map_err(FileError::on("write", target))?;
    let _ = std::fs::remove_dir_all(&old);
    Ok(())
}
