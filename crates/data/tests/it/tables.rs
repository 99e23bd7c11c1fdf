//! Tables in Parquet that pandas and pyarrow wrote.

use std::path::{Path, PathBuf};

use repro_data::frame::{Column, DataFrame};
use repro_data::parquet::read;
use repro_data::values::Values;
use serde_json::Value;

use crate::arrays::flips;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/parquet").join(name)
}

fn text(values: &Values, i: usize) -> String {
    match values {
        Values::Text(texts) => texts[i].clone(),
        Values::Bool(values) => values[i].to_string(),
        Values::U64(values) => values[i].to_string(),
        Values::I64(values) => values[i].to_string(),
        values => format!("{:?}", values.to_f64().unwrap()[i]),
    }
}

fn check(frame: &DataFrame, expected: &Value) {
    let columns = expected["columns"].as_object().unwrap();
    assert_eq!(frame.columns().len(), columns.len());
    for (name, expected) in columns {
        let (values, mask) = match frame.column(name).unwrap() {
            Column::Values(values) => (values, vec![false; 6]),
            Column::Nullable { values, mask } => (values, mask.clone()),
            Column::Categorical(_) => panic!("categories in {name}"),
        };
        for (i, value) in expected.as_array().unwrap().iter().enumerate() {
            let own = text(values, i);
            let wanted = match value {
                Value::Null if own == "NaN" => continue,
                Value::Null => {
                    assert!(mask[i], "{name} {i}");
                    continue;
                }
                Value::String(text) => text.clone(),
                Value::Number(number) if own.ends_with(".0") => format!("{number}.0"),
                other => other.to_string(),
            };
            let same = own == wanted
                || own.parse::<f64>().ok().zip(wanted.parse::<f64>().ok()).is_some_and(|(a, b)| a == b);
            assert!(same && !mask[i], "{name} {i}: {own}, not {wanted}");
        }
    }
}

#[test]
fn tables_of_pandas_are_read() {
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(fixture("tables.json")).unwrap()).unwrap();
    for name in ["range", "named", "unnamed", "numbers", "gzip", "zstd", "lz4", "none"] {
        let frame =
            read(&fixture(&format!("{name}.parquet"))).unwrap_or_else(|error| panic!("{name}: {error}"));
        check(&frame, &expected);
        let index = expected.get(name).unwrap_or(&expected["range"]);
        assert_eq!(Value::from(frame.index().to_vec()), index["index"], "{name}");
        assert_eq!(frame.index_name.as_deref(), index["index_name"].as_str(), "{name}");
    }
    let arrow = read(&fixture("arrow.parquet")).unwrap();
    assert_eq!(arrow.column("x"), Some(&Column::Values(Values::I64(vec![1, 2, 3]))));
    assert_eq!(arrow.index(), ["0", "1", "2"]);
}

#[test]
fn what_is_not_read_is_named() {
    for (name, column) in [("timestamp.parquet", "`when`"), ("list.parquet", "`list`")] {
        let error = read(&fixture(name)).unwrap_err().to_string();
        assert!(error.contains(column), "{error}");
    }
    assert!(read(&fixture("tables.json")).is_err() && read(&fixture("absent")).is_err());
}

#[test]
fn damaged_tables_are_refused_or_whole() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut panics = 0;
    for name in ["named.parquet", "gzip.parquet"] {
        let whole = std::fs::read(fixture(name)).unwrap();
        flips(&whole, |bytes| {
            std::fs::write(file.path(), bytes).unwrap();
            match read(file.path()) {
                Ok(frame) => {
                    frame.columns().iter().for_each(|(_, column)| assert_eq!(column.len(), frame.n_rows()))
                }
                Err(error) => panics += usize::from(error.to_string() == "a damaged Parquet file"),
            }
        });
        for end in (0..whole.len()).step_by(11) {
            std::fs::write(file.path(), &whole[..end]).unwrap();
            assert!(read(file.path()).is_err(), "{end}");
        }
    }
    println!("{panics} panics of the library were caught");
}
