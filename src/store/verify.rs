//! Offline verification: every file is hashed again, no name and no time stamp is trusted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::pin::{compare, other_size};
use super::verify_tree::check_tree;
use super::{Lock, PlaceError, inside, place};
use crate::digest::{Sha256, file, sha256_reader};
use crate::error::FileError;
use crate::manifest::{Artifact, Manifest};

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// The pinned bytes.
    Ok,
    /// Other bytes than the pinned ones.
    Mismatched {
        /// Pin.
        expected: Sha256,
        /// Hash of the bytes.
        computed: Sha256,
    },
    /// Another size than the pinned one: the file was not read.
    Resized {
        /// Size of the pinned file in bytes.
        expected: u64,
        /// Size of the file in bytes.
        found: u64,
    },
    /// Not a regular file, or reached through a symbolic link that leaves the folder.
    Refused(String),
    /// There, but neither manifest nor lock says what it should be.
    Unpinned,
    /// The bytes that a receipt pins which does not fit any more: why, as a sentence without its end.
    Stale(String),
    /// Declared and not there.
    Missing {
        /// The manifest says that it may be absent.
        optional: bool,
    },
    /// There, and not declared; in a tree, not in the lock.
    Extra,
}

impl FileState {
    /// The name used in every output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Mismatched { .. } | Self::Resized { .. } | Self::Refused(_) => "mismatched",
            Self::Unpinned => "unpinned",
            Self::Stale(_) => "stale",
            Self::Missing { .. } => "missing",
            Self::Extra => "extra",
        }
    }
}

/// One verified file.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Artifact id; none for an extra file outside of every tree.
    pub artifact: Option<String>,
    /// Path relative to the project.
    pub path: PathBuf,
    /// Hash of the bytes, where there are any.
    pub sha256: Option<Sha256>,
    /// What it turned out to be.
    pub state: FileState,
}

/// Verifies the chosen artifacts of a paper, in order of declaration, a tree file by file, then lists files that nothing declares
/// (where `extra` is set), in order of path.
pub fn verify_paper(
    manifest: &Manifest,
    frozen: &Path,
    lock: &Lock,
    chosen: &[&Artifact],
    extra: bool,
) -> Result<Vec<Checked>, FileError> {
    let checked = chosen
        .par_iter()
        .map(|artifact| match artifact.is_tree() {
            true => check_tree(manifest, frozen, lock, artifact),
            false => Ok(vec![check(manifest, frozen, lock, artifact)?]),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<Checked> = checked.into_iter().flatten().collect();
    if extra {
        let (trees, others): (Vec<&Artifact>, Vec<_>) =
            manifest.artifacts.iter().partition(|artifact| artifact.is_tree());
        let declared: BTreeSet<&str> = others.iter().map(|artifact| artifact.to.as_str()).collect();
        let trees: BTreeSet<&str> = trees.iter().map(|artifact| artifact.to.as_str()).collect();
        // What lies in a tree was told with the tree.
        let in_tree = |path: &str| path.match_indices('/').any(|(end, _)| trees.contains(&path[..end]));
        let stray = |path: &String| !is_declared(path, &declared) && !in_tree(path);
        let folder = frozen.join(manifest.id());
        files.extend(place::walk(&folder).into_iter().filter(stray).map(|path| {
            let path = shown(frozen, &folder.join(path));
            Checked { artifact: None, path, sha256: None, state: FileState::Extra }
        }));
    }
    Ok(files)
}

/// Declared, or the resumable part of something declared.
fn is_declared(path: &str, declared: &BTreeSet<&str>) -> bool {
    let whole = path.trim_end_matches(".etag");
    declared.contains(path) || declared.contains(whole.trim_end_matches(".incomplete"))
}

fn check(manifest: &Manifest, frozen: &Path, lock: &Lock, artifact: &Artifact) -> Result<Checked, FileError> {
    let path = manifest.frozen_path(frozen, artifact);
    let done = |sha256, state| {
        Ok(Checked { artifact: Some(artifact.id.clone()), path: shown(frozen, &path), sha256, state })
    };
    match inside(&frozen.join(manifest.id()), &artifact.to) {
        Ok(_) => {}
        Err(PlaceError::File(error)) => return Err(error),
        Err(refused) => return done(None, FileState::Refused(refused.to_string())),
    }
    let file = match file::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return done(None, FileState::Missing { optional: artifact.optional });
        }
        Err(error) if file::is_not_a_file(&error) => {
            return done(None, FileState::Refused(error.to_string()));
        }
        Err(error) => return Err(FileError::on("read", path)(error)),
    };
    let found = file.metadata().map_err(FileError::on("read", &path))?.len();
    if let Some(expected) = other_size(artifact, lock, found) {
        return done(None, FileState::Resized { expected, found });
    }
    let (_, computed) = sha256_reader(file).map_err(FileError::on("read", &path))?;
    let state = match compare(artifact, lock, computed) {
        None => FileState::Unpinned,
        Some(Err(expected)) => FileState::Mismatched { expected, computed },
        Some(Ok(())) => FileState::Ok,
    };
    done(Some(computed), state)
}

pub(super) fn shown(frozen: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(frozen.parent().unwrap_or(frozen)).unwrap_or(path).to_owned()
}
