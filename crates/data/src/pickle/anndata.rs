//! Annotated matrices among recorded calls, as anndata 0.8 to 0.13 writes them.
//!
//! The state is the object's `__dict__`. anndata 0.8 wraps what is aligned with an axis in objects that hold a dict,
//! later ones have the dict itself; 0.13 keeps `X` as the layer `None`. A view holds the matrix that it shows a part of
//! and which rows and columns it shows.

use super::numpy::{self, Elements, NdArray};
use super::pandas::{self, label};
use super::reader::{Made, Reader};
use super::scipy;
use super::{Item, List, Object, Problem};
use crate::anndata::{AnnData, Element, Raw};
use crate::array::Array;
use crate::error::{DataError, DataProblem};
use crate::frame::{Column, DataFrame};
use crate::sparse::Matrix;
use crate::values::Values;

/// Whether a recorded call makes an annotated matrix.
pub(super) fn is_anndata(made: &Made<'_>) -> bool {
    matches!((made.module, made.name), ("anndata._core.anndata" | "anndata", "AnnData"))
}

/// The annotated matrix of a recorded call, decoded anew at each call. Views give the part that they show; one whose
/// matrix stays in a file is refused.
pub(super) fn anndata(reader: &mut Reader<'_>, item: Item) -> Result<AnnData, DataError> {
    let made = reader.made(item).ok_or_else(|| reader.unknown(item))?;
    let part = |name: &str| reader.attribute(&made, name).filter(|part| *part != Item::None);
    let backed =
        part("file").and_then(|file| reader.made(file)).and_then(|file| reader.attribute(&file, "_filename"));
    if backed.is_some_and(|name| name != Item::None) {
        let what = "an AnnData whose matrix lies in another file";
        return Err(reader.error(DataProblem::Unsupported(what.to_owned())));
    }
    let anndata = if part("_is_view") == Some(Item::Bool(true)) {
        view(reader, &made)?
    } else {
        let parts = Parts { made };
        parts.read(reader)?
    };
    reader.placed(anndata.check())?;
    Ok(anndata)
}

/// Rows and columns of another annotated matrix.
fn view(reader: &mut Reader<'_>, made: &Made<'_>) -> Result<AnnData, DataError> {
    let part = |name: &str| {
        reader.attribute(made, name).ok_or_else(|| reader.malformed(format!("a view without `{name}`")))
    };
    let (whole, rows, columns) = (part("_adata_ref")?, part("_oidx")?, part("_vidx")?);
    if !reader.made(whole).is_some_and(|whole| is_anndata(&whole)) {
        return Err(reader.unknown(whole));
    }
    // What is memorised is not copied once more for the next view of the same matrix.
    let whole = reader.below("._adata_ref", |reader| reader.value(whole))?;
    let Some(whole) = whole.anndata() else { return Err(reader.malformed("a view of no AnnData")) };
    let rows = picked(reader, rows, whole.n_obs())?;
    let columns = picked(reader, columns, whole.n_vars())?;
    reader.spend(subset_bytes(whole, rows.len(), columns.len()))?;
    whole.subset(&rows, &columns).ok_or_else(|| reader.malformed("a view of what is not there"))
}

/// Positions that a view shows of an axis of length `n`. anndata 0.13 wraps arrays in an object that has one for each
/// device.
fn picked(reader: &mut Reader<'_>, item: Item, n: usize) -> Result<Vec<usize>, DataError> {
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

/// Bytes that a part of an annotated matrix takes, at most.
fn subset_bytes(whole: &AnnData, rows: usize, columns: usize) -> usize {
    const WIDEST: usize = 64;
    let cells = rows.saturating_mul(columns).saturating_mul(1 + whole.layers.len());
    let along = rows.saturating_add(columns);
    let wide =
        whole.obs.columns().len() + whole.var.columns().len() + whole.obsm.len() + whole.varm.len() + 1;
    // Sparse matrices take as many bytes as there are entries, which the whole has paid for.
    let cells = if matches!(whole.x, Some(Matrix::Sparse(_))) { 0 } else { cells };
    cells.saturating_mul(8).saturating_add(along.saturating_mul(wide).saturating_mul(WIDEST))
}

struct Parts<'a> {
    made: Made<'a>,
}

impl<'a> Parts<'a> {
    fn part(&self, reader: &Reader<'_>, name: &str) -> Option<Item> {
        let entries = reader.pickle.dict(self.made.state?)?;
        let entry = entries.iter().rev().find(|(key, _)| reader.pickle.text(*key) == Some(name));
        entry.map(|(_, part)| *part).filter(|part| *part != Item::None)
    }

    fn read(&self, reader: &mut Reader<'a>) -> Result<AnnData, DataError> {
        let mut all = AnnData {
            obs: self.frame(reader, "_obs", ".obs")?,
            var: self.frame(reader, "_var", ".var")?,
            ..AnnData::default()
        };
        if let Some(x) = self.part(reader, "_X") {
            all.x = Some(reader.below(".X", |reader| matrix(reader, x))?);
        }
        for (key, layer) in self.aligned(reader, "_layers", ".layers")? {
            if key == Item::None {
                all.x = match layer {
                    Item::None => None,
                    x => Some(reader.below(".X", |reader| matrix(reader, x))?),
                };
                continue;
            }
            all.layers.push(named(reader, ".layers", key, |reader| matrix(reader, layer))?);
        }
        for (name, place, parts) in [("_obsm", ".obsm", &mut all.obsm), ("_varm", ".varm", &mut all.varm)] {
            *parts = self.elements(reader, name, place)?;
        }
        for (name, place, parts) in [("_obsp", ".obsp", &mut all.obsp), ("_varp", ".varp", &mut all.varp)] {
            for (key, graph) in self.aligned(reader, name, place)? {
                parts.push(named(reader, place, key, |reader| matrix(reader, graph))?);
            }
        }
        if let Some(uns) = self.part(reader, "_uns") {
            all.uns = reader.below(".uns", |reader| match element(reader, uns)? {
                Element::Dict(uns) => Ok(uns),
                _ => Err(reader.unknown(uns)),
            })?;
        }
        if let Some(raw) = self.part(reader, "_raw") {
            all.raw = Some(reader.below(".raw", |reader| read_raw(reader, raw))?);
        }
        Ok(all)
    }

    fn frame(&self, reader: &mut Reader<'a>, name: &str, place: &str) -> Result<DataFrame, DataError> {
        let item = self.part(reader, name);
        let item =
            item.ok_or_else(|| reader.error(DataProblem::Missing(place.trim_start_matches('.').to_owned())))?;
        reader.below(place, |reader| table(reader, item))
    }

    /// Entries of what is aligned with an axis: a dict, or the object of anndata 0.8 that holds one.
    fn aligned(&self, reader: &Reader<'a>, name: &str, place: &str) -> Result<Vec<(Item, Item)>, DataError> {
        let Some(item) = self.part(reader, name) else { return Ok(Vec::new()) };
        if let Some(entries) = reader.entries(item) {
            return Ok(entries.to_vec());
        }
        let made = reader.made(item).filter(|made| {
            made.module == "anndata._core.aligned_mapping"
                && matches!(made.name, "AxisArrays" | "PairwiseArrays" | "Layers")
        });
        let data = made.and_then(|made| reader.attribute(&made, "_data"));
        match data.and_then(|data| reader.entries(data)) {
            Some(entries) => Ok(entries.to_vec()),
            None => Err(reader.malformed(format!("`{place}`: {} is not read", reader.pickle.describe(item)))),
        }
    }

    fn elements(
        &self,
        reader: &mut Reader<'a>,
        name: &str,
        place: &str,
    ) -> Result<Vec<(String, Element)>, DataError> {
        let entries = self.aligned(reader, name, place)?;
        entries
            .into_iter()
            .map(|(key, value)| named(reader, place, key, |reader| element(reader, value)))
            .collect()
    }
}

/// An entry by name, with its place in the path.
fn named<'a, T>(
    reader: &mut Reader<'a>,
    place: &str,
    key: Item,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DataError>,
) -> Result<(String, T), DataError> {
    let place = format!("{place}{}", reader.place(key));
    reader.below(&place, |reader| {
        reader.spend(size_of::<(String, Element)>())?;
        Ok((label(reader, key)?, read(reader)?))
    })
}

fn read_raw(reader: &mut Reader<'_>, item: Item) -> Result<Raw, DataError> {
    let made = reader.made(item).filter(|made| (made.module, made.name) == ("anndata._core.raw", "Raw"));
    let parts = Parts { made: made.ok_or_else(|| reader.unknown(item))? };
    let x = parts.part(reader, "_X").ok_or_else(|| reader.error(DataProblem::Missing("X".to_owned())))?;
    Ok(Raw {
        x: reader.below(".X", |reader| matrix(reader, x))?,
        var: parts.frame(reader, "_var", ".var")?,
        varm: parts.elements(reader, "_varm", ".varm")?,
    })
}

fn table(reader: &mut Reader<'_>, item: Item) -> Result<DataFrame, DataError> {
    match reader.made(item).and_then(|made| pandas::kind(&made)) {
        Some(pandas::Kind::Frame) => pandas::frame(reader, item),
        _ => Err(reader.unknown(item)),
    }
}

fn matrix(reader: &mut Reader<'_>, item: Item) -> Result<Matrix, DataError> {
    if numpy::is_array(reader.pickle, item) {
        return dense(reader, item).map(Matrix::Dense);
    }
    match reader.made(item).and_then(|made| scipy::layout(&made)) {
        Some(layout) => scipy::sparse(reader, item, layout).map(Matrix::Sparse),
        None => Err(reader.unknown(item)),
    }
}

fn dense(reader: &mut Reader<'_>, item: Item) -> Result<Array, DataError> {
    let NdArray { shape, elements } = reader.nd_array(item)?;
    match elements {
        Elements::Values(values) => reader.placed(Array::new(shape, values)),
        Elements::Objects(items) => {
            match pandas::objects(reader, &items)? {
                Column::Values(values) => reader.placed(Array::new(shape, values)),
                _ => Err(reader
                    .error(Problem::Unknown("an array of objects of which some are missing".to_owned()))),
            }
        }
    }
}

/// What an annotated matrix holds under a name, decoded anew at each call. Lists of one kind become arrays; what has no
/// counterpart, such as a list of lists, is named and left out. A recorded call that is not known is refused.
fn element(reader: &mut Reader<'_>, item: Item) -> Result<Element, DataError> {
    reader.spend(size_of::<Element>())?;
    let scalar = |values: Values| Array::new(Vec::new(), values).map(Element::Array);
    match item {
        Item::None => return Ok(Element::Null),
        Item::Bool(truth) => return scalar(Values::Bool(vec![truth])),
        Item::Int(number) => return scalar(Values::I64(vec![number])),
        Item::Float(number) => return scalar(Values::F64(vec![number])),
        Item::Object(_) => {}
    }
    if let Some(entries) = reader.entries(item) {
        let entry = |reader: &mut Reader<'_>, (key, value): &(Item, Item)| {
            named(reader, "", *key, |reader| element(reader, *value))
        };
        return reader.inside(item, |reader| {
            let entries: Result<_, _> = entries.iter().map(|pair| entry(reader, pair)).collect();
            entries.map(Element::Dict)
        });
    }
    let pickle = reader.pickle;
    match pickle.object(item) {
        Some(Object::Text(text)) => {
            reader.spend(text.len())?;
            scalar(Values::Text(vec![text.clone()]))
        }
        Some(Object::List(List::Floats(floats))) => {
            reader.spend(floats.len() * size_of::<f64>())?;
            Ok(Element::Array(Array::vector(Values::F64(floats.clone()))))
        }
        Some(Object::List(List::Items(items)) | Object::Tuple(items)) => match pandas::objects(reader, items)
        {
            Ok(Column::Values(values)) => Ok(Element::Array(Array::vector(values))),
            // Of something else, which must be known all the same.
            _ => reader.value(item).map(|_| Element::Unread(pickle.describe(item))),
        },
        Some(Object::Call(_)) => called(reader, item),
        _ => reader.value(item).map(|_| Element::Unread(pickle.describe(item))),
    }
}

fn called(reader: &mut Reader<'_>, item: Item) -> Result<Element, DataError> {
    if numpy::is_array(reader.pickle, item) {
        return dense(reader, item).map(Element::Array);
    }
    let made = reader.made(item).ok_or_else(|| reader.unknown(item))?;
    if let Some(layout) = scipy::layout(&made) {
        return scipy::sparse(reader, item, layout).map(Element::Sparse);
    }
    match pandas::kind(&made) {
        Some(pandas::Kind::Frame) => pandas::frame(reader, item).map(Element::DataFrame),
        Some(pandas::Kind::Array) => Ok(match pandas::column(reader, item)? {
            Column::Values(values) => Element::Array(Array::vector(values)),
            Column::Categorical(categorical) => Element::Categorical(categorical),
            Column::Nullable { values, mask } => Element::Nullable { values, mask },
        }),
        _ => match reader.value(item)? {
            super::Value::Array(array) => Ok(Element::Array(array.as_ref().clone())),
            _ => Ok(Element::Unread(reader.pickle.describe(item))),
        },
    }
}
