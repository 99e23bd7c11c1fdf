//! Pickles of tables and matrices that several releases of pandas, SciPy and anndata wrote, against what they hold.

use std::path::Path;
use std::sync::Arc;

use repro_data::anndata::{AnnData, Element};
use repro_data::array::Array;
use repro_data::error::DataError;
use repro_data::frame::{Categorical, Column, DataFrame};
use repro_data::pickle::{Limits, Value};
use repro_data::sparse::{Layout, Matrix, Sparse};
use repro_data::values::Values;
use serde_json::{Value as Json, json};

/// Environments: pandas 1.5 with anndata 0.8, pandas 2.1 with anndata 0.10, pandas 2.3 with anndata 0.11, the same with
/// NumPy 2 and anndata 0.12, pandas 3 with pyarrow and anndata 0.13, pandas 3 alone.
pub const ENVIRONMENTS: [&str; 6] = ["pandas1", "pandas2", "anndata11", "numpy2", "pandas3_arrow", "pandas3"];

/// A case of the oracle: name, content, and the bytes of each protocol.
pub struct Case {
    pub name: String,
    content: Json,
    pub pickles: Vec<(String, Vec<u8>)>,
}

pub fn cases(environment: &str) -> Vec<Case> {
    part(environment, "cases")
}

/// Cases of a part of the oracle; those that are refused have the words of the refusal as their content.
fn part(environment: &str, part: &str) -> Vec<Case> {
    let path = format!("tests/oracle/frames.{environment}.json");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let json: Json = serde_json::from_str(&text).unwrap();
    let case = |case: &Json| {
        let pickles = case["pickles"].as_object().unwrap().iter();
        Case {
            name: case["name"].as_str().unwrap().to_owned(),
            content: case.get(if part == "cases" { "content" } else { "words" }).unwrap().clone(),
            pickles: pickles.map(|(p, text)| (p.clone(), unbase64(text.as_str().unwrap()))).collect(),
        }
    };
    json[part].as_array().unwrap().iter().map(case).collect()
}

fn unbase64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.bytes().filter_map(|byte| ALPHABET.iter().position(|digit| *digit == byte));
    let mut bits = (0_u32, 0);
    let mut bytes = Vec::new();
    for digit in digits {
        bits = (bits.0 << 6 | digit as u32, bits.1 + 6);
        if bits.1 >= 8 {
            bits.1 -= 8;
            bytes.push((bits.0 >> bits.1) as u8);
            bits.0 &= (1 << bits.1) - 1;
        }
    }
    bytes
}

pub fn read(bytes: &[u8]) -> Result<Value, DataError> {
    Value::read(bytes, Limits::default())
}

fn float(number: f64) -> Json {
    // One NaN is as good as another, as it is for NumPy.
    let bits = if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
    json!({ "bits": format!("{bits:016x}") })
}

/// Content with every NaN the same.
fn canonical(content: &Json) -> Json {
    match content {
        Json::Object(map) if map.len() == 1 && map.contains_key("bits") => {
            let bits = u64::from_str_radix(map["bits"].as_str().unwrap(), 16).unwrap();
            float(f64::from_bits(bits))
        }
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), canonical(value))).collect(),
        Json::Array(items) => items.iter().map(canonical).collect(),
        plain => plain.clone(),
    }
}

fn values(values: &Values) -> Json {
    fn all<T: Copy + Into<Json>>(values: &[T]) -> Json {
        values.iter().map(|value| (*value).into()).collect()
    }
    let content = match values {
        Values::Bool(values) => all(values),
        Values::I8(values) => all(values),
        Values::I16(values) => all(values),
        Values::I32(values) => all(values),
        Values::I64(values) => all(values),
        Values::U8(values) => all(values),
        Values::U16(values) => all(values),
        Values::U32(values) => all(values),
        Values::U64(values) => all(values),
        Values::F32(values) => values.iter().map(|value| float(f64::from(*value))).collect(),
        Values::F64(values) => values.iter().map(|value| float(*value)).collect(),
        Values::Text(values) => values.iter().map(|text| Json::from(text.as_str())).collect(),
    };
    json!({ "type": values.data_type().name(), "values": content })
}

fn with(mut content: Json, more: Json) -> Json {
    for (key, value) in more.as_object().unwrap() {
        content[key] = value.clone();
    }
    content
}

fn nullable(of: &Values, mask: &[bool]) -> Json {
    let mut content = with(values(of), json!({ "is": "nullable" }));
    for (at, _) in mask.iter().enumerate().filter(|(_, missing)| **missing) {
        content["values"][at] = Json::Null;
    }
    content
}

fn categorical(of: &Categorical) -> Json {
    let (codes, categories) = (of.codes(), values(of.categories()));
    json!({ "is": "categorical", "codes": codes, "categories": categories, "ordered": of.ordered })
}

fn column(of: &Column) -> Json {
    match of {
        Column::Values(of) => values(of),
        Column::Categorical(of) => categorical(of),
        Column::Nullable { values, mask } => nullable(values, mask),
    }
}

fn frame(of: &DataFrame) -> Json {
    let columns: Vec<Json> = of.columns().iter().map(|(name, of)| json!([name, column(of)])).collect();
    json!({ "is": "frame", "name": of.index_name, "index": of.index(), "columns": columns })
}

fn array(of: &Array) -> Json {
    with(values(of.values()), json!({ "is": "array", "shape": of.shape() }))
}

fn sparse(of: &Sparse) -> Json {
    let layout = if of.layout() == Layout::Csr { "csr" } else { "csc" };
    let parts = json!({ "is": layout, "shape": of.shape(), "indptr": of.indptr(), "indices": of.indices() });
    with(values(of.values()), parts)
}

fn matrix(of: &Matrix) -> Json {
    match of {
        Matrix::Dense(of) => array(of),
        Matrix::Sparse(of) => sparse(of),
    }
}

fn element(of: &Element) -> Json {
    match of {
        Element::Null => Json::Null,
        Element::Array(of) => array(of),
        Element::Sparse(of) => sparse(of),
        Element::DataFrame(of) => frame(of),
        Element::Categorical(of) => categorical(of),
        Element::Nullable { values, mask } => nullable(values, mask),
        Element::Dict(of) => json!({ "is": "dict", "entries": elements(of) }),
        Element::Records(of) => {
            let fields: Json = of.iter().map(|(name, of)| json!([name, array(of)])).collect();
            json!({ "is": "records", "fields": fields })
        }
        Element::Unread(_) => panic!("{of:?}"),
    }
}

fn elements(of: &[(String, Element)]) -> Json {
    of.iter().map(|(name, of)| json!([name, element(of)])).collect()
}

fn anndata(of: &AnnData) -> Json {
    let matrices =
        |all: &[(String, Matrix)]| all.iter().map(|(name, of)| json!([name, matrix(of)])).collect::<Json>();
    json!({
        "is": "anndata",
        "X": of.x.as_ref().map(matrix),
        "obs": frame(&of.obs),
        "var": frame(&of.var),
        "raw": of.raw.as_ref().map(|raw| {
            json!({ "X": matrix(&raw.x), "var": frame(&raw.var), "varm": elements(&raw.varm) })
        }),
        "layers": matrices(&of.layers),
        "obsm": elements(&of.obsm),
        "varm": elements(&of.varm),
        "obsp": matrices(&of.obsp),
        "varp": matrices(&of.varp),
        "uns": elements(&of.uns),
    })
}

pub fn content(of: &Value) -> Json {
    let all = |items: &[Value]| items.iter().map(content).collect::<Json>();
    match of {
        Value::None => Json::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => float(*number),
        Value::Text(text) => text.as_ref().into(),
        Value::Bytes(bytes) => bytes.to_vec().into(),
        Value::List(items) => json!({ "is": "list", "items": all(items) }),
        Value::Tuple(items) => json!({ "is": "tuple", "items": all(items) }),
        Value::Set(items) => json!({ "is": "set", "items": all(items) }),
        Value::Dict(dict) => {
            let entries: Json =
                dict.entries().iter().map(|(key, value)| json!([content(key), content(value)])).collect();
            json!({ "is": "dict", "entries": entries })
        }
        Value::Array(of) => array(of),
        // Objects are compared where they are texts, as they are in every case here.
        Value::Objects(of) => {
            let texts = all(&of.values);
            json!({ "is": "array", "shape": of.shape, "type": "str", "values": texts })
        }
        Value::Column(of) => json!({ "is": "column", "column": column(of) }),
        Value::Series(of) => {
            json!({ "is": "series", "name": of.name, "index": of.index, "column": column(&of.column) })
        }
        Value::DataFrame(of) => frame(of),
        Value::Sparse(of) => sparse(of),
        Value::AnnData(of) => anndata(of),
    }
}

#[test]
fn what_every_release_wrote_is_read_exactly() {
    let mut read_in_all = 0;
    for environment in ENVIRONMENTS {
        for case in cases(environment) {
            for (protocol, bytes) in &case.pickles {
                let what = format!("{environment}, {}, protocol {protocol}", case.name);
                let value = read(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
                let (found, wanted) = (content(&value), canonical(&case.content));
                assert_same(&found, &wanted, &what);
                read_in_all += 1;
            }
        }
    }
    assert!(read_in_all > 100, "{read_in_all}");
}

#[test]
fn what_is_not_read_is_refused_by_name_and_place() {
    for environment in ENVIRONMENTS {
        for case in part(environment, "refused") {
            let refused = read(&case.pickles[0].1).unwrap_err().to_string();
            for words in case.content.as_array().unwrap() {
                let what = format!("{environment}, {}: {refused}", case.name);
                assert!(refused.contains(words.as_str().unwrap()), "{what}");
            }
        }
    }
}

#[test]
fn what_the_pickle_shares_is_shared() {
    let pairs = cases("pandas2").into_iter().find(|case| case.name == "pairs").unwrap();
    let value = read(&pairs.pickles[0].1).unwrap();
    let pair = |name: &str| value.dict().unwrap().get(name).unwrap().items().unwrap();
    let [(_, control), (first, second)] = ["olAE", "PCA"].map(|name| match pair(name) {
        [Value::AnnData(first), Value::AnnData(second)] => (first, second),
        other => panic!("{other:?}"),
    });
    assert!(Arc::ptr_eq(first, second) && Arc::ptr_eq(first, control));
    assert_eq!(first.obs.index(), ["c1", "c2"]);
}

/// Compares part by part, to name the first that differs.
fn assert_same(found: &Json, wanted: &Json, place: &str) {
    match (found, wanted) {
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(at, (a, b))| assert_same(a, b, &format!("{place}[{at}]")));
        }
        (Json::Object(a), Json::Object(b))
            if a.len() == b.len() && a.keys().all(|key| b.contains_key(key)) =>
        {
            a.iter().for_each(|(key, a)| assert_same(a, &b[key], &format!("{place}.{key}")));
        }
        _ => assert_eq!(found, wanted, "{place}"),
    }
}
