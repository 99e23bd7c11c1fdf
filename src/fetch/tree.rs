//! A tree on its way: the files it means, what of them is there, and what became of the rest.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::listing::Folder;
use super::state::{State, state};
use super::stream::Received;
use super::{Expected, FetchError};
use crate::error::{Class, Diagnostic};
use crate::store::{LockedFile, LockedTree};

/// Differences that an error names one by one.
const NAMED: usize = 10;

/// The files of a tree, in order of path.
#[derive(Debug, Default)]
pub struct Tree {
    /// Folder in the repository; empty for the whole repository.
    pub folder: String,
    /// Files.
    pub files: Vec<TreeFile>,
}

/// A file of a tree.
#[derive(Debug)]
pub struct TreeFile {
    /// Path below the folder.
    pub path: String,
    /// What it should be.
    pub expected: Expected,
    /// What became of it.
    pub state: Arrival,
}

/// What became of a file.
#[derive(Debug)]
pub enum Arrival {
    /// Nothing yet.
    Wanted,
    /// In its place, its bytes checked.
    There(Received),
    /// Offline, and not in the cache.
    NotCached,
    /// Its source could not be used.
    SourceGone,
    /// Should have come.
    Failed(FetchError),
}

impl Tree {
    /// The files that the lock holds.
    pub fn of_lock(entry: &LockedTree) -> Self {
        let file = |file: &LockedFile| TreeFile {
            path: file.path.clone(),
            expected: Expected { size: Some(file.size), sha256: file.sha256, git_sha1: file.git_sha1 },
            state: Arrival::Wanted,
        };
        Self { folder: entry.path.clone(), files: entry.files.iter().map(file).collect() }
    }

    /// The files that a listing holds.
    pub fn of_listing(folder: Folder) -> Self {
        let file = |(path, expected)| TreeFile { path, expected, state: Arrival::Wanted };
        Self { folder: folder.path, files: folder.files.into_iter().map(file).collect() }
    }

    /// Path of a file in the repository.
    pub fn source_path(&self, file: &TreeFile) -> String {
        if self.folder.is_empty() { file.path.clone() } else { format!("{}/{}", self.folder, file.path) }
    }

    /// Sum of the sizes, as far as they are known.
    pub fn size(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.expected.size.unwrap_or(0)))
    }

    /// Hashes what lies at `to` below `root` and notes what is there. Gives back the paths of files that hold other
    /// bytes than they should.
    pub fn look(&mut self, root: &Path, to: &str) -> Result<Vec<String>, FetchError> {
        let look = |file: &mut TreeFile| {
            let found = state(root, &format!("{to}/{}", file.path), &file.expected)?;
            Ok(match found {
                State::Present(received) => {
                    file.state = Arrival::There(received);
                    None
                }
                State::Differs(_) => Some(file.path.clone()),
                State::Absent | State::Unpinned(_) => None,
            })
        };
        let differing = self.files.par_iter_mut().map(look).collect::<Result<Vec<_>, FetchError>>()?;
        Ok(differing.into_iter().flatten().collect())
    }

    /// Whether every file is in its place.
    pub fn is_complete(&self) -> bool {
        self.files.iter().all(|file| matches!(file.state, Arrival::There(_)))
    }

    /// Whether a listing of the tree tells the same files with the same content as the lock, which this tree is.
    pub fn require_same(&self, id: &str, listed: &Self) -> Result<(), FetchError> {
        let index = |tree: &'_ Self| -> BTreeMap<String, Expected> {
            tree.files.iter().map(|file| (file.path.clone(), file.expected.clone())).collect()
        };
        let (locked, listed) = (index(self), index(listed));
        let mut differences = Vec::new();
        let mut changed = false;
        for (path, expected) in &listed {
            match locked.get(path) {
                None => differences.push(format!("`{path}` is new")),
                Some(known) if known.merge(expected, "").is_err() => {
                    changed = true;
                    differences.push(format!("`{path}` has changed"));
                }
                Some(_) => {}
            }
        }
        let vanished = locked.keys().filter(|path| !listed.contains_key(*path));
        differences.extend(vanished.map(|path| format!("`{path}` has vanished")));
        if differences.is_empty() {
            return Ok(());
        }
        let rest = differences.len().saturating_sub(NAMED);
        differences.truncate(NAMED);
        if rest > 0 {
            differences.push(format!("and {rest} more"));
        }
        Err(FetchError::TreeChanged { id: id.to_owned(), changed, differences })
    }

    /// The error that stands for all that failed: wrong bytes tell more than a line that broke.
    pub fn failure(&mut self) -> Option<FetchError> {
        let files = self.files.len();
        let mut failed: Vec<(String, FetchError)> = Vec::new();
        for file in &mut self.files {
            match std::mem::replace(&mut file.state, Arrival::Wanted) {
                Arrival::Failed(error) => failed.push((file.path.clone(), error)),
                other => file.state = other,
            }
        }
        let count = failed.len();
        let wrong = failed.iter().position(|(_, error)| error.class() == Class::Mismatch);
        let (path, error) = failed.into_iter().nth(wrong.unwrap_or(0))?;
        Some(FetchError::InTree { failed: count, files, path, source: Box::new(error) })
    }

    /// The tree's entry in the lock. What was received says more than what was expected.
    pub fn entry(&self, id: &str, glob: Option<&str>) -> LockedTree {
        let files = self.files.iter().filter_map(|file| {
            let received = match &file.state {
                Arrival::There(received) => Some(*received),
                _ => None,
            };
            Some(LockedFile {
                path: file.path.clone(),
                size: received.map(|received| received.size).or(file.expected.size)?,
                sha256: received.map(|received| received.sha256).or(file.expected.sha256),
                git_sha1: file.expected.git_sha1,
            })
        });
        let (id, path, glob) = (id.to_owned(), self.folder.clone(), glob.map(str::to_owned));
        LockedTree { id, path, glob, files: files.collect() }
    }
}
