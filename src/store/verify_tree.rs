//! Offline verification of a tree: what the lock lists must be there, and nothing else.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use rayon::prelude::*;

use super::verify::{Checked, FileState, shown};
use super::{Lock, LockedFile, PlaceError, inside, place};
use crate::digest::{Sha256, file, sha256_reader};
use crate::error::FileError;
use crate::manifest::{Artifact, Manifest};

/// Verifies a tree file by file, in order of path, then lists what the lock does not hold. A tree that is not
/// there at all is one entry about its folder.
pub(super) fn check_tree(
    manifest: &Manifest,
    frozen: &Path,
    lock: &Lock,
    artifact: &Artifact,
) -> Result<Vec<Checked>, FileError> {
    let folder = manifest.frozen_path(frozen, artifact);
    let told = |path: &Path, sha256, state| Checked {
        artifact: Some(artifact.id.clone()),
        path: shown(frozen, path),
        sha256,
        state,
    };
    let root = frozen.join(manifest.id());
    match inside(&root, &artifact.to) {
        Ok(_) => {}
        Err(PlaceError::File(error)) => return Err(error),
        Err(refused) => return Ok(vec![told(&folder, None, FileState::Refused(refused.to_string()))]),
    }
    let there = place::walk(&folder);
    if there.is_empty() {
        return Ok(vec![told(&folder, None, FileState::Missing { optional: artifact.optional })]);
    }
    let Some(tree) = lock.tree(&artifact.id) else {
        let unpinned = |path: &String| told(&folder.join(path), None, FileState::Unpinned);
        return Ok(there.iter().map(unpinned).collect());
    };
    let check = |file: &LockedFile| {
        let path = folder.join(&file.path);
        let (sha256, state) = match inside(&root, &format!("{}/{}", artifact.to, file.path)) {
            Ok(_) => state(&path, file)?,
            Err(PlaceError::File(error)) => return Err(error),
            Err(refused) => (None, FileState::Refused(refused.to_string())),
        };
        Ok(told(&path, sha256, state))
    };
    let mut checked = tree.files.par_iter().map(check).collect::<Result<Vec<_>, _>>()?;
    let locked: BTreeSet<&str> = tree.files.iter().map(|file| file.path.as_str()).collect();
    // What an interrupted fetch left of a file is replaced by the next one.
    let is_part = |path: &str| path.strip_suffix(".incomplete").is_some_and(|whole| locked.contains(whole));
    let extra = there.iter().filter(|path| !locked.contains(path.as_str()) && !is_part(path));
    checked.extend(extra.map(|path| told(&folder.join(path), None, FileState::Extra)));
    Ok(checked)
}

fn state(path: &Path, locked: &LockedFile) -> Result<(Option<Sha256>, FileState), FileError> {
    let file = match file::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok((None, FileState::Missing { optional: false }));
        }
        Err(error) if file::is_not_a_file(&error) => {
            return Ok((None, FileState::Refused(error.to_string())));
        }
        Err(error) => return Err(FileError::on("read", path)(error)),
    };
    let found = file.metadata().map_err(FileError::on("read", path))?.len();
    if locked.sha256.is_some() && found != locked.size {
        return Ok((None, FileState::Resized { expected: locked.size, found }));
    }
    let (_, computed) = sha256_reader(file).map_err(FileError::on("read", path))?;
    let state = match locked.sha256 {
        None => FileState::Unpinned,
        Some(expected) if expected != computed => FileState::Mismatched { expected, computed },
        Some(_) => FileState::Ok,
    };
    Ok((Some(computed), state))
}
