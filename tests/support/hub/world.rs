//! What the server holds, and how it misbehaves.

use std::collections::BTreeMap;
use std::sync::Arc;

use repro::digest::{Hasher, sha256};

use super::http::Logged;

/// Which of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    Hub,
    Storage,
}

/// Everything that is served.
pub struct World {
    /// `datasets` or `models`, then the repository.
    pub kind: &'static str,
    pub repo: String,
    pub commit: String,
    pub files: Vec<RepoFile>,
    pub web: BTreeMap<String, WebFile>,
    pub page_size: usize,
    /// A token without which the repository is gated.
    pub token: Option<String>,
    pub faults: Vec<Fault>,
    /// Address of the storage server, with its scheme.
    pub storage: String,
}

/// A file of the repository.
#[derive(Clone)]
pub struct RepoFile {
    pub path: String,
    pub bytes: Arc<Vec<u8>>,
    /// Kept in the storage rather than in git.
    pub large: bool,
    pub sha256: String,
    pub git_sha1: String,
}

/// A file of a plain web server.
#[derive(Clone)]
pub struct WebFile {
    pub bytes: Arc<Vec<u8>>,
    pub etag: Option<String>,
    pub content_type: &'static str,
}

/// A misbehaviour.
pub struct Fault {
    /// Part of the target it concerns.
    pub target: String,
    /// Requests it leaves alone first.
    pub after: u32,
    /// Requests it concerns.
    pub times: u32,
    pub action: Action,
}

#[derive(Clone, Debug)]
pub enum Action {
    /// Closes the connection after so many bytes of the file.
    Cut(u64),
    /// Goes silent after so many bytes of the file.
    Stall(u64),
    /// Sends so many bytes of the file without saying how many, then closes in good order.
    Unsized(u64),
    /// Sends so many bytes of the file and calls that its length.
    Short(usize),
    /// Inverts a bit of this byte of the file.
    Flip(u64),
    /// Sends everything although a range was asked for.
    IgnoreRange,
    /// Refuses every range.
    RefuseRange,
    /// Sends this instead.
    Reply { status: u16, headers: Vec<(&'static str, String)>, body: &'static str },
    /// Redirects to the same address.
    Loop,
    /// Announces another size.
    LinkedSize(u64),
    /// Compresses although nobody asked, with a weak validator.
    Gzip,
    /// Gives validators of small files as weak ones.
    Weak,
}

impl World {
    /// A dataset with these files; the large ones are kept in the storage.
    pub fn new(files: Vec<RepoFile>) -> Self {
        Self {
            kind: "datasets",
            repo: "lab/results".into(),
            commit: "1111111111222222222233333333334444444444".into(),
            files,
            web: BTreeMap::new(),
            page_size: 1000,
            token: None,
            faults: Vec::new(),
            storage: String::new(),
        }
    }

    /// Adds a misbehaviour for the first `times` requests whose target contains `target`.
    pub fn fault(&mut self, request: &Logged) -> Option<Action> {
        let concerned = |fault: &&mut Fault| request.target.contains(&fault.target);
        for fault in self.faults.iter_mut().filter(|fault| fault.times > 0).filter(concerned) {
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            fault.times = fault.times.saturating_sub(u32::from(fault.times != u32::MAX));
            return Some(fault.action.clone());
        }
        None
    }
}

impl RepoFile {
    pub fn new(path: &str, bytes: Vec<u8>, large: bool) -> Self {
        let mut git = Hasher::git_blob(bytes.len() as u64);
        git.update(&bytes);
        Self {
            path: path.to_owned(),
            sha256: sha256(&bytes).to_string(),
            git_sha1: git.finish().to_string(),
            bytes: Arc::new(bytes),
            large,
        }
    }

    pub fn etag(&self) -> &str {
        if self.large { &self.sha256 } else { &self.git_sha1 }
    }
}

impl WebFile {
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: Arc::new(bytes.into()), etag: None, content_type: "application/octet-stream" }
    }
}
