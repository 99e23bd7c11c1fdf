//! Free space, asked before the first byte is written.

use std::path::{Path, PathBuf};

use crate::error::{Class, Diagnostic};

/// A disk too full for what is about to be written.
#[derive(Debug, thiserror::Error)]
#[error(
    "not enough space below `{}`: {} needed, {} free",
    folder.display(), human_bytes(*needed), human_bytes(*free)
)]
pub struct SpaceError {
    folder: PathBuf,
    needed: u64,
    free: u64,
}

impl Diagnostic for SpaceError {
    fn class(&self) -> Class {
        Class::Operation
    }

    fn hint(&self) -> Option<String> {
        Some("free some space, or skip large files with `--max-size`".into())
    }
}

/// Refuses when fewer than `needed` bytes are free at an existing folder.
///
/// A file system that cannot tell is given the benefit of the doubt: the write itself will fail.
pub fn require_space(folder: &Path, needed: u64) -> Result<(), SpaceError> {
    match fs4::available_space(folder) {
        Ok(free) if free < needed => Err(SpaceError { folder: folder.to_owned(), needed, free }),
        _ => Ok(()),
    }
}

/// A size for people: `999 B`, `1.5 KiB`, `2.0 GiB`.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut scaled = bytes as f64;
    let mut unit = 0;
    while scaled >= 1023.95 && unit + 1 < UNITS.len() {
        scaled /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{scaled:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        assert_eq!(human_bytes(0), "0 B");
        assert_eq!(human_bytes(1023), "1023 B");
        assert_eq!(human_bytes(1536), "1.5 KiB");
        assert_eq!(human_bytes((1 << 20) - 1), "1.0 MiB");
        assert_eq!(human_bytes(3 << 40), "3.0 TiB");
    }

    #[test]
    fn more_than_the_disk_holds_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(require_space(folder.path(), u64::MAX).is_err());
        assert!(require_space(folder.path(), 1).is_ok());
    }
}
