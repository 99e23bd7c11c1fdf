//! Verified reads: a file's bytes are hashed in memory and compared with the pin before anyone sees them.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::hashed::read_hashed;
use super::pin::{compare, other_size, pins};
use super::{Lock, PlaceError, StageOutput, inside};
use crate::digest::{Sha256, file};
use crate::error::{Class, Diagnostic, FileError};
use crate::evidence::SourceFile;
use crate::manifest::{Artifact, Manifest, SourceKind};

/// The artifacts of one paper on disk, with their pins.
#[derive(Debug)]
pub struct Vault<'a> {
    manifest: &'a Manifest,
    frozen: PathBuf,
    pub(super) lock: Lock,
    /// What stages have left, by artifact.
    pub(super) outputs: BTreeMap<String, StageOutput>,
}

/// A file whose bytes are the pinned ones. That says nothing about whether they are right.
#[derive(Debug)]
pub struct VerifiedFile {
    /// The bytes that were hashed.
    pub bytes: Vec<u8>,
    /// Identity for lineage.
    pub source: Arc<SourceFile>,
}

/// Why an artifact has no bytes to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// There is no file.
    NotFetched,
    /// There is a file, but neither manifest nor lock says what it should be.
    NotPinned,
    /// It is an output of a stage whose receipt does not fit any more.
    Stale,
}

/// A file that is there and cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bytes are not the pinned ones.
    #[error("`{}` is not the pinned file\n\n  Expected: {expected}\n  Computed: {computed}\n", path.display())]
    Mismatch {
        /// Path relative to the project.
        path: PathBuf,
        /// Pin.
        expected: Sha256,
        /// Hash of the bytes.
        computed: Sha256,
    },
    /// The file has another size than the pinned one, and was not read.
    #[error("`{}` is not the pinned file\n\n  Expected: {expected} bytes\n  Computed: {found} bytes\n", path.display())]
    Size {
        /// Path relative to the project.
        path: PathBuf,
        /// Size of the pinned file.
        expected: u64,
        /// Size of the file.
        found: u64,
    },
    /// Reached through a link that leaves the project.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnostic for ReadError {
    fn class(&self) -> Class {
        match self {
            Self::Mismatch { .. } | Self::Size { .. } => Class::Mismatch,
            Self::Place(error) => error.class(),
            Self::File(error) => error.class(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Mismatch { .. } | Self::Size { .. } => {
                Some("restore the file (`git checkout` or `repro fetch`), or change its pin if the change is meant".into())
            }
            Self::Place(error) => error.hint(),
            Self::File(error) => error.hint(),
        }
    }
}

impl<'a> Vault<'a> {
    /// Opens the artifacts of a paper below `frozen`.
    pub fn new(manifest: &'a Manifest, frozen: &Path, lock: Lock) -> Self {
        Self { manifest, frozen: frozen.to_owned(), lock, outputs: BTreeMap::new() }
    }

    /// The paper.
    pub fn manifest(&self) -> &'a Manifest {
        self.manifest
    }

    /// The folder `frozen/`.
    pub fn frozen(&self) -> &Path {
        &self.frozen
    }

    /// The lock the pins come from.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// What the content should hash to.
    pub fn pin(&self, artifact: &Artifact) -> Option<Sha256> {
        pins(artifact, &self.lock).next()
    }

    /// All pins of an artifact: the manifest's and the lock's, which may disagree.
    pub fn pins(&self, artifact: &Artifact) -> impl Iterator<Item = Sha256> {
        pins(artifact, &self.lock)
    }

    /// Where the artifact lies.
    pub fn path(&self, artifact: &Artifact) -> PathBuf {
        self.manifest.frozen_path(&self.frozen, artifact)
    }

    /// A sentence about a file that is there and has no pin, with what gives it one.
    pub fn unpinned(&self, artifact: &Artifact) -> String {
        let id = &artifact.id;
        let how = match self.manifest.source(artifact).map(|source| &source.kind) {
            Some(SourceKind::Hub { .. } | SourceKind::Http { .. }) => {
                format!("`repro lock {}` pins it", self.manifest.id())
            }
            _ => "the key `sha256` of the artifact pins it".to_owned(),
        };
        format!("`{id}` is there, but neither the manifest nor the lock pins its bytes ({how})")
    }

    /// Whether a pinned file is there, or every pinned file of a tree, without hashing it.
    pub fn presence(&self, artifact: &Artifact) -> Result<(), Absence> {
        if artifact.is_tree() {
            let folder = self.path(artifact);
            return match self.lock.tree(&artifact.id) {
                Some(tree) if tree.files.iter().all(|file| folder.join(&file.path).is_file()) => Ok(()),
                None if folder.is_dir() => Err(Absence::NotPinned),
                _ => Err(Absence::NotFetched),
            };
        }
        // What is there and no file is refused when it is read; to call it absent would hide it.
        if self.path(artifact).symlink_metadata().is_err() {
            return Err(Absence::NotFetched);
        }
        self.countable(artifact)?;
        self.pin(artifact).map(drop).ok_or(Absence::NotPinned)
    }

    /// The verified bytes of an artifact.
    ///
    /// # Errors
    /// Where the file has other bytes than the pinned ones (a file of another size is not read), is reached through a link
    /// that leaves the project, is not a regular file, or cannot be read.
    pub fn read(&self, artifact: &Artifact) -> Result<Result<VerifiedFile, Absence>, ReadError> {
        let Some((path, file)) = self.open(artifact)? else { return Ok(Err(Absence::NotFetched)) };
        let failed = |error| ReadError::from(FileError::on("read", path.clone())(error));
        let found = file.metadata().map_err(failed)?.len();
        if let Some(expected) = other_size(artifact, &self.lock, found) {
            return Err(ReadError::Size { path, expected, found });
        }
        let (bytes, computed) = read_hashed(file).map_err(failed)?;
        match compare(artifact, &self.lock, computed) {
            None => return Ok(Err(self.countable(artifact).err().unwrap_or(Absence::NotPinned))),
            Some(Ok(())) => {}
            Some(Err(expected)) => {
                return Err(ReadError::Mismatch { path, expected, computed });
            }
        }
        if let Err(absence) = self.countable(artifact) {
            return Ok(Err(absence));
        }
        Ok(Ok(VerifiedFile { bytes, source: self.source_file(artifact, computed) }))
    }

    /// Opens the file of an artifact without reading it, and tells its path as messages show it; `None` where there is none.
    ///
    /// # Errors
    /// Where it is reached through a link that leaves the project, is not a regular file, or cannot be opened.
    pub fn open(&self, artifact: &Artifact) -> Result<Option<(PathBuf, File)>, ReadError> {
        let path = inside(&self.frozen.join(self.manifest.id()), &artifact.to)?;
        let shown = path.strip_prefix(self.frozen.parent().unwrap_or(&self.frozen)).unwrap_or(&path);
        match file::open(&path) {
            Ok(file) => Ok(Some((shown.to_owned(), file))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::on("read", shown)(error).into()),
        }
    }
}

impl ReadError {
    /// Whether the file is there and unfit, which concerns what is built on it and nothing else; otherwise the disk failed.
    pub fn concerns_the_file(&self) -> bool {
        self.class() != Class::Operation
    }
}
