//! Stores that we write.

use std::path::Path;

use proptest::prelude::*;
use repro_data::array::Array;
use repro_data::store::{Attribute, Kind, Node, Store, StoreWriter};
use repro_data::values::{DataType, Values};
use repro_data::zarr::{Container, Version, ZarrStore, ZarrWriter};

const KINDS: [(Container, Version); 4] = [
    (Container::Folder, Version::V2),
    (Container::Zip, Version::V2),
    (Container::Folder, Version::V3),
    (Container::Zip, Version::V3),
];

fn writer(path: &Path, kind: (Container, Version)) -> Box<ZarrWriter> {
    Box::new(ZarrWriter::create(path, kind.0, kind.1).unwrap())
}

fn any_array() -> impl Strategy<Value = Array> {
    fn of<T: Strategy>(n: usize, element: T) -> impl Strategy<Value = Vec<T::Value>> {
        proptest::collection::vec(element, n)
    }
    proptest::collection::vec(0_usize..6, 0..4).prop_flat_map(|shape| {
        let n = shape.iter().product();
        let values = prop_oneof![
            of(n, any::<bool>()).prop_map(Values::Bool),
            of(n, any::<i8>()).prop_map(Values::I8),
            of(n, any::<i16>()).prop_map(Values::I16),
            of(n, any::<i32>()).prop_map(Values::I32),
            of(n, any::<i64>()).prop_map(Values::I64),
            of(n, any::<u8>()).prop_map(Values::U8),
            of(n, any::<u16>()).prop_map(Values::U16),
            of(n, any::<u32>()).prop_map(Values::U32),
            of(n, any::<u64>()).prop_map(Values::U64),
            of(n, proptest::num::f32::NORMAL | proptest::num::f32::INFINITE).prop_map(Values::F32),
            of(n, proptest::num::f64::NORMAL | proptest::num::f64::ZERO).prop_map(Values::F64),
            of(n, ".{0,5}").prop_map(Values::Text),
        ];
        values.prop_map(move |values| Array::new(shape.clone(), values).unwrap())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(arrays in proptest::collection::vec(any_array(), 1..4), rows in proptest::option::of(1_usize..4), kind in 0_usize..4) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let mut writer = writer(&path, KINDS[kind]);
        if let Some(rows) = rows {
            writer.rows_per_chunk(rows);
        }
        for (i, array) in arrays.iter().enumerate() {
            writer.array(&format!("a{i}"), array, &[("i", Attribute::Int(i as i64))]).unwrap();
        }
        writer.finish().unwrap();
        let store = ZarrStore::open(&path).unwrap();
        for (i, array) in arrays.iter().enumerate() {
            prop_assert_eq!(&store.read(&format!("a{i}")).unwrap(), array);
            prop_assert_eq!(store.attribute(&format!("a{i}"), "i").unwrap(), Some(Attribute::Int(i as i64)));
        }
        prop_assert_eq!(store.names("").unwrap().len(), arrays.len());
    }

    #[test]
    fn rows_that_are_appended_are_one_array(parts in proptest::collection::vec(0_usize..7, 0..6), rows in 1_usize..5, kind in 0_usize..4, text: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let mut writer = writer(&path, KINDS[kind]);
        writer.rows_per_chunk(rows);
        let data_type = if text { DataType::Text } else { DataType::F32 };
        writer.begin("x", data_type, &[3], &[]).unwrap();
        let mut next = 0;
        for part in &parts {
            let numbers = next..next + part * 3;
            next = numbers.end;
            let values = match text {
                true => Values::Text(numbers.map(|n| n.to_string()).collect()),
                false => Values::F32(numbers.map(|n| n as f32).collect()),
            };
            writer.append("x", &values).unwrap();
        }
        writer.finish().unwrap();
        let store = ZarrStore::open(&path).unwrap();
        let array = store.read("x").unwrap();
        prop_assert_eq!(array.shape(), &[parts.iter().sum(), 3]);
        prop_assert_eq!(store.chunk_shape("x").unwrap(), [rows, 3]);
        match array.values() {
            Values::Text(texts) => prop_assert!(texts.iter().enumerate().all(|(i, text)| *text == i.to_string())),
            values => prop_assert!(values.to_f64().unwrap().iter().enumerate().all(|(i, value)| *value == i as f64)),
        }
    }
}

#[test]
fn groups_and_attributes_are_written() {
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.zarr");
        let mut writer = writer(&path, kind);
        let attributes = [
            ("text", Attribute::Text("a".to_owned())),
            ("truth", Attribute::Bool(true)),
            ("float", Attribute::Float(0.1)),
            ("texts", Attribute::Texts(vec!["b".to_owned()])),
            ("none", Attribute::Texts(Vec::new())),
            ("integers", Attribute::Ints(vec![-1, 1])),
            ("floats", Attribute::Floats(vec![0.5, 1.0])),
        ];
        writer.group("", &attributes).unwrap();
        writer.group("a", &[]).unwrap();
        writer.group("a/b", &attributes).unwrap();
        let raw = serde_json::json!({"combinations": [["x", 1], null]});
        writer.set_attributes("a", raw.as_object().unwrap().clone()).unwrap();
        writer.finish().unwrap();
        let store = ZarrStore::open(&path).unwrap();
        assert_eq!(store.names("a").unwrap(), ["b"]);
        assert_eq!(serde_json::Value::Object(store.attributes("a").unwrap()), raw);
        for place in ["", "a/b"] {
            for (name, attribute) in &attributes {
                assert_eq!(store.attribute(place, name).unwrap().as_ref(), Some(attribute), "{place} {name}");
            }
        }
    }
}

#[test]
fn nothing_is_visible_before_the_end() {
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.zarr");
        let array = Array::vector(Values::U8(vec![1]));
        let mut dropped = writer(&path, kind);
        dropped.array("x", &array, &[]).unwrap();
        assert!(!path.exists());
        drop(dropped);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        let (mut first, mut second) = (writer(&path, kind), writer(&path, kind));
        first.array("x", &array, &[]).unwrap();
        second.group("y", &[]).unwrap();
        first.finish().unwrap();
        assert!(second.finish().is_err());
        assert!(ZarrWriter::create(&path, kind.0, kind.1).is_err());
        assert_eq!(ZarrStore::open(&path).unwrap().names("").unwrap(), ["x"]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn what_contradicts_itself_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(&folder.path().join("store"), KINDS[0]);
    let array = Array::vector(Values::U8(vec![1]));
    writer.array("x", &array, &[]).unwrap();
    assert!(writer.array("x", &array, &[]).is_err());
    assert!(writer.array("x/y", &array, &[]).is_err());
    assert!(writer.array("absent/y", &array, &[]).is_err());
    for name in ["../y", "/y", "y/", ".zarray", "zarr.json", "a//b", "a\\b"] {
        assert!(writer.group(name, &[]).is_err(), "{name}");
    }
    assert!(writer.append("absent", array.values()).is_err());
    writer.begin("rows", DataType::U8, &[2], &[]).unwrap();
    assert!(writer.append("rows", array.values()).is_err());
    assert!(writer.append("rows", &Values::I8(vec![1, 2])).is_err());
    writer.append("rows", &Values::U8(vec![1, 2])).unwrap();
    writer.attributes("rows", &[("later", Attribute::Int(1))]).unwrap();
    assert!(writer.attributes("rows", &[("later", Attribute::Int(1))]).is_err());
    assert!(writer.attributes("absent", &[]).is_err());
    assert!(writer.group("z", &[("nan", Attribute::Float(f64::NAN))]).is_err());
    writer.finish().unwrap();
    let store = ZarrStore::open(&folder.path().join("store")).unwrap();
    assert_eq!(
        store.node("rows").unwrap(),
        Some(Node::Array { shape: vec![1, 2], kind: Kind::Plain(DataType::U8) })
    );
}
