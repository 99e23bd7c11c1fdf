//! The Hub cache that Python's client uses too: `blobs`, `snapshots`, `refs` and `.locks`.
//!
//! A blob is named by what it should hash to. That name is a claim, not a proof: whoever uses a blob hashes it.

use std::path::{Path, PathBuf};

use super::{Guard, PlaceError, link_or_copy, place, write_atomic};
use crate::digest::leftovers::{self, Kind};
use crate::digest::{GitSha1, Sha256, file};
use crate::error::FileError;
use crate::manifest::{RepoType, relative_path};

/// A Hub cache folder.
#[derive(Clone, Debug)]
pub struct HubCache {
    root: PathBuf,
    symlinks: bool,
}

/// The part of a Hub cache that belongs to one repository.
#[derive(Clone, Debug)]
pub struct RepoCache {
    folder: PathBuf,
    locks: PathBuf,
    symlinks: bool,
}

/// A file of a cached snapshot.
#[derive(Clone, Debug)]
pub struct CachedFile {
    /// Path in the repository.
    pub path: String,
    /// Name of the blob it links to; none for a copy.
    pub blob: Option<String>,
    /// Size in bytes.
    pub size: u64,
}

impl HubCache {
    /// The cache at `root`; snapshots hold links into `blobs` where `symlinks` is set, else copies.
    pub fn new(root: PathBuf, symlinks: bool) -> Self {
        Self { root, symlinks }
    }

    /// The part of a repository.
    pub fn repo(&self, repo_type: RepoType, repo: &str) -> RepoCache {
        let kind = match repo_type {
            RepoType::Dataset => "datasets",
            RepoType::Model => "models",
        };
        let name = format!("{kind}--{}", repo.replace('/', "--"));
        let locks = self.root.join(".locks").join(&name);
        RepoCache { folder: self.root.join(name), locks, symlinks: self.symlinks }
    }
}

impl RepoCache {
    /// Where the blob with this name lies.
    pub fn blob(&self, name: &str) -> PathBuf {
        self.folder.join("blobs").join(name)
    }

    /// Where the blob grows while it is received.
    pub fn partial(&self, name: &str) -> PathBuf {
        self.folder.join("blobs").join(format!("{name}.incomplete"))
    }

    /// Creates the blob folder and locks one blob against other processes, Python's client included.
    pub fn lock(&self, name: &str, waiting: &dyn Fn()) -> Result<Guard, FileError> {
        let blobs = self.folder.join("blobs");
        std::fs::create_dir_all(&blobs).map_err(FileError::on("create", &blobs))?;
        Guard::file(&self.locks.join(format!("{name}.lock")), waiting)
    }

    /// The commit a revision pointed to when it was last resolved.
    pub fn commit(&self, revision: &str) -> Option<GitSha1> {
        if let Ok(commit) = revision.parse() {
            return Some(commit);
        }
        relative_path(revision).ok()?;
        let text = file::read_to_string(&self.folder.join("refs").join(revision)).ok()?;
        text.trim().parse().ok()
    }

    /// Records what a revision points to. A commit needs no record.
    pub fn set_commit(&self, revision: &str, commit: GitSha1) -> Result<(), FileError> {
        if revision.parse::<GitSha1>().is_ok() || relative_path(revision).is_err() {
            return Ok(());
        }
        write_atomic(&self.folder.join("refs").join(revision), commit.to_string().as_bytes())
    }

    /// Path of a file in the snapshot of a commit.
    pub fn snapshot(&self, commit: GitSha1, path: &str) -> PathBuf {
        self.folder.join("snapshots").join(commit.to_string()).join(path)
    }

    /// Makes the verified blob visible as `path` in the snapshot of a commit.
    pub fn add_to_snapshot(
        &self,
        commit: GitSha1,
        path: &str,
        blob: &str,
        sha256: Sha256,
    ) -> Result<(), PlaceError> {
        relative_path(path)?;
        let target = self.snapshot(commit, path);
        let up = "../".repeat(2 + path.matches('/').count());
        let link = PathBuf::from(format!("{up}blobs/{blob}"));
        if self.symlinks && std::fs::read_link(&target).is_ok_and(|there| there == link) {
            return Ok(());
        }
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(FileError::on("create", folder))?;
        }
        if self.symlinks && symlink_atomic(&link, &target).is_ok() {
            return Ok(());
        }
        link_or_copy(&self.blob(blob), &target, sha256)
    }

    /// The files of a cached snapshot, in order of path.
    pub fn snapshot_files(&self, commit: GitSha1) -> Vec<CachedFile> {
        let root = self.folder.join("snapshots").join(commit.to_string());
        let mut files = Vec::new();
        for path in place::walk(&root) {
            let file = root.join(&path);
            let Ok(metadata) = std::fs::metadata(&file) else { continue };
            let target = std::fs::read_link(&file).ok();
            let blob = target.as_deref().and_then(Path::file_name).and_then(|name| name.to_str());
            files.push(CachedFile { path, blob: blob.map(str::to_owned), size: metadata.len() });
        }
        files
    }
}

#[cfg(unix)]
fn symlink_atomic(link: &Path, target: &Path) -> std::io::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(leftovers::PREFIX).rand_bytes(leftovers::RANDOM).suffix(Kind::Folder.suffix());
    let make = || builder.tempdir_in(folder).map(|made| (made.path().to_owned(), made));
    let (temporary, _lock) = leftovers::claimed(folder, Kind::Folder, make)?;
    let staged = temporary.path().join("link");
    std::os::unix::fs::symlink(link, &staged)?;
    std::fs::rename(&staged, target)
}

#[cfg(not(unix))]
fn symlink_atomic(_link: &Path, _target: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789012345678901234567890123456789";

    #[test]
    fn layout_is_the_one_of_the_reference_client() {
        let folder = tempfile::tempdir().unwrap();
        let cache = HubCache::new(folder.path().into(), true);
        let repo = cache.repo(RepoType::Dataset, "owner/name");
        assert!(repo.blob("e").ends_with("datasets--owner--name/blobs/e"));
        let model = cache.repo(RepoType::Model, "owner/name");
        assert!(model.blob("e").ends_with("models--owner--name/blobs/e"));

        let commit: GitSha1 = COMMIT.parse().unwrap();
        repo.set_commit("refs/pr/1", commit).unwrap();
        assert_eq!(repo.commit("refs/pr/1"), Some(commit));
        assert_eq!(repo.commit(COMMIT), Some(commit));
        assert_eq!(repo.commit("main"), None);
        repo.set_commit("../../escape", commit).unwrap();
        assert_eq!(repo.commit("../../escape"), None);
    }

    #[test]
    fn snapshots_link_to_blobs_or_hold_copies() {
        for symlinks in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let repo = HubCache::new(folder.path().into(), symlinks).repo(RepoType::Dataset, "o/n");
            let commit: GitSha1 = COMMIT.parse().unwrap();
            let _guard = repo.lock("e", &|| {}).unwrap();
            std::fs::write(repo.blob("e"), b"abc").unwrap();
            for _ in 0..2 {
                repo.add_to_snapshot(commit, "a/b.csv", "e", crate::digest::sha256(b"abc")).unwrap();
            }
            assert_eq!(std::fs::read(repo.snapshot(commit, "a/b.csv")).unwrap(), b"abc");
            let files = repo.snapshot_files(commit);
            assert_eq!(files.len(), 1);
            assert_eq!((files[0].path.as_str(), files[0].size), ("a/b.csv", 3));
            let linked = symlinks && cfg!(unix);
            assert_eq!(files[0].blob.as_deref(), linked.then_some("e"));
        }
    }
}
