//! What a file should be: its size and hashes, as told by manifest, lock and listing together.

use super::FetchError;
use super::error::CHANGED;
use super::stream::Received;
use crate::digest::{GitSha1, Sha256};

/// Size and hashes of a file, as far as they are known before it arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Size in bytes.
    pub size: Option<u64>,
    /// SHA-256 of the content.
    pub sha256: Option<Sha256>,
    /// SHA-1 as a git blob.
    pub git_sha1: Option<GitSha1>,
}

impl Expected {
    /// Whether a hash decides about the content.
    pub fn is_pinned(&self) -> bool {
        self.sha256.is_some() || self.git_sha1.is_some()
    }

    /// Adds what `other` knows; where both know and disagree, `what` is the sentence of the error.
    pub fn merge(&self, other: &Self, what: &str) -> Result<Self, FetchError> {
        Ok(Self {
            size: agree(self.size, other.size, what, &|size| format!("{size} bytes"))?,
            sha256: agree(self.sha256, other.sha256, what, &|hash| hash.to_string())?,
            git_sha1: agree(self.git_sha1, other.git_sha1, what, &|hash| format!("git sha1 {hash}"))?,
        })
    }

    /// Compares a size; done before any hash, since it says more.
    pub fn check_size(&self, what: &str, size: u64) -> Result<(), FetchError> {
        match self.size {
            Some(expected) if expected != size => {
                Err(mismatch(what, format!("{expected} bytes"), format!("{size} bytes")))
            }
            _ => Ok(()),
        }
    }

    /// Compares everything that is known with what came.
    pub fn check(&self, what: &str, received: &Received) -> Result<(), FetchError> {
        self.check_size(what, received.size)?;
        let computed =
            Self { size: Some(received.size), sha256: Some(received.sha256), git_sha1: received.git_sha1 };
        self.merge(&computed, what).map(drop)
    }
}

fn agree<T: PartialEq + Copy>(
    expected: Option<T>,
    found: Option<T>,
    what: &str,
    show: &dyn Fn(T) -> String,
) -> Result<Option<T>, FetchError> {
    match (expected, found) {
        (Some(expected), Some(found)) if expected != found => {
            Err(mismatch(what, show(expected), show(found)))
        }
        _ => Ok(expected.or(found)),
    }
}

fn mismatch(what: &str, expected: String, computed: String) -> FetchError {
    FetchError::Mismatch { what: what.to_owned(), expected, computed, hint: CHANGED }
}
