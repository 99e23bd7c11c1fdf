//! Stores that zarr-python wrote.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use repro_data::array::Array;
use repro_data::store::{Attribute, Kind, Node, Store};
use repro_data::values::DataType;
use repro_data::zarr::ZarrStore;
use serde_json::Value;

use crate::arrays::{flips, same};

const WRITERS: [&str; 4] = ["zarr2-v2", "zarr3-v2", "zarr3-v3", "conditions"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/zarr").join(name)
}

/// A folder with the store that is in an archive.
fn unpacked(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipArchive::new(File::open(fixture(&format!("{name}.zip"))).unwrap()).unwrap();
    zip.extract(folder.path()).unwrap();
    folder
}

fn expected(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(fixture(&format!("{name}.json"))).unwrap()).unwrap()
}

fn lengths(list: &Value) -> Vec<usize> {
    list.as_array().unwrap().iter().map(|length| length.as_u64().unwrap() as usize).collect()
}

fn check(store: &ZarrStore, expected: &Value) {
    let arrays = expected["arrays"].as_object().unwrap();
    for (path, entry) in arrays {
        let Some(Node::Array { shape, kind }) = store.node(path).unwrap() else { panic!("no array {path}") };
        assert_eq!(shape, lengths(&entry["shape"]), "{path}");
        assert_eq!(store.chunk_shape(path).unwrap(), lengths(&entry["chunks"]), "{path}");
        if let Some(fields) = entry["records"].as_array() {
            let records = store.read_records(path).unwrap();
            assert_eq!(kind, Kind::Records(records.iter().map(|(name, _)| name.clone()).collect()));
            for ((name, array), field) in records.iter().zip(fields) {
                assert_eq!(Some(name.as_str()), field[0].as_str());
                same(array.values(), &field[1], path);
            }
            continue;
        }
        let array = store.read(path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((array.shape(), kind), (shape.as_slice(), Kind::Plain(array.data_type())), "{path}");
        let values = if path.starts_with("long-") { &arrays["long"]["values"] } else { &entry["values"] };
        same(array.values(), values, path);
        check_ranges(store, path, &array);
    }
}

/// Every range of rows holds what the whole array holds there.
fn check_ranges(store: &ZarrStore, path: &str, array: &Array) {
    let Some(rows) = array.shape().first().copied().filter(|rows| *rows < 20) else { return };
    let width = array.values().len().checked_div(rows).unwrap_or(0);
    for start in 0..=rows {
        for end in start..=rows {
            let range = store.read_range(path, start..end).unwrap();
            let positions: Vec<usize> = (start * width..end * width).collect();
            let expected = array.values().take(&positions).unwrap();
            // Bytes tell two NaN of one kind apart from none.
            assert_eq!(format!("{:?}", range.values()), format!("{expected:?}"), "{path} {start}..{end}");
            assert_eq!(range.shape()[0], end - start);
        }
    }
    assert!(store.read_range(path, 0..rows + 1).is_err());
    assert!(rows == 0 || store.read_range(path, usize::MAX - 1..usize::MAX).is_err());
}

#[test]
fn every_array_of_zarr_python_is_read_from_folders() {
    for name in WRITERS {
        let folder = unpacked(name);
        check(&ZarrStore::open(folder.path()).unwrap(), &expected(name));
    }
}

#[test]
fn every_array_of_zarr_python_is_read_from_archives() {
    for name in WRITERS {
        check(&ZarrStore::open(&fixture(&format!("{name}.zip"))).unwrap(), &expected(name));
    }
    let own = ZarrStore::open(&fixture("zarr2-own.zip")).unwrap();
    assert_eq!(own.names("").unwrap(), ["x"]);
    assert_eq!(own.read("x").unwrap().values().to_f64().unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
}

#[test]
fn attributes_are_read() {
    for name in &WRITERS[..3] {
        let store = ZarrStore::open(&fixture(&format!("{name}.zip"))).unwrap();
        assert_eq!(Value::Object(store.attributes("").unwrap()), expected(name)["attributes"]);
        let of = |attribute: &str| store.attribute("", attribute);
        assert_eq!(of("text").unwrap(), Some(Attribute::Text("dict".to_owned())));
        assert_eq!(of("truth").unwrap(), Some(Attribute::Bool(true)));
        assert_eq!(of("integer").unwrap(), Some(Attribute::Int(-3)));
        assert_eq!(of("float").unwrap(), Some(Attribute::Float(0.5)));
        assert_eq!(of("texts").unwrap(), Some(Attribute::Texts(vec!["a".to_owned(), "b".to_owned()])));
        assert_eq!(of("none").unwrap(), Some(Attribute::Texts(Vec::new())));
        assert_eq!(of("integers").unwrap(), Some(Attribute::Ints(vec![1, 2])));
        assert_eq!(of("floats").unwrap(), Some(Attribute::Floats(vec![0.5, 1.0])));
        assert_eq!(of("absent").unwrap(), None);
        assert!(of("combinations").unwrap_err().to_string().contains("`combinations`"));
        assert!(store.attributes("long").unwrap().is_empty());
    }
}

#[test]
fn groups_of_conditions_are_read() {
    let store = ZarrStore::open(&fixture("conditions.zip")).unwrap();
    let combinations = store.names("").unwrap();
    let attributes = store.attributes("").unwrap();
    assert_eq!(attributes["combinations"], Value::from(combinations.clone()));
    for condition in &combinations {
        assert_eq!(store.names(condition).unwrap(), ["X", "obs_index"]);
        assert_eq!(store.node(condition).unwrap(), Some(Node::Group));
    }
    assert_eq!(store.node("absent").unwrap(), None);
    assert_eq!(store.node("T-D1-PBS/X/absent").unwrap(), None);
    assert!(store.names("T-D1-PBS/X").is_err() && store.names("absent").is_err());
    assert!(store.read("T-D1-PBS").is_err() && store.read("absent").is_err());
    assert!(store.read_records("T-D1-PBS/X").is_err());
}

/// A store of version 2 with one array and its chunk.
fn store_of(zarray: &str, chunk: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".zgroup"), r#"{"zarr_format": 2}"#).unwrap();
    std::fs::create_dir(folder.path().join("x")).unwrap();
    std::fs::write(folder.path().join("x/.zarray"), zarray).unwrap();
    std::fs::write(folder.path().join("x/0"), chunk).unwrap();
    folder
}

fn zarray(shape: &str, chunks: &str, dtype: &str, compressor: &str) -> String {
    format!(
        r#"{{"zarr_format": 2, "shape": {shape}, "chunks": {chunks}, "dtype": {dtype}, "compressor": {compressor},
            "fill_value": 0, "order": "C", "filters": null}}"#
    )
}

#[test]
fn claims_that_no_chunk_pays_for_are_refused() {
    let compressors = [
        "null",
        r#"{"id": "zlib"}"#,
        r#"{"id": "gzip"}"#,
        r#"{"id": "blosc"}"#,
        r#"{"id": "zstd"}"#,
        r#"{"id": "lz4"}"#,
    ];
    let shapes = [
        ("[1250000000]", "[1250000000]"),
        ("[1250000000]", "[1]"),
        ("[1250000000]", "[1000000]"),
        ("[18446744073709551615]", "[18446744073709551615]"),
        ("[4294967296, 4294967296, 4294967296]", "[1, 1, 1]"),
        ("[10]", "[1250000000]"),
    ];
    for compressor in compressors {
        for (shape, chunks) in shapes {
            for dtype in [r#""<f4""#, r#""<U40""#, r#"[["a", "<f8"]]"#] {
                let folder = store_of(&zarray(shape, chunks, dtype, compressor), &[7; 1000]);
                let store = ZarrStore::open(folder.path()).unwrap();
                assert!(
                    store.read("x").is_err() && store.read_records("x").is_err(),
                    "{shape} {chunks} {dtype}"
                );
            }
        }
    }
    // Shards that say that no chunk is in them.
    let folder = tempfile::tempdir().unwrap();
    let codecs = r#"[{"name": "sharding_indexed", "configuration": {"chunk_shape": [1250000000],
        "codecs": ["bytes"], "index_codecs": ["bytes"]}}]"#;
    let document = format!(
        r#"{{"zarr_format": 3, "node_type": "array", "shape": [1250000000], "data_type": "float32", "fill_value": 1,
            "chunk_grid": {{"name": "regular", "configuration": {{"chunk_shape": [1250000000]}}}},
            "chunk_key_encoding": "v2", "codecs": {codecs}}}"#
    );
    std::fs::write(folder.path().join("zarr.json"), document).unwrap();
    std::fs::write(folder.path().join("0"), [255; 16]).unwrap();
    assert!(ZarrStore::open(folder.path()).unwrap().read("").is_err());
}

#[test]
fn what_is_not_read_is_named() {
    for (dtype, compressor, named) in [
        (r#""|O""#, "null", "objects"),
        (r#""<M8[ns]""#, "null", "<M8[ns]"),
        (r#""<c8""#, "null", "<c8"),
        (r#""<f4""#, r#"{"id": "lzma"}"#, "lzma"),
    ] {
        let folder = store_of(&zarray("[1]", "[1]", dtype, compressor), &[0; 8]);
        let store = ZarrStore::open(folder.path()).unwrap();
        assert!(matches!(store.node("x").unwrap(), Some(Node::Array { .. })));
        let error = store.read("x").unwrap_err().to_string();
        assert!(error.contains(named) && error.contains("`x`"), "{error}");
    }
}

#[test]
fn metadata_that_nest_deeply_are_refused() {
    for bomb in ["[".repeat(1_000_000), "{\"a\":".repeat(1_000_000)] {
        let folder = store_of(&bomb, &[]);
        std::fs::write(folder.path().join(".zattrs"), &bomb).unwrap();
        let store = ZarrStore::open(folder.path()).unwrap();
        assert!(store.node("x").is_err() && store.attributes("").is_err());
        std::fs::write(folder.path().join("zarr.json"), &bomb).unwrap();
        assert!(ZarrStore::open(folder.path()).is_err());
    }
}

#[test]
fn names_that_lead_out_are_refused() {
    let folder = store_of(&zarray("[1]", "[1]", r#""|u1""#, "null"), &[7]);
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(inner.join(".zgroup"), r#"{"zarr_format": 2}"#).unwrap();
    let store = ZarrStore::open(&inner).unwrap();
    for path in ["../x", "/x", "a/../../x", "./x", "x/", "a//b", "..", "C:/x", "a\\..\\x", "a\0"] {
        assert!(store.node(path).is_err(), "{path:?}");
        assert!(store.read(path).is_err(), "{path:?}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("x"), inner.join("link")).unwrap();
        assert!(store.read("link").unwrap_err().to_string().contains("leads out"));
        assert!(store.names("").unwrap_err().to_string().contains("leads out"));
        let within = ZarrStore::open(folder.path()).unwrap();
        assert_eq!(within.read("inner/link").unwrap().values().len(), 1);
    }
    for name in ["../x/.zarray", "/etc/x", "a/../b"] {
        let archive = folder.path().join("bad.zip");
        let mut zip = zip::ZipWriter::new(File::create(&archive).unwrap());
        zip.start_file(".zgroup", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, br#"{"zarr_format": 2}"#).unwrap();
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.finish().unwrap();
        assert!(ZarrStore::open(&archive).is_err(), "{name}");
    }
    assert!(ZarrStore::open(&folder.path().join("absent")).is_err());
    assert!(ZarrStore::open(&folder.path().join("x/0")).is_err());
}

/// Reads all of a store; what is read has as many elements as its shape says.
fn read_all(store: &ZarrStore, path: &str) {
    let Ok(names) = store.names(path) else { return };
    for name in names {
        let own = if path.is_empty() { name } else { format!("{path}/{name}") };
        let _ = store.attributes(&own);
        match store.node(&own) {
            Ok(Some(Node::Group)) => read_all(store, &own),
            Ok(Some(Node::Array { kind: Kind::Records(_), .. })) => drop(store.read_records(&own)),
            Ok(Some(Node::Array { .. })) => {
                if let Ok(array) = store.read(&own) {
                    assert_eq!(array.shape().iter().product::<usize>(), array.values().len());
                }
            }
            _ => {}
        }
    }
}

/// All files of a folder, ascending.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn damaged_chunks_and_documents_are_refused_or_whole() {
    let mut state = 1_u64;
    for name in ["zarr2-v2", "zarr3-v3"] {
        let folder = unpacked(name);
        let store = ZarrStore::open(folder.path()).unwrap();
        let files = files(folder.path());
        for _ in 0..1_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let file = &files[(state >> 33) as usize % files.len()];
            let whole = std::fs::read(file).unwrap();
            if whole.is_empty() {
                continue;
            }
            let bit = (state >> 20) as usize % (whole.len() * 8);
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if state & 1 << 40 != 0 {
                damaged.truncate(bit / 8);
            }
            std::fs::write(file, damaged).unwrap();
            let path = file.parent().unwrap().strip_prefix(folder.path()).unwrap();
            let own = path.components().next().map(|part| part.as_os_str().to_str().unwrap().to_owned());
            let own = own.unwrap_or_default();
            let _ = store.attributes(&own);
            if let Ok(array) = store.read(&own) {
                assert_eq!(array.shape().iter().product::<usize>(), array.values().len());
            }
            drop((store.read_records(&own), store.names(&own)));
            std::fs::write(file, whole).unwrap();
        }
        check(&store, &expected(name));
    }
}

#[test]
fn damaged_archives_are_refused_or_whole() {
    let mut whole = Vec::new();
    File::open(fixture("conditions.zip")).unwrap().read_to_end(&mut whole).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    flips(&whole, |bytes| {
        std::fs::write(file.path(), bytes).unwrap();
        if let Ok(store) = ZarrStore::open(file.path()) {
            read_all(&store, "");
        }
    });
    for end in (0..whole.len()).step_by(5) {
        std::fs::write(file.path(), &whole[..end]).unwrap();
        assert!(ZarrStore::open(file.path()).is_err(), "{end}");
    }
    std::fs::write(file.path(), &whole).unwrap();
    assert_eq!(ZarrStore::open(file.path()).unwrap().read("T-D1-PBS/X").unwrap().data_type(), DataType::F32);
}
