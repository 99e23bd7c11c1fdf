//! Files that are opened for reading: regular ones, at once, or not at all.
//!
//! Opening a named pipe waits for a writer, and a device may never end. So the kind is looked at before a file is opened.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Something else than a regular file, which is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is {what}, not a file")]
pub struct NotAFile {
    /// The kind, with its article: `a named pipe`.
    pub what: &'static str,
}

/// Opens a regular file for reading; links are followed.
///
/// # Errors
/// Where the file cannot be opened, or is a folder, a named pipe, a socket or a device ([`is_not_a_file`]).
pub fn open(path: &Path) -> io::Result<File> {
    check(fs::metadata(path)?.file_type())?;
    let file = File::open(path)?;
    // What lies there may have been replaced since.
    check(file.metadata()?.file_type())?;
    Ok(file)
}

/// Reads a regular file.
///
/// # Errors
/// As [`open`], or where reading fails.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = open(path)?;
    let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len()).unwrap_or(0).min(1 << 24));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a regular file of text.
///
/// # Errors
/// As [`read`], or where the bytes are not UTF-8.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    let text = String::from_utf8(read(path)?);
    text.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Checks that a file may be written here: nothing or a regular file is there. A device or a named pipe would be
/// replaced by a file of that name, which nobody means.
///
/// # Errors
/// Where something else is there.
pub fn check_target(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) => check(metadata.file_type()),
        // A link to nowhere, or nothing: writing says what is wrong, if anything is.
        Err(_) => Ok(()),
    }
}

/// Whether opening failed because the path is not a regular file.
pub fn is_not_a_file(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<NotAFile>())
}

/// The first part of `relative`, a path below `root`, that is a link to a place outside of `root`. The root itself may be
/// a link. A link to nowhere counts: what it points to may appear anywhere.
///
/// # Errors
/// Where `root` cannot be resolved.
pub fn leaving_link(root: &Path, relative: &Path) -> io::Result<Option<PathBuf>> {
    let mut path = root.to_owned();
    for part in relative.components() {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {}
            Ok(_) => continue,
            // Nothing lies below what is not there.
            Err(_) => break,
        }
        let real_root = root.canonicalize()?;
        if !path.canonicalize().is_ok_and(|real| real.starts_with(&real_root)) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn check(kind: FileType) -> io::Result<()> {
    match described(kind) {
        None => Ok(()),
        Some(what) => Err(io::Error::new(io::ErrorKind::InvalidInput, NotAFile { what })),
    }
}

/// The kind of what is not a regular file.
fn described(kind: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a named pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("a device");
        }
    }
    match (kind.is_file(), kind.is_dir()) {
        (true, _) => None,
        (_, true) => Some("a folder"),
        _ => Some("something else"),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("repro-digest-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = folder("open");
        let _socket = UnixListener::bind(folder.join("socket")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
        symlink("/dev/zero", folder.join("zero")).unwrap();
        fs::write(folder.join("file"), "abc").unwrap();
        symlink("file", folder.join("link")).unwrap();
        assert_eq!(read_to_string(&folder.join("link")).unwrap(), "abc");
        let refused = |name: &str| read(&folder.join(name)).unwrap_err();
        for (name, what) in
            [("socket", "a socket"), ("pipe", "a named pipe"), ("zero", "a device"), (".", "a folder")]
        {
            assert!(is_not_a_file(&refused(name)), "{name}");
            assert_eq!(refused(name).to_string(), format!("it is {what}, not a file"));
            assert!(check_target(&folder.join(name)).is_err());
        }
        assert!(!is_not_a_file(&refused("absent")));
        assert!(check_target(&folder.join("absent")).is_ok() && check_target(&folder.join("file")).is_ok());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn links_may_lead_anywhere_within_the_root() {
        let folder = folder("links");
        let root = folder.join("root");
        fs::create_dir_all(root.join("a/b")).unwrap();
        symlink("a", root.join("within")).unwrap();
        symlink("..", root.join("out")).unwrap();
        symlink("nowhere", root.join("a/dangling")).unwrap();
        symlink(&root, folder.join("link-to-root")).unwrap();
        for root in [&root, &folder.join("link-to-root")] {
            let leaving = |path: &str| leaving_link(root, Path::new(path)).unwrap();
            assert_eq!(leaving("within/b/x"), None);
            assert_eq!(leaving("absent/x"), None);
            assert_eq!(leaving("out/x"), Some(root.join("out")));
            assert_eq!(leaving("a/dangling"), Some(root.join("a/dangling")));
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
