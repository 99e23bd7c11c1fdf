//! The trees of a paper's fetch: expanded from the lock, else from the listing, received file by file, recorded whole.

use super::job::{Done, Job};
use super::paper::PaperRun;
use super::resolve::{Repository, Wanted};
use super::state::shown;
use super::tree::{Arrival, Tree};
use super::{FetchError, Outcome};
use crate::evidence::Reason;
use crate::manifest::{Artifact, Origin, Source};

impl<'a> PaperRun<'a> {
    /// Notes the trees that the lock lists and that are there; gives back the others.
    pub(super) fn look_at_trees(&mut self, artifacts: Vec<&'a Artifact>) -> Vec<&'a Artifact> {
        let mut absent = Vec::new();
        for artifact in artifacts {
            let Some(entry) = self.lock.tree(&artifact.id) else {
                absent.push(artifact);
                continue;
            };
            let mut tree = Tree::of_lock(entry);
            match self.look_at_files(artifact, &mut tree) {
                Ok(()) if tree.is_complete() => self.tree_done(artifact, &tree, Outcome::Present),
                Ok(()) => absent.push(artifact),
                Err(error) => self.failed(artifact, error),
            }
            self.trees.insert(&artifact.id, tree);
        }
        absent
    }

    fn look_at_files(&self, artifact: &Artifact, tree: &mut Tree) -> Result<(), FetchError> {
        let differing = tree.look(&self.root, &artifact.to)?;
        if let Some(first) = differing.first() {
            let place = shown(&self.root, &format!("{}/{first}", artifact.to));
            let more = match differing.len() - 1 {
                0 => "is not the pinned file, fetching it again".to_owned(),
                n => format!("and {n} more are not the pinned files, fetching them again"),
            };
            self.request.progress.note(&format!("warning: `{}` {more}", place.display()));
        }
        Ok(())
    }

    /// Finds out which files an absent tree means. An error concerns every artifact of the source.
    pub(super) fn resolve_tree(
        &mut self,
        artifact: &'a Artifact,
        source: &'a Source,
        repository: Option<&Repository<'_>>,
        jobs: &mut Vec<Job<'a>>,
    ) -> Result<(), FetchError> {
        let Some(repository) = repository else {
            self.not_cached(artifact);
            return Ok(());
        };
        let tree = match self.expand(artifact, repository) {
            Ok(Some(tree)) => tree,
            Ok(None) => return Ok(()),
            Err(error) if error.concerns_the_source() => return Err(error),
            Err(error) => {
                self.failed(artifact, error);
                return Ok(());
            }
        };
        if tree.is_complete() {
            self.tree_done(artifact, &tree, Outcome::Present);
        } else if self.too_large(Some(tree.size())) {
            self.skip_large(artifact, tree.size());
        } else {
            let wanted =
                tree.files.iter().enumerate().filter(|(_, file)| matches!(file.state, Arrival::Wanted));
            jobs.extend(wanted.map(|(i, file)| Job {
                artifact,
                source,
                wanted: Wanted {
                    place: repository.place(),
                    path: tree.source_path(file),
                    expected: file.expected.clone(),
                },
                to: format!("{}/{}", artifact.to, file.path),
                in_tree: Some(i),
            }));
        }
        self.trees.insert(&artifact.id, tree);
        Ok(())
    }

    /// The files of a tree: those of the lock, which `--locked` compares with the listing, else those of the
    /// listing. A cached snapshot is no listing, since it may hold a part of the tree only.
    fn expand(
        &mut self,
        artifact: &'a Artifact,
        repository: &Repository<'_>,
    ) -> Result<Option<Tree>, FetchError> {
        let offline = self.request.settings.offline;
        if let Some(tree) = self.trees.remove(artifact.id.as_str()) {
            if self.request.locked && !offline {
                tree.require_same(&artifact.id, &repository.tree(artifact)?)?;
            }
            return Ok(Some(tree));
        }
        if self.request.locked {
            let what = format!("`{}` holds no files of the tree `{}`", self.lock_path(), artifact.id);
            return Err(FetchError::Stale { what });
        }
        if offline {
            let detail = "offline, and the lock does not list its files".to_owned();
            self.missing(artifact, Reason::NotFetched, detail);
            return Ok(None);
        }
        let mut tree = repository.tree(artifact)?;
        self.look_at_files(artifact, &mut tree)?;
        Ok(Some(tree))
    }

    /// Notes what became of a file of a tree.
    pub(super) fn received_in_tree(&mut self, artifact: &Artifact, index: usize, done: Done) {
        let Some(file) = self.trees.get_mut(artifact.id.as_str()).and_then(|tree| tree.files.get_mut(index))
        else {
            return;
        };
        file.state = match done {
            Done::Received(received) => Arrival::There(received),
            Done::NotCached => Arrival::NotCached,
            Done::SourceGone => Arrival::SourceGone,
            Done::Failed(error) => Arrival::Failed(error),
        };
    }

    /// Notes what became of the trees that files were received for. The lock gets a tree whole or not at all.
    pub(super) fn finish_trees(&mut self) {
        for artifact in self.manifest.artifacts.iter().filter(|artifact| artifact.is_tree()) {
            if self.outcomes.contains_key(artifact.id.as_str()) {
                continue;
            }
            let Some(mut tree) = self.trees.remove(artifact.id.as_str()) else { continue };
            let not_cached =
                tree.files.iter().filter(|file| matches!(file.state, Arrival::NotCached)).count();
            if tree.is_complete() {
                self.tree_done(artifact, &tree, Outcome::Fetched);
            } else if let Some(error) = tree.failure() {
                self.failed(artifact, error);
            } else if not_cached > 0 {
                let files = tree.files.len();
                let detail = format!("offline, and the Hub cache lacks {not_cached} of its {files} files");
                self.missing(artifact, Reason::NotFetched, detail);
            } else {
                self.outcomes.insert(&artifact.id, (Some(tree.size()), Outcome::SourceFailed));
            }
            self.trees.insert(&artifact.id, tree);
        }
    }

    fn tree_done(&mut self, artifact: &'a Artifact, tree: &Tree, outcome: Outcome) {
        let Origin::Tree { glob, .. } = &artifact.origin else { return };
        self.outcomes.insert(&artifact.id, (Some(tree.size()), outcome));
        self.lock.set_tree(tree.entry(&artifact.id, glob.as_deref()));
    }
}
