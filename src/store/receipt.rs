//! Receipts: what a stage read and wrote. They pin the stage's outputs as the lock pins what was fetched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{PlaceError, check_folder, check_way, write_atomic};
use crate::digest::{Sha256, file};
use crate::error::{Class, Diagnostic, Failure, FileError};

/// Version of the layout that is written.
const SCHEMA: u32 = 2;

/// Name of the receipt in the folder of its stage.
const FILE: &str = "receipt.json";

/// Name of the marker of a failed attempt, beside the receipt of an earlier success.
const FAILED: &str = "failed.json";

/// Largest receipt that is read, in bytes.
const MAX_SIZE: u64 = 16 << 20;

/// `frozen/<paper>/stages/<stage>/receipt.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Version of this layout: 2. Receipts of version 1 are read, but no output counts by them.
    pub schema: u32,
    /// Stage id.
    pub stage: String,
    /// Program and version that ran it, for readers.
    pub tool: String,
    /// Version of its kind.
    #[serde(default)]
    pub version: u32,
    /// Inputs by artifact, with the hash of what was read; of a tree, the hash of the list of its files.
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

/// `frozen/<paper>/stages/<stage>/failed.json`: a run that failed after the last one that succeeded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// Version of this layout: 1.
    schema: u32,
    /// Hash of the version, the parameters and the inputs of the run.
    pub key: Sha256,
    /// Why it failed.
    pub message: String,
}

impl Failed {
    /// A failed run with this key.
    pub fn new(key: Sha256, message: String) -> Self {
        Self { schema: 1, key, message }
    }

    /// Writes the marker into the folder of the stage. The next success replaces the folder.
    pub fn save(&self, folder: &Path) -> Result<(), Failure> {
        write(&folder.join(FAILED), self)
    }

    /// Reads the marker of a stage; `None` if its last run did not fail.
    pub fn load(folder: &Path) -> Result<Option<Self>, ReceiptError> {
        read(&folder.join(FAILED))
    }
}

/// Writes a document; its folder is created.
fn write(path: &Path, document: &impl Serialize) -> Result<(), Failure> {
    let malformed = |source| ReceiptError::Malformed { path: path.to_owned(), source };
    let mut text = serde_json::to_string_pretty(document).map_err(malformed)?;
    text.push('\n');
    Ok(write_atomic(path, text.as_bytes())?)
}

/// Reads a document; `None` if there is none.
fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>, ReceiptError> {
    let bytes = match std::fs::metadata(path) {
        Ok(metadata) if metadata.len() > MAX_SIZE => {
            return Err(ReceiptError::Other { path: path.to_owned(), problem: "is too large".to_owned() });
        }
        Ok(_) => file::read(path).map_err(FileError::on("read", path))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(FileError::on("read", path)(error).into()),
    };
    let malformed = |source| ReceiptError::Malformed { path: path.to_owned(), source };
    serde_json::from_slice(&bytes).map(Some).map_err(malformed)
}

impl Receipt {
    /// A receipt of what was read and written now.
    pub fn new(stage: String, tool: String, version: u32) -> Self {
        let (inputs, parameters, outputs) = Default::default();
        Self { schema: SCHEMA, stage, tool, version, inputs, parameters, outputs }
    }

    /// Whether it was written in the present layout.
    pub fn is_current(&self) -> bool {
        self.schema == SCHEMA
    }

    /// Writes the receipt into the folder of its stage.
    pub fn save(&self, folder: &Path) -> Result<(), Failure> {
        write(&folder.join(FILE), self)
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
        let Some(receipt) = read::<Self>(&path)? else { return Ok(None) };
        match (receipt.schema, receipt.stage == stage) {
            (1..=SCHEMA, true) => Ok(Some(receipt)),
            (1..=SCHEMA, false) => {
                Err(other(format!("is the receipt of `{}`, not of `{stage}`", receipt.stage)))
            }
            (schema, _) => Err(other(format!("has schema {schema}, this program reads 1 and {SCHEMA}"))),
        }
    }
}
