//! Files as tasks read and write them: whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use repro_data::anndata_io::AnnDataFile;
use repro_digest::leftovers::{self, Kind};
use repro_digest::{Hasher, Sha256, file, sha256_reader};
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::TaskError;

/// Opens an annotated matrix.
pub(crate) fn open(path: &Path) -> Result<AnnDataFile, TaskError> {
    // The operating system says better why there is none.
    file::open(path).map_err(TaskError::file("read", path))?;
    AnnDataFile::open(path).map_err(TaskError::data(path))
}

/// JSON with two spaces a level, as the reference writes it, and a line break.
pub(crate) fn pretty(value: &impl Serialize) -> Result<String, TaskError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| TaskError::unfit(error.to_string()))?;
    Ok(text + "\n")
}

/// The hash of a file's bytes.
pub(crate) fn sha256_file(path: &Path) -> Result<Sha256, TaskError> {
    let hash = file::open(path).and_then(sha256_reader);
    Ok(hash.map_err(TaskError::file("read", path))?.1)
}

/// Makes the folder that `path` lies in.
pub(crate) fn make_folder_of(path: &Path) -> Result<(), TaskError> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            fs::create_dir_all(folder).map_err(TaskError::file("create", folder))
        }
        _ => Ok(()),
    }
}

/// Removes a file that may not be there.
pub(crate) fn remove(path: &Path) -> Result<(), TaskError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(TaskError::file("remove", path)(error)),
        _ => Ok(()),
    }
}

/// A file that becomes `path` when it is persisted, and the lock that says that it is being written: without it the next
/// run would remove the file. What killed runs left beside it is removed.
pub(crate) fn temporary(path: &Path) -> io::Result<(NamedTempFile, Option<File>)> {
    file::check_target(path)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(leftovers::PREFIX).rand_bytes(leftovers::RANDOM).suffix(Kind::File.suffix());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other file: what the umask leaves of it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let make = || builder.tempfile_in(folder).map(|made| (made.path().to_owned(), made));
    leftovers::claimed(folder, Kind::File, make)
}

/// Writes a small file whole.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), TaskError> {
    let written = temporary(path).and_then(|(mut file, _lock)| {
        file.write_all(text.as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    });
    written.map(drop).map_err(TaskError::file("write", path))
}

/// Copies a file, which appears when it is whole; the hash of what was copied.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<Sha256, TaskError> {
    let mut source = file::open(from).map_err(TaskError::file("read", from))?;
    let (mut target, _lock) = temporary(to).map_err(TaskError::file("write", to))?;
    let mut hasher = Hasher::sha256();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let n = match io::Read::read(&mut source, &mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(TaskError::file("read", from)(error)),
        };
        hasher.update(&buffer[..n]);
        target.write_all(&buffer[..n]).map_err(TaskError::file("write", to))?;
    }
    target.persist(to).map_err(|error| TaskError::file("write", to)(error.error))?;
    Ok(hasher.finish())
}
