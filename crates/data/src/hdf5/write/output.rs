//! A file that appears under its name when it is complete.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use repro_digest::file::check_target;
use repro_digest::leftovers::{self, Kind};
use tempfile::NamedTempFile;

/// A temporary file beside the one that it becomes.
pub(super) struct Output {
    file: BufWriter<NamedTempFile>,
    /// Says that the temporary file is being written: one that nobody holds is removed by the next run.
    _lock: Option<File>,
    target: PathBuf,
    at: u64,
}

impl Output {
    pub fn new(target: &Path) -> io::Result<Self> {
        check_target(target)?;
        let folder = folder(target);
        let mut builder = tempfile::Builder::new();
        builder.prefix(leftovers::PREFIX).rand_bytes(leftovers::RANDOM).suffix(Kind::File.suffix());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any other file: what the umask leaves of it.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let make = || builder.tempfile_in(folder).map(|file| (file.path().to_owned(), file));
        let (file, lock) = leftovers::claimed(folder, Kind::File, make)?;
        let file = BufWriter::with_capacity(1 << 20, file);
        Ok(Self { file, _lock: lock, target: target.to_owned(), at: 0 })
    }

    /// Bytes written so far.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Writes the first bytes anew, and makes the file visible.
    pub fn finish(mut self, head: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(head)?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.target)?;
        // The name is safe when the folder is; some systems cannot open one.
        #[cfg(unix)]
        File::open(folder(&self.target))?.sync_all()?;
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.at += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn folder(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
