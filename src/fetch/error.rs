//! Why a source, a listing or a file could not be used.

use super::{ArchiveError, HttpError};
use crate::error::{Class, Diagnostic, FileError};
use crate::manifest::PathError;
use crate::store::{PlaceError, SpaceError, human_bytes};

/// A failed step of a fetch.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The exchange with the server failed.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// An address that cannot be formed.
    #[error("`{0}` is not a web address")]
    Address(String),
    /// Not the answer the Hub gives.
    #[error("{} sent an answer that is not the Hub's: {problem}", url)]
    Answer {
        /// Where.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// A listing without end.
    #[error("{} lists more than {pages} pages", url)]
    Endless {
        /// Where.
        url: String,
        /// Pages read.
        pages: usize,
    },
    /// No file at the source matches.
    #[error("no file of `{repo}` matches `{pattern}`")]
    NoMatch {
        /// Repository.
        repo: String,
        /// Path or glob.
        pattern: String,
    },
    /// No file at the source belongs to the tree.
    #[error("no file of `{repo}` {}", belongs(folder.as_deref(), glob.as_deref()))]
    NoTree {
        /// Repository.
        repo: String,
        /// Path or glob of the folder.
        folder: Option<String>,
        /// Which files below it.
        glob: Option<String>,
    },
    /// Several files or folders match.
    #[error("`{pattern}` matches {} {what} of `{repo}`: `{}`", found.len(), found.join("`, `"))]
    Ambiguous {
        /// Repository.
        repo: String,
        /// Glob.
        pattern: String,
        /// `files` or `folders`.
        what: &'static str,
        /// Which.
        found: Vec<String>,
    },
    /// Not a glob.
    #[error("`{pattern}` is not a glob")]
    Glob {
        /// As written.
        pattern: String,
        /// Why.
        source: globset::Error,
    },
    /// A path from a listing or an archive that would leave its folder.
    #[error("`{repo}` lists a file that cannot be stored")]
    UnsafePath {
        /// Repository.
        repo: String,
        /// Why.
        source: PathError,
    },
    /// A listing that nobody can store as it stands.
    #[error("`{repo}` lists {problem}")]
    Unusable {
        /// Repository.
        repo: String,
        /// What it lists.
        problem: String,
    },
    /// The listing of a tree and its entry in the lock differ, and `--locked` was given.
    #[error("the tree `{id}` is not the locked one, and `--locked` was given: {}", differences.join(", "))]
    TreeChanged {
        /// Artifact.
        id: String,
        /// Whether a file is there with another content.
        changed: bool,
        /// Every new, changed and vanished file, or the first ones and how many there are.
        differences: Vec<String>,
    },
    /// Files of a tree could not be had.
    #[error("{failed} of {files} files failed, `{path}` with: {source}")]
    InTree {
        /// Files that failed.
        failed: usize,
        /// Files of the tree.
        files: usize,
        /// The one that tells most.
        path: String,
        /// Why.
        source: Box<Self>,
    },
    /// Other bytes than the expected ones.
    #[error("{what}\n\n  Expected: {expected}\n  Computed: {computed}\n")]
    Mismatch {
        /// What differs from what.
        what: String,
        /// Pin or size.
        expected: String,
        /// What came.
        computed: String,
        /// What may have happened.
        hint: &'static str,
    },
    /// A web page where a data file should be.
    #[error("{} sent a web page, not the file", url)]
    WebPage {
        /// Where.
        url: String,
    },
    /// A body that may have been cut without anybody noticing.
    #[error("{url} does not say how long the file is, and nothing pins it")]
    NoLength {
        /// Where.
        url: String,
    },
    /// `--locked`, and the lock does not hold what is needed.
    #[error("{what}, and `--locked` was given")]
    Stale {
        /// What the lock lacks.
        what: String,
    },
    /// The archive does not give the member.
    #[error(transparent)]
    Archive(ArchiveError),
    /// Larger than the user asked for.
    #[error("{} is larger than `--max-size`", human_bytes(*size))]
    TooLarge {
        /// Size in bytes.
        size: u64,
    },
    /// The disk is too full.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The file cannot get its name.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The disk failed.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Hint for bytes that differ from a pin.
pub const CHANGED: &str = "the file was damaged on its way, or the authors replaced it: if the change is meant, \
                           run `repro lock --update` and review the difference";
/// Hint for a web page in place of the pinned bytes.
pub const PAGE: &str = "the server sent a web page: a login, an error or a download page";

/// "lies below `a` and matches `*.pt`".
fn belongs(folder: Option<&str>, glob: Option<&str>) -> String {
    let below = folder.map(|folder| format!("lies below `{folder}`"));
    let matches = glob.map(|glob| format!("matches `{glob}`"));
    let parts: Vec<String> = below.into_iter().chain(matches).collect();
    if parts.is_empty() { "is listed".to_owned() } else { parts.join(" and ") }
}

impl FetchError {
    /// Whether the server is away rather than of another opinion.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Http(error) if error.is_unreachable())
    }

    /// Whether it concerns every artifact of the source: no questions can be asked, or no listing can be had.
    pub fn concerns_the_source(&self) -> bool {
        matches!(self, Self::Http(_) | Self::Answer { .. } | Self::Endless { .. })
    }

    /// Whether no connection to the server can be had, so that other files of it will not come either.
    pub fn is_about_connection(&self) -> bool {
        use HttpError::{Certificate, Network, NoClient};
        matches!(self, Self::Http(Network { .. } | Certificate { .. } | NoClient { .. }))
    }

    /// What happened, wherever in a tree it did.
    pub fn cause(&self) -> &Self {
        match self {
            Self::InTree { source, .. } => source,
            other => other,
        }
    }
}

impl Diagnostic for FetchError {
    fn class(&self) -> Class {
        match self {
            Self::Mismatch { .. } | Self::TreeChanged { changed: true, .. } => Class::Mismatch,
            Self::InTree { source, .. } => source.class(),
            Self::TreeChanged { .. } => Class::Usage,
            Self::Stale { .. } | Self::Ambiguous { .. } | Self::Glob { .. } | Self::Address(_) => {
                Class::Usage
            }
            Self::Place(error) => error.class(),
            Self::File(error) => error.class(),
            _ => Class::Operation,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Http(error) => return error.hint(),
            Self::Space(error) => return error.hint(),
            Self::Place(error) => return error.hint(),
            Self::File(error) => return error.hint(),
            Self::Archive(error) => return error.hint(),
            Self::InTree { source, .. } => return source.hint(),
            Self::Mismatch { hint, .. } => hint,
            Self::TreeChanged { .. } => {
                "if the change is meant, run `repro lock --update` and review the difference"
            }
            Self::NoTree { .. } => {
                "check `path` and `glob` in the manifest; `optional = true` says that it may be absent"
            }
            Self::NoMatch { .. } => {
                "check `path` in the manifest; `optional = true` says that it may be absent"
            }
            Self::Ambiguous { .. } => "make `path` in the manifest name one of them",
            Self::NoLength { .. } => "put its `sha256` into the manifest",
            Self::WebPage { .. } => PAGE,
            Self::Stale { .. } => "run `repro lock` and commit the lock file",
            Self::Answer { .. } => "is HF_ENDPOINT the address of a Hub?",
            _ => return None,
        };
        Some(hint.into())
    }
}
