//! NumPy arrays that are more than numbers: records with fields, and dates.

use std::borrow::Cow;

use super::dtype::{DataType, data_type, decode};
use super::numpy::{Elements, NdArray, bytes, integer, lengths, of_type, parts};
use super::{Budget, Item, Object, Pickle, Problem};
use crate::values::Values;

/// The instants of an array of dates: numbers of units since 1970, and the unit, such as `ns`. The smallest number is
/// no date.
pub(super) fn instants(
    pickle: &Pickle,
    item: Item,
    budget: &mut Budget,
) -> Result<(Vec<usize>, Vec<i64>, String), Problem> {
    let unknown = || Problem::Unknown(pickle.describe(item));
    let parts = parts(pickle, item)?.ok_or_else(unknown)?;
    let (call, ..) = pickle.call(parts.dtype).ok_or_else(unknown)?;
    let state = call.state.and_then(|state| pickle.tuple(state)).ok_or_else(unknown)?;
    // The ninth part of the state is (…, (unit, multiple, …)).
    let unit = state.get(8).and_then(|part| pickle.tuple(*part)).and_then(|part| part.get(1));
    let unit = unit.and_then(|unit| pickle.tuple(*unit)).ok_or_else(unknown)?;
    let ([unit, Item::Int(1), ..], DataType { kind: b'M', width: 8, .. }) =
        (unit, data_type(pickle, parts.dtype)?)
    else {
        return Err(unknown());
    };
    let unit = String::from_utf8_lossy(&bytes(pickle, *unit)?).into_owned();
    let big_endian = data_type(pickle, parts.dtype)?.big_endian;
    let dtype = DataType { kind: b'i', width: 8, big_endian };
    let array = of_type(pickle, parts, dtype, budget)?;
    match array.elements {
        Elements::Values(Values::I64(numbers)) => Ok((array.shape, numbers, unit)),
        _ => Err(unknown()),
    }
}

/// Fields of a structured array, `recarray`s too, each with its name; of one dimension.
pub(super) fn records(
    pickle: &Pickle,
    item: Item,
    budget: &mut Budget,
) -> Result<Vec<(String, NdArray)>, Problem> {
    let unknown = || Problem::Unknown(pickle.describe(item));
    let parts = parts(pickle, item)?.ok_or_else(unknown)?;
    let [n] = lengths(pickle, parts.shape)?[..] else {
        return Err(Problem::Unknown("a structured array that has not one dimension".to_owned()));
    };
    let (fields, width) = fields(pickle, parts.dtype)?.ok_or_else(unknown)?;
    let objects = match pickle.object(parts.data) {
        Some(Object::List(list)) => Some(list.items().collect::<Vec<Item>>()),
        _ => None,
    };
    let data = if objects.is_none() { bytes(pickle, parts.data)? } else { Cow::Borrowed(&[][..]) };
    let found = objects.as_ref().map_or(data.len(), Vec::len);
    let wanted = if objects.is_none() { n.checked_mul(width) } else { Some(n) };
    if wanted != Some(found) {
        return Err(Problem::Malformed(
            format!("{found} elements or bytes"),
            "structured array of its shape",
        ));
    }
    let field = |(at, field): (usize, &Field)| {
        let elements = match &objects {
            Some(rows) => {
                budget.spend((n as u64).saturating_mul(size_of::<Item>() as u64))?;
                let cell = |row: &Item| pickle.tuple(*row).and_then(|row| row.get(at)).copied();
                Elements::Objects(rows.iter().map(cell).collect::<Option<_>>().ok_or_else(unknown)?)
            }
            None => {
                let end = field.offset.checked_add(field.dtype.bytes()).filter(|end| *end <= width);
                let end =
                    end.ok_or_else(|| Problem::Malformed(field.name.clone(), "field inside its record"))?;
                budget.spend(field.dtype.memory(n).saturating_mul(2))?;
                let cells = data.chunks_exact(width.max(1)).flat_map(|row| &row[field.offset..end]);
                Elements::Values(decode(&field.dtype, n, &cells.copied().collect::<Vec<u8>>())?)
            }
        };
        Ok((field.name.clone(), NdArray { shape: vec![n], elements }))
    };
    fields.iter().enumerate().map(field).collect()
}

/// Whether an array has fields.
pub(super) fn is_structured(pickle: &Pickle, item: Item) -> bool {
    let parts = parts(pickle, item).ok().flatten();
    parts.is_some_and(|parts| matches!(fields(pickle, parts.dtype), Ok(Some(_))))
}

/// A field of a record.
struct Field {
    name: String,
    dtype: DataType,
    offset: usize,
}

/// Fields of a structured data type and bytes of a record; `None` for a plain data type.
fn fields(pickle: &Pickle, dtype: Item) -> Result<Option<(Vec<Field>, usize)>, Problem> {
    let unknown = || Problem::Unknown("a NumPy data type with fields of this kind".to_owned());
    let Some((call, "numpy", "dtype")) = pickle.call(dtype) else { return Ok(None) };
    let state = call.state.and_then(|state| pickle.tuple(state)).unwrap_or_default();
    let [_, _, Item::None, names, of, width, ..] = state else { return Ok(None) };
    let (Some(names), Some(of)) = (pickle.tuple(*names), pickle.dict(*of)) else { return Ok(None) };
    let width = integer(pickle, *width).and_then(|width| usize::try_from(width).ok()).ok_or_else(unknown)?;
    // As many names as there are fields: each name is looked for among all of them.
    if names.len() > of.len() || of.len() > 1_000 {
        return Err(unknown());
    }
    let field = |name: &Item| {
        let name = pickle.text(*name)?;
        let (_, parts) = of.iter().find(|(key, _)| pickle.text(*key) == Some(name))?;
        let [dtype, offset, ..] = pickle.tuple(*parts)? else { return None };
        let offset = integer(pickle, *offset).and_then(|offset| usize::try_from(offset).ok())?;
        Some(Field { name: name.to_owned(), dtype: data_type(pickle, *dtype).ok()?, offset })
    };
    let fields: Option<Vec<Field>> = names.iter().map(field).collect();
    Ok(Some((fields.ok_or_else(unknown)?, width)))
}
