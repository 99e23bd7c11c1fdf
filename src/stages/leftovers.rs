//! What killed runs left beside the folders of stages.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::spec::stages;
use crate::error::Failure;
use crate::manifest::STAGES;
use crate::store::{Vault, inside, staged};

/// Where the earlier outputs of a stage lie while the fresh ones take their place.
pub(super) fn old(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".old");
    name.into()
}

/// Marks a fresh folder as being written, for as long as the result lives. Without locks on this system nothing is marked.
pub(super) fn hold(fresh: &Path) -> Option<File> {
    File::open(fresh).ok().filter(|folder| folder.try_lock().is_ok())
}

/// Removes unfinished outputs of killed runs. Where a run was killed between two renames, the earlier outputs are put back:
/// whether they still count is for their receipt to say. Returns whether there was anything to do.
///
/// # Errors
/// Where a folder is reached through a link that leaves the project.
pub fn sweep(vault: &Vault<'_>) -> Result<bool, Failure> {
    let manifest = vault.manifest();
    let mut swept = false;
    // Stages that are declared wrongly are reported where they are planned.
    for stage in stages(manifest).0 {
        let target = inside(&vault.frozen().join(manifest.id()), &format!("{STAGES}/{}", stage.id))?;
        let (fresh, old) = (staged(&target), old(&target));
        if [&fresh, &old].into_iter().all(|path| path.symlink_metadata().is_err()) {
            continue;
        }
        // Another process is at this stage.
        if fresh.is_dir() && hold(&fresh).is_none() {
            continue;
        }
        if target.exists() {
            let _ = fs::remove_dir_all(&old);
        } else {
            let _ = fs::rename(&old, &target);
        }
        let _ = fs::remove_dir_all(&fresh);
        swept = true;
    }
    Ok(swept)
}
