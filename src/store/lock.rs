//! `repro.lock`: what was resolved, so that everyone after gets the same bytes.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{LockedTree, write_atomic};
use crate::digest::{GitSha1, Sha256, file};
use crate::error::{Class, Diagnostic, FileError};

/// Lock file version this program reads and writes.
const VERSION: u32 = 1;

/// A paper's lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// Resolved revisions, in order of id.
    #[serde(default, rename = "source", skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<LockedSource>,
    /// Resolved files, in order of id.
    #[serde(default, rename = "artifact", skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<LockedArtifact>,
    /// Resolved trees, in order of id.
    #[serde(default, rename = "tree", skip_serializing_if = "Vec::is_empty")]
    pub trees: Vec<LockedTree>,
}

/// A Hub repository with the commit its revision pointed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedSource {
    /// Source id.
    pub id: String,
    /// `owner/name`.
    pub repo: String,
    /// Revision that was resolved.
    pub revision: String,
    /// 40 hexadecimal digits.
    pub commit: GitSha1,
}

/// A file with the content it had at first contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedArtifact {
    /// Artifact id.
    pub id: String,
    /// Path at the source (globs resolved), or in the archive for a member.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the content. Absent until the bytes of a file without published SHA-256 were seen once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// SHA-1 as a git blob, for small files of a Hub repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_sha1: Option<GitSha1>,
}

/// A lock file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Not a lock file.
    #[error("`{}` is not a lock file of this version", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Box<toml::de::Error>,
    },
    /// Written by another version.
    #[error("`{}` has version {found}, this program reads version {VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
}

impl Diagnostic for LockError {
    fn class(&self) -> Class {
        match self {
            Self::File(error) => error.class(),
            Self::Malformed { .. } | Self::Version { .. } => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            _ => Some("restore it from version control, or delete it and run `repro lock`".into()),
        }
    }
}

impl Lock {
    /// Reads a lock file; an absent file is an empty lock.
    pub fn load(path: &Path) -> Result<Self, LockError> {
        let text = match file::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(FileError::on("read", path)(error).into()),
        };
        let malformed = |source| LockError::Malformed { path: path.to_owned(), source: Box::new(source) };
        let lock: Self = toml::from_str(&text).map_err(malformed)?;
        if lock.version != VERSION {
            return Err(LockError::Version { path: path.to_owned(), found: lock.version });
        }
        Ok(lock)
    }

    /// Writes the lock file, entries in order of id.
    pub fn save(&self, path: &Path) -> Result<(), LockError> {
        write_atomic(path, self.to_text().as_bytes())?;
        Ok(())
    }

    /// The lock file's text: entries in order of id, so that equal locks are equal bytes.
    pub fn to_text(&self) -> String {
        let mut lock = self.clone();
        lock.version = VERSION;
        lock.sources.sort_by(|a, b| a.id.cmp(&b.id));
        lock.artifacts.sort_by(|a, b| a.id.cmp(&b.id));
        let mut trees = std::mem::take(&mut lock.trees);
        trees.sort_by(|a, b| a.id.cmp(&b.id));
        let body = toml::to_string(&lock).unwrap_or_default();
        let trees: String = trees.iter().map(LockedTree::to_text).collect();
        format!(
            "# Written by `repro lock` and `repro fetch`. Commit this file: it pins what was resolved.\n{body}{trees}"
        )
    }

    /// The entry of an artifact.
    pub fn artifact(&self, id: &str) -> Option<&LockedArtifact> {
        self.artifacts.iter().find(|artifact| artifact.id == id)
    }

    /// The entry of a tree. One without files says nothing: a tree has at least one.
    pub fn tree(&self, id: &str) -> Option<&LockedTree> {
        self.trees.iter().find(|tree| tree.id == id && !tree.files.is_empty())
    }

    /// The entry of a source.
    pub fn source(&self, id: &str) -> Option<&LockedSource> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// Adds or replaces an artifact's entry.
    pub fn set_artifact(&mut self, entry: LockedArtifact) {
        self.artifacts.retain(|known| known.id != entry.id);
        self.artifacts.push(entry);
    }

    /// Adds or replaces a tree's entry.
    pub fn set_tree(&mut self, entry: LockedTree) {
        self.trees.retain(|known| known.id != entry.id);
        self.trees.push(entry);
    }

    /// Adds or replaces a source's entry.
    pub fn set_source(&mut self, entry: LockedSource) {
        self.sources.retain(|known| known.id != entry.id);
        self.sources.push(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LockedFile;

    #[test]
    fn a_lock_survives_a_round_trip_in_order_of_id() {
        let mut lock = Lock::default();
        for id in ["b", "a"] {
            lock.set_artifact(LockedArtifact {
                id: id.into(),
                path: "x/y.csv".into(),
                size: 3,
                sha256: Some(crate::digest::sha256(b"abc")),
                git_sha1: None,
            });
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/repro.lock");
        lock.save(&path).unwrap();
        let read = Lock::load(&path).unwrap();
        assert_eq!(read.artifacts.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(read.to_text(), lock.to_text());
    }

    #[test]
    fn a_tree_takes_one_line_a_file_and_survives_a_round_trip() {
        let mut lock = Lock::default();
        let hash = crate::digest::sha256(b"abc");
        let file = |path: &str| LockedFile { path: path.into(), size: 3, sha256: Some(hash), git_sha1: None };
        let files = vec![file("0.0"), file("odd \"name\" é\\"), file("z")];
        let glob = Some("**/[0-9]*".to_owned());
        for id in ["b", "a"] {
            let (id, path) = (id.into(), "x/store.zarr".into());
            lock.set_tree(LockedTree { id, path, glob: glob.clone(), files: files.clone() });
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("repro.lock");
        lock.save(&path).unwrap();
        let read = Lock::load(&path).unwrap();
        assert_eq!(read.tree("a").unwrap().files, files);
        assert_eq!((read.tree("b").unwrap().size(), read.tree("b").unwrap().glob.clone()), (9, glob));
        assert_eq!(read.to_text(), lock.to_text());
        let line = format!("  {{ path = \"0.0\", size = 3, sha256 = \"{hash}\" }},");
        assert_eq!(read.to_text().lines().filter(|found| *found == line).count(), 2);
    }

    #[test]
    fn unknown_versions_and_broken_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("repro.lock");
        for text in ["version = 2", "version = ", "nonsense = true"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(Lock::load(&path).unwrap_err().class(), Class::Usage, "{text}");
        }
        assert_eq!(Lock::load(&folder.path().join("absent")).unwrap(), Lock::default());
    }
}
