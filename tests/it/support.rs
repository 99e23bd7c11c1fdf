//! A temporary project and a way to run the binary in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A project in a temporary folder.
pub struct Project {
    folder: TempDir,
}

/// What a run left behind.
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A copy of this repository's manifests and frozen inputs.
    pub fn of_this_repository() -> Self {
        let project = Self::empty();
        for folder in ["manifests", "frozen"] {
            copy_tree(&repository().join(folder), &project.path().join(folder));
        }
        project
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Replaces the only occurrence of a text in a file.
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(old).count(), 1, "`{old}` in {path}");
        self.write(path, &text.replacen(old, new, 1));
    }

    /// Updates the pin and size of a frozen file in the manifest that declares it.
    pub fn repin(&self, manifest: &str, frozen: &str, before: &[u8]) {
        let after = std::fs::read(self.path().join(frozen)).unwrap();
        let hash = |bytes: &[u8]| repro::digest::sha256(bytes).to_string();
        self.replace(manifest, &hash(before), &hash(&after));
        let text = self.read(manifest);
        let size = |bytes: &[u8]| format!("size = {}", bytes.len());
        let entry = text.split("[[artifact]]").find(|entry| entry.contains(&hash(&after))).unwrap();
        self.write(manifest, &text.replace(entry, &entry.replace(&size(before), &size(&after))));
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_in(self.path(), arguments, &[])
    }

    pub fn run_in(&self, folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_repro"))
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", self.path())
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| {
            String::from_utf8(bytes).unwrap().replace(&self.path().display().to_string(), "[PROJECT]")
        };
        Run {
            status: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Run {
    /// Exit status, stdout and stderr as one text, for snapshots.
    pub fn snapshot(&self) -> String {
        format!("status: {}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.snapshot()))
    }
}

/// The root of this repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
