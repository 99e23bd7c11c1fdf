//! Tables and matrices as text: fields separated by commas or tabs, names of the columns in the first line and names
//! of the rows in the first field of each.

use std::io::{BufRead, ErrorKind};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use crate::anndata::AnnData;
use crate::array::Array;
use crate::elements::{not_utf8, unreadable};
use crate::error::{DataError, DataProblem};
use crate::frame::{Column, DataFrame};
use crate::mtx::unpacked;
use crate::sparse::Matrix;
use crate::values::Values;

/// What lies in the rows of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// A cell a row.
    Cells,
    /// A gene a row, as counts are often published.
    Genes,
}

/// A line of CSV with its end: fields are quoted where what they hold needs it (RFC 4180).
pub fn csv_line<F: AsRef<str>>(fields: impl IntoIterator<Item = F>) -> String {
    let mut line = String::new();
    for (position, field) in fields.into_iter().enumerate() {
        let field = field.as_ref();
        if position > 0 {
            line.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            line.push_str(&format!("\"{}\"", field.replace('"', "\"\"")));
        } else {
            line.push_str(field);
        }
    }
    line.push('\n');
    line
}

/// Longest record.
const MAX_RECORD: u64 = 256 << 20;

/// Opens a table: `.csv` has commas, anything else tabs; with gzip where the file begins as gzip does.
pub fn open(path: &Path) -> Result<(Box<dyn BufRead>, u8), DataError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    let separator = if name.trim_end_matches(".gz").ends_with(".csv") { b',' } else { b'\t' };
    Ok((unpacked(path)?, separator))
}

/// The table of a text. A column whose fields are all integers, numbers or `True`/`False` is such a column, one with
/// empty fields among them a nullable one; anything else is texts. Fields may be quoted.
///
/// # Errors
/// Where a line has another number of fields than the first, a column has no name or that of another, or the text is
/// not UTF-8.
pub fn read_frame(reader: impl BufRead, separator: u8) -> Result<DataFrame, DataError> {
    let mut lines = Lines::new(reader, separator)?;
    let mut index = Vec::new();
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); lines.names.len()];
    while let Some((name, fields)) = lines.next()? {
        index.push(name.to_owned());
        for (column, field) in columns.iter_mut().zip(fields) {
            column.push(text(field)?.to_owned());
        }
    }
    let mut frame = DataFrame::new(index);
    frame.index_name = Some(lines.corner.clone()).filter(|name| !name.is_empty());
    for (name, column) in lines.names.into_iter().zip(columns) {
        if name.is_empty() {
            return Err(DataError::malformed("", "a column without a name"));
        }
        frame.push(name, typed(column))?;
    }
    Ok(frame)
}

/// A record of a text as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Line on which it begins, from 1.
    pub line: u64,
    /// Its fields, without quotes.
    pub fields: Vec<String>,
}

/// Reads the records of a text, header included, without an opinion on what their fields are. Empty lines are left out.
///
/// # Errors
/// Where the text is not UTF-8 or a record is too long.
pub fn read_records(reader: impl BufRead, separator: u8) -> Result<Vec<Record>, DataError> {
    let reader = Bounded { reader, left: 0 };
    let mut reader =
        ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(reader);
    let mut records = Vec::new();
    let mut record = ByteRecord::new();
    loop {
        reader.get_mut().left = MAX_RECORD;
        if !reader.read_byte_record(&mut record).map_err(refused)? {
            return Ok(records);
        }
        let fields =
            record.iter().map(|field| text(field).map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
        let line = record.position().map_or(0, |position| position.line());
        records.push(Record { line, fields });
    }
}

/// The matrix of a text, `float32` as scanpy reads it where that is exact for every field and `float64` otherwise.
///
/// # Errors
/// As [`read_frame`], and where a field is no number.
pub fn read_matrix(reader: impl BufRead, separator: u8, rows: Rows) -> Result<AnnData, DataError> {
    let mut lines = Lines::new(reader, separator)?;
    let mut names = Vec::new();
    let mut numbers: Vec<f64> = Vec::new();
    while let Some((name, fields)) = lines.next()? {
        names.push(name.to_owned());
        let line = names.len() + 1;
        for field in fields {
            let number = std::str::from_utf8(field).ok().and_then(|field| field.trim().parse().ok());
            let number = number.ok_or_else(|| {
                DataError::malformed(
                    "",
                    format!("line {line}: `{}` is no number", String::from_utf8_lossy(field)),
                )
            })?;
            numbers.push(number);
        }
    }
    let (n_rows, n_columns) = (names.len(), lines.names.len());
    if rows == Rows::Genes {
        numbers = (0..n_columns)
            .flat_map(|column| (0..n_rows).map(move |row| row * n_columns + column))
            .map(|position| numbers[position])
            .collect();
    }
    let (obs, var) = match rows {
        Rows::Cells => (names, lines.names),
        Rows::Genes => (lines.names, names),
    };
    let exact = |number: &f64| number.is_nan() || f64::from(*number as f32) == *number;
    let values = if numbers.iter().all(exact) {
        Values::F32(numbers.iter().map(|number| *number as f32).collect())
    } else {
        Values::F64(numbers)
    };
    let x = Array::new(vec![obs.len(), var.len()], values)?;
    Ok(AnnData {
        x: Some(Matrix::Dense(x)),
        obs: DataFrame::new(obs),
        var: DataFrame::new(var),
        ..AnnData::default()
    })
}

/// The lines below the first.
struct Lines<R> {
    reader: csv::Reader<Bounded<R>>,
    /// First field of the first line.
    corner: String,
    /// Names of the columns.
    names: Vec<String>,
    record: ByteRecord,
    /// Whether the record is of a line that was not given yet.
    ahead: bool,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R, separator: u8) -> Result<Self, DataError> {
        let reader = Bounded { reader, left: 0 };
        let reader =
            ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(reader);
        let record = ByteRecord::new();
        let mut lines =
            Self { reader, corner: String::new(), names: Vec::new(), record, ahead: false, number: 0 };
        if !lines.advance()? {
            return Err(DataError::malformed("", "no line of names"));
        }
        let names = lines.record.iter().map(|name| text(name).map(str::to_owned));
        let mut names: Vec<String> = names.collect::<Result<_, _>>()?;
        if let Some(first) = names.first_mut().filter(|first| first.starts_with('\u{feff}')) {
            *first = first.trim_start_matches('\u{feff}').to_owned();
        }
        lines.ahead = lines.advance()?;
        // R leaves out the name of the row names: then the first line is one field shorter than the others.
        if !lines.ahead || lines.record.len() != names.len() + 1 {
            lines.corner = names.remove(0);
        }
        lines.names = names;
        Ok(lines)
    }

    /// Reads the next record.
    fn advance(&mut self) -> Result<bool, DataError> {
        self.reader.get_mut().left = MAX_RECORD;
        self.number += 1;
        self.reader.read_byte_record(&mut self.record).map_err(refused)
    }

    /// The name and the fields of the next row.
    fn next(&mut self) -> Result<Option<(&str, impl Iterator<Item = &[u8]>)>, DataError> {
        if !std::mem::take(&mut self.ahead) && !self.advance()? {
            return Ok(None);
        }
        let (found, wanted) = (self.record.len(), self.names.len() + 1);
        if found != wanted {
            let why = format!("line {} has {found} fields, where {wanted} are needed", self.number);
            return Err(DataError::malformed("", why));
        }
        let mut fields = self.record.iter();
        Ok(Some((text(fields.next().unwrap_or_default())?, fields)))
    }
}

/// A reader of which one record may take so much and no more.
struct Bounded<R> {
    reader: R,
    left: u64,
}

impl<R: BufRead> std::io::Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            return Err(std::io::Error::new(
                ErrorKind::FileTooLarge,
                format!("a line of more than {MAX_RECORD} bytes"),
            ));
        }
        let n = self.reader.read(buffer)?;
        self.left = self.left.saturating_sub(n as u64);
        Ok(n)
    }
}

fn refused(error: csv::Error) -> DataError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == ErrorKind::FileTooLarge => {
            DataError::new("", DataProblem::Limit(error.to_string()))
        }
        csv::ErrorKind::Io(error) => unreadable(error),
        other => DataError::malformed("", format!("{other:?}")),
    }
}

fn text(field: &[u8]) -> Result<&str, DataError> {
    std::str::from_utf8(field).map_err(|_| not_utf8())
}

/// A column of the narrowest of integers, numbers, truth values and texts that all its fields are.
fn typed(fields: Vec<String>) -> Column {
    let missing: Vec<bool> = fields.iter().map(String::is_empty).collect();
    let present = || fields.iter().filter(|field| !field.is_empty());
    if present().next().is_none() {
        return Column::Values(Values::Text(fields));
    }
    let truth = |field: &str| match field {
        "True" | "TRUE" | "true" => Some(true),
        "False" | "FALSE" | "false" => Some(false),
        _ => None,
    };
    let values = if present().all(|field| whole(field).is_some()) {
        Values::I64(fields.iter().map(|field| whole(field).unwrap_or_default()).collect())
    } else if present().all(|field| number(field).is_some()) {
        // What is missing among floats is NaN, as it is for pandas.
        return Column::Values(Values::F64(
            fields.iter().map(|field| number(field).unwrap_or(f64::NAN)).collect(),
        ));
    } else if present().all(|field| truth(field).is_some()) {
        Values::Bool(fields.iter().map(|field| truth(field).unwrap_or_default()).collect())
    } else {
        return Column::Values(Values::Text(fields));
    };
    if missing.contains(&true) { Column::Nullable { values, mask: missing } } else { Column::Values(values) }
}

/// An integer whose digits are kept: `007` is a name.
fn whole(field: &str) -> Option<i64> {
    let digits = field.strip_prefix('-').unwrap_or(field);
    let kept =
        digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit()));
    field.parse().ok().filter(|_| kept)
}

/// A float; words such as `nan` and `inf` are texts, except `NaN`, which pandas writes.
fn number(field: &str) -> Option<f64> {
    let digits = field.trim_start_matches(['-', '+']);
    let kept = field == "NaN" || digits.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let padded = digits.starts_with('0') && digits[1..].starts_with(|next: char| next.is_ascii_digit());
    field.parse().ok().filter(|_| kept && !padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(text: &str) -> Column {
        let frame = read_frame(format!("i,c\n{text}").as_bytes(), b',').unwrap();
        frame.columns()[0].1.clone()
    }

    #[test]
    fn columns_have_the_type_of_their_fields() {
        assert_eq!(column("a,1\nb,-2\n"), Column::Values(Values::I64(vec![1, -2])));
        assert_eq!(column("a,1\nb,2.5e3\n"), Column::Values(Values::F64(vec![1.0, 2500.0])));
        assert_eq!(column("a,True\nb,False\n"), Column::Values(Values::Bool(vec![true, false])));
        let texts = |texts: [&str; 2]| Column::Values(Values::Text(texts.map(str::to_owned).to_vec()));
        assert_eq!(column("a,1\nb,x\n"), texts(["1", "x"]));
        assert_eq!(column("a,007\nb,010\n"), texts(["007", "010"]));
        assert_eq!(column("a,nan\nb,inf\n"), texts(["nan", "inf"]));
        assert_eq!(column("a,\nb,\n"), texts(["", ""]));
        assert_eq!(column("a,\"x, y\"\nb,\"\"\"q\"\"\"\n"), texts(["x, y", "\"q\""]));
        assert_eq!(
            column("a,\nb,3\n"),
            Column::Nullable { values: Values::I64(vec![0, 3]), mask: vec![true, false] }
        );
        let Column::Values(Values::F64(floats)) = column("a,\nb,0.5\n") else { panic!("no floats") };
        assert!(floats[0].is_nan() && floats[1] == 0.5);
        let big = "a,9223372036854775808\nb,1\n";
        assert_eq!(column(big), Column::Values(Values::F64(vec![9_223_372_036_854_775_808.0, 1.0])));
    }

    #[test]
    fn the_first_line_of_r_is_one_field_shorter() {
        let frame = read_frame(&b"\xef\xbb\xbfx\ty\r\ng1\t1\ta\r\ng2\t2\tb\r\n"[..], b'\t').unwrap();
        assert_eq!(frame.index(), ["g1", "g2"]);
        assert_eq!(frame.index_name, None);
        assert_eq!(frame.columns().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["x", "y"]);
        let frame = read_frame(&b"gene,x\ng1,1\n"[..], b',').unwrap();
        assert_eq!(frame.index_name.as_deref(), Some("gene"));
        let frame = read_frame(&b",x,y\n"[..], b',').unwrap();
        assert_eq!((frame.n_rows(), frame.columns().len()), (0, 2));
    }

    #[test]
    fn matrices_are_cells_by_genes() {
        let text = &b",g1,g2,g3\nc1,1,0,2.5\nc2,0,3,0\n"[..];
        let data = read_matrix(text, b',', Rows::Cells).unwrap();
        assert_eq!((data.n_obs(), data.n_vars()), (2, 3));
        let values = vec![1.0, 0.0, 2.5, 0.0, 3.0, 0.0];
        assert_eq!(data.x, Some(Matrix::Dense(Array::new(vec![2, 3], Values::F32(values)).unwrap())));
        let turned = read_matrix(text, b',', Rows::Genes).unwrap();
        assert_eq!(turned.obs.index(), ["g1", "g2", "g3"]);
        let values = vec![1.0, 0.0, 0.0, 3.0, 2.5, 0.0];
        assert_eq!(turned.x, Some(Matrix::Dense(Array::new(vec![3, 2], Values::F32(values)).unwrap())));
        let wide = read_matrix(&b",g\nc,0.1\n"[..], b',', Rows::Cells).unwrap();
        assert_eq!(wide.x, Some(Matrix::Dense(Array::new(vec![1, 1], Values::F64(vec![0.1])).unwrap())));
        wide.check().unwrap();
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, named) in [
            ("", "no line of names"),
            ("i,a\nx,1\ny\n", "line 3 has 1 fields"),
            ("i,a\nx,1,2,3\n", "line 2 has 4 fields"),
            ("i,a,a\nx,1,2\n", "two columns have this name"),
            ("i,,a\nx,1,2\n", "a column without a name"),
        ] {
            let error = read_frame(text.as_bytes(), b',').unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
        assert!(read_frame(&b"i,a\nx,\xff\n"[..], b',').is_err());
        let error = read_matrix(&b"i,a\nx,1\ny,z\n"[..], b',', Rows::Cells).unwrap_err().to_string();
        assert_eq!(error, "line 3: `z` is no number");
        let endless = std::io::BufReader::new(std::io::repeat(b'a'));
        assert!(matches!(read_frame(endless, b',').unwrap_err().problem, DataProblem::Limit(_)));
    }

    #[test]
    fn names_of_files_say_what_separates() {
        let folder = tempfile::tempdir().unwrap();
        for (name, separator) in [("a.csv", b','), ("a.CSV.gz", b','), ("a.tsv", b'\t'), ("a.txt", b'\t')] {
            let path = folder.path().join(name);
            std::fs::write(&path, "i").unwrap();
            assert_eq!(open(&path).unwrap().1, separator);
        }
        assert!(open(&folder.path().join("absent.csv")).is_err());
    }
}
