//! Archives of arrays: `.npz`, and the sparse matrices that SciPy writes as such.

use std::io::{Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{read, read_element, write};
use crate::anndata::Element;
use crate::archive::{Archive, refused};
use crate::array::Array;
use crate::elements::within;
use crate::error::{DataError, DataProblem};
use crate::sparse::{Layout, Sparse};
use crate::values::Values;

/// An archive that is read.
pub struct Npz<R> {
    archive: Archive<R>,
}

impl<R: Read + Seek> Npz<R> {
    /// Opens an archive.
    ///
    /// # Errors
    /// Where it is damaged, or a name occurs twice, leads out of the archive or does not end in `.npy`.
    pub fn open(reader: R) -> Result<Self, DataError> {
        let archive = Archive::open(reader)?;
        if let Some(name) = archive.names().find(|name| !name.ends_with(".npy")) {
            return Err(DataError::new(name, DataProblem::Unsupported("a file that is no array".to_owned())));
        }
        Ok(Self { archive })
    }

    /// Names of the arrays, ascending.
    pub fn names(&self) -> Vec<&str> {
        self.archive.names().filter_map(|name| name.strip_suffix(".npy")).collect()
    }

    /// The array of this name; [`Element::Records`] where it is structured.
    pub fn element(&mut self, name: &str) -> Result<Element, DataError> {
        let file = self.archive.file(&format!("{name}.npy")).map_err(within(name))?;
        let file = file.ok_or_else(|| DataError::new("", DataProblem::Missing(format!("array `{name}`"))))?;
        read_element(file).map_err(within(name))
    }

    /// The plain array of this name.
    pub fn array(&mut self, name: &str) -> Result<Array, DataError> {
        let file = self.archive.file(&format!("{name}.npy")).map_err(within(name))?;
        let file = file.ok_or_else(|| DataError::new("", DataProblem::Missing(format!("array `{name}`"))))?;
        read(file).map_err(within(name))
    }
}

/// How the arrays of an archive are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// As they are, as `numpy.savez` does.
    Stored,
    /// Deflated, as `numpy.savez_compressed` does.
    Deflated,
}

/// Writes arrays as an archive; each has a name of its own.
pub fn write_npz(
    writer: impl Write + Seek,
    arrays: &[(&str, &Array)],
    compression: Compression,
) -> Result<(), DataError> {
    let method = match compression {
        Compression::Stored => CompressionMethod::Stored,
        Compression::Deflated => CompressionMethod::Deflated,
    };
    let mut zip = ZipWriter::new(writer);
    for (name, array) in arrays {
        crate::archive::check_name(name)?;
        // Sizes of 4 GB and more need other headers, which must be asked for before they are known.
        let large = array.values().len() > 100_000_000;
        let options = SimpleFileOptions::default().compression_method(method).large_file(large);
        zip.start_file(format!("{name}.npy"), options).map_err(|error| refused(name, error))?;
        write(&mut zip, array).map_err(within(name))?;
    }
    zip.finish().map(|_| ()).map_err(|error| refused("", error))
}

/// The matrix in an archive that `scipy.sparse.save_npz` wrote in the format `csr` or `csc`.
pub fn read_sparse(reader: impl Read + Seek) -> Result<Sparse, DataError> {
    let mut npz = Npz::open(reader)?;
    let format = npz.array("format")?;
    let layout = match format.values().texts() {
        Some([name]) if name == "csr" => Layout::Csr,
        Some([name]) if name == "csc" => Layout::Csc,
        Some([name]) => {
            return Err(DataError::new(
                "format",
                DataProblem::Unsupported(format!("the sparse format `{name}`")),
            ));
        }
        _ => return Err(DataError::malformed("format", "no single text")),
    };
    let shape = integers(npz.array("shape")?.values()).map_err(within("shape"))?;
    let [rows, columns] = shape[..] else { return Err(DataError::malformed("shape", "not two numbers")) };
    let shape = [rows, columns].map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if shape.contains(&usize::MAX) {
        return Err(DataError::malformed("shape", "a length beyond memory"));
    }
    let indptr = integers(npz.array("indptr")?.values()).map_err(within("indptr"))?;
    let indices = integers(npz.array("indices")?.values()).map_err(within("indices"))?;
    let indices: Result<Vec<u32>, _> = indices.into_iter().map(u32::try_from).collect();
    let indices = indices.map_err(|_| DataError::malformed("indices", "an index beyond 32 bits"))?;
    let data = npz.array("data")?;
    if data.shape().len() != 1 {
        return Err(DataError::malformed("data", "not one dimension"));
    }
    Sparse::new(layout, shape, indptr, indices, data.into_values())
}

/// Integers that are not negative.
fn integers(values: &Values) -> Result<Vec<u64>, DataError> {
    fn each<T: Copy + TryInto<u64>>(values: &[T]) -> Option<Vec<u64>> {
        values.iter().map(|value| (*value).try_into().ok()).collect()
    }
    let integers = match values {
        Values::I8(values) => each(values),
        Values::I16(values) => each(values),
        Values::I32(values) => each(values),
        Values::I64(values) => each(values),
        Values::U8(values) => each(values),
        Values::U16(values) => each(values),
        Values::U32(values) => each(values),
        Values::U64(values) => each(values),
        other => return Err(DataError::malformed("", format!("{}, not integers", other.data_type()))),
    };
    integers.ok_or_else(|| DataError::malformed("", "a negative number"))
}

/// Writes a matrix so that `scipy.sparse.load_npz` reads it. Indices are 32 bits where they fit, as SciPy chooses.
pub fn write_sparse(
    writer: impl Write + Seek,
    matrix: &Sparse,
    compression: Compression,
) -> Result<(), DataError> {
    let format = match matrix.layout() {
        Layout::Csr => "csr",
        Layout::Csc => "csc",
    };
    let largest = matrix.shape().into_iter().max().unwrap_or(0).max(matrix.indices().len());
    let index = |numbers: &mut dyn Iterator<Item = u64>| match i32::try_from(largest) {
        Ok(_) => Values::I32(numbers.map(|number| number as i32).collect()),
        Err(_) => Values::I64(numbers.map(|number| number as i64).collect()),
    };
    let indices = index(&mut matrix.indices().iter().map(|index| u64::from(*index)));
    let indptr = index(&mut matrix.indptr().iter().copied());
    let shape = matrix.shape().map(|length| length as i64).to_vec();
    let arrays = [
        ("indices", Array::vector(indices)),
        ("indptr", Array::vector(indptr)),
        ("format", Array::new(Vec::new(), Values::Text(vec![format.to_owned()]))?),
        ("shape", Array::vector(Values::I64(shape))),
        ("data", Array::vector(matrix.values().clone())),
    ];
    let arrays: Vec<(&str, &Array)> = arrays.iter().map(|(name, array)| (*name, array)).collect();
    write_npz(writer, &arrays, compression)
}
