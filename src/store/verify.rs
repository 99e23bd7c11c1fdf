//! Offline verification: every file is hashed again, no name and no time stamp is trusted.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::pin::compare;
use super::{Lock, PlaceError, inside, place};
use crate::digest::{Sha256, sha256_reader};
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
    /// Reached through a symbolic link that leaves the folder.
    Refused(String),
    /// There, but neither manifest nor lock says what it should be.
    Unpinned,
    /// Declared and not there.
    Missing {
        /// The manifest says that it may be absent.
        optional: bool,
    },
    /// There, and not declared.
    Extra,
}

impl FileState {
    /// The name used in every output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Mismatched { .. } | Self::Refused(_) => "mismatched",
            Self::Unpinned => "unpinned",
            Self::Missing { .. } => "missing",
            Self::Extra => "extra",
        }
    }
}

/// One verified file.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Artifact id; none for an extra file.
    pub artifact: Option<String>,
    /// Path relative to the project.
    pub path: PathBuf,
    /// Hash of the bytes, where there are any.
    pub sha256: Option<Sha256>,
    /// What it turned out to be.
    pub state: FileState,
}

/// Verifies the chosen artifacts of a paper, in order of declaration, then lists files that nothing declares
/// (where `extra` is set), in order of path.
pub fn verify_paper(
    manifest: &Manifest,
    frozen: &Path,
    lock: &Lock,
    chosen: &[&Artifact],
    extra: bool,
) -> Result<Vec<Checked>, FileError> {
    let mut files = chosen
        .par_iter()
        .map(|artifact| check(manifest, frozen, lock, artifact))
        .collect::<Result<Vec<_>, _>>()?;
    if extra {
        let declared: BTreeSet<&str> =
            manifest.artifacts.iter().map(|artifact| artifact.to.as_str()).collect();
        let folder = frozen.join(manifest.id());
        files.extend(place::walk(&folder).into_iter().filter(|path| !is_declared(path, &declared)).map(
            |path| {
                let path = shown(frozen, &folder.join(path));
                Checked { artifact: None, path, sha256: None, state: FileState::Extra }
            },
        ));
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
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return done(None, FileState::Missing { optional: artifact.optional });
        }
        Err(error) => return Err(FileError::on("read", path)(error)),
    };
    let (_, computed) = sha256_reader(file).map_err(FileError::on("read", &path))?;
    let state = match compare(artifact, lock, computed) {
        None => FileState::Unpinned,
        Some(Err(expected)) => FileState::Mismatched { expected, computed },
        Some(Ok(())) => FileState::Ok,
    };
    done(Some(computed), state)
}

fn shown(frozen: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(frozen.parent().unwrap_or(frozen)).unwrap_or(path).to_owned()
}
