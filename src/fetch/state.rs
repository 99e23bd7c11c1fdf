//! What lies below `frozen/` already, and whether it is what it should be.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::stream::{Hashes, Received};
use super::{Expected, FetchError};
use crate::digest::file;
use crate::error::FileError;
use crate::manifest::Artifact;
use crate::store::{Lock, inside};

/// What lies at a file's place.
#[derive(Debug)]
pub enum State {
    /// The expected bytes.
    Present(Received),
    /// Nothing.
    Absent,
    /// Other bytes.
    Differs(FetchError),
    /// Bytes that nothing says anything about.
    Unpinned(Received),
}

/// What manifest and lock say about an artifact.
pub fn pins(artifact: &Artifact, lock: &Lock) -> Result<Expected, FetchError> {
    let declared = Expected { size: artifact.size, sha256: artifact.sha256, git_sha1: None };
    let Some(entry) = lock.artifact(&artifact.id) else { return Ok(declared) };
    let locked = Expected { size: Some(entry.size), sha256: entry.sha256, git_sha1: entry.git_sha1 };
    let what = format!("the manifest and `repro.lock` disagree about `{}`", artifact.id);
    declared.merge(&locked, &what)
}

/// Hashes what lies at `to` below `root`, the paper's folder.
pub fn state(root: &Path, to: &str, expected: &Expected) -> Result<State, FetchError> {
    let path = inside(root, to)?;
    let file = match file::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(State::Absent),
        Err(error) => return Err(FileError::on("read", shown(root, to))(error).into()),
    };
    let what = || format!("`{}` is not the pinned file", shown(root, to).display());
    let size = file.metadata().map_err(FileError::on("read", &path))?.len();
    // A file of another size is not read.
    if let (true, Err(error)) = (expected.is_pinned(), expected.check_size(&what(), size)) {
        return Ok(State::Differs(error));
    }
    let received = hash_file(&path, file, expected)?;
    if !expected.is_pinned() {
        return Ok(State::Unpinned(received));
    }
    Ok(match expected.check(&what(), &received) {
        Ok(()) => State::Present(received),
        Err(error) => State::Differs(error),
    })
}

/// Size and hashes of a file.
pub fn hash_file(path: &Path, file: File, expected: &Expected) -> Result<Received, FileError> {
    let size = file.metadata().map_err(FileError::on("read", path))?.len();
    let mut hashes = Hashes::new(expected.git_sha1.and(Some(size)));
    hashes.read(file).map_err(FileError::on("read", path))?;
    Ok(hashes.finish())
}

/// A path for messages, relative to the project.
pub fn shown(root: &Path, to: &str) -> PathBuf {
    let paper = root.file_name().map(Path::new).unwrap_or(root);
    Path::new("frozen").join(paper).join(to)
}
