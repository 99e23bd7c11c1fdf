//! Matrices in the coordinate format of Matrix Market: <https://math.nist.gov/MatrixMarket/formats.html>.

use std::io::BufRead;

use crate::error::{DataError, DataProblem};
use crate::gmt::line;
use crate::sparse::{Layout, Sparse};
use crate::values::Values;

/// Longest line.
const MAX_LINE: usize = 64 << 10;

/// Rows that may be claimed beyond the entries that are there.
const MAX_EMPTY_ROWS: usize = 1 << 24;

/// What the entries are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Real,
    Integer,
    Pattern,
}

/// What stands for the entries that are not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Symmetry {
    General,
    Symmetric,
    SkewSymmetric,
}

/// Entries as they are read: rows, columns and values.
#[derive(Default)]
struct Entries {
    rows: Vec<u32>,
    columns: Vec<u32>,
    integers: Vec<i64>,
    reals: Vec<f64>,
}

/// The matrix of a file: `int64` where it says integers or patterns (then 1 each), `float64` where it says reals. An
/// entry that occurs twice is the sum, as [`Sparse`] says; symmetric matrices are written out.
///
/// # Errors
/// Where an entry lies outside, is no number of its kind, or there are more or fewer than the file says; for dense
/// (`array`), complex and Hermitian matrices, which are not read.
pub fn read(mut reader: impl BufRead, layout: Layout) -> Result<Sparse, DataError> {
    let reader: &mut dyn BufRead = &mut reader;
    let (field, symmetry) = banner(&line(reader, MAX_LINE)?.unwrap_or_default())?;
    let mut number = 1;
    let [rows, columns, n] = loop {
        number += 1;
        let Some(text) = line(reader, MAX_LINE)? else { return Err(wrong(number, "no sizes")) };
        if !text.starts_with('%') && !text.trim().is_empty() {
            break sizes(&text).ok_or_else(|| wrong(number, "not three sizes"))?;
        }
    };
    if symmetry != Symmetry::General && rows != columns {
        return Err(wrong(number, "a symmetric matrix that is not square"));
    }
    let mut entries = Entries::default();
    let mut left = n;
    while let Some(text) = line(reader, MAX_LINE)? {
        number += 1;
        if text.trim().is_empty() {
            continue;
        }
        left = left.checked_sub(1).ok_or_else(|| wrong(number, "more entries than the file says"))?;
        entries.push(&text, [rows, columns], field, symmetry).map_err(|why| wrong(number, why))?;
    }
    if left > 0 {
        return Err(DataError::malformed("", format!("{left} of {n} entries are missing")));
    }
    entries.compressed(layout, [rows, columns], field)
}

fn wrong(number: usize, why: &str) -> DataError {
    DataError::malformed("", format!("line {number}: {why}"))
}

fn banner(text: &str) -> Result<(Field, Symmetry), DataError> {
    let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ["%%matrixmarket", "matrix", format, field, symmetry] = words[..] else {
        return Err(wrong(1, "no Matrix Market file"));
    };
    let unsupported =
        |what: &str| DataError::new("", DataProblem::Unsupported(format!("a matrix that is `{what}`")));
    if format != "coordinate" {
        return Err(unsupported(format));
    }
    let field = match field {
        "real" | "double" => Field::Real,
        "integer" => Field::Integer,
        "pattern" => Field::Pattern,
        other => return Err(unsupported(other)),
    };
    let symmetry = match symmetry {
        "general" => Symmetry::General,
        "symmetric" => Symmetry::Symmetric,
        "skew-symmetric" => Symmetry::SkewSymmetric,
        other => return Err(unsupported(other)),
    };
    Ok((field, symmetry))
}

fn sizes(text: &str) -> Option<[usize; 3]> {
    let sizes: Vec<usize> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    sizes.try_into().ok()
}

impl Entries {
    fn push(
        &mut self,
        text: &str,
        shape: [usize; 2],
        field: Field,
        symmetry: Symmetry,
    ) -> Result<(), &'static str> {
        let mut words = text.split_ascii_whitespace();
        let mut position = |length: usize| {
            let position: usize = words.next()?.parse().ok()?;
            u32::try_from(position.checked_sub(1).filter(|position| *position < length)?).ok()
        };
        let outside = "no position in the matrix";
        let (row, column) = (position(shape[0]).ok_or(outside)?, position(shape[1]).ok_or(outside)?);
        let (mut integer, mut real) = (1, 1.0);
        match field {
            Field::Real => real = words.next().and_then(|word| word.parse().ok()).ok_or("no number")?,
            Field::Integer => {
                integer = words.next().and_then(|word| word.parse().ok()).ok_or("no integer")?
            }
            Field::Pattern => {}
        }
        if words.next().is_some() {
            return Err("more than an entry");
        }
        self.add(row, column, integer, real, field);
        if symmetry != Symmetry::General && row != column {
            let skew = symmetry == Symmetry::SkewSymmetric;
            let integer = if skew { integer.checked_neg().ok_or("no integer")? } else { integer };
            self.add(column, row, integer, if skew { -real } else { real }, field);
        }
        Ok(())
    }

    fn add(&mut self, row: u32, column: u32, integer: i64, real: f64, field: Field) {
        self.rows.push(row);
        self.columns.push(column);
        match field {
            Field::Real => self.reals.push(real),
            Field::Integer | Field::Pattern => self.integers.push(integer),
        }
    }

    /// The entries by row or column, in each by the other.
    fn compressed(self, layout: Layout, shape: [usize; 2], field: Field) -> Result<Sparse, DataError> {
        let (major, minor, n_major) = match layout {
            Layout::Csr => (&self.rows, &self.columns, shape[0]),
            Layout::Csc => (&self.columns, &self.rows, shape[1]),
        };
        if n_major > MAX_EMPTY_ROWS.saturating_add(major.len()) {
            return Err(DataError::new("", DataProblem::Limit(format!("{n_major} rows or columns"))));
        }
        let mut indptr = vec![0_u64; n_major + 1];
        for index in major {
            indptr[*index as usize + 1] += 1;
        }
        for i in 0..n_major {
            indptr[i + 1] += indptr[i];
        }
        let mut order: Vec<usize> = (0..major.len()).collect();
        order.sort_by_key(|entry| (major[*entry], minor[*entry]));
        let indices = order.iter().map(|entry| minor[*entry]).collect();
        let values = match field {
            Field::Real => Values::F64(order.iter().map(|entry| self.reals[*entry]).collect()),
            Field::Integer | Field::Pattern => {
                Values::I64(order.iter().map(|entry| self.integers[*entry]).collect())
            }
        };
        Sparse::new(layout, shape, indptr, indices, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Sparse, DataError> {
        read(text.as_bytes(), Layout::Csr)
    }

    #[test]
    fn every_kind_of_matrix_is_read() {
        let general = "%%MatrixMarket matrix coordinate integer general\n% by hand\n\n3 2 3\n3 1 5\n1 2 -7\r\n\n1 1 2\n";
        let matrix = of(general).unwrap();
        assert_eq!((matrix.shape(), matrix.indptr()), ([3, 2], &[0, 2, 2, 3][..]));
        assert_eq!((matrix.indices(), matrix.values()), (&[0, 1, 0][..], &Values::I64(vec![2, -7, 5])));
        let csc = read(general.as_bytes(), Layout::Csc).unwrap();
        assert_eq!((csc.indptr(), csc.indices()), (&[0, 2, 3][..], &[0, 2, 0][..]));
        let real = of("%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n2 1 1e-3\n2 2 4").unwrap();
        assert_eq!((real.indices(), real.values()), (&[1, 0, 1][..], &Values::F64(vec![1e-3, 1e-3, 4.0])));
        let skew = of("%%MatrixMarket matrix coordinate integer skew-symmetric\n2 2 1\n2 1 3\n").unwrap();
        assert_eq!(skew.values(), &Values::I64(vec![-3, 3]));
        let pattern = of("%%MatrixMarket matrix coordinate pattern general\n1 4 1\n1 4\n").unwrap();
        assert_eq!((pattern.indices(), pattern.values()), (&[3][..], &Values::I64(vec![1])));
        let empty = of("%%MatrixMarket matrix coordinate real general\n0 0 0\n").unwrap();
        assert_eq!(empty.shape(), [0, 0]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let head = "%%MatrixMarket matrix coordinate integer general\n";
        for (rest, named) in [
            ("2 2 1\n0 1 5\n", "line 3: no position"),
            ("2 2 1\n1 3 5\n", "line 3: no position"),
            ("2 2 1\n1 1 1.5\n", "line 3: no integer"),
            ("2 2 1\n1 1\n", "line 3: no integer"),
            ("2 2 1\n1 1 1 1\n", "line 3: more than an entry"),
            ("2 2 1\n1 1 1\n1 2 1\n", "line 4: more entries"),
            ("2 2 2\n1 1 1\n", "1 of 2 entries are missing"),
            ("2 2\n", "line 2: not three sizes"),
            ("", "line 2: no sizes"),
        ] {
            let error = of(&format!("{head}{rest}")).unwrap_err().to_string();
            assert!(error.starts_with(named), "{error}");
        }
        for banner in [
            "",
            "1 2 3",
            "%%MatrixMarket matrix array real general",
            "%%MatrixMarket matrix coordinate complex general",
        ] {
            assert!(of(banner).is_err(), "{banner}");
        }
    }

    #[test]
    fn claimed_sizes_cost_nothing() {
        for sizes in [
            "18446744073709551615 1 0",
            "5000000000 5 0",
            "1 1 18446744073709551615",
            "99999999999999999999 1 0",
        ] {
            assert!(
                of(&format!("%%MatrixMarket matrix coordinate integer general\n{sizes}\n")).is_err(),
                "{sizes}"
            );
        }
    }
}
