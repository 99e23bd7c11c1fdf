//! Brings one wanted file to its place: from the Hub cache where its bytes are right, else from its source.

use std::fs::File;
use std::path::Path;

use reqwest::Url;

use super::archive::Member;
use super::download::Download;
use super::resolve::{Place, Wanted};
use super::state::hash_file;
use super::stream::Received;
use super::transport::Transport;
use super::turns::Turns;
use super::{ArchiveError, Expected, FetchError, FileProgress, Progress};
use crate::digest::{GitSha1, file};
use crate::error::FileError;
use crate::store::{RepoCache, link_or_copy, prepare, staged};

/// Brings files below a paper's folder.
pub struct Receiver<'a> {
    /// How to ask.
    pub transport: &'a Transport<'a>,
    /// `frozen/<paper>`.
    pub root: &'a Path,
    /// Who is told about waiting and damaged caches.
    pub progress: &'a dyn Progress,
    /// Whether revisions were resolved now, so that the cache may be told what they point to.
    pub fresh: bool,
    /// Leave larger files.
    pub max_size: Option<u64>,
    /// Who is at which blob in this process.
    pub turns: Turns,
}

impl Receiver<'_> {
    /// Receives a file and makes it visible as `to`. None: offline, and the cache does not hold it.
    pub fn file(
        &self,
        wanted: &Wanted,
        to: &str,
        bar: &dyn FileProgress,
    ) -> Result<Option<Received>, FetchError> {
        let target = prepare(self.root, to)?;
        match &wanted.place {
            Place::Http(_) if self.transport.settings().offline => Ok(None),
            Place::Http(url) => {
                let partial = staged(&target);
                let page_welcome = is_page(&url.path().to_ascii_lowercase());
                let download = self.download(url, &partial, wanted, page_welcome);
                let received = download.run(self.transport, bar)?;
                std::fs::rename(&partial, &target).map_err(FileError::on("write", target))?;
                Ok(Some(received))
            }
            Place::Hub { repo, repo_type, revision, commit } => {
                let cache = self.transport.settings().cache.repo(*repo_type, repo);
                let Some(name) = blob_name(&wanted.expected) else {
                    return self.unnamed(&cache, *commit, wanted, &target);
                };
                // Files of a tree are often equal: they take turns here, so that a wait for the lock is one for another process.
                let _turn = self.turns.take(&name);
                let _alone = cache.lock(&name, &|| {
                    self.progress.note(&format!("waiting for another process to fetch `{}`", wanted.path));
                })?;
                let Some(received) = self.blob(&cache, &name, wanted, *commit, bar)? else {
                    return Ok(None);
                };
                cache.add_to_snapshot(*commit, &wanted.path, &name, received.sha256)?;
                if self.fresh || cache.commit(revision).is_none() {
                    cache.set_commit(revision, *commit)?;
                }
                link_or_copy(&cache.blob(&name), &target, received.sha256)?;
                Ok(Some(received))
            }
        }
    }

    /// Takes a member out of an archive that lies below the folder, verified.
    pub fn member(
        &self,
        archive: &str,
        name: &str,
        expected: &Expected,
        to: &str,
    ) -> Result<Received, FetchError> {
        let archive = prepare(self.root, archive)?;
        let target = prepare(self.root, to)?;
        let partial = staged(&target);
        if std::fs::symlink_metadata(&partial).is_ok() {
            std::fs::remove_file(&partial).map_err(FileError::on("remove", &partial))?;
        }
        let member = Member { archive: &archive, name, size: expected.size };
        let what = format!("member `{name}` is not the pinned file");
        let checked = member.extract(&partial).map_err(FetchError::from).and_then(|received| {
            expected.check(&what, &received)?;
            Ok(received)
        });
        match checked {
            Ok(received) => {
                std::fs::rename(&partial, &target).map_err(FileError::on("write", target))?;
                Ok(received)
            }
            Err(error) => {
                // What was unpacked is of no use to a later attempt.
                let _ = std::fs::remove_file(&partial);
                Err(error)
            }
        }
    }

    /// The blob's bytes, hashed now: those of the cache if they are right, else received.
    fn blob(
        &self,
        cache: &RepoCache,
        name: &str,
        wanted: &Wanted,
        commit: GitSha1,
        bar: &dyn FileProgress,
    ) -> Result<Option<Received>, FetchError> {
        let blob = cache.blob(name);
        match file::open(&blob) {
            Ok(file) => match cached(&blob, file, &wanted.expected)? {
                Ok(received) => {
                    bar.position(received.size);
                    // What an interrupted attempt left of a file that is here is of no use to anyone.
                    let _ = std::fs::remove_file(cache.partial(name));
                    return Ok(Some(received));
                }
                Err(_) => {
                    self.progress.note(&format!(
                        "warning: `{}` in the Hub cache is damaged and was removed",
                        wanted.path
                    ));
                    std::fs::remove_file(&blob).map_err(FileError::on("remove", &blob))?;
                }
            },
            Err(error) if file::is_not_a_file(&error) => {
                return Err(FileError::on("read", &blob)(error).into());
            }
            Err(_) => {}
        }
        let settings = self.transport.settings();
        let Place::Hub { repo, repo_type, .. } = &wanted.place else { return Ok(None) };
        if settings.offline {
            return Ok(None);
        }
        let hub = super::hub::Hub { transport: self.transport, repo, repo_type: *repo_type };
        let url = hub.file(commit, &wanted.path)?;
        let partial = cache.partial(name);
        let page_welcome = is_page(&wanted.path.to_ascii_lowercase());
        let download = self.download(&url, &partial, wanted, page_welcome);
        let received = download.run(self.transport, bar)?;
        std::fs::rename(&partial, &blob).map_err(FileError::on("write", blob))?;
        Ok(Some(received))
    }

    fn download<'d>(
        &self,
        url: &'d Url,
        partial: &'d Path,
        wanted: &'d Wanted,
        page_welcome: bool,
    ) -> Download<'d> {
        Download { url, partial, expected: &wanted.expected, page_welcome, max_size: self.max_size }
    }

    /// A cached copy whose name says nothing about its content, offline: usable if a pin says what it is.
    fn unnamed(
        &self,
        cache: &RepoCache,
        commit: GitSha1,
        wanted: &Wanted,
        target: &Path,
    ) -> Result<Option<Received>, FetchError> {
        let path = cache.snapshot(commit, &wanted.path);
        let Ok(file) = file::open(&path) else { return Ok(None) };
        if !wanted.expected.is_pinned() {
            return Ok(None);
        }
        let received = cached(&path, file, &wanted.expected)??;
        link_or_copy(&path, target, received.sha256)?;
        Ok(Some(received))
    }
}

/// Size and hashes of a cached file; one of another size than the expected one is not read. The inner error says that
/// it is not the expected file.
fn cached(path: &Path, file: File, expected: &Expected) -> Result<Result<Received, FetchError>, FileError> {
    let damaged = "the cached file is damaged";
    let size = file.metadata().map_err(FileError::on("read", path))?.len();
    if let Err(error) = expected.check_size(damaged, size) {
        return Ok(Err(error));
    }
    let received = hash_file(path, file, expected)?;
    Ok(expected.check(damaged, &received).map(|()| received))
}

/// How the Hub cache names the content: git's hash for small files, SHA-256 for large ones.
fn blob_name(expected: &Expected) -> Option<String> {
    match (expected.git_sha1, expected.sha256) {
        (Some(hash), _) => Some(hash.to_string()),
        (None, hash) => hash.map(|hash| hash.to_string()),
    }
}

fn is_page(path: &str) -> bool {
    path.ends_with(".html") || path.ends_with(".htm")
}

impl From<ArchiveError> for FetchError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::File(error) => Self::File(error),
            other => Self::Archive(other),
        }
    }
}
