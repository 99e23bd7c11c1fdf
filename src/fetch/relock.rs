//! `repro lock`: asks the Hub which commit and which files are meant, without receiving them.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::{Repository, prune};
use super::state::pins;
use super::transport::Transport;
use super::tree::Tree;
use super::{Expected, FetchError, Progress, Settings, SourceFailure};
use crate::digest::{GitSha1, Sha256};
use crate::error::Failure;
use crate::manifest::{Artifact, Manifest, Origin, Project, Source, SourceKind};
use crate::store::{Guard, Lock, LockedArtifact, LockedFile, LockedTree, check_folder};

/// Which papers to lock and how.
pub struct LockRequest<'a> {
    /// The project.
    pub project: &'a Project,
    /// Papers to lock.
    pub papers: Vec<&'a Manifest>,
    /// Move on to what the revisions point to now, rather than only add what is not locked.
    pub update: bool,
    /// Hub, token, cache, patience.
    pub settings: &'a Settings,
    /// Who listens.
    pub progress: &'a dyn Progress,
}

/// What changed.
#[derive(Debug, Default)]
pub struct LockSummary {
    /// Differences, in order of paper and id.
    pub changes: Vec<Change>,
    /// Sources that could not be used; their entries stay as they were.
    pub sources: Vec<SourceFailure>,
    /// Artifacts that could not be resolved: paper, artifact, why.
    pub failures: Vec<(String, String, FetchError)>,
    /// Artifacts without entry: paper and artifact. The next fetch pins them.
    pub open: Vec<(String, String)>,
}

/// One changed entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Paper.
    pub paper: String,
    /// Artifact or source.
    pub id: String,
    /// What the lock held.
    pub before: Option<String>,
    /// What it holds now.
    pub after: Option<String>,
}

/// Resolves the sources of papers and writes their locks.
pub fn relock(request: &LockRequest<'_>) -> Result<LockSummary, Failure> {
    let transport = Transport::new(request.settings);
    let mut summary = LockSummary::default();
    for manifest in &request.papers {
        let folder = request.project.frozen().join(manifest.id());
        check_folder(&folder)?;
        let _alone = Guard::folder(&folder, &|| {
            request.progress.note(&format!("waiting for a `repro fetch` of `{}` to finish", manifest.id()));
        })?;
        let before = Lock::load(&manifest.lock_path())?;
        let mut lock = before.clone();
        prune(&mut lock, &manifest.sources, &manifest.artifacts);
        for source in &manifest.sources {
            if let Err(error) = lock_source(request, &transport, manifest, source, &mut lock, &mut summary) {
                let (paper, source) = (manifest.id().to_owned(), source.id.clone());
                summary.sources.push(SourceFailure { paper, source, error });
            }
        }
        let is_open = |artifact: &&Artifact| {
            let locked = lock.artifact(&artifact.id).is_some() || lock.tree(&artifact.id).is_some();
            !locked && artifact.sha256.is_none()
        };
        for artifact in manifest.artifacts.iter().filter(is_open) {
            let failed =
                |known: &(String, String, FetchError)| known.0 == manifest.id() && known.1 == artifact.id;
            if !summary.failures.iter().any(failed) {
                summary.open.push((manifest.id().to_owned(), artifact.id.clone()));
            }
        }
        summary.changes.extend(changes(manifest.id(), &before, &lock));
        if lock.to_text() != before.to_text() {
            lock.save(&manifest.lock_path())?;
        }
    }
    Ok(summary)
}

fn lock_source(
    request: &LockRequest<'_>,
    transport: &Transport<'_>,
    manifest: &Manifest,
    source: &Source,
    lock: &mut Lock,
    summary: &mut LockSummary,
) -> Result<(), FetchError> {
    let artifacts: Vec<&Artifact> =
        manifest.artifacts.iter().filter(|artifact| artifact.source_id() == Some(&source.id)).collect();
    if !matches!(source.kind, SourceKind::Hub { .. }) {
        if request.update {
            forget_unpinned(manifest, &artifacts, lock);
        }
        return Ok(());
    }
    let old = lock.clone();
    // An update asks as if nothing were known; what is asked is compared with the manifest's own pins only.
    let known = if request.update { Lock::default() } else { old.clone() };
    let Some(repository) = Repository::open(transport, source, &known)? else { return Ok(()) };
    let mut entries = Vec::new();
    let (trees, artifacts): (Vec<&Artifact>, Vec<_>) =
        artifacts.into_iter().partition(|artifact| artifact.is_tree());
    let mut failed = |artifact: &Artifact, error| {
        summary.failures.push((manifest.id().to_owned(), artifact.id.clone(), error));
    };
    for artifact in artifacts {
        let wanted = pins(artifact, &known).and_then(|pins| repository.find(artifact, &pins, &known));
        match wanted {
            Ok(wanted) => {
                entries.extend(entry(artifact, wanted.path, &wanted.expected, old.artifact(&artifact.id)))
            }
            Err(error) if error.concerns_the_source() => return Err(error),
            Err(FetchError::NoMatch { .. }) if artifact.optional => {
                lock.artifacts.retain(|entry| entry.id != artifact.id);
            }
            Err(error) => failed(artifact, error),
        }
    }
    let mut entries_of_trees = Vec::new();
    for artifact in trees.into_iter().filter(|artifact| known.tree(&artifact.id).is_none()) {
        match repository.tree(artifact) {
            Ok(tree) => entries_of_trees.push(tree_entry(artifact, &tree, old.tree(&artifact.id))),
            Err(error) if error.concerns_the_source() => return Err(error),
            Err(FetchError::NoTree { .. }) if artifact.optional => {
                lock.trees.retain(|entry| entry.id != artifact.id);
            }
            Err(error) => failed(artifact, error),
        }
    }
    lock.set_source(repository.lock_entry());
    let moved: Vec<_> = entries
        .iter()
        .filter(|entry| content(old.artifact(&entry.id)) != content(Some(*entry)))
        .map(|entry| entry.id.clone())
        .collect();
    entries.into_iter().for_each(|entry| lock.set_artifact(entry));
    entries_of_trees.into_iter().for_each(|entry| lock.set_tree(entry));
    forget_members(manifest, &moved, lock);
    Ok(())
}

/// An entry for a listed file; the SHA-256 that an unchanged file was seen to have is kept.
fn entry(
    artifact: &Artifact,
    path: String,
    expected: &Expected,
    old: Option<&LockedArtifact>,
) -> Option<LockedArtifact> {
    let same = old.filter(|old| old.git_sha1.is_some() && old.git_sha1 == expected.git_sha1);
    let sha256 = expected.sha256.or_else(|| same?.sha256);
    let (id, git_sha1) = (artifact.id.clone(), expected.git_sha1);
    Some(LockedArtifact { id, path, size: expected.size?, sha256, git_sha1 })
}

/// The entry of a listed tree; the SHA-256 that an unchanged file was seen to have is kept.
fn tree_entry(artifact: &Artifact, tree: &Tree, old: Option<&LockedTree>) -> LockedTree {
    let glob = match &artifact.origin {
        Origin::Tree { glob, .. } => glob.as_deref(),
        _ => None,
    };
    let mut entry = tree.entry(&artifact.id, glob);
    let seen: BTreeMap<GitSha1, Sha256> = old
        .into_iter()
        .flat_map(|old| &old.files)
        .filter_map(|file| Some((file.git_sha1?, file.sha256?)))
        .collect();
    for file in entry.files.iter_mut().filter(|file| file.sha256.is_none()) {
        file.sha256 = file.git_sha1.and_then(|hash| seen.get(&hash).copied());
    }
    entry
}

/// A file on the web can only be pinned by receiving it: an update drops its entry, the next fetch pins anew.
fn forget_unpinned(manifest: &Manifest, artifacts: &[&Artifact], lock: &mut Lock) {
    let ids: Vec<_> = artifacts
        .iter()
        .filter(|artifact| artifact.sha256.is_none())
        .map(|artifact| artifact.id.clone())
        .collect();
    lock.artifacts.retain(|entry| !ids.contains(&entry.id));
    forget_members(manifest, &ids, lock);
}

/// Members of archives that may have changed are no longer pinned by the lock.
fn forget_members(manifest: &Manifest, archives: &[String], lock: &mut Lock) {
    lock.artifacts.retain(|entry| {
        let origin = manifest.artifact(&entry.id).map(|artifact| &artifact.origin);
        !matches!(origin, Some(Origin::Member { archive, .. }) if archives.contains(archive))
    });
}

fn content(entry: Option<&LockedArtifact>) -> Option<Expected> {
    entry.map(|entry| Expected { size: Some(entry.size), sha256: entry.sha256, git_sha1: entry.git_sha1 })
}

fn changes(paper: &str, before: &Lock, after: &Lock) -> Vec<Change> {
    let sources = |lock: &Lock| {
        lock.sources.iter().map(|s| (s.id.clone(), format!("commit {}", s.commit))).collect::<Vec<_>>()
    };
    let artifacts =
        |lock: &Lock| lock.artifacts.iter().map(|a| (a.id.clone(), described(a))).collect::<Vec<_>>();
    let mut changes: Vec<Change> = [(sources(before), sources(after)), (artifacts(before), artifacts(after))]
        .into_iter()
        .flat_map(|(before, after)| differences(paper, &before, &after))
        .collect();
    let trees = before.trees.iter().chain(&after.trees);
    let ids: BTreeSet<&str> = trees.map(|tree| tree.id.as_str()).collect();
    changes.extend(ids.into_iter().filter_map(|id| tree_change(paper, id, before.tree(id), after.tree(id))));
    changes
}

/// A changed tree as one line, with how many of its files are concerned.
fn tree_change(
    paper: &str,
    id: &str,
    before: Option<&LockedTree>,
    after: Option<&LockedTree>,
) -> Option<Change> {
    if before == after {
        return None;
    }
    let text = |tree: &LockedTree| format!("{}/ {} files {} bytes", tree.path, tree.files.len(), tree.size());
    let mut after_text = after.map(text);
    if let (Some(before), Some(after), Some(text)) = (before, after, &mut after_text) {
        let index = |tree: &LockedTree| -> BTreeMap<String, LockedFile> {
            tree.files.iter().map(|file| (file.path.clone(), file.clone())).collect()
        };
        let (before, after) = (index(before), index(after));
        let new = after.keys().filter(|path| !before.contains_key(*path)).count();
        let vanished = before.keys().filter(|path| !after.contains_key(*path)).count();
        let differs = |(path, file): &(&String, &LockedFile)| before.get(*path).is_some_and(|b| b != *file);
        let changed = after.iter().filter(differs).count();
        text.push_str(&format!(" ({new} new, {changed} changed, {vanished} vanished)"));
    }
    Some(Change { paper: paper.to_owned(), id: id.to_owned(), before: before.map(text), after: after_text })
}

fn described(entry: &LockedArtifact) -> String {
    let hash = match (entry.sha256, entry.git_sha1) {
        (Some(hash), _) => format!("sha256 {hash}"),
        (None, Some(hash)) => format!("git sha1 {hash}"),
        (None, None) => "no hash".to_owned(),
    };
    format!("{} {} bytes {hash}", entry.path, entry.size)
}

fn differences(paper: &str, before: &[(String, String)], after: &[(String, String)]) -> Vec<Change> {
    let find = |list: &[(String, String)], id: &str| {
        list.iter().find(|(known, _)| known == id).map(|(_, text)| text.clone())
    };
    let mut ids: Vec<_> = before.iter().chain(after).map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    let changes = ids.into_iter().map(|id| Change {
        paper: paper.to_owned(),
        id: id.clone(),
        before: find(before, id),
        after: find(after, id),
    });
    changes.filter(|change| change.before != change.after).collect()
}
