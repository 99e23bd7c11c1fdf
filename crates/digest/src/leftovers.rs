//! Temporary files of runs that were killed: the next run that writes into the folder removes them.
//!
//! A temporary file is locked by the process that writes it, and the system drops the lock with the process. A process
//! number in the name would not do: numbers are used again, and other machines have their own.
//!
//! Users write into folders of their own, so that a name must be exactly one that is made here before anything is removed:
//! [`PREFIX`], [`RANDOM`] letters and digits, and the ending of its kind. A file is removed only where files are made, a
//! folder only where folders are made.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Prefix of the names of temporary files and folders.
pub const PREFIX: &str = ".repro-unfinished-";

/// Number of random letters and digits that follow.
pub const RANDOM: usize = 12;

/// What is made in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Files.
    File,
    /// Folders.
    Folder,
}

impl Kind {
    /// The ending of the names.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::File => ".part",
            Self::Folder => ".parts",
        }
    }

    /// Whether a name is one that is made here.
    fn names(self, name: &OsStr) -> bool {
        let middle = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(self.suffix()));
        middle.is_some_and(|random| {
            random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    }

    fn is(self, kind: fs::FileType) -> bool {
        match self {
            Self::File => kind.is_file(),
            Self::Folder => kind.is_dir(),
        }
    }

    fn remove(self, path: &Path) -> io::Result<()> {
        match self {
            Self::File => fs::remove_file(path),
            Self::Folder => fs::remove_dir_all(path),
        }
    }
}

/// Folders that this process has looked through for each kind: once is enough.
static SWEPT: Mutex<BTreeSet<(PathBuf, Kind)>> = Mutex::new(BTreeSet::new());

/// Makes a temporary file or folder in a folder with `make`, and locks it. What earlier runs left there goes first. The name
/// must have [`PREFIX`], [`RANDOM`] letters and digits, and the suffix of its kind; otherwise nobody removes it later.
///
/// # Errors
/// Those of `make`.
pub fn claimed<T>(
    folder: &Path,
    kind: Kind,
    mut make: impl FnMut() -> io::Result<(PathBuf, T)>,
) -> io::Result<(T, Option<File>)> {
    sweep_once(folder, kind);
    let mut left = 16;
    loop {
        let (path, made) = make()?;
        // A system or a disk without locks gets no lock, and others may take the file for a leftover.
        let Ok(file) = File::open(&path) else { return Ok((made, None)) };
        // Between its creation and its lock, another process may have taken the file for a leftover.
        let locked = file.try_lock().is_ok() && path.exists();
        left -= 1;
        if locked || left == 0 {
            return Ok((made, Some(file)));
        }
    }
}

fn sweep_once(folder: &Path, kind: Kind) {
    let key = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if swept.insert((key, kind)) {
        sweep(folder, kind);
    }
}

/// Removes what killed runs left in a folder. What cannot be removed stays: it harms nobody.
pub fn sweep(folder: &Path, kind: Kind) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| kind.names(&entry.file_name())) {
        let path = entry.path();
        if entry.file_type().is_ok_and(|found| kind.is(found)) && is_free(&path) {
            let _ = kind.remove(&path);
        }
    }
}

/// Whether a temporary file is unused: no process has it locked.
fn is_free(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn folder(name: &str) -> io::Result<PathBuf> {
        let folder = std::env::temp_dir().join(format!("repro-leftovers-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    #[test]
    fn leftovers_go_and_what_is_being_written_stays() {
        let folder = folder("busy").unwrap();
        let left = folder.join(".repro-unfinished-Ab12Cd34Ef56.part");
        fs::write(&left, "").unwrap();
        let busy = folder.join(".repro-unfinished-000000000000.part");
        let make = || fs::write(&busy, "").map(|()| (busy.clone(), ()));
        let (_, lock) = claimed(&folder, Kind::File, make).unwrap();
        assert!(!left.exists());
        sweep(&folder, Kind::File);
        assert!(busy.exists());
        drop(lock);
        sweep(&folder, Kind::File);
        assert!(!busy.exists());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn files_and_folders_of_others_stay() {
        let folder = folder("others").unwrap();
        let files = [
            "kept",
            ".repro-lock",
            ".repro-Ab12Cd",
            ".repro-settings.toml",
            ".repro-unfinished-.part",
            ".repro-unfinished-Ab12Cd34Ef5.part",
            ".repro-unfinished-Ab12Cd34Ef567.part",
            ".repro-unfinished-Ab12-d34Ef56.part",
            ".repro-unfinished-Ab12Cd34Ef56",
            ".repro-unfinished-Ab12Cd34Ef56.part.csv",
            // A file with the name of a folder, and below a folder with the name of a file.
            ".repro-unfinished-Ab12Cd34Ef56.parts",
        ];
        files.iter().for_each(|name| fs::write(folder.join(name), "").unwrap());
        let folders = [".repro-cache/sub", ".repro-unfinished-Ab12Cd34Ef56.part"];
        folders.iter().for_each(|name| fs::create_dir_all(folder.join(name)).unwrap());
        let ours = folder.join(".repro-unfinished-zzzzzzzzzzzz.parts");
        fs::create_dir_all(ours.join("store")).unwrap();
        sweep(&folder, Kind::File);
        assert!(ours.is_dir());
        sweep(&folder, Kind::Folder);
        assert!(!ours.exists());
        for name in files.iter().chain(&folders) {
            assert!(folder.join(name).exists(), "{name}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
