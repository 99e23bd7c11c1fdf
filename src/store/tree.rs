//! The lock's entry of a tree: every file of it, one line each, so that a change reads as a change of lines.

use serde::{Deserialize, Serialize};

use crate::digest::{GitSha1, Sha256};

/// A tree with the files it had at first contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedTree {
    /// Artifact id.
    pub id: String,
    /// Folder in the repository, globs resolved; empty for the whole repository.
    pub path: String,
    /// The manifest's choice of files, as it was written then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glob: Option<String>,
    /// Files, in order of path.
    pub files: Vec<LockedFile>,
}

/// A file of a tree with the content it had at first contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// Path below the tree's folder.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the content. Absent until the bytes of a file without published SHA-256 were seen once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// SHA-1 as a git blob, for small files of a Hub repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_sha1: Option<GitSha1>,
}

impl LockedTree {
    /// Sum of the sizes.
    pub fn size(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.size))
    }

    /// The entry as TOML, one line a file.
    pub(super) fn to_text(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut text = format!("\n[[tree]]\nid = {}\npath = {}\n", quoted(&self.id), quoted(&self.path));
        if let Some(glob) = &self.glob {
            text.push_str(&format!("glob = {}\n", quoted(glob)));
        }
        text.push_str("files = [\n");
        for file in &self.files {
            text.push_str(&format!("  {{ path = {}, size = {}", quoted(&file.path), file.size));
            for (key, hash) in [
                ("sha256", file.sha256.map(|hash| hash.to_string())),
                ("git_sha1", file.git_sha1.map(|hash| hash.to_string())),
            ] {
                if let Some(hash) = hash {
                    text.push_str(&format!(", {key} = \"{hash}\""));
                }
            }
            text.push_str(" },\n");
        }
        text.push_str("]\n");
        text
    }
}
