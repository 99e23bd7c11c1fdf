//! `repro fetch`, `repro lock` and `repro verify` against a Hub on the loopback interface.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod archives;
mod disk;
mod https;
mod integrity;
mod locking;
mod processes;
mod progress;
mod protocol;
mod trees;
mod web;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use repro::digest::{GitSha1, Hasher, Sha256, sha256};

use crate::hub::{Action, Fault, Hub, RepoFile, World};

/// A temporary project, a Hub cache and a Hub.
pub struct Site {
    pub folder: tempfile::TempDir,
    pub hub: Hub,
}

/// How a run ended and what it said; ports and temporary folders are replaced.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The usual artifacts: a small file kept in git and a large one kept in the storage.
pub const BOTH: &str = r#"
[[artifact]]
id = "small"
source = "hub"
path = "**/small.csv"
to = "small.csv"
evidence = "cached"

[[artifact]]
id = "big"
source = "hub"
path = "figs/big.bin"
to = "deep/big.bin"
evidence = "cached"
"#;

/// Only the large one.
pub const BIG: &str = r#"
[[artifact]]
id = "big"
source = "hub"
path = "figs/big.bin"
to = "big.bin"
evidence = "cached"
"#;

/// Only the small one.
pub const SMALL: &str = r#"
[[artifact]]
id = "small"
source = "hub"
path = "figs/small.csv"
to = "small.csv"
evidence = "cached"
"#;

/// Reproducible bytes without structure.
pub fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..size).map(|_| (next() >> 24) as u8).collect()
}

/// The usual repository.
pub fn world() -> World {
    World::new(vec![
        RepoFile::new("README.md", b"# Results\n".to_vec(), false),
        RepoFile::new("figs/big.bin", noise(300_000, 1), true),
        RepoFile::new("figs/small.csv", b"method,score\nours,0.5\n".repeat(100), false),
    ])
}

impl Site {
    pub fn new(world: World, artifacts: &str) -> Self {
        Self::with_hub(Hub::start(world), artifacts)
    }

    pub fn with_hub(hub: Hub, artifacts: &str) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap(), hub };
        site.declare(artifacts);
        site
    }

    /// Writes the manifest: a Hub source, a web source, a local source, and these artifacts.
    pub fn declare(&self, artifacts: &str) {
        let text = format!(
            "schema = 1\n[paper]\nid = \"paper\"\ntitle = \"A paper\"\n\
             [[source]]\nid = \"hub\"\nkind = \"hub\"\nrepo = \"lab/results\"\nrepo_type = \"dataset\"\n\
             [[source]]\nid = \"web\"\nkind = \"http\"\nurl = \"{}\"\n\
             [[source]]\nid = \"local\"\nkind = \"local\"\n{artifacts}",
            self.hub.web("")
        );
        write(&self.folder.path().join("project/manifests/paper/paper.toml"), text.as_bytes());
    }

    /// Misbehaves for the first `times` requests whose target contains `target`.
    pub fn fault(&self, target: &str, times: u32, action: Action) {
        self.hub.world().faults.push(Fault { target: target.into(), after: 0, times, action });
    }

    pub fn project(&self, path: &str) -> PathBuf {
        self.folder.path().join("project").join(path)
    }

    pub fn frozen(&self, path: &str) -> PathBuf {
        self.project("frozen/paper").join(path)
    }

    pub fn cache(&self, path: &str) -> PathBuf {
        self.folder.path().join("hf/hub/datasets--lab--results").join(path)
    }

    pub fn lock(&self) -> String {
        std::fs::read_to_string(self.project("manifests/paper/repro.lock")).unwrap_or_default()
    }

    /// The program with an environment of its own.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.wrapped(env!("CARGO_BIN_EXE_repro"), arguments)
    }

    /// Another program, in the same surroundings.
    pub fn wrapped(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments);
        self.prepare(command)
    }

    /// The same, listening to the interrupt key. A shell that starts the tests in the background makes them and all
    /// their children deaf to it, and only GNU `env` can undo that.
    pub fn interruptible(&self, arguments: &[&str]) -> Command {
        if !cfg!(target_os = "linux") {
            return self.command(arguments);
        }
        let mut command = Command::new("/usr/bin/env");
        command.args(["--default-signal=INT", env!("CARGO_BIN_EXE_repro")]).args(arguments);
        self.prepare(command)
    }

    fn prepare(&self, mut command: Command) -> Command {
        command
            .env_clear()
            .env("HF_ENDPOINT", self.hub.endpoint())
            .env("HF_HOME", self.folder.path().join("hf"))
            .env("HF_HUB_DOWNLOAD_TIMEOUT", "20")
            .env("REPRO_RETRY_BASE_MS", "1")
            .current_dir(self.project(""))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.finish(&mut self.command(arguments))
    }

    pub fn finish(&self, command: &mut Command) -> Run {
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| self.filtered(&String::from_utf8_lossy(bytes));
        let code = output.status.code().unwrap_or(-1);
        Run { code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    pub fn filtered(&self, text: &str) -> String {
        text.replace(&self.hub.address.to_string(), "HUB")
            .replace(&self.hub.storage.to_string(), "STORAGE")
            .replace(&self.folder.path().display().to_string(), "TEMP")
    }

    /// Whatever has its final name holds the right bytes, whatever happened.
    pub fn assert_only_right_bytes(&self) {
        let world = self.hub.world();
        let files = &world.files;
        let right = |bytes: &[u8]| {
            files.iter().any(|file| *file.bytes == bytes)
                || world.web.values().any(|file| *file.bytes == bytes)
        };
        for path in walk(&self.project("frozen")) {
            let name = path.to_string_lossy();
            assert!(
                name.ends_with(".incomplete")
                    || name.ends_with(".etag")
                    || right(&std::fs::read(&path).unwrap()),
                "{name} holds wrong bytes"
            );
        }
        for path in walk(&self.cache("blobs")) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            if name.ends_with(".incomplete") {
                let begins = |file: &RepoFile| file.bytes.starts_with(&bytes);
                assert!(files.iter().any(begins), "{name} cannot be continued");
            } else if let Ok(hash) = name.parse::<Sha256>() {
                assert_eq!(sha256(&bytes), hash);
            } else {
                let mut git = Hasher::git_blob(bytes.len() as u64);
                git.update(&bytes);
                assert_eq!(git.finish(), name.parse::<GitSha1>().unwrap());
            }
        }
    }

    /// One file is there; the cache may hold older versions.
    pub fn assert_complete_but_for_the_cache(&self, to: &str, path: &str) {
        let world = self.hub.world();
        let served = world.files.iter().find(|file| file.path == path).unwrap();
        assert!(std::fs::read(self.frozen(to)).unwrap() == *served.bytes, "{to}");
        assert_eq!(walk(&self.project("frozen")).len(), 1);
    }

    /// Everything is there and nothing else.
    pub fn assert_complete(&self, files: &[(&str, &str)]) {
        self.assert_only_right_bytes();
        let world = self.hub.world();
        for (to, path) in files {
            let served = world.files.iter().find(|file| file.path == *path).unwrap();
            assert!(std::fs::read(self.frozen(to)).unwrap() == *served.bytes, "{to}");
        }
        let names: Vec<_> = walk(&self.project("frozen"));
        assert_eq!(names.len(), files.len(), "{names:?}");
        assert!(walk(&self.cache("blobs")).iter().all(|path| path.extension().is_none()));
    }
}

impl Run {
    /// The status, and a part of standard error.
    #[track_caller]
    pub fn expect(self, code: i32, stderr: &str) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        assert!(self.stderr.contains(stderr), "no `{stderr}` in {self:#?}");
        self
    }

    /// A part of standard output.
    #[track_caller]
    pub fn says(self, stdout: &str) -> Self {
        assert!(self.stdout.contains(stdout), "no `{stdout}` in {self:#?}");
        self
    }
}

pub fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// All files below a folder, sorted.
pub fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(walk(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found.sort();
    found
}
