//! Tables in Parquet, with the index that pandas keeps in their metadata. Only with the feature `parquet`.
//!
//! Columns are read as the numbers, truth values and texts that they hold; categories, which are a matter of the
//! writer, are texts or numbers too. Dates, decimals, lists and other nested columns are refused by name.
//!
//! Less is promised than for the other formats: the library reserves memory for a page by the size that the page claims,
//! up to 2 GiB, before it reads the page, and it panics on some damaged files (3 of 2,000 with one bit flipped), which is
//! caught here; its message still goes where the program's panics go.

use std::fs::File;
use std::path::Path;

use parquet::basic::{ConvertedType, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{DataError, DataProblem};
use crate::frame::{Column, DataFrame};
use crate::values::{DataType, Values};

/// What pandas says of a table.
#[derive(Deserialize)]
struct Pandas {
    index_columns: Vec<Value>,
}

/// Names of rows.
enum Index {
    /// Numbers from `start` by `step`.
    Range { name: Option<String>, start: i64, step: i64 },
    /// A column.
    Column(String),
}

/// The table in a file.
///
/// # Errors
/// Where the file is damaged, a column is of a type that is not read, or the index has more than one level.
pub fn read(path: &Path) -> Result<DataFrame, DataError> {
    let file = repro_digest::file::open(path).map_err(|error| DataError::new("", error))?;
    // The library may panic on a damaged file; that is the file's fault, not the program's.
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read_file(file)));
    read.unwrap_or_else(|_| Err(DataError::malformed("", "a damaged Parquet file")))
}

fn read_file(file: File) -> Result<DataFrame, DataError> {
    let reader = SerializedFileReader::new(file).map_err(refused)?;
    let metadata = reader.metadata().file_metadata();
    let pandas = metadata.key_value_metadata().into_iter().flatten().find(|entry| entry.key == "pandas");
    let index = index(pandas.and_then(|entry| entry.value.as_deref()))?;
    let mut columns = Vec::new();
    for field in metadata.schema_descr().root_schema().get_fields() {
        columns.push((field.name().to_owned(), Building::new(data_type(field)?)));
    }
    let mut n_rows = 0;
    for row in reader.get_row_iter(None).map_err(refused)? {
        let row = row.map_err(refused)?;
        n_rows += 1;
        for ((name, column), (_, field)) in columns.iter_mut().zip(row.get_column_iter()) {
            if !column.push(field) {
                return Err(DataError::malformed(name.as_str(), format!("row {n_rows} is of another type")));
            }
        }
    }
    frame(columns, index, n_rows)
}

fn frame(mut columns: Vec<(String, Building)>, index: Index, n_rows: i64) -> Result<DataFrame, DataError> {
    let mut frame = match index {
        Index::Range { name, start, step } => {
            let label = |row: i64| start.wrapping_add(row.wrapping_mul(step)).to_string();
            let mut frame = DataFrame::new((0..n_rows).map(label).collect());
            frame.index_name = name;
            frame
        }
        Index::Column(name) => {
            let missing =
                || DataError::new("", DataProblem::Missing(format!("column `{name}` of the index")));
            let position = columns.iter().position(|(own, _)| *own == name).ok_or_else(missing)?;
            let (_, labels) = columns.remove(position);
            let mut frame = DataFrame::new(labels.labels().ok_or_else(|| {
                DataError::new(name.as_str(), DataProblem::Unsupported("an index of such values".to_owned()))
            })?);
            frame.index_name = Some(name).filter(|name| !name.starts_with("__index_level_"));
            frame
        }
    };
    for (name, column) in columns {
        frame.push(name, column.finished())?;
    }
    Ok(frame)
}

fn index(pandas: Option<&str>) -> Result<Index, DataError> {
    let none = Index::Range { name: None, start: 0, step: 1 };
    let Some(pandas) = pandas else { return Ok(none) };
    let pandas: Pandas = serde_json::from_str(pandas)
        .map_err(|error| DataError::malformed("", format!("bad metadata of pandas: {error}")))?;
    match pandas.index_columns.as_slice() {
        [] => Ok(none),
        [Value::String(name)] => Ok(Index::Column(name.clone())),
        [range] if range["kind"] == "range" => {
            let name = range["name"].as_str().map(str::to_owned);
            let (start, step) = (range["start"].as_i64(), range["step"].as_i64());
            Ok(Index::Range { name, start: start.unwrap_or(0), step: step.unwrap_or(1) })
        }
        _ => Err(DataError::new("", DataProblem::Unsupported("an index of several levels".to_owned()))),
    }
}

fn data_type(field: &Type) -> Result<DataType, DataError> {
    let unread = |what: String| DataError::new(field.name(), DataProblem::Unsupported(what));
    if !field.is_primitive() {
        return Err(unread("a nested column".to_owned()));
    }
    let converted = field.get_basic_info().converted_type();
    Ok(match (field.get_physical_type(), converted) {
        (Physical::BOOLEAN, ConvertedType::NONE) => DataType::Bool,
        (Physical::INT32, ConvertedType::INT_8) => DataType::I8,
        (Physical::INT32, ConvertedType::INT_16) => DataType::I16,
        (Physical::INT32, ConvertedType::NONE | ConvertedType::INT_32) => DataType::I32,
        (Physical::INT64, ConvertedType::NONE | ConvertedType::INT_64) => DataType::I64,
        (Physical::INT32, ConvertedType::UINT_8) => DataType::U8,
        (Physical::INT32, ConvertedType::UINT_16) => DataType::U16,
        (Physical::INT32, ConvertedType::UINT_32) => DataType::U32,
        (Physical::INT64, ConvertedType::UINT_64) => DataType::U64,
        (Physical::FLOAT, ConvertedType::NONE) => DataType::F32,
        (Physical::DOUBLE, ConvertedType::NONE) => DataType::F64,
        (Physical::BYTE_ARRAY, ConvertedType::UTF8) => DataType::Text,
        (physical, converted) => return Err(unread(format!("a column of {physical} as {converted}"))),
    })
}

/// A column while it is read.
struct Building {
    values: Values,
    missing: Vec<bool>,
}

impl Building {
    fn new(data_type: DataType) -> Self {
        let values = match data_type {
            DataType::Bool => Values::Bool(Vec::new()),
            DataType::I8 => Values::I8(Vec::new()),
            DataType::I16 => Values::I16(Vec::new()),
            DataType::I32 => Values::I32(Vec::new()),
            DataType::I64 => Values::I64(Vec::new()),
            DataType::U8 => Values::U8(Vec::new()),
            DataType::U16 => Values::U16(Vec::new()),
            DataType::U32 => Values::U32(Vec::new()),
            DataType::U64 => Values::U64(Vec::new()),
            DataType::F32 => Values::F32(Vec::new()),
            DataType::F64 => Values::F64(Vec::new()),
            DataType::Text => Values::Text(Vec::new()),
        };
        Self { values, missing: Vec::new() }
    }

    /// Adds a field; `false` where it is of another type.
    fn push(&mut self, field: &Field) -> bool {
        self.missing.push(matches!(field, Field::Null));
        match (&mut self.values, field) {
            (Values::Bool(values), Field::Bool(value)) => values.push(*value),
            (Values::I8(values), Field::Byte(value)) => values.push(*value),
            (Values::I16(values), Field::Short(value)) => values.push(*value),
            (Values::I32(values), Field::Int(value)) => values.push(*value),
            (Values::I64(values), Field::Long(value)) => values.push(*value),
            (Values::U8(values), Field::UByte(value)) => values.push(*value),
            (Values::U16(values), Field::UShort(value)) => values.push(*value),
            (Values::U32(values), Field::UInt(value)) => values.push(*value),
            (Values::U64(values), Field::ULong(value)) => values.push(*value),
            (Values::F32(values), Field::Float(value)) => values.push(*value),
            (Values::F64(values), Field::Double(value)) => values.push(*value),
            (Values::Text(values), Field::Str(value)) => values.push(value.clone()),
            (Values::Bool(values), Field::Null) => values.push(false),
            (Values::I8(values), Field::Null) => values.push(0),
            (Values::I16(values), Field::Null) => values.push(0),
            (Values::I32(values), Field::Null) => values.push(0),
            (Values::I64(values), Field::Null) => values.push(0),
            (Values::U8(values), Field::Null) => values.push(0),
            (Values::U16(values), Field::Null) => values.push(0),
            (Values::U32(values), Field::Null) => values.push(0),
            (Values::U64(values), Field::Null) => values.push(0),
            (Values::F32(values), Field::Null) => values.push(f32::NAN),
            (Values::F64(values), Field::Null) => values.push(f64::NAN),
            (Values::Text(values), Field::Null) => values.push(String::new()),
            _ => return false,
        }
        true
    }

    /// The column; what is missing among floats is NaN, as it is for pandas.
    fn finished(self) -> Column {
        let floats = matches!(self.values, Values::F32(_) | Values::F64(_));
        if floats || !self.missing.contains(&true) {
            return Column::Values(self.values);
        }
        Column::Nullable { values: self.values, mask: self.missing }
    }

    /// The values as names of rows; `None` where some are missing or are no texts or integers.
    fn labels(self) -> Option<Vec<String>> {
        if self.missing.contains(&true) {
            return None;
        }
        fn each<T: ToString>(values: &[T]) -> Vec<String> {
            values.iter().map(T::to_string).collect()
        }
        Some(match self.values {
            Values::Text(texts) => texts,
            Values::I8(values) => each(&values),
            Values::I16(values) => each(&values),
            Values::I32(values) => each(&values),
            Values::I64(values) => each(&values),
            Values::U8(values) => each(&values),
            Values::U16(values) => each(&values),
            Values::U32(values) => each(&values),
            Values::U64(values) => each(&values),
            Values::Bool(_) | Values::F32(_) | Values::F64(_) => return None,
        })
    }
}

fn refused(error: ParquetError) -> DataError {
    DataError::malformed("", format!("bad Parquet: {error}"))
}
