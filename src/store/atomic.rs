//! Atomic writes: a file appears whole under its name or not at all.

use std::io::Write;
use std::path::Path;

use super::PlaceError;
use super::place::check_way;
use crate::digest::file;
use crate::digest::leftovers::{self, Kind};
use crate::error::FileError;

/// Writes a file through a temporary neighbour and a rename, creating its folder. What killed runs left in the folder
/// is removed.
///
/// # Errors
/// Where the file cannot be written, or where a folder, a device or a named pipe is in its place.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    file::check_target(path).map_err(FileError::on("write", path))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(FileError::on("create", folder))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(leftovers::PREFIX).rand_bytes(leftovers::RANDOM).suffix(Kind::File.suffix());
    // Temporary files are private by default; what lands here is for everyone, as with `File::create`.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let make = || builder.tempfile_in(folder).map(|file| (file.path().to_owned(), file));
    let (mut file, _lock) =
        leftovers::claimed(folder, Kind::File, make).map_err(FileError::on("write below", folder))?;
    file.write_all(bytes).map_err(FileError::on("write", path))?;
    file.persist(path).map_err(|error| FileError::on("write", path)(error.error))?;
    Ok(())
}

/// The same for a file of the project in `root`: a link on the way that leaves the project is refused. Without `root` the
/// user has named the place, which may lie anywhere.
///
/// # Errors
/// As [`write_atomic`], or where a link leaves the project.
pub fn write_in_project(root: Option<&Path>, path: &Path, bytes: &[u8]) -> Result<(), PlaceError> {
    if let Some(root) = root {
        check_way(root, path)?;
    }
    Ok(write_atomic(path, bytes)?)
}
