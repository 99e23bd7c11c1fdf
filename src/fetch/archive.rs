//! One member out of a zip or tar.gz archive: only the declared one, only a regular file, only so many bytes.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::stream::{Broken, Hashes, Received, stream};
use crate::digest::file;
use crate::error::{Class, Diagnostic, FileError};

/// Largest growth by decompression that is believed without a declared size.
const MAX_RATIO: u64 = 100;
/// Growth below this size needs no excuse.
const FREE: u64 = 64 << 20;

/// A member that cannot be taken out.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Neither zip nor gzip.
    #[error("`{}` is neither a zip nor a tar.gz archive", path.display())]
    Format {
        /// The archive.
        path: PathBuf,
    },
    /// Not in the archive.
    #[error("`{}` holds no member `{member}`", path.display())]
    NoMember {
        /// The archive.
        path: PathBuf,
        /// Name.
        member: String,
    },
    /// A link, a folder or a device.
    #[error("member `{member}` of `{}` is not a regular file", path.display())]
    NotAFile {
        /// The archive.
        path: PathBuf,
        /// Name.
        member: String,
    },
    /// Grows beyond belief.
    #[error("member `{member}` of `{}` unpacks to more than {limit} bytes", path.display())]
    Bomb {
        /// The archive.
        path: PathBuf,
        /// Name.
        member: String,
        /// Bytes allowed.
        limit: u64,
    },
    /// Damaged.
    #[error("cannot unpack `{}`", path.display())]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The disk failed.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnostic for ArchiveError {
    fn class(&self) -> Class {
        Class::Operation
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Bomb { .. } => {
                "declare the member's `size` in the manifest if it is meant to be that large"
            }
            Self::NoMember { .. } => "check `member` in the manifest",
            Self::Format { .. } => "only zip and tar.gz archives are read",
            _ => return None,
        };
        Some(hint.into())
    }
}

/// A member to take out.
#[derive(Debug)]
pub struct Member<'a> {
    /// The archive, verified.
    pub archive: &'a Path,
    /// Name inside.
    pub name: &'a str,
    /// Size it is known to have.
    pub size: Option<u64>,
}

impl Member<'_> {
    /// Unpacks the member into `target`, which is emptied first.
    pub fn extract(&self, target: &Path) -> Result<Received, ArchiveError> {
        let mut archive = file::open(self.archive).map_err(FileError::on("read", self.archive))?;
        let mut magic = [0; 4];
        let known = archive.read_exact(&mut magic).and_then(|()| archive.rewind());
        known.map_err(|source| self.damaged(source))?;
        let mut file = File::create(target).map_err(FileError::on("create", target))?;
        match magic {
            [b'P', b'K', 3 | 5, _] => self.unzip(archive, &mut file, target),
            [0x1f, 0x8b, ..] => self.untar(archive, &mut file, target),
            _ => Err(ArchiveError::Format { path: self.archive.to_owned() }),
        }
    }

    fn unzip(&self, archive: File, file: &mut File, target: &Path) -> Result<Received, ArchiveError> {
        let damaged = |error: zip::result::ZipError| self.damaged(std::io::Error::other(error));
        let mut zip = zip::ZipArchive::new(BufReader::new(archive)).map_err(damaged)?;
        let mut entry = match zip.by_name(self.name) {
            Ok(entry) => entry,
            Err(zip::result::ZipError::FileNotFound) => return Err(self.absent()),
            Err(error) => return Err(damaged(error)),
        };
        if !entry.is_file() {
            return Err(ArchiveError::NotAFile { path: self.archive.into(), member: self.name.into() });
        }
        let limit = self.limit(entry.compressed_size());
        if entry.size() > limit {
            return Err(self.bomb(limit));
        }
        self.copy(&mut entry, limit, file, target)
    }

    fn untar(&self, archive: File, file: &mut File, target: &Path) -> Result<Received, ArchiveError> {
        let packed = archive.metadata().map_err(FileError::on("read", self.archive))?.len();
        let all = packed.saturating_mul(MAX_RATIO).max(FREE).saturating_add(self.size.unwrap_or(0));
        // What comes before the member is unpacked too, so the whole needs a bound of its own.
        let unpacked = MultiGzDecoder::new(BufReader::new(archive)).take(all);
        let mut tar = tar::Archive::new(unpacked);
        for entry in tar.entries().map_err(|source| self.damaged(source))? {
            let mut entry = entry.map_err(|source| self.damaged(source))?;
            let name = entry.path_bytes();
            if name.strip_prefix(b"./").unwrap_or(&name) != self.name.as_bytes() {
                continue;
            }
            if !entry.header().entry_type().is_file() {
                return Err(ArchiveError::NotAFile { path: self.archive.into(), member: self.name.into() });
            }
            let limit = self.limit(packed);
            if entry.size() > limit {
                return Err(self.bomb(limit));
            }
            return self.copy(&mut entry, limit, file, target);
        }
        Err(self.absent())
    }

    /// Bytes the member may have: its known size, else what decompression can be believed to give.
    fn limit(&self, packed: u64) -> u64 {
        self.size.unwrap_or_else(|| packed.saturating_mul(MAX_RATIO).max(FREE))
    }

    fn copy(
        &self,
        source: &mut dyn Read,
        limit: u64,
        file: &mut File,
        target: &Path,
    ) -> Result<Received, ArchiveError> {
        match stream(source, file, Hashes::new(None), Some(limit), &|_| {}) {
            Ok(hashes) => Ok(hashes.finish()),
            Err(Broken::TooLong) => Err(self.bomb(limit)),
            Err(Broken::Source(source)) => Err(self.damaged(source)),
            Err(Broken::Target(source)) => Err(FileError::on("write", target)(source).into()),
        }
    }

    fn absent(&self) -> ArchiveError {
        ArchiveError::NoMember { path: self.archive.into(), member: self.name.into() }
    }

    fn bomb(&self, limit: u64) -> ArchiveError {
        ArchiveError::Bomb { path: self.archive.into(), member: self.name.into(), limit }
    }

    fn damaged(&self, source: std::io::Error) -> ArchiveError {
        ArchiveError::Damaged { path: self.archive.into(), source }
    }
}
