//! Atomic writes: a file appears whole under its name or not at all.

use std::io::Write;
use std::path::Path;

use crate::error::FileError;

/// Writes a file through a temporary neighbour and a rename, creating its folder.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(FileError::on("create", folder))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".repro-");
    // Temporary files are private by default; what lands here is for everyone, as with `File::create`.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(FileError::on("write below", folder))?;
    file.write_all(bytes).map_err(FileError::on("write", path))?;
    file.persist(path).map_err(|error| FileError::on("write", path)(error.error))?;
    Ok(())
}
