//! Views: annotated matrices that are rows and columns of another one.

use super::Item;
use super::anndata::{Parts, is_anndata};
use super::pandas;
use super::reader::{Made, Reader};
use crate::anndata::{AnnData, Element};
use crate::error::DataError;
use crate::frame::{Column, DataFrame};
use crate::sparse::{Layout, Matrix, Sparse};
use crate::values::Values;

/// Rows and columns of another annotated matrix, with tables and unstructured parts of its own: categories that no row
/// has any more are gone there.
pub(super) fn view<'a>(reader: &mut Reader<'a>, made: Made<'a>) -> Result<AnnData, DataError> {
    let part = |name: &str| {
        reader.attribute(&made, name).ok_or_else(|| reader.malformed(format!("a view without `{name}`")))
    };
    let (whole, rows, columns) = (part("_adata_ref")?, part("_oidx")?, part("_vidx")?);
    if !reader.made(whole).is_some_and(|whole| is_anndata(&whole)) {
        return Err(reader.unknown(whole));
    }
    // The whole is remembered for the next view of it.
    let whole = reader.below("._adata_ref", |reader| reader.value(whole))?;
    let Some(whole) = whole.anndata() else { return Err(reader.malformed("a view of no AnnData")) };
    let picked = Picked {
        rows: positions(reader, rows, whole.n_obs())?,
        columns: positions(reader, columns, whole.n_vars())?,
    };
    reader.spend(picked.bytes(whole))?;
    let outside = || reader.malformed("a view of what is not there");
    let aligned = picked.aligned(whole).ok_or_else(outside)?;
    let parts = Parts { made };
    Ok(AnnData {
        obs: parts.frame(reader, "_obs", ".obs")?,
        var: parts.frame(reader, "_var", ".var")?,
        uns: parts.uns(reader)?,
        raw: parts.raw(reader)?,
        ..aligned
    })
}

/// Positions that a view shows of an axis of length `n`. anndata 0.13 wraps arrays in an object that has one for each
/// device.
fn positions(reader: &mut Reader<'_>, item: Item, n: usize) -> Result<Vec<usize>, DataError> {
    let wrapped =
        reader.made(item).filter(|made| (made.module, made.name) == ("anndata.compat", "IndexManager"));
    let item = match wrapped.and_then(|made| reader.attribute(&made, "_manager")) {
        Some(arrays) => match reader.pickle.dict(arrays) {
            Some([(_, array)]) => *array,
            _ => return Err(reader.unknown(item)),
        },
        None => item,
    };
    pandas::positions(reader, item, n)
}

struct Picked {
    rows: Vec<usize>,
    columns: Vec<usize>,
}

impl Picked {
    /// What is aligned with an axis or both; `None` where a position lies outside.
    fn aligned(&self, whole: &AnnData) -> Option<AnnData> {
        let Self { rows, columns } = self;
        let matrices = |all: &[(String, Matrix)], rows: &[usize], columns: &[usize]| {
            let subset =
                |(name, matrix): &(String, Matrix)| Some((name.clone(), matrix.subset(rows, columns)?));
            all.iter().map(subset).collect::<Option<Vec<_>>>()
        };
        let elements = |all: &[(String, Element)], rows: &[usize]| {
            let take = |(name, element): &(String, Element)| Some((name.clone(), element.take_rows(rows)?));
            all.iter().map(take).collect::<Option<Vec<_>>>()
        };
        let x = match &whole.x {
            Some(x) => Some(x.subset(rows, columns)?),
            None => None,
        };
        Some(AnnData {
            x,
            layers: matrices(&whole.layers, rows, columns)?,
            obsm: elements(&whole.obsm, rows)?,
            varm: elements(&whole.varm, columns)?,
            obsp: matrices(&whole.obsp, rows, rows)?,
            varp: matrices(&whole.varp, columns, columns)?,
            ..AnnData::default()
        })
    }

    /// Bytes that the part will take, at most: positions may repeat, so it may be larger than the whole.
    fn bytes(&self, whole: &AnnData) -> usize {
        let Self { rows, columns } = self;
        let of = |all: &[(String, Matrix)], rows: &[usize], columns: &[usize]| {
            all.iter().map(|(_, matrix)| matrix_bytes(matrix, rows, columns)).fold(0, usize::saturating_add)
        };
        let along = |all: &[(String, Element)], rows: &[usize]| {
            all.iter().map(|(_, element)| element_bytes(element, rows)).fold(0, usize::saturating_add)
        };
        let x = whole.x.as_ref().map_or(0, |x| matrix_bytes(x, rows, columns));
        [
            x,
            of(&whole.layers, rows, columns),
            of(&whole.obsp, rows, rows),
            of(&whole.varp, columns, columns),
            along(&whole.obsm, rows),
            along(&whole.varm, columns),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

/// How often the most frequent position occurs.
fn repeats(positions: &[usize]) -> usize {
    let mut sorted = positions.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(<[usize]>::len).max().unwrap_or(0)
}

fn matrix_bytes(matrix: &Matrix, rows: &[usize], columns: &[usize]) -> usize {
    match matrix {
        Matrix::Sparse(sparse) => sparse_bytes(sparse, rows, columns),
        Matrix::Dense(array) => {
            let width = array.data_type().width().unwrap_or(size_of::<String>()) + size_of::<usize>();
            let cells = rows.len().saturating_mul(columns.len()).saturating_mul(width);
            let text = text_bytes(array.values(), repeats(rows).saturating_mul(repeats(columns)));
            cells.saturating_add(text)
        }
    }
}

fn sparse_bytes(sparse: &Sparse, rows: &[usize], columns: &[usize]) -> usize {
    // Position, entry and value of each, and the list of places while it is made.
    const ENTRY: usize = 48;
    let (major, minor) = if sparse.layout() == Layout::Csr { (rows, columns) } else { (columns, rows) };
    let lengths =
        major.iter().map(|at| match (sparse.indptr().get(*at), sparse.indptr().get(at.saturating_add(1))) {
            (Some(from), Some(to)) => usize::try_from(to.saturating_sub(*from)).unwrap_or(usize::MAX),
            _ => 0,
        });
    let entries = lengths.fold(0, usize::saturating_add).saturating_mul(repeats(minor));
    let [n_rows, n_columns] = sparse.shape();
    entries.saturating_add(n_rows).saturating_add(n_columns).saturating_mul(ENTRY)
}

fn element_bytes(element: &Element, rows: &[usize]) -> usize {
    let n = element.n_rows().unwrap_or(0).max(1);
    match element {
        Element::Array(array) => values_bytes(array.values(), n, rows),
        Element::Sparse(sparse) => {
            let entries = sparse.indices().len().saturating_mul(repeats(rows));
            entries.saturating_add(rows.len()).saturating_add(sparse.indptr().len()).saturating_mul(48)
        }
        Element::DataFrame(frame) => frame_bytes(frame, n, rows),
        Element::Categorical(of) => {
            rows.len().saturating_mul(4).saturating_add(text_bytes(of.categories(), 1))
        }
        Element::Nullable { values, .. } => values_bytes(values, n, rows).saturating_add(rows.len()),
        Element::Records(fields) => fields
            .iter()
            .map(|(_, array)| values_bytes(array.values(), n, rows))
            .fold(0, usize::saturating_add),
        Element::Null | Element::Dict(_) | Element::Unread(_) => 0,
    }
}

fn frame_bytes(frame: &DataFrame, n: usize, rows: &[usize]) -> usize {
    let column = |column: &Column| match column {
        Column::Values(values) => values_bytes(values, n, rows),
        Column::Nullable { values, .. } => values_bytes(values, n, rows).saturating_add(rows.len()),
        Column::Categorical(of) => {
            rows.len().saturating_mul(4).saturating_add(text_bytes(of.categories(), 1))
        }
    };
    let index: usize = frame.index().iter().map(|label| label.len() + size_of::<String>()).sum();
    let columns = frame.columns().iter().map(|(_, of)| column(of));
    columns.fold(index.saturating_mul(repeats(rows)), usize::saturating_add)
}

/// Bytes of the rows of values that are `n` rows.
fn values_bytes(values: &Values, n: usize, rows: &[usize]) -> usize {
    let width = values.data_type().width().unwrap_or(size_of::<String>()) + size_of::<usize>();
    let cells = (values.len() / n).saturating_mul(rows.len()).saturating_mul(width);
    cells.saturating_add(text_bytes(values, repeats(rows)))
}

/// Bytes of texts, each of which may be copied as often as said; none for what are no texts.
fn text_bytes(values: &Values, copies: usize) -> usize {
    let texts = values.texts().unwrap_or_default();
    texts.iter().map(String::len).sum::<usize>().saturating_mul(copies)
}
