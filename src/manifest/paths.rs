//! Paths that stay below the folder they are joined to, wherever they were written.

/// A path that would leave its folder or cannot be written everywhere.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("path `{}` {reason}", path.escape_default())]
pub struct PathError {
    path: String,
    reason: &'static str,
}

/// Checks a relative, `/`-separated path from a manifest, a remote listing or an archive.
///
/// Refused: empty paths and parts, `.` and `..`, absolute paths, backslashes, drive letters, NUL and other
/// control characters. What comes back can be joined to a folder and stays below it, symlinks aside.
pub fn relative_path(path: &str) -> Result<&str, PathError> {
    let refuse = |reason| Err(PathError { path: path.to_owned(), reason });
    if path.is_empty() {
        return refuse("is empty");
    }
    if path.chars().any(char::is_control) {
        return refuse("holds a control character");
    }
    if path.starts_with('/') {
        return refuse("is absolute");
    }
    if path.contains('\\') {
        return refuse("holds a backslash");
    }
    if path.as_bytes().get(1) == Some(&b':') {
        return refuse("starts with a drive letter");
    }
    for part in path.split('/') {
        match part {
            "" => return refuse("has an empty part"),
            "." | ".." => return refuse("leaves its folder or is not normal"),
            _ => {}
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass() {
        for path in ["a", "a/b.csv", "figs/results/x y.csv", "..a/b..", "pickle."] {
            assert_eq!(relative_path(path), Ok(path));
        }
    }

    #[test]
    fn hostile_paths_are_refused() {
        for path in
            ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", "a\0b", "C:/x", "a\\..\\b", "a\nb"]
        {
            assert!(relative_path(path).is_err(), "{path:?}");
        }
    }
}
