//! Advisory locks between processes: whoever holds one is alone at a folder or a blob.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::digest::file;
use crate::error::FileError;

/// A lock that is held until it is dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub struct Guard(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Guard {
    /// Locks a folder, which is created when absent. `waiting` is called once if another process holds it.
    ///
    /// On Unix the folder itself is locked, so that nothing is left behind in it.
    pub fn folder(path: &Path, waiting: &dyn Fn()) -> Result<Self, FileError> {
        std::fs::create_dir_all(path).map_err(FileError::on("create", path))?;
        if cfg!(unix) {
            let folder = File::open(path).map_err(FileError::on("open", path))?;
            acquire(&folder, path, waiting)?;
            return Ok(Self(folder));
        }
        Self::file(&path.join(".repro-lock"), waiting)
    }

    /// Locks a file that exists for this purpose, the way the reference client of the Hub does (`flock`).
    pub fn file(path: &Path, waiting: &dyn Fn()) -> Result<Self, FileError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(FileError::on("create", folder))?;
        }
        file::check_target(path).map_err(FileError::on("lock", path))?;
        loop {
            let mut options = OpenOptions::new();
            let file = options.create(true).append(true).open(path).map_err(FileError::on("create", path))?;
            acquire(&file, path, waiting)?;
            // Some clients delete the lock file when they are done: a lock on a deleted file excludes nobody.
            if still_there(&file, path) {
                return Ok(Self(file));
            }
        }
    }
}

fn acquire(file: &File, path: &Path, waiting: &dyn Fn()) -> Result<(), FileError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            waiting();
            file.lock().map_err(FileError::on("lock", path))
        }
        Err(TryLockError::Error(error)) => Err(FileError::on("lock", path)(error)),
    }
}

#[cfg(unix)]
fn still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn still_there(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_excludes_and_a_dropped_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/x.lock");
        let guard = Guard::file(&path, &|| {}).unwrap();
        let other = File::open(&path).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(guard);
        other.try_lock().unwrap();
    }

    #[test]
    fn locking_a_folder_leaves_nothing_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frozen");
        let _guard = Guard::folder(&path, &|| {}).unwrap();
        assert!(cfg!(not(unix)) || std::fs::read_dir(&path).unwrap().next().is_none());
    }
}
