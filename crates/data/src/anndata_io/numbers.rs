//! Integers of any width as the ones that positions are counted in.

use crate::error::DataError;
use crate::values::Values;

macro_rules! integers {
    ($values:expr, $own:ident, $each:expr, $other:expr) => {
        match $values {
            Values::I8($own) => $each,
            Values::I16($own) => $each,
            Values::I32($own) => $each,
            Values::I64($own) => $each,
            Values::U8($own) => $each,
            Values::U16($own) => $each,
            Values::U32($own) => $each,
            Values::U64($own) => $each,
            _ => $other,
        }
    };
}

/// Integers as any type that holds all of them; an error that names `at` where one does not fit.
pub(super) fn integers<T>(values: &Values, at: &str) -> Result<Vec<T>, DataError>
where
    T: TryFrom<i8> + TryFrom<i16> + TryFrom<i32> + TryFrom<i64>,
    T: TryFrom<u8> + TryFrom<u16> + TryFrom<u32> + TryFrom<u64>,
{
    let no_integers =
        || DataError::malformed(at, format!("{} where integers are needed", values.data_type()));
    integers!(
        values,
        own,
        own.iter()
            .map(|value| {
                let outside = |_| DataError::malformed(at, format!("{value} is out of range"));
                T::try_from(*value).map_err(|_| ()).map_err(outside)
            })
            .collect(),
        Err(no_integers())
    )
}

/// Labels of any type as texts.
pub(super) fn labels(values: Values) -> Vec<String> {
    fn show<T: ToString>(values: &[T]) -> Vec<String> {
        values.iter().map(T::to_string).collect()
    }
    match values {
        Values::Text(texts) => texts,
        Values::Bool(values) => {
            values.iter().map(|value| if *value { "True" } else { "False" }.to_owned()).collect()
        }
        // As Python writes them: with a point.
        Values::F32(values) => values.iter().map(|value| format!("{value:?}")).collect(),
        Values::F64(values) => values.iter().map(|value| format!("{value:?}")).collect(),
        integers => integers!(&integers, own, show(own), Vec::new()),
    }
}
