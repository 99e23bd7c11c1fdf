//! Temporary files of runs that were killed: the next run that writes into the folder removes them.
//!
//! A temporary file is locked by the process that writes it, and the system drops the lock with the process. A process
//! number in the name would not do: numbers are used again, and other machines have their own.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Prefix of the names of temporary files.
pub const PREFIX: &str = ".repro-";

/// The name of a lock file, which is not a temporary file.
const LOCK: &str = ".repro-lock";

/// Folders that this process has looked through: once is enough.
static SWEPT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Makes a temporary file in a folder with `make`, and locks it. What earlier runs left there goes first.
///
/// # Errors
/// Those of `make`.
pub fn claimed<T>(
    folder: &Path,
    mut make: impl FnMut() -> io::Result<(PathBuf, T)>,
) -> io::Result<(T, Option<File>)> {
    sweep_once(folder);
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

fn sweep_once(folder: &Path) {
    let key = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if swept.insert(key) {
        sweep(folder);
    }
}

/// Removes what killed runs left in a folder. What cannot be removed stays: it harms nobody.
pub fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with(PREFIX) || name == LOCK {
            continue;
        }
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && is_free(&path) => drop(fs::remove_dir_all(&path)),
            Ok(kind) if kind.is_file() && is_free(&path) => drop(fs::remove_file(&path)),
            _ => {}
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

    #[test]
    fn leftovers_go_and_what_is_being_written_stays() {
        let folder = std::env::temp_dir().join(format!("repro-leftovers-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join(".repro-folder/x")).unwrap();
        for name in [".repro-left", ".repro-lock", ".other.part", "kept"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let busy = folder.join(".repro-busy");
        let make = || fs::write(&busy, "").map(|()| (busy.clone(), ()));
        let (_, lock) = claimed(&folder, make).unwrap();
        assert!(!folder.join(".repro-left").exists() && !folder.join(".repro-folder").exists());
        sweep(&folder);
        assert!(
            ["kept", ".repro-lock", ".other.part", ".repro-busy"]
                .iter()
                .all(|name| folder.join(name).exists())
        );
        drop(lock);
        sweep(&folder);
        assert!(!busy.exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
