//! Indexes: the names of rows and columns.

use super::super::numpy::{self, Elements};
use super::super::reader::Reader;
use super::super::{Item, Problem};
use super::{arrays, labels, objects};
use crate::error::DataError;
use crate::frame::Column;
use crate::values::Values;

/// Names with the name that they have together.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::pickle) struct Index {
    pub name: Option<String>,
    pub labels: Labels,
}

/// Names, as far as they need memory.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::pickle) enum Labels {
    /// `start`, `start + step`, … of this many.
    Range { start: i64, step: i64, n: usize },
    /// One each.
    Each(Column),
}

impl Index {
    pub fn len(&self) -> usize {
        match &self.labels {
            Labels::Range { n, .. } => *n,
            Labels::Each(column) => column.len(),
        }
    }

    /// The names as texts, as Python's `str` gives them.
    pub fn texts(self, reader: &mut Reader<'_>) -> Result<Vec<String>, DataError> {
        match self.labels {
            Labels::Range { start, step, n } => {
                // Twenty digits at most.
                reader.spend(n.saturating_mul(size_of::<String>() + 20))?;
                Ok(range(start, step, n).map(|label| label.to_string()).collect())
            }
            Labels::Each(column) => labels::texts(reader, column),
        }
    }

    /// The names as they are.
    pub fn column(self, reader: &mut Reader<'_>) -> Result<Column, DataError> {
        match self.labels {
            Labels::Range { start, step, n } => {
                reader.spend(n.saturating_mul(size_of::<i64>()))?;
                Ok(Column::Values(Values::I64(range(start, step, n).collect())))
            }
            Labels::Each(column) => Ok(column),
        }
    }
}

fn range(start: i64, step: i64, n: usize) -> impl Iterator<Item = i64> {
    std::iter::successors(Some(start), move |label| Some(label.wrapping_add(step))).take(n)
}

/// `_new_Index(class, {"data": …, "name": …})`.
pub(in crate::pickle) fn index(reader: &mut Reader<'_>, item: Item) -> Result<Index, DataError> {
    let Some(made) = reader.made(item) else { return Err(reader.unknown(item)) };
    let ("pandas.core.indexes.base", "_new_Index", [class, state]) = (made.module, made.name, made.arguments)
    else {
        return Err(reader.unknown(item));
    };
    let Some((module, name)) = reader.pickle.global(*class) else { return Err(reader.unknown(*class)) };
    let named = match reader.entry(*state, "name") {
        Some(name) => labels::name(reader, name)?,
        None => None,
    };
    let labels = match (module, name) {
        ("pandas.core.indexes.range" | "pandas", "RangeIndex") => labels_of_range(reader, *state)?,
        ("pandas.core.indexes.base" | "pandas", "Index")
        | ("pandas.core.indexes.numeric", "Int64Index" | "UInt64Index" | "Float64Index")
        | ("pandas.core.indexes.category" | "pandas", "CategoricalIndex") => {
            let data =
                reader.entry(*state, "data").ok_or_else(|| reader.malformed("an index without data"))?;
            Labels::Each(reader.below("", |reader| values(reader, data))?)
        }
        _ => return Err(reader.unknown(*class)),
    };
    Ok(Index { name: named, labels })
}

/// The data of an index: an array of one dimension, of NumPy or of pandas.
fn values(reader: &mut Reader<'_>, data: Item) -> Result<Column, DataError> {
    if !numpy::is_array(reader.pickle, data) {
        return arrays::column(reader, data);
    }
    let array = reader.nd_array(data)?;
    match (array.shape.as_slice(), array.elements) {
        ([_], Elements::Values(values)) => Ok(Column::Values(values)),
        ([_], Elements::Objects(items)) => objects::column(reader, &items),
        (shape, _) => Err(reader.error(Problem::Malformed(format!("array of shape {shape:?}"), "vector"))),
    }
}

fn labels_of_range(reader: &Reader<'_>, state: Item) -> Result<Labels, DataError> {
    let number = |name: &str| {
        let number = reader.entry(state, name).and_then(|item| numpy::integer(reader.pickle, item));
        number.ok_or_else(|| reader.malformed(format!("a RangeIndex without `{name}`")))
    };
    let (start, stop, step) = (number("start")?, number("stop")?, number("step")?);
    let n = length(start, stop, step).ok_or_else(|| reader.malformed("a range that never ends"))?;
    Ok(Labels::Range { start, step, n })
}

/// Number of elements of a range of Python.
pub(in crate::pickle) fn length(start: i64, stop: i64, step: i64) -> Option<usize> {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    if step == 0 {
        return None;
    }
    // Towards the stop, rounded up.
    let n = if step > 0 { (stop - start + step - 1) / step } else { (start - stop - step - 1) / -step };
    usize::try_from(n.max(0)).ok()
}
