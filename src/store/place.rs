//! Puts verified files under their names: never through a symlink that leaves the folder, never half.

use std::path::{Path, PathBuf};

use crate::digest::{Sha256, file, sha256_reader};
use crate::error::{Class, Diagnostic, FileError};
use crate::manifest::{PathError, relative_path};

/// Files up to this size are copied even where a link would do: they are what people open and edit, and an edit
/// through a link would damage the cache for every other program that uses it.
const COPIED: u64 = 16 << 20;

/// A place that must not or cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// A path that leaves its folder as written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A path that leaves its folder through a symbolic link.
    #[error("`{}` is a symbolic link that leaves `{}`", link.display(), root.display())]
    Escapes {
        /// The link.
        link: PathBuf,
        /// The folder.
        root: PathBuf,
    },
    /// A copy that is not what was copied.
    #[error("the copy at `{}` differs from what was copied", path.display())]
    Corrupt {
        /// The copy, already removed.
        path: PathBuf,
    },
    /// Cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnostic for PlaceError {
    fn class(&self) -> Class {
        match self {
            Self::Path(_) | Self::Escapes { .. } => Class::Usage,
            Self::Corrupt { .. } => Class::Operation,
            Self::File(error) => error.class(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Escapes { .. } => Some(
                "replace the link with what it points to; only the folder of the project itself may be a link".into(),
            ),
            Self::Corrupt { .. } => Some("the disk may be failing".into()),
            Self::Path(_) => None,
            Self::File(error) => error.hint(),
        }
    }
}

/// The path of `to` in a paper's folder, `frozen/<paper>`. It is refused if a part of the way is a symbolic link that leaves
/// the folder, or if the folder itself is reached through a link that leaves the project.
pub fn inside(folder: &Path, to: &str) -> Result<PathBuf, PlaceError> {
    relative_path(to)?;
    check_folder(folder)?;
    let path = folder.join(to);
    check_way(folder, &path)?;
    Ok(path)
}

/// An error if a paper's folder, `frozen/<paper>`, is reached through a link that leaves the project.
pub fn check_folder(folder: &Path) -> Result<(), PlaceError> {
    match folder.ancestors().nth(2) {
        Some(project) => check_way(project, folder),
        None => Ok(()),
    }
}

/// An error if a part of the way from `root` to `path`, which lies below it, is a link that leaves `root`.
pub fn check_way(root: &Path, path: &Path) -> Result<(), PlaceError> {
    let Ok(relative) = path.strip_prefix(root) else { return Ok(()) };
    match file::leaving_link(root, relative).map_err(FileError::on("read", root))? {
        Some(link) => Err(PlaceError::Escapes { link, root: root.to_owned() }),
        None => Ok(()),
    }
}

/// Like [`inside`], and creates the folder the file will lie in.
pub fn prepare(root: &Path, to: &str) -> Result<PathBuf, PlaceError> {
    let path = inside(root, to)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(FileError::on("create", folder))?;
    }
    Ok(path)
}

/// Makes the verified file `from` visible as `to`, replacing what is there: a hard link for a large file where
/// both lie on one file system, else a copy that is hashed before it gets its name.
pub fn link_or_copy(from: &Path, to: &Path, sha256: Sha256) -> Result<(), PlaceError> {
    let staged = staged(to);
    let _ = std::fs::remove_file(&staged);
    let placed = stage(from, &staged, sha256)
        .and_then(|()| Ok(std::fs::rename(&staged, to).map_err(FileError::on("write", to))?));
    // Half a copy is of no use; and renaming one link of a file onto another does nothing and leaves both.
    let _ = std::fs::remove_file(&staged);
    placed
}

fn stage(from: &Path, staged: &Path, sha256: Sha256) -> Result<(), PlaceError> {
    let is_large = std::fs::metadata(from).is_ok_and(|metadata| metadata.len() > COPIED);
    if is_large && std::fs::hard_link(from, staged).is_ok() {
        return Ok(());
    }
    // `fs::copy` shares the blocks on file systems that can.
    std::fs::copy(from, staged).map_err(FileError::on("write", staged))?;
    let copy = file::open(staged).map_err(FileError::on("read", staged))?;
    let (_, computed) = sha256_reader(copy).map_err(FileError::on("read", staged))?;
    if computed != sha256 {
        return Err(PlaceError::Corrupt { path: staged.to_owned() });
    }
    Ok(())
}

/// Where a file grows before it gets its name. Whoever is interrupted leaves nothing else.
pub fn staged(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".incomplete");
    name.into()
}

/// Relative, `/`-separated paths of all files and links below a folder, sorted. An absent folder is empty;
/// linked folders are listed, not entered.
pub fn walk(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![String::new()];
    while let Some(prefix) = pending.pop() {
        let Ok(entries) = std::fs::read_dir(root.join(&prefix)) else { continue };
        for entry in entries.flatten() {
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => pending.push(format!("{path}/")),
                _ => found.push(path),
            }
        }
    }
    found.sort();
    found
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_that_leave_the_folder_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("frozen/paper");
        std::fs::create_dir_all(root.join("real")).unwrap();
        symlink("..", root.join("out")).unwrap();
        symlink("real", root.join("in")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        assert!(matches!(inside(&root, "out/x"), Err(PlaceError::Escapes { .. })));
        assert!(matches!(inside(&root, "dangling"), Err(PlaceError::Escapes { .. })));
        assert!(inside(&root, "in/x").is_ok());
        assert!(matches!(inside(&root, "../x"), Err(PlaceError::Path(_))));
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), folder.path().join("frozen/linked")).unwrap();
        assert!(matches!(inside(&folder.path().join("frozen/linked"), "x"), Err(PlaceError::Escapes { .. })));
        let project = elsewhere.path().join("project");
        symlink(folder.path(), &project).unwrap();
        assert!(inside(&project.join("frozen/paper"), "in/x").is_ok());
    }

    #[test]
    fn placing_twice_leaves_one_file_and_no_temporary() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("blob");
        std::fs::write(&from, b"abc").unwrap();
        let root = folder.path().join("root");
        let to = prepare(&root, "a/b.csv").unwrap();
        for _ in 0..2 {
            link_or_copy(&from, &to, crate::digest::sha256(b"abc")).unwrap();
        }
        assert_eq!(std::fs::read(&to).unwrap(), b"abc");
        assert_eq!(std::fs::read_dir(root.join("a")).unwrap().count(), 1);
    }
}
