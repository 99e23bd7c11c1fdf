//! SciPy's sparse matrices among recorded calls, as SciPy 1.7 to 1.18 writes them.

use super::numpy::{self, Elements};
use super::reader::{Made, Reader};
use super::{Item, Problem};
use crate::error::DataError;
use crate::sparse::{Layout, Sparse};
use crate::values::Values;

/// Layout of a class of sparse matrices; `None` for any other name. SciPy 1.8 hid its modules behind underscores. A view
/// is what an annotated matrix hands out; it is stored as the matrix that it shows.
pub(super) fn layout(made: &Made<'_>) -> Option<Layout> {
    match (made.module, made.name) {
        ("scipy.sparse.csr" | "scipy.sparse._csr" | "scipy.sparse", "csr_matrix" | "csr_array") => {
            Some(Layout::Csr)
        }
        ("scipy.sparse.csc" | "scipy.sparse._csc" | "scipy.sparse", "csc_matrix" | "csc_array") => {
            Some(Layout::Csc)
        }
        ("anndata._core.views", "SparseCSRView" | "SparseCSRMatrixView" | "SparseCSRArrayView") => {
            Some(Layout::Csr)
        }
        ("anndata._core.views", "SparseCSCView" | "SparseCSCMatrixView" | "SparseCSCArrayView") => {
            Some(Layout::Csc)
        }
        _ => None,
    }
}

/// The matrix of a recorded call whose class has this layout, decoded anew at each call.
pub(super) fn sparse(reader: &mut Reader<'_>, item: Item, layout: Layout) -> Result<Sparse, DataError> {
    let made = reader.made(item).ok_or_else(|| reader.unknown(item))?;
    let part = |name: &str| {
        reader
            .attribute(&made, name)
            .ok_or_else(|| reader.malformed(format!("a sparse matrix without `{name}`")))
    };
    let (shape, data, indices, indptr) = (part("_shape")?, part("data")?, part("indices")?, part("indptr")?);
    let shape = numpy::lengths(reader.pickle, shape).map_err(|problem| reader.error(problem))?;
    let Ok(shape) = <[usize; 2]>::try_from(shape) else {
        return Err(reader.malformed("a sparse matrix that has not two dimensions"));
    };
    let indptr = vector(reader, indptr)?;
    let indptr = unsigned(&indptr).ok_or_else(|| reader.malformed("indptr is no vector of counts"))?;
    let indices = vector(reader, indices)?;
    let indices: Option<Vec<u32>> =
        unsigned(&indices).and_then(|indices| indices.into_iter().map(|i| u32::try_from(i).ok()).collect());
    let indices = indices.ok_or_else(|| reader.malformed("indices are no vector of positions below 2^32"))?;
    let values = vector(reader, data)?;
    reader.placed(Sparse::new(layout, shape, indptr, indices, values))
}

/// The values of an array of one dimension.
fn vector(reader: &mut Reader<'_>, item: Item) -> Result<Values, DataError> {
    let array = reader.nd_array(item)?;
    // Positions are held as 64 bits for a moment, whatever they were.
    reader.spend(array.elements.len().saturating_mul(8))?;
    match (array.shape.as_slice(), array.elements) {
        ([_], Elements::Values(values)) => Ok(values),
        (shape, _) => Err(reader.error(Problem::Malformed(format!("array of shape {shape:?}"), "vector"))),
    }
}

/// Integers that are not negative.
pub(super) fn unsigned(values: &Values) -> Option<Vec<u64>> {
    fn all<T: Copy>(values: &[T]) -> Option<Vec<u64>>
    where
        u64: TryFrom<T>,
    {
        values.iter().map(|value| u64::try_from(*value).ok()).collect()
    }
    match values {
        Values::I8(values) => all(values),
        Values::I16(values) => all(values),
        Values::I32(values) => all(values),
        Values::I64(values) => all(values),
        Values::U8(values) => all(values),
        Values::U16(values) => all(values),
        Values::U32(values) => all(values),
        Values::U64(values) => all(values),
        _ => None,
    }
}
