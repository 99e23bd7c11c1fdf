//! Where the documents and chunks of a store lie: a folder, a zip archive, or memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use repro_digest::file::open;

use crate::archive::{Archive, check_name};
use crate::elements::{unreadable, within};
use crate::error::{DataError, DataProblem};

/// Files by key: names joined with slashes.
pub(super) trait Files: Send + Sync {
    /// Bytes of a file; `None` where there is none. An error where it has more than `limit`.
    fn get(&self, key: &str, limit: u64) -> Result<Option<Vec<u8>>, DataError>;

    /// How many bytes a file has at most; `None` where there is none.
    fn size(&self, key: &str) -> Result<Option<u64>, DataError>;

    /// Names of the folders in a folder, ascending; `""` is the root.
    fn folders(&self, key: &str) -> Result<Vec<String>, DataError>;
}

/// Files in a folder. Links are followed where they stay in it.
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub fn open(path: &Path) -> Result<Self, DataError> {
        Ok(Self { root: path.canonicalize().map_err(|error| DataError::new("", error))? })
    }

    /// Where a file or folder really is; `None` where there is none.
    fn place(&self, key: &str) -> Result<Option<PathBuf>, DataError> {
        if key.is_empty() {
            return Ok(Some(self.root.clone()));
        }
        check_name(key)?;
        let path = match self.root.join(key).canonicalize() {
            Ok(path) => path,
            Err(error) if absent(&error) => return Ok(None),
            Err(error) => return Err(DataError::new(key, error)),
        };
        if !path.starts_with(&self.root) {
            return Err(DataError::malformed(key, "a link that leads out of the store"));
        }
        Ok(Some(path))
    }
}

fn absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename)
}

impl Files for Folder {
    fn get(&self, key: &str, limit: u64) -> Result<Option<Vec<u8>>, DataError> {
        let Some(path) = self.place(key)? else { return Ok(None) };
        let failed = |error| DataError::new(key, DataProblem::Io(error));
        if !path.metadata().map_err(failed)?.is_file() {
            return Ok(None);
        }
        bounded(open(&path).map_err(failed)?, limit).map_err(within(key)).map(Some)
    }

    fn size(&self, key: &str) -> Result<Option<u64>, DataError> {
        let Some(path) = self.place(key)? else { return Ok(None) };
        let metadata = path.metadata().map_err(|error| DataError::new(key, error))?;
        Ok(metadata.is_file().then_some(metadata.len()))
    }

    fn folders(&self, key: &str) -> Result<Vec<String>, DataError> {
        let Some(path) = self.place(key)? else { return Ok(Vec::new()) };
        let failed = |error| DataError::new(key, DataProblem::Io(error));
        let mut names = Vec::new();
        for entry in path.read_dir().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.path().is_dir() {
                let name = entry.file_name().into_string();
                names.push(name.map_err(|_| DataError::malformed(key, "a name that is not UTF-8"))?);
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// Files in a zip archive.
pub(super) struct Zip {
    archive: Mutex<Archive<BufReader<File>>>,
}

impl Zip {
    pub fn open(file: File) -> Result<Self, DataError> {
        Ok(Self { archive: Mutex::new(Archive::open(BufReader::new(file))?) })
    }
}

impl Files for Zip {
    fn get(&self, key: &str, limit: u64) -> Result<Option<Vec<u8>>, DataError> {
        let mut archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        match archive.file(key)? {
            Some(file) => bounded(file, limit).map_err(within(key)).map(Some),
            None => Ok(None),
        }
    }

    fn size(&self, key: &str) -> Result<Option<u64>, DataError> {
        self.archive.lock().unwrap_or_else(PoisonError::into_inner).size(key)
    }

    fn folders(&self, key: &str) -> Result<Vec<String>, DataError> {
        let archive = self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let prefix = if key.is_empty() { String::new() } else { format!("{key}/") };
        Ok(folders_below(archive.names_below(&prefix), &prefix))
    }
}

/// Files in memory.
pub(super) struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    pub fn new(files: BTreeMap<String, Vec<u8>>) -> Result<Self, DataError> {
        files.keys().try_for_each(|name| check_name(name))?;
        Ok(Self { files })
    }
}

impl Files for Memory {
    fn get(&self, key: &str, limit: u64) -> Result<Option<Vec<u8>>, DataError> {
        self.files.get(key).map(|bytes| bounded(bytes.as_slice(), limit).map_err(within(key))).transpose()
    }

    fn size(&self, key: &str) -> Result<Option<u64>, DataError> {
        Ok(self.files.get(key).map(|bytes| bytes.len() as u64))
    }

    fn folders(&self, key: &str) -> Result<Vec<String>, DataError> {
        let prefix = if key.is_empty() { String::new() } else { format!("{key}/") };
        let below = self.files.range(prefix.clone()..).map(|(name, _)| name.as_str());
        Ok(folders_below(below.take_while(|name| name.starts_with(&prefix)), &prefix))
    }
}

/// Names of the folders that these files, whose names begin with `prefix`, are in.
fn folders_below<'a>(names: impl Iterator<Item = &'a str>, prefix: &str) -> Vec<String> {
    let below = names.filter_map(|name| name.strip_prefix(prefix)?.split_once('/'));
    let folders: BTreeSet<&str> = below.map(|(folder, _)| folder).collect();
    folders.into_iter().map(str::to_owned).collect()
}

fn bounded(file: impl Read, limit: u64) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if read as u64 > limit {
        return Err(DataError::new("", DataProblem::Limit(format!("more than {limit} bytes"))));
    }
    Ok(bytes)
}
