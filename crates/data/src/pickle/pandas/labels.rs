//! Names of rows and columns as texts, as Python writes what they are.

use super::super::numpy;
use super::super::reader::Reader;
use super::super::{Item, Problem};
use crate::error::DataError;
use crate::frame::Column;
use crate::values::Values;

/// One name: a text, a number or a truth value.
pub(in crate::pickle) fn label(reader: &Reader<'_>, item: Item) -> Result<String, DataError> {
    if let Some(text) = reader.pickle.text(item) {
        return Ok(text.to_owned());
    }
    match item {
        Item::Bool(truth) => Ok(python_bool(truth).to_owned()),
        Item::Float(number) => Ok(python_float(number)),
        _ => match numpy::integer(reader.pickle, item) {
            Some(number) => Ok(number.to_string()),
            None => Err(reader.unknown(item)),
        },
    }
}

/// A name that may be `None`.
pub(super) fn name(reader: &Reader<'_>, item: Item) -> Result<Option<String>, DataError> {
    if item == Item::None { Ok(None) } else { label(reader, item).map(Some) }
}

/// A name for each value. Missing ones are `nan`, as pandas writes them.
pub(super) fn texts(reader: &mut Reader<'_>, column: Column) -> Result<Vec<String>, DataError> {
    const MISSING: &str = "nan";
    match column {
        Column::Values(values) => texts_of(reader, values),
        Column::Nullable { values, mask } => {
            let mut texts = texts_of(reader, values)?;
            for (text, _) in texts.iter_mut().zip(&mask).filter(|(_, missing)| **missing) {
                MISSING.clone_into(text);
            }
            Ok(texts)
        }
        Column::Categorical(categorical) => {
            let names = texts_of(reader, categorical.categories().clone())?;
            let name = |code: &i32| {
                usize::try_from(*code).ok().and_then(|code| names.get(code)).map_or(MISSING, String::as_str)
            };
            let bytes = categorical.codes().iter().map(|code| name(code).len() + size_of::<String>());
            reader.spend(bytes.fold(0, usize::saturating_add))?;
            Ok(categorical.codes().iter().map(|code| name(code).to_owned()).collect())
        }
    }
}

fn texts_of(reader: &mut Reader<'_>, values: Values) -> Result<Vec<String>, DataError> {
    fn all<T: ToString>(values: &[T]) -> Vec<String> {
        values.iter().map(ToString::to_string).collect()
    }
    if let Values::Text(texts) = values {
        return Ok(texts);
    }
    // Twenty-four characters at most.
    reader.spend(values.len().saturating_mul(size_of::<String>() + 24))?;
    Ok(match values {
        Values::Bool(values) => values.iter().map(|value| python_bool(*value).to_owned()).collect(),
        Values::I8(values) => all(&values),
        Values::I16(values) => all(&values),
        Values::I32(values) => all(&values),
        Values::I64(values) => all(&values),
        Values::U8(values) => all(&values),
        Values::U16(values) => all(&values),
        Values::U32(values) => all(&values),
        Values::U64(values) => all(&values),
        Values::F64(values) => values.iter().map(|value| python_float(*value)).collect(),
        Values::F32(_) => return Err(reader.error(Problem::Unknown("an index of 32-bit floats".to_owned()))),
        Values::Text(texts) => texts,
    })
}

fn python_bool(truth: bool) -> &'static str {
    if truth { "True" } else { "False" }
}

/// The shortest decimal that gives the number again, in Python's layout: an exponent below 1e-4 and from 1e16 on.
fn python_float(number: f64) -> String {
    if !number.is_finite() {
        let sign = if number < 0.0 { "-" } else { "" };
        return if number.is_nan() { "nan".to_owned() } else { format!("{sign}inf") };
    }
    let scientific = format!("{number:e}");
    let exponent: i32 =
        scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    if number == 0.0 || (-4..16).contains(&exponent) {
        let plain = number.to_string();
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let digits = scientific.split_once('e').map_or("", |(digits, _)| digits);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::python_float;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-2.5e-7, "-2.5e-07"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ];
        for (number, text) in cases {
            assert_eq!(python_float(number), text);
        }
    }
}
