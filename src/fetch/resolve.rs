//! Which bytes an artifact means: a commit and a path at the Hub or an address, with everything known about them.
//!
//! What the lock holds is not asked again. What it does not hold is asked once, and trusted from then on.

use std::cell::OnceCell;

use reqwest::Url;

use super::hub::{Hub, address, encoded};
use super::listing::means;
use super::transport::Transport;
use super::tree::Tree;
use super::{Expected, FetchError, ListedFile, Listing};
use crate::digest::GitSha1;
use crate::manifest::{Artifact, Origin, RepoType, Source, SourceKind};
use crate::store::{Lock, LockedArtifact, LockedSource, LockedTree};

/// A file that is wanted.
#[derive(Debug)]
pub struct Wanted {
    /// Where it is.
    pub place: Place,
    /// Path at the source.
    pub path: String,
    /// What it should be.
    pub expected: Expected,
}

/// Where a wanted file is.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a repository.
    Hub {
        /// `owner/name`.
        repo: String,
        /// Dataset or model.
        repo_type: RepoType,
        /// Revision of the manifest.
        revision: String,
        /// What it was resolved to.
        commit: GitSha1,
    },
    /// At an address.
    Http(Url),
}

/// A Hub repository at one commit; its files are listed when somebody asks.
pub struct Repository<'a> {
    hub: Hub<'a>,
    source: &'a Source,
    revision: &'a str,
    /// The commit.
    pub commit: GitSha1,
    /// Whether the lock already held the commit.
    pub was_locked: bool,
    listing: OnceCell<Listing>,
}

impl<'a> Repository<'a> {
    /// Takes the commit from the lock, else from the Hub; offline, from the cache. None where nobody can tell.
    pub fn open(
        transport: &'a Transport<'a>,
        source: &'a Source,
        lock: &Lock,
    ) -> Result<Option<Self>, FetchError> {
        let SourceKind::Hub { repo, repo_type, revision } = &source.kind else { return Ok(None) };
        let hub = Hub { transport, repo, repo_type: *repo_type };
        let locked = locked_source(source, lock).map(|entry| entry.commit);
        let settings = transport.settings();
        let commit = match locked {
            Some(commit) => Some(commit),
            None if settings.offline => settings.cache.repo(*repo_type, repo).commit(revision),
            None => Some(hub.resolve(revision)?),
        };
        let Some(commit) = commit else { return Ok(None) };
        let listing = OnceCell::new();
        Ok(Some(Self { hub, source, revision, commit, was_locked: locked.is_some(), listing }))
    }

    /// The entry this repository gets in the lock.
    pub fn lock_entry(&self) -> LockedSource {
        LockedSource {
            id: self.source.id.clone(),
            repo: self.hub.repo.to_owned(),
            revision: self.revision.to_owned(),
            commit: self.commit,
        }
    }

    /// The file an artifact means. `expected` is what manifest and lock know about it.
    pub fn find(&self, artifact: &Artifact, expected: &Expected, lock: &Lock) -> Result<Wanted, FetchError> {
        let Origin::File { path: pattern, .. } = &artifact.origin else {
            return Err(FetchError::Address(artifact.id.clone()));
        };
        let place = self.place();
        if self.was_locked
            && let Some(entry) = lock.artifact(&artifact.id).filter(|entry| means(pattern, &entry.path))
        {
            return Ok(Wanted { place, path: entry.path.clone(), expected: expected.clone() });
        }
        let file = self.listing()?.find(pattern)?;
        let what =
            format!("`{}` at commit {} is not what is pinned for `{}`", file.path, self.commit, artifact.id);
        let expected = expected.merge(&file.expected, &what)?;
        Ok(Wanted { place, path: file.path.clone(), expected })
    }

    /// The files that a tree means, as the listing tells them.
    pub fn tree(&self, artifact: &Artifact) -> Result<Tree, FetchError> {
        let Origin::Tree { path, glob, .. } = &artifact.origin else {
            return Err(FetchError::Address(artifact.id.clone()));
        };
        Ok(Tree::of_listing(self.listing()?.tree(path.as_deref(), glob.as_deref())?))
    }

    /// The repository at its commit, as the place of a file.
    pub fn place(&self) -> Place {
        Place::Hub {
            repo: self.hub.repo.to_owned(),
            repo_type: self.hub.repo_type,
            revision: self.revision.to_owned(),
            commit: self.commit,
        }
    }

    /// The files of the commit: from the Hub, or offline those that the cache holds.
    fn listing(&self) -> Result<&Listing, FetchError> {
        if let Some(listing) = self.listing.get() {
            return Ok(listing);
        }
        let listing = match self.hub.transport.settings().offline {
            true => self.cached_listing(),
            false => self.hub.list(self.commit)?,
        };
        Ok(self.listing.get_or_init(|| listing))
    }

    fn cached_listing(&self) -> Listing {
        let cache = self.hub.transport.settings().cache.repo(self.hub.repo_type, self.hub.repo);
        let listed = cache.snapshot_files(self.commit).into_iter().map(|file| {
            let blob = file.blob.as_deref();
            let expected = Expected {
                size: Some(file.size),
                sha256: blob.and_then(|name| name.parse().ok()),
                git_sha1: blob.and_then(|name| name.parse().ok()),
            };
            ListedFile { path: file.path, expected }
        });
        Listing::new(self.hub.repo, listed.collect())
    }
}

/// The lock's entry of a source, if it is about the repository and revision that the manifest names today.
pub fn locked_source<'l>(source: &Source, lock: &'l Lock) -> Option<&'l LockedSource> {
    let SourceKind::Hub { repo, revision, .. } = &source.kind else { return None };
    lock.source(&source.id).filter(|entry| entry.repo == *repo && entry.revision == *revision)
}

/// Forgets entries that are about other files than the manifest names today.
pub fn prune(lock: &mut Lock, sources: &[Source], artifacts: &[Artifact]) {
    let current = lock.clone();
    let is_current = |entry: &LockedSource| {
        sources.iter().any(|source| locked_source(source, &current).is_some_and(|known| known == entry))
    };
    lock.sources.retain(is_current);
    lock.artifacts.retain(|entry| {
        artifacts.iter().any(|artifact| artifact.id == entry.id && fits(artifact, entry, sources, &current))
    });
    lock.trees.retain(|entry| {
        artifacts
            .iter()
            .any(|artifact| artifact.id == entry.id && fits_tree(artifact, entry, sources, &current))
    });
}

fn fits(artifact: &Artifact, entry: &LockedArtifact, sources: &[Source], lock: &Lock) -> bool {
    match &artifact.origin {
        Origin::Member { member, .. } => entry.path == *member,
        Origin::File { source, path } => match sources.iter().find(|known| known.id == *source) {
            Some(source) => match source.kind {
                SourceKind::Hub { .. } => means(path, &entry.path) && locked_source(source, lock).is_some(),
                SourceKind::Http { .. } | SourceKind::Local | SourceKind::Stage => entry.path == *path,
            },
            None => false,
        },
        Origin::Tree { .. } => false,
    }
}

fn fits_tree(artifact: &Artifact, entry: &LockedTree, sources: &[Source], lock: &Lock) -> bool {
    let Origin::Tree { source, path, glob } = &artifact.origin else { return false };
    let is_meant = match path {
        Some(path) => means(path, &entry.path),
        None => entry.path.is_empty(),
    };
    let is_locked = |known: &Source| known.id == *source && locked_source(known, lock).is_some();
    is_meant && *glob == entry.glob && sources.iter().any(is_locked)
}

/// The address of a file at a web source: its path is percent-encoded, a query is taken as it stands.
pub fn web_address(prefix: &str, path: &str) -> Result<Url, FetchError> {
    match path.split_once('?') {
        Some((path, query)) => address(format!("{prefix}{}?{query}", encoded(path, true))),
        None => address(format!("{prefix}{}", encoded(path, true))),
    }
}
