//! The arrays of pandas that are more than a NumPy array: categories, texts, numbers of which some are missing.

use super::super::numpy::{self, Elements};
use super::super::reader::{Made, Reader};
use super::super::{Item, Problem};
use super::{arrow, index, objects};
use crate::error::DataError;
use crate::frame::{Categorical, Column};
use crate::values::Values;

/// The kinds of arrays that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Categorical,
    /// Texts as Python objects.
    Objects,
    /// Texts in buffers of Arrow.
    Arrow,
    /// Numbers or truth values with a mask.
    Masked,
    /// A NumPy array in the clothes of pandas.
    Numpy,
}

fn kind_of(module: &str, name: &str) -> Option<Kind> {
    Some(match (module, name) {
        ("pandas.core.arrays.categorical" | "pandas", "Categorical") => Kind::Categorical,
        ("pandas.core.arrays.string_" | "pandas.arrays", "StringArray" | "StringArrayNumpySemantics") => {
            Kind::Objects
        }
        (
            "pandas.core.arrays.string_arrow" | "pandas.arrays",
            "ArrowStringArray" | "ArrowStringArrayNumpySemantics",
        ) => Kind::Arrow,
        ("pandas.core.arrays.integer" | "pandas.arrays", "IntegerArray")
        | ("pandas.core.arrays.floating" | "pandas.arrays", "FloatingArray")
        | ("pandas.core.arrays.boolean" | "pandas.arrays", "BooleanArray") => Kind::Masked,
        ("pandas.core.arrays.numpy_" | "pandas.arrays", "PandasArray" | "NumpyExtensionArray") => Kind::Numpy,
        _ => return None,
    })
}

/// The call with which the arrays that wrap a NumPy array are restored; its first argument is the class.
const RESTORE: (&str, &str) = ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked");

/// Whether a recorded call makes an array, also one of a class that is not read.
pub(super) fn is_array(made: &Made<'_>) -> bool {
    (made.module, made.name) == RESTORE || kind_of(made.module, made.name).is_some()
}

/// The column of a recorded array.
pub(in crate::pickle) fn column(reader: &mut Reader<'_>, item: Item) -> Result<Column, DataError> {
    let Some(made) = reader.made(item) else { return Err(reader.unknown(item)) };
    let (kind, refused) = match made.arguments {
        [class, ..] if (made.module, made.name) == RESTORE => {
            let class_name = reader.pickle.global(*class);
            (class_name.and_then(|(module, name)| kind_of(module, name)), *class)
        }
        _ => (kind_of(made.module, made.name), item),
    };
    let Some(kind) = kind else { return Err(reader.unknown(refused)) };
    reader.below("", |reader| match kind {
        Kind::Categorical => categorical(reader, &made),
        Kind::Objects | Kind::Numpy => {
            let (_, array) = wrapped(reader, &made, "_ndarray")?;
            match vector(reader, array)? {
                Elements::Objects(items) => objects::column(reader, &items),
                Elements::Values(values) => Ok(Column::Values(values)),
            }
        }
        Kind::Arrow => {
            let array = reader.attribute(&made, "_pa_array").or_else(|| reader.attribute(&made, "_data"));
            let array = array.ok_or_else(|| reader.malformed("an array of texts without data"))?;
            let texts = arrow::texts(reader, array)?;
            let mask: Vec<bool> = texts.iter().map(Option::is_none).collect();
            let values = Values::Text(texts.into_iter().map(Option::unwrap_or_default).collect());
            Ok(if mask.contains(&true) { Column::Nullable { values, mask } } else { Column::Values(values) })
        }
        Kind::Masked => masked(reader, &made),
    })
}

/// Data type and NumPy array of an array that wraps one: its state is a tuple of both in either order, and a dict of the
/// two before pandas 1.3.
fn wrapped(reader: &Reader<'_>, made: &Made<'_>, name: &str) -> Result<(Option<Item>, Item), DataError> {
    let state = made.state.ok_or_else(|| reader.malformed("an array without a state"))?;
    match reader.pickle.tuple(state) {
        Some([first, second, ..]) if numpy::is_array(reader.pickle, *second) => Ok((Some(*first), *second)),
        Some([first, second, ..]) if numpy::is_array(reader.pickle, *first) => Ok((Some(*second), *first)),
        _ => match reader.entry(state, name) {
            Some(array) => Ok((reader.entry(state, "_dtype"), array)),
            None => Err(reader.malformed("an array without data")),
        },
    }
}

/// The elements of an array of one dimension, or of one row.
fn vector(reader: &mut Reader<'_>, item: Item) -> Result<Elements, DataError> {
    let array = reader.nd_array(item)?;
    match array.shape.as_slice() {
        [_] | [1, _] => Ok(array.elements),
        shape => Err(reader.error(Problem::Malformed(format!("array of shape {shape:?}"), "vector"))),
    }
}

fn categorical(reader: &mut Reader<'_>, made: &Made<'_>) -> Result<Column, DataError> {
    let (dtype, codes) = wrapped(reader, made, "_codes")?;
    let dtype = dtype.ok_or_else(|| reader.malformed("a Categorical without a data type"))?;
    let Some(of) = reader.made(dtype) else { return Err(reader.unknown(dtype)) };
    let ("pandas.core.dtypes.dtypes" | "pandas", "CategoricalDtype") = (of.module, of.name) else {
        return Err(reader.unknown(dtype));
    };
    let categories = reader.attribute(&of, "categories").filter(|categories| *categories != Item::None);
    let categories = categories.ok_or_else(|| reader.malformed("a Categorical without categories"))?;
    let ordered = matches!(reader.attribute(&of, "ordered"), Some(Item::Bool(true)));
    let codes = codes_of(reader, codes)?;
    let categories = index::index(reader, categories)?.column(reader)?;
    let Column::Values(categories) = categories else {
        return Err(reader.malformed("categories of which some are missing"));
    };
    reader.placed(Categorical::new(codes, categories, ordered)).map(Column::Categorical)
}

fn codes_of(reader: &mut Reader<'_>, codes: Item) -> Result<Vec<i32>, DataError> {
    let codes = match vector(reader, codes)? {
        Elements::Values(codes) => codes,
        Elements::Objects(_) => return Err(reader.malformed("codes that are no integers")),
    };
    reader.spend(codes.len().saturating_mul(size_of::<i32>()))?;
    let codes: Option<Vec<i32>> = match codes {
        Values::I8(codes) => Some(codes.into_iter().map(i32::from).collect()),
        Values::I16(codes) => Some(codes.into_iter().map(i32::from).collect()),
        Values::I32(codes) => Some(codes),
        Values::I64(codes) => codes.into_iter().map(|code| i32::try_from(code).ok()).collect(),
        _ => None,
    };
    codes.ok_or_else(|| reader.malformed("codes that are no integers of 32 bits"))
}

/// Numbers or truth values, of which those are missing where the mask is true.
fn masked(reader: &mut Reader<'_>, made: &Made<'_>) -> Result<Column, DataError> {
    let part = |name: &str| {
        reader
            .attribute(made, name)
            .ok_or_else(|| reader.malformed(format!("a masked array without `{name}`")))
    };
    let (data, mask) = (part("_data")?, part("_mask")?);
    match (vector(reader, data)?, vector(reader, mask)?) {
        (Elements::Values(values), Elements::Values(Values::Bool(mask))) if values.len() == mask.len() => {
            Ok(Column::Nullable { values, mask })
        }
        _ => Err(reader.malformed("a masked array whose values and mask differ")),
    }
}
