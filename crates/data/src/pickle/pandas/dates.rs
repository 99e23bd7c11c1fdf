//! Dates as texts, as Python's `str` writes a timestamp of pandas.

use super::super::reader::Reader;
use super::super::{Item, Problem};
use crate::error::DataError;
use crate::frame::Column;
use crate::values::Values;

const SECONDS_A_DAY: i64 = 86_400;

/// The column of an array of dates of one dimension, `2020-01-31 12:00:00`; missing ones are masked.
pub(super) fn column(reader: &mut Reader<'_>, array: Item) -> Result<Column, DataError> {
    let (shape, instants, unit) = reader.instants(array)?;
    match shape.as_slice() {
        [_] => of_instants(reader, &instants, &unit),
        _ => Err(reader.malformed(format!("dates of shape {shape:?}"))),
    }
}

/// The columns of an array of dates with `n_columns` rows of `n_rows` each.
pub(super) fn columns(
    reader: &mut Reader<'_>,
    array: Item,
    n_columns: usize,
    n_rows: usize,
) -> Result<Vec<Column>, DataError> {
    let (shape, instants, unit) = reader.instants(array)?;
    if shape != [n_columns, n_rows] {
        let why = format!("dates of shape {shape:?} for {n_columns} columns of {n_rows} rows");
        return Err(reader.malformed(why));
    }
    if n_rows == 0 {
        return (0..n_columns).map(|_| of_instants(reader, &[], &unit)).collect();
    }
    instants.chunks_exact(n_rows).map(|instants| of_instants(reader, instants, &unit)).collect()
}

fn of_instants(reader: &mut Reader<'_>, instants: &[i64], unit: &str) -> Result<Column, DataError> {
    let a_second = match unit {
        "s" => 1,
        "ms" => 1_000,
        "us" => 1_000_000,
        "ns" => 1_000_000_000,
        _ => return Err(reader.error(Problem::Unknown(format!("an array of dates in units of `{unit}`")))),
    };
    // The longest year has twelve digits and a sign.
    reader.spend(instants.len().saturating_mul(size_of::<String>() + 40))?;
    let mask: Vec<bool> = instants.iter().map(|instant| *instant == i64::MIN).collect();
    let text =
        |(instant, missing): (&i64, &bool)| if *missing { String::new() } else { text(*instant, a_second) };
    let values = Values::Text(instants.iter().zip(&mask).map(text).collect());
    Ok(if mask.contains(&true) { Column::Nullable { values, mask } } else { Column::Values(values) })
}

/// Date and time of day, with six digits of the second where it is not whole, and nine where those are needed.
fn text(instant: i64, a_second: i64) -> String {
    let (seconds, rest) = (instant.div_euclid(a_second), instant.rem_euclid(a_second));
    let (days, second) = (seconds.div_euclid(SECONDS_A_DAY), seconds.rem_euclid(SECONDS_A_DAY));
    let (year, month, day) = civil(days);
    let nanoseconds = rest * (1_000_000_000 / a_second);
    let fraction = match nanoseconds {
        0 => String::new(),
        _ if nanoseconds % 1_000 == 0 => format!(".{:06}", nanoseconds / 1_000),
        _ => format!(".{nanoseconds:09}"),
    };
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction}")
}

/// Year, month and day of the Gregorian calendar, `days` after 1970-01-01: counted in eras of 400 years that begin in
/// March, so that the leap day is the last of a year.
fn civil(days: i64) -> (i64, i64, i64) {
    const DAYS_AN_ERA: i64 = 146_097;
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(DAYS_AN_ERA), days.rem_euclid(DAYS_AN_ERA));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn instants_are_written_as_pandas_writes_them() {
        let cases = [
            (0, 1, "1970-01-01 00:00:00"),
            (-1, 1, "1969-12-31 23:59:59"),
            (951_782_400, 1, "2000-02-29 00:00:00"),
            (1_577_836_800_500, 1_000, "2020-01-01 00:00:00.500000"),
            (1_709_251_199_000_001, 1_000_000, "2024-02-29 23:59:59.000001"),
            (1_577_836_800_000_000_001, 1_000_000_000, "2020-01-01 00:00:00.000000001"),
            (-2_203_891_200, 1, "1900-03-01 00:00:00"),
        ];
        for (instant, a_second, wanted) in cases {
            assert_eq!(text(instant, a_second), wanted);
        }
        text(i64::MAX, 1);
        text(i64::MIN + 1, 1);
    }
}
