//! Verified reads: a file's bytes are hashed in memory and compared with the pin before anyone sees them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Lock;
use super::hashed::read_hashed;
use super::pin::{compare, pins};
use crate::digest::Sha256;
use crate::error::{Class, Diagnostic, FileError};
use crate::evidence::SourceFile;
use crate::manifest::{Artifact, Manifest, SourceKind};

/// The artifacts of one paper on disk, with their pins.
#[derive(Debug)]
pub struct Vault<'a> {
    manifest: &'a Manifest,
    frozen: PathBuf,
    lock: Lock,
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
    /// Cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnostic for ReadError {
    fn class(&self) -> Class {
        match self {
            Self::Mismatch { .. } => Class::Mismatch,
            Self::File(_) => Class::Operation,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Mismatch { .. } => {
                Some("restore the file (`git checkout` or `repro fetch`), or change its pin if the change is meant".into())
            }
            Self::File(_) => None,
        }
    }
}

impl<'a> Vault<'a> {
    /// Opens the artifacts of a paper below `frozen`.
    pub fn new(manifest: &'a Manifest, frozen: &Path, lock: Lock) -> Self {
        Self { manifest, frozen: frozen.to_owned(), lock }
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
        if !self.path(artifact).is_file() {
            return Err(Absence::NotFetched);
        }
        self.pin(artifact).map(drop).ok_or(Absence::NotPinned)
    }

    /// The verified bytes of an artifact.
    pub fn read(&self, artifact: &Artifact) -> Result<Result<VerifiedFile, Absence>, ReadError> {
        let path = self.path(artifact);
        let (bytes, computed) = match read_hashed(&path) {
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Err(Absence::NotFetched));
            }
            Err(error) => return Err(FileError::on("read", path)(error).into()),
        };
        match compare(artifact, &self.lock, computed) {
            None => return Ok(Err(Absence::NotPinned)),
            Some(Ok(())) => {}
            Some(Err(expected)) => {
                let base = self.frozen.parent().unwrap_or(&self.frozen);
                let path = path.strip_prefix(base).unwrap_or(&path).to_owned();
                return Err(ReadError::Mismatch { path, expected, computed });
            }
        }
        let source = SourceFile { artifact: artifact.id.clone(), sha256: computed, tier: artifact.evidence };
        Ok(Ok(VerifiedFile { bytes, source: Arc::new(source) }))
    }
}
