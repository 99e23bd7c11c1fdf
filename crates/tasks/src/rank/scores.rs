//! A table of scores: methods by metrics, as programs and spreadsheets write it.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::Path;

use repro_data::delimited::{self, Record};
use repro_digest::file;

use crate::TaskError;

/// Bytes of the largest table that is read.
const MOST_BYTES: u64 = 64 << 20;

/// Spellings of a value that is missing.
const MISSING: [&str; 8] = ["", "NaN", "nan", "NA", "N/A", "n/a", "null", "None"];

/// Possible separators. The one that occurs most often in the first line is used; on a tie, the first of this list.
const SEPARATORS: [char; 3] = ['\t', ';', ','];

/// A table of scores, checked.
pub struct ScoreTable {
    /// Header of the first column, which may be empty.
    pub corner: String,
    /// Names of the methods, each once.
    pub methods: Vec<String>,
    /// At least one.
    pub metrics: Vec<Metric>,
    /// Places of the values that are missing, by method and metric, metric by metric.
    pub missing: Vec<String>,
}

/// A column of numbers.
pub struct Metric {
    /// Its name.
    pub name: String,
    /// One per method; NaN where it is missing.
    pub values: Vec<f64>,
}

impl ScoreTable {
    /// Reads a table, gzipped or not. The first line says by what fields are separated.
    ///
    /// # Errors
    /// If the number of fields differs between lines, a name is missing or repeated, the table has no metric or no method, or a
    /// value is not a number.
    pub fn read(path: &Path) -> Result<Self, TaskError> {
        Reader { path }.table()
    }
}

struct Reader<'a> {
    path: &'a Path,
}

impl Reader<'_> {
    fn refused(&self, problem: impl AsRef<str>) -> TaskError {
        TaskError::unfit(format!("`{}`: {}", self.path.display(), problem.as_ref()))
    }

    fn table(&self) -> Result<ScoreTable, TaskError> {
        let mut records = self.records()?.into_iter();
        let Some(header) = records.next() else { return Err(self.refused("the table is empty")) };
        let rows: Vec<Record> = records.collect();
        let names = self.metric_names(&header, &rows)?;
        let methods = self.methods(&rows)?;
        let mut missing = Vec::new();
        let mut metrics = Vec::new();
        for (column, name) in names {
            let mut values = Vec::with_capacity(rows.len());
            for (row, method) in rows.iter().zip(&methods) {
                let text = row.fields[column].trim();
                if MISSING.contains(&text) {
                    missing.push(format!("`{method}` in `{name}`"));
                    values.push(f64::NAN);
                    continue;
                }
                let refused = || self.not_a_number(row, method, (column, name.as_str()), text);
                values.push(number(text).ok_or_else(refused)?);
            }
            metrics.push(Metric { name, values });
        }
        let corner = header.fields.first().map(|name| name.trim().to_owned()).unwrap_or_default();
        Ok(ScoreTable { corner, methods, metrics, missing })
    }

    /// The records, each with as many fields as the first.
    fn records(&self) -> Result<Vec<Record>, TaskError> {
        let text = self.text()?;
        // Spreadsheets say so where their language would have another one.
        let named = text.strip_prefix("sep=").and_then(|rest| rest.bytes().next());
        let separator = named.map_or_else(|| self.separator(&text), Ok)?;
        let mut records =
            delimited::read_records(Cursor::new(text), separator).map_err(TaskError::data(self.path))?;
        if named.is_some() && !records.is_empty() {
            records.remove(0);
        }
        let wanted = records.first().map_or(0, |record| record.fields.len());
        if let Some(other) = records.iter().find(|record| record.fields.len() != wanted) {
            let (line, found) = (other.line, other.fields.len());
            return Err(self
                .refused(format!("line {line} has {found} fields, the first line has {wanted}"))
                .hint("fields with a comma, a semicolon or a tab need quotes, and decimals a point"));
        }
        Ok(records)
    }

    fn text(&self) -> Result<String, TaskError> {
        file::open(self.path).map_err(TaskError::file("read", self.path))?;
        let (reader, _) = delimited::open(self.path).map_err(TaskError::data(self.path))?;
        let mut bytes = Vec::new();
        reader.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(TaskError::file("read", self.path))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(self.refused(format!("a table of scores has at most {} MiB", MOST_BYTES >> 20)));
        }
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(self.refused("the table is UTF-16").hint("save it as UTF-8"));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| self.refused("is not valid UTF-8").hint("save it as UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // Lines are counted by their feeds.
        Ok(if text.contains('\n') { text.to_owned() } else { text.replace('\r', "\n") })
    }

    /// The separator that is most frequent in the first line, outside of quotes.
    fn separator(&self, text: &str) -> Result<u8, TaskError> {
        let mut counts = [0_usize; SEPARATORS.len()];
        let mut quoted = false;
        for c in text.trim_start_matches(['\n', '\r']).chars() {
            match c {
                '"' => quoted = !quoted,
                '\n' | '\r' if !quoted => break,
                c if !quoted => {
                    if let Some(own) = SEPARATORS.iter().position(|own| *own == c) {
                        counts[own] += 1;
                    }
                }
                _ => {}
            }
        }
        let most = counts.iter().max().copied().unwrap_or(0);
        let found = SEPARATORS.iter().zip(counts).find(|(_, count)| *count == most && most > 0);
        found.map(|(separator, _)| *separator as u8).ok_or_else(|| {
            self.refused("the first line has no comma, semicolon or tab, so that there is no metric").hint(
                "a table of scores has a row per method, named in the first column, and a column per metric",
            )
        })
    }

    /// Places and names of the metrics. A column without a name and without a value is what a separator at the end of each
    /// line makes, and is left out.
    fn metric_names(&self, header: &Record, rows: &[Record]) -> Result<Vec<(usize, String)>, TaskError> {
        let mut seen = BTreeSet::new();
        let mut names = Vec::new();
        for (column, name) in header.fields.iter().enumerate().skip(1) {
            let name = name.trim();
            if name.is_empty() {
                if rows.iter().all(|row| row.fields[column].trim().is_empty()) {
                    continue;
                }
                return Err(self.refused(format!("column {} has no name", column + 1)));
            }
            if !seen.insert(name) {
                return Err(self.refused(format!("two columns are called `{name}`")));
            }
            names.push((column, name.to_owned()));
        }
        if names.is_empty() {
            return Err(self.refused("there is no metric beside the first column").hint(
                "a table of scores has a row per method, named in the first column, and a column per metric",
            ));
        }
        Ok(names)
    }

    fn methods(&self, rows: &[Record]) -> Result<Vec<String>, TaskError> {
        if rows.is_empty() {
            return Err(self.refused("there is no method below the first line"));
        }
        let mut seen = BTreeSet::new();
        for row in rows {
            let method = row.fields[0].trim();
            if !seen.insert(method) {
                return Err(self
                    .refused(format!("line {}: `{method}` is there twice", row.line))
                    .hint("one row per method, each named once"));
            }
        }
        Ok(rows.iter().map(|row| row.fields[0].trim().to_owned()).collect())
    }

    fn not_a_number(
        &self,
        row: &Record,
        method: &str,
        (column, name): (usize, &str),
        text: &str,
    ) -> TaskError {
        let problem =
            format!("line {}, method `{method}`, column `{name}`: `{text}` is not a number", row.line);
        let numbered = row.fields[0].trim().parse::<f64>().is_ok() || row.fields[0].trim().is_empty();
        self.refused(problem).hint(
            if column == 1 && numbered && !text.starts_with(|c: char| c.is_ascii_digit()) {
                "the first column must hold the names of the methods: remove the column of row numbers"
            } else {
                spelling(text)
            },
        )
    }
}

/// A finite number in plain or scientific notation.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

/// What to do about a spelling.
fn spelling(text: &str) -> &'static str {
    let digits = text.contains(|c: char| c.is_ascii_digit());
    if text.contains('\u{2212}') {
        "write the minus sign as `-` (U+002D), not as U+2212"
    } else if text.ends_with('%') {
        "write a fraction instead of percent"
    } else if text.contains('±') {
        "give the value alone, without its spread"
    } else if digits && text.contains(',') {
        "write decimals with a point and no thousands separators"
    } else if text.to_ascii_lowercase().contains("inf") {
        "only finite numbers have a rank; leave the field empty where there is no value"
    } else {
        "leave the field empty (or write NA) where there is no value"
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(text: &[u8]) -> Result<ScoreTable, TaskError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        ScoreTable::read(file.path())
    }

    #[test]
    fn separators_are_found() {
        for text in [
            "m,mse,r2\nA,1,0.5\nB,2,.7\n",
            "\u{feff}m;mse;r2\r\nA;1;0.5\r\nB;2;.7\r\n",
            "m\tmse\tr2\rA\t1\t0.5\rB\t2\t.7\r",
            "sep=,\nm,mse,r2\nA,1,0.5\nB,2,.7\n",
            "m, mse, r2\nA, 1, +0.5\nB, 2e0, 00.7\n",
            "\"m\";\"mse\";\"r2\"\n\"A\";\"1\";\"0.5\"\n\"B\";2;0.7\n",
            "m,mse,r2,\nA,1,0.5,\nB,2,.7,\n",
            "\nm,mse,r2\n\nA,1,0.5\nB,2,.7",
        ] {
            let table = read(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert_eq!(
                (table.corner.as_str(), table.methods.as_slice()),
                ("m", &["A".into(), "B".into()][..])
            );
            let found: Vec<_> =
                table.metrics.iter().map(|own| (own.name.as_str(), own.values.clone())).collect();
            assert_eq!(found, [("mse", vec![1.0, 2.0]), ("r2", vec![0.5, 0.7])], "{text:?}");
        }
    }

    #[test]
    fn what_is_not_a_table_of_scores_is_refused() {
        for (text, words) in [
            ("", "no comma, semicolon or tab"),
            ("method\nA\nB\n", "so that there is no metric"),
            ("method,\nA,\nB,\n", "no metric beside the first column"),
            ("method,r2\n", "no method below the first line"),
            ("m,r2\nA,1\nB\n", "line 3 has 1 fields, the first line has 2"),
            ("m,r2,r2\nA,1,2\n", "two columns are called `r2`"),
            ("m,r2,\nA,1,2\n", "column 3 has no name"),
            ("m,r2\nA,1\nB,2\nA,3\n", "line 4: `A` is there twice"),
            ("m,r2\nA,1\nB,high\n", "line 3, method `B`, column `r2`: `high` is not a number"),
            ("m;r2\nA;0,5\nB;0,7\n", "line 2, method `A`, column `r2`: `0,5` is not a number"),
            ("m,r2\nA,inf\n", "`inf` is not a number"),
            ("m,r2\nA,-inf\n", "`-inf` is not a number"),
            ("m,r2\nA,1e999\n", "`1e999` is not a number"),
            ("m,n\nA,1_000\n", "`1_000` is not a number"),
            ("m,n\nA,0x10\n", "`0x10` is not a number"),
            ("m,acc\nA,90%\n", "`90%` is not a number"),
            (",method,mse\n0,A,0.1\n1,B,0.2\n", "line 2, method `0`, column `method`: `A` is not a number"),
        ] {
            let Err(error) = read(text.as_bytes()) else { panic!("{text:?}") };
            assert!(error.to_string().contains(words), "{error}");
        }
        let Err(TaskError::Unfit { hint: Some(hint), .. }) = read("m,r2\nA,\u{2212}0.5\n".as_bytes()) else {
            panic!("a minus sign")
        };
        assert!(hint.contains("U+2212"));
        assert!(read(b"\xff\xfem\0,\0").is_err_and(|error| error.to_string().contains("UTF-16")));
        assert!(read(b"m,r2\nA,\xe9\n").is_err_and(|error| error.to_string().contains("not valid UTF-8")));
    }
}
