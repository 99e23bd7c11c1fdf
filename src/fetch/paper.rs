//! All artifacts of one paper: what is there, what is wanted, what became of it, and the lock afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::job::{Done, Job};
use super::parallel::parallel;
use super::receive::Receiver;
use super::resolve::{Place, Repository, Wanted, prune, web_address};
use super::state::{State, pins, shown, state};
use super::transport::Transport;
use super::tree::Tree;
use super::turns::Turns;
use super::{FetchError, Item, Outcome, Request, Summary};
use crate::digest::leftovers;
use crate::error::Failure;
use crate::evidence::Reason;
use crate::manifest::{Artifact, Manifest, Origin, Source, SourceKind};
use crate::store::{Guard, Lock, check_folder, staged};

/// A fetch of one paper.
pub struct PaperRun<'a> {
    pub(super) request: &'a Request<'a>,
    transport: &'a Transport<'a>,
    pub(super) manifest: &'a Manifest,
    pub(super) root: PathBuf,
    pub(super) lock: Lock,
    /// The lock as it was read.
    pub(super) before: Lock,
    pub(super) outcomes: BTreeMap<&'a str, (Option<u64>, Outcome)>,
    /// Trees whose files are known, by artifact.
    pub(super) trees: BTreeMap<&'a str, Tree>,
    /// Whether a revision was resolved now rather than taken from the lock.
    fresh: bool,
    _alone: Option<Guard>,
}

impl<'a> PaperRun<'a> {
    /// Waits until no other process fetches this paper, then reads its lock.
    pub fn new(
        request: &'a Request<'a>,
        transport: &'a Transport<'a>,
        manifest: &'a Manifest,
    ) -> Result<Self, Failure> {
        let root = request.project.frozen().join(manifest.id());
        let waiting = || {
            let text = format!("waiting for another `repro fetch` of `{}` to finish", manifest.id());
            request.progress.note(&text);
        };
        check_folder(&root)?;
        let alone = if request.dry_run { None } else { Some(Guard::folder(&root, &waiting)?) };
        if !request.dry_run {
            manifest
                .lock_path()
                .parent()
                .into_iter()
                .for_each(|folder| leftovers::sweep(folder, leftovers::Kind::File));
        }
        let before = Lock::load(&manifest.lock_path())?;
        let mut lock = before.clone();
        prune(&mut lock, &manifest.sources, &manifest.artifacts);
        Ok(Self {
            request,
            transport,
            manifest,
            root,
            lock,
            before,
            outcomes: BTreeMap::new(),
            trees: BTreeMap::new(),
            fresh: false,
            _alone: alone,
        })
    }

    /// Fetches the chosen artifacts and the archives they lie in.
    pub fn run(
        mut self,
        chosen: Vec<&'a Artifact>,
        named_only: &[&'a Artifact],
        summary: &mut Summary,
    ) -> Result<(), Failure> {
        if self.request.locked {
            self.require_lock(&chosen)?;
        }
        let absent = self.look(&chosen);
        let archives = self.archives_of(&absent, &chosen);
        let absent: Vec<_> = self.look(&archives).into_iter().chain(absent).collect();
        let jobs = self.resolve(&absent, summary);
        if self.request.dry_run {
            self.plan(jobs, &absent);
        } else {
            self.receive(jobs, summary);
            self.finish_trees();
            self.unpack(&absent);
            self.save()?;
        }
        for artifact in named_only {
            let why = "taken only when its own id is given".to_owned();
            let skipped = (artifact.size, Outcome::Skipped { why, counts: false });
            self.outcomes.entry(&artifact.id).or_insert(skipped);
        }
        for artifact in &self.manifest.artifacts {
            let Some((size, outcome)) = self.outcomes.remove(artifact.id.as_str()) else { continue };
            let tree = self.trees.get(artifact.id.as_str());
            let locked = || self.lock.tree(&artifact.id).map(|tree| tree.files.len());
            summary.items.push(Item {
                paper: self.manifest.id().to_owned(),
                artifact: artifact.id.clone(),
                path: shown(&self.root, &artifact.to).display().to_string(),
                size: size.or(tree.map(Tree::size)),
                files: tree.map(|tree| tree.files.len()).or_else(locked),
                outcome,
            });
        }
        Ok(())
    }

    /// `--locked`: everything that is not pinned by the manifest itself must be in the lock.
    fn require_lock(&self, chosen: &[&Artifact]) -> Result<(), FetchError> {
        let path = self.lock_path();
        match chosen.iter().find(|artifact| !artifact.optional && !self.is_pinned(artifact)) {
            Some(Artifact { id, .. }) => {
                Err(FetchError::Stale { what: format!("`{path}` holds nothing current for `{id}`") })
            }
            None => Ok(()),
        }
    }

    /// Whether the lock or the manifest says which bytes are meant. A file of a Hub needs a commit, too.
    fn is_pinned(&self, artifact: &Artifact) -> bool {
        let is_hub = self.manifest.source(artifact).is_some_and(|s| matches!(s.kind, SourceKind::Hub { .. }));
        let is_member = artifact.source_id().is_none();
        self.lock.artifact(&artifact.id).is_some()
            || self.lock.tree(&artifact.id).is_some()
            || (artifact.sha256.is_some() && (!is_hub || is_member))
    }

    /// Notes what is there; gives back what is not. A local file has nowhere to come from.
    fn look(&mut self, artifacts: &[&'a Artifact]) -> Vec<&'a Artifact> {
        let (trees, artifacts): (Vec<&Artifact>, Vec<&Artifact>) =
            artifacts.iter().copied().partition(|artifact| artifact.is_tree());
        let (root, lock) = (&self.root, &self.lock);
        let states: Vec<_> = artifacts
            .par_iter()
            .map(|artifact| pins(artifact, lock).and_then(|pins| state(root, &artifact.to, &pins)))
            .collect();
        let mut absent = self.look_at_trees(trees);
        for (artifact, state) in artifacts.into_iter().zip(states) {
            let is_local = self.manifest.source(artifact).is_some_and(|s| s.kind == SourceKind::Local)
                && matches!(artifact.origin, Origin::File { .. });
            let place = shown(&self.root, &artifact.to);
            match state {
                Ok(State::Present(received)) => {
                    if !self.request.dry_run {
                        // What an interrupted fetch left of a file that is here is of no use.
                        let _ = std::fs::remove_file(staged(&self.root.join(&artifact.to)));
                    }
                    self.done(artifact, None, received, Outcome::Present);
                }
                Ok(State::Unpinned(received)) if is_local => {
                    self.trust(artifact, &received, &place.display().to_string());
                    self.done(artifact, None, received, Outcome::Present);
                }
                Ok(State::Absent) if is_local => {
                    let detail = format!("`{}` is not there and belongs to the project", place.display());
                    self.missing(artifact, Reason::NotFetched, detail);
                }
                Ok(State::Differs(error)) if is_local => self.failed(artifact, error),
                Ok(State::Differs(_)) => {
                    let text =
                        format!("warning: `{}` is not the pinned file, fetching it again", place.display());
                    self.request.progress.note(&text);
                    absent.push(artifact);
                }
                Ok(State::Absent | State::Unpinned(_)) => absent.push(artifact),
                Err(error) => self.failed(artifact, error),
            }
        }
        absent
    }

    /// Archives that hold absent members and were not chosen themselves.
    fn archives_of(&self, absent: &[&'a Artifact], chosen: &[&'a Artifact]) -> Vec<&'a Artifact> {
        let names: BTreeSet<_> = absent.iter().filter_map(|artifact| archive_of(artifact)).collect();
        let archives = names.into_iter().filter_map(|name| self.manifest.artifact(name));
        archives.filter(|archive| !chosen.iter().any(|known| known.id == archive.id)).collect()
    }

    /// Finds out which bytes the absent files mean, one source after the other.
    fn resolve(&mut self, absent: &[&'a Artifact], summary: &mut Summary) -> Vec<Job<'a>> {
        let mut jobs = Vec::new();
        for source in &self.manifest.sources {
            let of_source = |artifact: &&&Artifact| artifact.source_id() == Some(&source.id);
            let wanted: Vec<&'a Artifact> = absent.iter().filter(of_source).copied().collect();
            if wanted.is_empty() {
                continue;
            }
            if let Err(error) = self.resolve_source(source, &wanted, &mut jobs) {
                self.source_failed(source, error, summary);
                for artifact in wanted {
                    self.outcomes.insert(&artifact.id, (artifact.size, Outcome::SourceFailed));
                }
                jobs.retain(|job| job.source.id != source.id);
            }
        }
        jobs
    }

    fn resolve_source(
        &mut self,
        source: &'a Source,
        artifacts: &[&'a Artifact],
        jobs: &mut Vec<Job<'a>>,
    ) -> Result<(), FetchError> {
        let repository = Repository::open(self.transport, source, &self.lock)?;
        if let Some(repository) = &repository {
            self.greet(source, repository);
        }
        for artifact in artifacts.iter().copied() {
            let path = match &artifact.origin {
                Origin::File { path, .. } => path,
                Origin::Tree { .. } => {
                    self.resolve_tree(artifact, source, repository.as_ref(), jobs)?;
                    continue;
                }
                Origin::Member { .. } => continue,
            };
            let expected = pins(artifact, &self.lock)?;
            let wanted = match (&source.kind, &repository) {
                (SourceKind::Http { url }, _) => web_address(url, path).map(|url| Wanted {
                    place: Place::Http(url),
                    path: path.clone(),
                    expected,
                }),
                (_, Some(repository)) => repository.find(artifact, &expected, &self.lock),
                (_, None) => {
                    self.not_cached(artifact);
                    continue;
                }
            };
            match wanted {
                Ok(_) if self.request.locked && !self.is_pinned(artifact) => {
                    let detail = "the lock does not hold it, and `--locked` was given".to_owned();
                    self.missing(artifact, Reason::NotFetched, detail);
                }
                Ok(wanted) if self.too_large(wanted.expected.size) => {
                    self.skip_large(artifact, wanted.expected.size.unwrap_or_default());
                }
                Ok(wanted) => {
                    jobs.push(Job { artifact, source, wanted, to: artifact.to.clone(), in_tree: None });
                }
                Err(error) if error.concerns_the_source() => return Err(error),
                Err(FetchError::NoMatch { .. }) if self.request.settings.offline => self.not_cached(artifact),
                Err(error) => self.failed(artifact, error),
            }
        }
        Ok(())
    }

    /// First contact: says plainly that the commit is taken on trust.
    fn greet(&mut self, source: &Source, repository: &Repository<'_>) {
        if repository.was_locked {
            return;
        }
        self.fresh = true;
        let entry = repository.lock_entry();
        let verb = if self.request.dry_run { "would trust" } else { "trusting" };
        self.request.progress.note(&format!(
            "first contact with `{}`: {verb} commit {} of `{}`, to be recorded in `{}`",
            entry.repo,
            entry.commit,
            entry.revision,
            self.lock_path()
        ));
        debug_assert_eq!(entry.id, source.id);
        self.lock.set_source(entry);
    }

    fn plan(&mut self, jobs: Vec<Job<'a>>, absent: &[&'a Artifact]) {
        for job in jobs {
            let id = job.artifact.id.as_str();
            let size = self.trees.get(id).map(Tree::size).or(job.wanted.expected.size);
            self.outcomes.insert(id, (size, Outcome::WouldFetch));
        }
        for artifact in absent.iter().filter(|artifact| archive_of(artifact).is_some()) {
            self.outcomes.insert(&artifact.id, (artifact.size, Outcome::WouldFetch));
        }
    }

    fn receiver(&self) -> Receiver<'_> {
        Receiver {
            transport: self.transport,
            root: &self.root,
            progress: self.request.progress,
            fresh: self.fresh,
            max_size: self.request.max_size,
            turns: Turns::default(),
        }
    }

    /// Receives all files, several at a time.
    fn receive(&mut self, jobs: Vec<Job<'a>>, summary: &mut Summary) {
        let progress = self.request.progress;
        if !jobs.is_empty() {
            progress.plan(jobs.len(), jobs.iter().filter_map(|job| job.wanted.expected.size).sum());
        }
        let gone: BTreeMap<&str, AtomicBool> =
            jobs.iter().map(|job| (job.source.id.as_str(), AtomicBool::new(false))).collect();
        let first_errors = Mutex::new(Vec::new());
        let receiver = self.receiver();
        let results = parallel(self.request.jobs, &jobs, |job| {
            let gone = &gone[job.source.id.as_str()];
            if gone.load(Ordering::Relaxed) {
                return Done::SourceGone;
            }
            let bar = progress.file(&job.name(self.manifest.id()), job.wanted.expected.size);
            match receiver.file(&job.wanted, &job.to, &*bar) {
                Ok(Some(received)) => Done::Received(received),
                Ok(None) => Done::NotCached,
                Err(error) if error.is_about_connection() => {
                    if !gone.swap(true, Ordering::Relaxed)
                        && let Ok(mut errors) = first_errors.lock()
                    {
                        errors.push((job.source, error));
                    }
                    Done::SourceGone
                }
                Err(error) => Done::Failed(error),
            }
        });
        for (source, error) in first_errors.into_inner().unwrap_or_default() {
            self.source_failed(source, error, summary);
        }
        for (job, done) in jobs.into_iter().zip(results) {
            self.received(job, done);
        }
    }

    fn received(&mut self, job: Job<'a>, done: Done) {
        let Job { artifact, wanted, in_tree, .. } = job;
        if let Some(index) = in_tree {
            return self.received_in_tree(artifact, index, done);
        }
        match done {
            Done::Received(received) => {
                if let (Place::Http(url), false) = (&wanted.place, wanted.expected.is_pinned()) {
                    self.trust(artifact, &received, &super::http_error::shown(url));
                }
                self.done(artifact, Some(wanted.path), received, Outcome::Fetched);
            }
            Done::NotCached => self.not_cached(artifact),
            Done::SourceGone => {
                self.outcomes.insert(&artifact.id, (wanted.expected.size, Outcome::SourceFailed));
            }
            Done::Failed(FetchError::TooLarge { size }) => self.skip_large(artifact, size),
            Done::Failed(error) => self.failed(artifact, error),
        }
    }

    /// Takes absent members out of archives that are there, verified.
    fn unpack(&mut self, absent: &[&'a Artifact]) {
        for artifact in absent.iter().copied() {
            let Origin::Member { archive, member } = &artifact.origin else { continue };
            let is_there = |outcome: &(_, Outcome)| matches!(outcome.1, Outcome::Fetched | Outcome::Present);
            let (Some(archive), true) =
                (self.manifest.artifact(archive), self.outcomes.get(archive.as_str()).is_some_and(is_there))
            else {
                self.missing(artifact, Reason::NotFetched, format!("its archive `{archive}` is not there"));
                continue;
            };
            if self.too_large(artifact.size) {
                self.skip_large(artifact, artifact.size.unwrap_or_default());
                continue;
            }
            let receiver = Receiver { fresh: false, max_size: None, ..self.receiver() };
            let unpacked = pins(artifact, &self.lock)
                .and_then(|pins| receiver.member(&archive.to, member, &pins, &artifact.to));
            match unpacked {
                Ok(received) => self.done(artifact, Some(member.clone()), received, Outcome::Fetched),
                Err(error) => self.failed(artifact, error),
            }
        }
    }
}

/// The archive of a member.
fn archive_of(artifact: &Artifact) -> Option<&str> {
    match &artifact.origin {
        Origin::Member { archive, .. } => Some(archive),
        Origin::File { .. } | Origin::Tree { .. } => None,
    }
}
