//! The places of masked entries in a file of their own: a NumPy array of bytes with a row a cell and a bit a gene, the
//! lowest bit first. In Python: `np.unpackbits(np.load(path), axis=1, count=n_genes, bitorder="little")`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use repro_data::npy;
use repro_data::values::Values;
use repro_digest::{Hasher, Sha256};
use tempfile::NamedTempFile;

use crate::{TaskError, files};

/// Where the sidecar of a masked file lies.
pub fn sidecar_path(masked: &Path) -> PathBuf {
    masked.with_extension("mask.npy")
}

/// A sidecar that is written row by row.
pub(super) struct Sidecar {
    file: BufWriter<NamedTempFile>,
    _lock: Option<File>,
    path: PathBuf,
    row: Vec<u8>,
}

impl Sidecar {
    pub fn new(path: PathBuf, rows: usize, columns: usize) -> Result<Self, TaskError> {
        let width = columns.div_ceil(8);
        let mut header =
            format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({rows}, {width}), }}").into_bytes();
        // Magic, version, length and header fill a multiple of 64 bytes; a line feed ends them.
        let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
        header.resize(length - 1, b' ');
        header.push(b'\n');
        let (file, lock) = files::temporary(&path).map_err(TaskError::file("write", &path))?;
        let mut sidecar = Self { file: BufWriter::new(file), _lock: lock, path, row: vec![0; width] };
        let [low, high, ..] = length.to_le_bytes();
        sidecar.write(&[b"\x93NUMPY\x01\x00", &[low, high][..], &header].concat())?;
        Ok(sidecar)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), TaskError> {
        self.file.write_all(bytes).map_err(TaskError::file("write", &self.path))
    }

    pub fn append(&mut self, masked: &[u32]) -> Result<(), TaskError> {
        let mut row = std::mem::take(&mut self.row);
        row.fill(0);
        for column in masked {
            if let Some(byte) = row.get_mut(*column as usize / 8) {
                *byte |= 1 << (column % 8);
            }
        }
        let written = self.write(&row);
        self.row = row;
        written
    }

    pub fn finish(self) -> Result<(), TaskError> {
        let Self { file, _lock, path, .. } = self;
        let file = file.into_inner().map_err(|error| TaskError::file("write", &path)(error.into_error()))?;
        let kept = file.persist(&path).map_err(|error| error.error);
        kept.map(drop).map_err(TaskError::file("write", &path))
    }
}

/// The places of masked entries, from a sidecar.
pub struct MaskedPlaces {
    bytes: Vec<u8>,
    width: usize,
}

impl MaskedPlaces {
    /// Reads the sidecar of a matrix of this shape, which must have the places of this hash.
    pub fn verified(path: &Path, shape: [usize; 2], expected: Sha256) -> Result<Self, TaskError> {
        let places = Self::read(path, shape)?;
        let computed = places.sha256(shape);
        if computed == expected {
            return Ok(places);
        }
        Err(TaskError::Mismatch {
            path: path.to_owned(),
            expectation: "the mask that its record describes".into(),
            expected,
            computed,
            hint: "make the mask again with `repro prepare-data`",
        })
    }

    /// The hash that a record has of the places of masked entries.
    fn sha256(&self, [rows, columns]: [usize; 2]) -> Sha256 {
        let mut hasher = Hasher::sha256();
        let mut bytes = Vec::new();
        for row in 0..rows {
            bytes.clear();
            let masked = (0..columns).filter(|column| self.contains(row, *column));
            bytes.extend(masked.flat_map(|column| ((row * columns + column) as u64).to_le_bytes()));
            hasher.update(&bytes);
        }
        hasher.finish()
    }

    /// Reads the sidecar of a matrix of this shape.
    pub fn read(path: &Path, [rows, columns]: [usize; 2]) -> Result<Self, TaskError> {
        let file = repro_digest::file::open(path).map_err(TaskError::file("read", path))?;
        let array = npy::read(std::io::BufReader::new(file)).map_err(TaskError::data(path))?;
        let width = columns.div_ceil(8);
        let fits = array.shape() == [rows, width];
        match array.into_values() {
            Values::U8(bytes) if fits => Ok(Self { bytes, width }),
            _ => {
                let problem = format!("`{}` is not a mask of {rows} x {columns} entries", path.display());
                Err(TaskError::unfit(problem).hint("make the mask again"))
            }
        }
    }

    /// Whether an entry is masked.
    pub fn contains(&self, row: usize, column: usize) -> bool {
        let byte = self.bytes.get(row * self.width + column / 8);
        byte.is_some_and(|byte| byte >> (column % 8) & 1 == 1)
    }
}
