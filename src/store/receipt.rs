//! Receipts: what a stage read and wrote. They pin the stage's outputs as the lock pins what was fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Lock, LockedArtifact, PlaceError, check_folder, check_way, write_atomic};
use crate::digest::{Sha256, file};
use crate::error::{Class, Diagnostic, Failure, FileError};
use crate::manifest::{Manifest, STAGES};

/// Name of the receipt in the folder of its stage.
const FILE: &str = "receipt.json";

/// Largest receipt that is read, in bytes.
const MAX_SIZE: u64 = 16 << 20;

/// `frozen/<paper>/stages/<stage>/receipt.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Version of this layout: 1.
    pub schema: u32,
    /// Stage id.
    pub stage: String,
    /// Program and version that ran it.
    pub tool: String,
    /// Inputs by name, with the hash of what was read.
    #[serde(default)]
    pub inputs: BTreeMap<String, Sha256>,
    /// Parameters, seeds among them.
    #[serde(default)]
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// Outputs by path in the stage's folder.
    pub outputs: BTreeMap<String, Output>,
}

/// An output of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: Sha256,
}

/// A receipt that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// Cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Reached through a link that leaves the project.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Not a receipt.
    #[error("`{}` is not a receipt of this version", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A receipt of something else.
    #[error("`{}` {problem}", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

impl Diagnostic for ReceiptError {
    fn class(&self) -> Class {
        match self {
            Self::File(error) => error.class(),
            Self::Place(error) => error.class(),
            Self::Malformed { .. } | Self::Other { .. } => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Place(error) => error.hint(),
            _ => Some("run the stage again, or delete its folder".into()),
        }
    }
}

impl Receipt {
    /// Writes the receipt into the folder of its stage.
    pub fn save(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(FILE);
        let malformed = |source| ReceiptError::Malformed { path: path.clone(), source };
        let mut text = serde_json::to_string_pretty(self).map_err(malformed)?;
        text.push('\n');
        Ok(write_atomic(&path, text.as_bytes())?)
    }

    /// Reads the receipt of a stage; `None` if it has not run.
    pub fn load(folder: &Path, stage: &str) -> Result<Option<Self>, ReceiptError> {
        let path = folder.join(FILE);
        // `frozen/<paper>`, below which `folder` is `stages/<stage>`.
        if let Some(paper) = folder.ancestors().nth(1 + stage.split('/').count()) {
            check_folder(paper)?;
            check_way(paper, &path)?;
        }
        let other = |problem: String| ReceiptError::Other { path: path.clone(), problem };
        let bytes = match std::fs::metadata(&path) {
            Ok(metadata) if metadata.len() > MAX_SIZE => return Err(other("is too large".to_owned())),
            Ok(_) => file::read(&path).map_err(FileError::on("read", &path))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(FileError::on("read", &path)(error).into()),
        };
        let malformed = |source| ReceiptError::Malformed { path: path.clone(), source };
        let receipt: Self = serde_json::from_slice(&bytes).map_err(malformed)?;
        match (receipt.schema, receipt.stage == stage) {
            (1, true) => Ok(Some(receipt)),
            (1, false) => Err(other(format!("is the receipt of `{}`, not of `{stage}`", receipt.stage))),
            (schema, _) => Err(other(format!("has schema {schema}, this program reads 1"))),
        }
    }
}

/// The receipts of all stages of a paper that have run, by stage.
pub fn receipts(manifest: &Manifest, frozen: &Path) -> Result<BTreeMap<String, Receipt>, ReceiptError> {
    let stages: BTreeSet<&str> =
        manifest.artifacts.iter().filter_map(|artifact| manifest.stage_of(artifact)).collect();
    let mut found = BTreeMap::new();
    for stage in stages {
        let folder = frozen.join(manifest.id()).join(STAGES).join(stage);
        if let Some(receipt) = Receipt::load(&folder, stage)? {
            found.insert(stage.to_owned(), receipt);
        }
    }
    Ok(found)
}

/// All pins that do not stand in the manifest: those of the lock file, and those of the receipts.
pub fn load_pins(manifest: &Manifest, frozen: &Path) -> Result<Lock, Failure> {
    let mut lock = Lock::load(&manifest.lock_path())?;
    let receipts = receipts(manifest, frozen)?;
    for artifact in &manifest.artifacts {
        let Some(stage) = manifest.stage_of(artifact) else { continue };
        let name = artifact.to.rsplit('/').next().unwrap_or_default();
        if let Some(output) = receipts.get(stage).and_then(|receipt| receipt.outputs.get(name)) {
            let (id, path) = (artifact.id.clone(), artifact.to.clone());
            let (size, sha256) = (output.size, Some(output.sha256));
            lock.set_artifact(LockedArtifact { id, path, size, sha256, git_sha1: None });
        }
    }
    Ok(lock)
}
