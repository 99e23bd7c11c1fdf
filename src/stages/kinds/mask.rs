//! `kind = "mask"`: entries of a matrix become -1. Writes `masked.h5ad` and its record `masked.json`.

use std::path::Path;

use super::{Paths, Stage, with_paths};
use crate::manifest::{ManifestError, RawSpec};
use crate::tasks::TaskError;
use crate::tasks::layout::check_fraction;
use crate::tasks::masking::{MaskSpec, mask};

/// Version of the outputs. Raise it when the same inputs and parameters give other bytes (`tests/it/golden.rs` notices).
pub const VERSION: u32 = 1;

/// Keys that name artifacts.
pub const INPUTS: [&str; 1] = ["raw"];

/// Where the stage writes is not the manifest's to say.
const OUTPUT: &str = "masked";

/// An error where the body is no specification.
pub fn check(raw: &RawSpec, common: &[&str]) -> Result<(), ManifestError> {
    if raw.body().contains_key(OUTPUT) {
        return Err(raw.error(format!("`{OUTPUT}` is always `masked.h5ad` in the folder of the stage")));
    }
    let spec = raw.parse_without::<MaskSpec>(common)?;
    check_fraction(spec.fraction).map_err(|error| raw.error(error.to_string()))
}

/// Masks.
pub fn run(stage: &Stage, paths: &Paths<'_>, folder: &Path) -> Result<Vec<String>, TaskError> {
    let body = with_paths(stage, paths)?;
    let mut spec: MaskSpec = body.try_into().map_err(|error| TaskError::unfit(format!("{error}")))?;
    spec.masked = folder.join("masked.h5ad");
    Ok(mask(&spec)?.notes)
}
