//! Columns of Python objects: texts, truth values or numbers, of which some may be missing.

use super::super::numpy;
use super::super::reader::Reader;
use super::super::{Item, Problem};
use crate::error::DataError;
use crate::frame::Column;
use crate::values::Values;

/// What one object of a column is.
enum Cell<'a> {
    Missing,
    NotANumber,
    Text(&'a str),
    Bool(bool),
    Int(i64),
    Float(f64),
}

/// A column of objects. `None`, `pandas.NA` and, among what are no numbers, a NaN are missing; a column that mixes texts
/// with numbers is refused.
pub(in crate::pickle) fn column(reader: &mut Reader<'_>, items: &[Item]) -> Result<Column, DataError> {
    reader.spend(items.len().saturating_mul(size_of::<Cell<'_>>()))?;
    let mut cells = Vec::with_capacity(items.len());
    for item in items {
        cells.push(match item {
            Item::None => Cell::Missing,
            Item::Bool(truth) => Cell::Bool(*truth),
            Item::Float(number) if number.is_nan() => Cell::NotANumber,
            Item::Float(number) => Cell::Float(*number),
            Item::Int(number) => Cell::Int(*number),
            Item::Object(_) => object(reader, *item)?,
        });
    }
    let any = |kind: fn(&Cell<'_>) -> bool| cells.iter().any(kind);
    let (texts, truths) = (any(|c| matches!(c, Cell::Text(_))), any(|c| matches!(c, Cell::Bool(_))));
    let (ints, floats) = (any(|c| matches!(c, Cell::Int(_))), any(|c| matches!(c, Cell::Float(_))));
    let numbers = ints || floats;
    let nan_is_missing = texts || truths || !numbers && any(|c| matches!(c, Cell::Missing));
    let missing = |cell: &Cell<'_>| match cell {
        Cell::Missing => true,
        Cell::NotANumber => nan_is_missing,
        _ => false,
    };
    let mask: Vec<bool> = cells.iter().map(missing).collect();
    let nans = !nan_is_missing && any(|c| matches!(c, Cell::NotANumber));
    let values = match (texts, truths, ints, floats || nans) {
        (_, false, false, false) => {
            let bytes = cells.iter().map(|cell| size_of::<String>() + cell.text().len());
            reader.spend(bytes.fold(0, usize::saturating_add))?;
            Values::Text(cells.iter().map(|cell| cell.text().to_owned()).collect())
        }
        (false, true, false, false) => {
            Values::Bool(cells.iter().map(|cell| matches!(cell, Cell::Bool(true))).collect())
        }
        (false, false, true, false) => {
            let int = |cell: &Cell<'_>| if let Cell::Int(number) = cell { *number } else { 0 };
            Values::I64(cells.iter().map(int).collect())
        }
        (false, false, _, true) => Values::F64(cells.iter().map(Cell::float).collect()),
        _ => {
            let what = [(texts, "texts"), (truths, "truth values"), (numbers, "numbers")];
            let what: Vec<&str> = what.into_iter().filter_map(|(has, what)| has.then_some(what)).collect();
            let problem = Problem::Unknown(format!("a column that mixes {}", what.join(" and ")));
            return Err(reader.error(problem));
        }
    };
    Ok(if mask.contains(&true) { Column::Nullable { values, mask } } else { Column::Values(values) })
}

impl<'a> Cell<'a> {
    fn text(&self) -> &'a str {
        if let Self::Text(text) = self { text } else { "" }
    }

    fn float(&self) -> f64 {
        match self {
            Self::Float(number) => *number,
            Self::Int(number) => *number as f64,
            _ => f64::NAN,
        }
    }
}

fn object<'a>(reader: &Reader<'a>, item: Item) -> Result<Cell<'a>, DataError> {
    let pickle = reader.pickle;
    if let Some(text) = pickle.text(item) {
        return Ok(Cell::Text(text));
    }
    if is_missing(reader, item) {
        return Ok(Cell::Missing);
    }
    if !numpy::is_scalar(pickle, item) {
        return Err(reader.unknown(item));
    }
    if let Some(number) = numpy::integer(pickle, item) {
        return Ok(Cell::Int(number));
    }
    match numpy::scalar(pickle, item).map_err(|problem| reader.error(problem))? {
        Values::Bool(values) if values.len() == 1 => Ok(Cell::Bool(values[0])),
        values => match values.to_f64().as_deref() {
            Some([number]) if number.is_nan() => Ok(Cell::NotANumber),
            Some([number]) => Ok(Cell::Float(*number)),
            _ => Err(reader.unknown(item)),
        },
    }
}

/// Whether an object is the one that pandas has for what is missing.
fn is_missing(reader: &Reader<'_>, item: Item) -> bool {
    matches!(reader.pickle.global(item), Some(("pandas._libs.missing" | "pandas", "NA")))
}
