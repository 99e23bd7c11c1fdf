//! Zip archives whose names and sizes are not trusted.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::{DataError, DataProblem};

/// How much deflate can shrink at most: 258 bytes in 2 bits.
pub(crate) const DEFLATE_RATIO: u64 = 1_032;

/// An archive and its files by name.
pub(crate) struct Archive<R> {
    zip: ZipArchive<R>,
    files: BTreeMap<String, usize>,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens an archive.
    ///
    /// # Errors
    /// Where it is damaged or a name occurs twice, leads out of the archive or belongs to a link.
    pub fn open(reader: R) -> Result<Self, DataError> {
        let mut zip = ZipArchive::new(reader).map_err(|error| refused("", error))?;
        if zip.has_duplicate_names() {
            return Err(DataError::malformed("", "two entries of the archive have the same name"));
        }
        let mut files = BTreeMap::new();
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(|error| refused("", error))?;
            let name = entry.name().map_err(|error| refused("", error))?.into_owned();
            if entry.is_symlink() {
                return Err(DataError::malformed(name, "a link in the archive"));
            }
            let own = if entry.is_dir() { name.trim_end_matches('/') } else { name.as_str() };
            check_name(own)?;
            if !entry.is_dir() {
                files.insert(name, index);
            }
        }
        Ok(Self { zip, files })
    }

    /// Names of the files, ascending.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Names of the files that begin with `prefix`, ascending.
    pub fn names_below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let below = self.files.range(prefix.to_owned()..);
        below.map(|(name, _)| name.as_str()).take_while(move |name| name.starts_with(prefix))
    }

    /// Bytes that the file of this name holds at most.
    pub fn size(&mut self, name: &str) -> Result<Option<u64>, DataError> {
        let Some(index) = self.files.get(name) else { return Ok(None) };
        let entry = self.zip.by_index_raw(*index).map_err(|error| refused(name, error))?;
        Ok(Some(entry.size().min(entry.compressed_size().saturating_mul(DEFLATE_RATIO))))
    }

    /// The file of this name; its checksum is tested when its end is read.
    pub fn file(&mut self, name: &str) -> Result<Option<zip::read::ZipFile<'_, R>>, DataError> {
        let Some(index) = self.files.get(name) else { return Ok(None) };
        self.zip.by_index(*index).map(Some).map_err(|error| refused(name, error))
    }
}

/// An error where a name leads out of the folder that it is in.
pub(crate) fn check_name(name: &str) -> Result<(), DataError> {
    let bad = name.split('/').any(|part| matches!(part, "" | "." | ".."))
        || name.contains(['\\', '\0'])
        || name.as_bytes().get(1) == Some(&b':');
    if bad { Err(DataError::malformed(name, "a name that leads out of its archive")) } else { Ok(()) }
}

pub(crate) fn refused(name: &str, error: ZipError) -> DataError {
    match error {
        ZipError::Io(error) => DataError::new(name, DataProblem::Io(error)),
        ZipError::UnsupportedArchive(what) => DataError::new(name, DataProblem::Unsupported(what.to_owned())),
        other => DataError::malformed(name, format!("damaged archive: {other}")),
    }
}
