//! Questions to the Hub: which commit a revision is, and which files that commit holds.

use std::collections::BTreeSet;

use reqwest::Url;
use serde::Deserialize;

use super::transport::{Transport, next_page};
use super::{Expected, FetchError, Listing};
use crate::digest::{GitSha1, Sha256};
use crate::manifest::RepoType;

/// Pages of a listing that are read; the Hub sends up to a thousand files a page.
const MAX_PAGES: usize = 2000;

/// One repository of the Hub.
#[derive(Clone, Copy, Debug)]
pub struct Hub<'a> {
    /// How to ask.
    pub transport: &'a Transport<'a>,
    /// `owner/name`.
    pub repo: &'a str,
    /// Dataset or model.
    pub repo_type: RepoType,
}

/// A file of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// Path in the repository, unchecked.
    pub path: String,
    /// Size and hash.
    pub expected: Expected,
}

#[derive(Deserialize)]
struct RepoInfo {
    sha: GitSha1,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    oid: Option<String>,
    #[serde(default)]
    size: u64,
    lfs: Option<LargeFile>,
}

#[derive(Deserialize)]
struct LargeFile {
    oid: Sha256,
    size: u64,
}

impl Hub<'_> {
    /// The commit a revision points to now.
    pub fn resolve(&self, revision: &str) -> Result<GitSha1, FetchError> {
        if let Ok(commit) = revision.parse() {
            return Ok(commit);
        }
        let url = self.api("revision", revision)?;
        let (body, _) = self.transport.get_small(&url)?;
        let info: RepoInfo = parse(&url, &body)?;
        Ok(info.sha)
    }

    /// The files of a commit.
    pub fn list(&self, commit: GitSha1) -> Result<Listing, FetchError> {
        let first = self.api("tree", &commit.to_string())?;
        let mut url = first.clone();
        url.set_query(Some("recursive=true&expand=false"));
        let mut seen = BTreeSet::new();
        let mut files = Vec::new();
        while seen.insert(url.to_string()) && seen.len() <= MAX_PAGES {
            let (body, headers) = self.transport.get_small(&url)?;
            let page: Vec<Entry> = parse(&url, &body)?;
            files.extend(page.into_iter().filter(|entry| entry.kind == "file").map(Entry::listed));
            match next_page(&url, &headers)? {
                Some(next) => url = next,
                None => return Ok(Listing::new(self.repo, files)),
            }
        }
        Err(FetchError::Endless { url: first, pages: seen.len() })
    }

    /// Where a file of a commit is received from.
    pub fn file(&self, commit: GitSha1, path: &str) -> Result<Url, FetchError> {
        let prefix = match self.repo_type {
            RepoType::Dataset => "datasets/",
            RepoType::Model => "",
        };
        let endpoint = &self.transport.settings().endpoint;
        let path = encoded(path, true);
        address(format!("{endpoint}/{prefix}{}/resolve/{commit}/{path}", encoded(self.repo, true)))
    }

    fn api(&self, what: &str, revision: &str) -> Result<Url, FetchError> {
        let kind = match self.repo_type {
            RepoType::Dataset => "datasets",
            RepoType::Model => "models",
        };
        let endpoint = &self.transport.settings().endpoint;
        let (repo, revision) = (encoded(self.repo, true), encoded(revision, false));
        address(format!("{endpoint}/api/{kind}/{repo}/{what}/{revision}"))
    }
}

impl Entry {
    fn listed(self) -> ListedFile {
        let expected = match self.lfs {
            Some(large) => Expected { size: Some(large.size), sha256: Some(large.oid), git_sha1: None },
            None => Expected {
                size: Some(self.size),
                sha256: None,
                git_sha1: self.oid.and_then(|oid| oid.parse().ok()),
            },
        };
        ListedFile { path: self.path, expected }
    }
}

fn parse<T: for<'de> Deserialize<'de>>(url: &Url, body: &[u8]) -> Result<T, FetchError> {
    serde_json::from_slice(body)
        .map_err(|error| FetchError::Answer { url: url.clone(), problem: error.to_string() })
}

/// A checked address.
pub fn address(text: String) -> Result<Url, FetchError> {
    Url::parse(&text).map_err(|_| FetchError::Address(text))
}

/// Percent-encodes everything but letters, digits and `-._~`; slashes only where they are not separators.
pub fn encoded(text: &str, keep_slashes: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            b'/' if keep_slashes => encoded.push('/'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_and_paths_are_encoded_differently() {
        assert_eq!(encoded("refs/pr/1", false), "refs%2Fpr%2F1");
        assert_eq!(encoded("a b/c#1.csv", true), "a%20b/c%231.csv");
        assert_eq!(encoded("é", true), "%C3%A9");
    }

    #[test]
    fn large_files_are_pinned_by_sha256_and_small_ones_by_git() {
        let sha256 = "a".repeat(64);
        let git = "b".repeat(40);
        let text = format!(
            r#"[{{"type":"file","oid":"{git}","size":5,"path":"small.csv"}},
                {{"type":"directory","oid":"{git}","size":0,"path":"d"}},
                {{"type":"file","oid":"{git}","size":9,"path":"d/big.bin",
                  "lfs":{{"oid":"{sha256}","size":9,"pointerSize":130}},"xetHash":"x"}}]"#
        );
        let entries: Vec<Entry> = serde_json::from_str(&text).unwrap();
        let files: Vec<_> =
            entries.into_iter().filter(|entry| entry.kind == "file").map(Entry::listed).collect();
        assert_eq!(files[0].expected.git_sha1, Some(git.parse().unwrap()));
        assert_eq!(files[0].expected.sha256, None);
        assert_eq!(files[1].expected.sha256, Some(sha256.parse().unwrap()));
        assert_eq!(files[1].expected.git_sha1, None);
    }
}
