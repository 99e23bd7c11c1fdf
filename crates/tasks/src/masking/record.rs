//! What is known of a mask: the file beside the masked one.

use std::path::{Path, PathBuf};

use repro_digest::{Sha256, file};
use serde::{Deserialize, Serialize};

use super::spec::MaskMode;
use crate::{TaskError, files};

/// Advice when a file is not the one that its mask was made from.
const AGAIN: &str =
    "bring the file back, or make the mask again with `repro prepare-data` and run the models again";

/// What is known of a mask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaskRecord {
    /// Version of this record, 1.
    pub schema: u32,
    /// Version of the way masks are drawn: the same version gives the same mask.
    pub mask_version: u32,
    /// Which entries could be masked.
    pub mask_mode: MaskMode,
    /// Part that was to be masked.
    pub mask_fraction: f64,
    /// Seed.
    pub seed: u64,
    /// Rows.
    pub n_cells: u64,
    /// Columns.
    pub n_genes: u64,
    /// Entries that could be masked.
    pub n_eligible: u64,
    /// Entries that are masked.
    pub n_masked: u64,
    /// SHA-256 of the places of masked entries, ascending: row * columns + column, each as 64 bits, low byte first.
    pub mask_sha256: Sha256,
    /// How the masked file shows the mask.
    pub shown_as: Shown,
    /// Hash of the file with the true values.
    pub raw_sha256: Sha256,
    /// Hash of the masked file.
    pub masked_sha256: Sha256,
    /// Version of this program.
    pub repro_version: String,
}

/// How a masked file shows the mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Masked entries are -1.
    MinusOne,
    /// Masked entries are 0; a file beside has their places.
    Sidecar,
}

impl MaskRecord {
    /// Where the record of a masked file lies.
    pub fn path(masked: &Path) -> PathBuf {
        masked.with_extension("json")
    }

    /// The record of a masked file; `None` where there is none, as with files that the reference wrote.
    pub fn read(masked: &Path) -> Result<Option<Self>, TaskError> {
        let path = Self::path(masked);
        let text = match file::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(TaskError::file("read", &path))?,
        };
        let record = serde_json::from_str(&text);
        let wrong =
            |error| TaskError::unfit(format!("`{}` is not the record of a mask: {error}", path.display()));
        record.map(Some).map_err(|error| {
            wrong(error).hint("make the mask again, or remove the record to go by the entries that are -1")
        })
    }

    /// Compares the hashes of the masked file and, where it is given, of the file with the true values.
    ///
    /// # Errors
    /// Where one of them is not the file that the record describes.
    pub fn verify(&self, masked: (&Path, Sha256), raw: Option<(&Path, Sha256)>) -> Result<(), TaskError> {
        let record = Self::path(masked.0);
        let of_masked = (masked, self.masked_sha256, "masked");
        let of_raw = raw.map(|raw| (raw, self.raw_sha256, "true"));
        for ((path, computed), expected, what) in of_raw.into_iter().chain([of_masked]) {
            if computed != expected {
                return Err(TaskError::Mismatch {
                    path: path.to_owned(),
                    expectation: format!("the {what} matrix that `{}` describes", record.display()).into(),
                    expected,
                    computed,
                    hint: AGAIN,
                });
            }
        }
        Ok(())
    }

    pub(super) fn write(&self, masked: &Path) -> Result<(), TaskError> {
        let path = Self::path(masked);
        files::write_text(&path, &files::pretty(self)?)
    }
}
