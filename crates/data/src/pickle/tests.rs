//! Pickles that Python wrote, against what they hold; and files that nobody should open.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use super::numpy::{Elements, NdArray, array as decode, scalar};
use super::{Item, Limits, List, Object, Pickle, Problem, parse};
use crate::values::Values;

fn array(pickle: &Pickle, item: Item) -> Result<NdArray, Problem> {
    decode(pickle, item, &mut pickle.budget())
}

/// Cases of a file of the oracle: name, content, and the bytes of each protocol.
fn cases(numpy: u8) -> Vec<(String, Value, Vec<Vec<u8>>)> {
    let path = format!("tests/oracle/pickles.numpy{numpy}.json");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let case = |case: &Value| {
        let pickles = case["pickles"].as_array().unwrap().iter().map(|hex| unhex(hex.as_str().unwrap()));
        (case["name"].as_str().unwrap().to_owned(), case["content"].clone(), pickles.collect())
    };
    json["cases"].as_array().unwrap().iter().map(case).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn read(bytes: &[u8]) -> Pickle {
    parse(bytes, Limits::default()).unwrap()
}

fn problem(bytes: &[u8]) -> Problem {
    parse(bytes, Limits::default()).unwrap_err().problem
}

/// A float as the oracle writes it: a reader of JSON may round decimals.
fn float(number: f64) -> Value {
    serde_json::json!({ "bits": format!("{:016x}", number.to_bits()) })
}

/// What a plain pickle holds, as JSON.
fn json(pickle: &Pickle, item: Item) -> Value {
    let all = |items: &[Item]| items.iter().map(|item| json(pickle, *item)).collect::<Vec<_>>().into();
    match (item, pickle.object(item)) {
        (Item::None, _) => Value::Null,
        (Item::Bool(truth), _) => truth.into(),
        (Item::Int(number), _) => number.into(),
        (Item::Float(number), _) => float(number),
        (_, Some(Object::Text(text))) => text.as_str().into(),
        (_, Some(Object::Bytes(bytes))) => bytes.clone().into(),
        (_, Some(Object::Tuple(items) | Object::Set(items))) => all(items),
        (_, Some(Object::List(List::Items(items)))) => all(items),
        (_, Some(Object::List(List::Floats(floats)))) => {
            floats.iter().map(|number| float(*number)).collect::<Vec<_>>().into()
        }
        (_, Some(Object::Dict(entries))) => {
            let entry =
                |(key, value): &(Item, Item)| (pickle.text(*key).unwrap().to_owned(), json(pickle, *value));
            Value::Object(entries.iter().map(entry).collect())
        }
        (_, Some(Object::Call(_))) => called(pickle, item),
        (_, other) => panic!("{other:?}"),
    }
}

/// Old protocols write bytes and sets as calls.
fn called(pickle: &Pickle, item: Item) -> Value {
    let (call, module, name) = pickle.call(item).unwrap();
    let arguments = pickle.tuple(call.arguments).unwrap();
    match (module, name, arguments) {
        ("_codecs", "encode", [text, _]) => {
            let text = pickle.text(*text).unwrap();
            text.chars().map(u32::from).collect::<Vec<_>>().into()
        }
        ("__builtin__" | "builtins", "bytes", []) => Value::Array(Vec::new()),
        ("__builtin__" | "builtins", "set", [items]) => json(pickle, *items),
        _ => panic!("{module}.{name}"),
    }
}

fn elements(pickle: &Pickle, elements: &Elements) -> Value {
    match elements {
        Elements::Objects(items) => items.iter().map(|item| json(pickle, *item)).collect(),
        Elements::Values(values) => self::values(values),
    }
}

fn values(values: &Values) -> Value {
    fn all<T: Copy + Into<Value>>(values: &[T]) -> Value {
        values.iter().map(|value| (*value).into()).collect()
    }
    match values {
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
        Values::Text(values) => values.iter().map(|text| Value::from(text.as_str())).collect(),
    }
}

#[test]
fn plain_values_of_every_protocol_are_read() {
    let mut n = 0;
    for (name, content, pickles) in cases(2).into_iter().filter(|(name, ..)| name.starts_with("plain_")) {
        for (protocol, bytes) in pickles.iter().enumerate() {
            let pickle = read(bytes);
            assert_eq!(json(&pickle, pickle.root), content, "{name}, protocol {protocol}");
            n += 1;
        }
    }
    assert_eq!(n, 10 * 6);
}

#[test]
fn arrays_of_both_numpy_are_read() {
    for numpy in [1, 2] {
        let arrays = cases(numpy).into_iter().filter(|(name, ..)| name.starts_with("array_"));
        let mut n = 0;
        for (name, content, pickles) in arrays {
            for (protocol, bytes) in pickles.iter().enumerate() {
                let pickle = read(bytes);
                let read = array(&pickle, pickle.root);
                let read = read.unwrap_or_else(|problem| panic!("{name}, protocol {protocol}: {problem}"));
                let shape: Vec<Value> = read.shape.iter().map(|length| Value::from(*length)).collect();
                assert_eq!(Value::from(shape), content["shape"], "{name}, protocol {protocol}");
                assert_eq!(
                    elements(&pickle, &read.elements),
                    content["values"],
                    "{name}, protocol {protocol}"
                );
                n += 1;
            }
        }
        assert_eq!(n, 16 * 6, "NumPy {numpy}");
    }
}

#[test]
fn scalars_of_both_numpy_are_read() {
    for numpy in [1, 2] {
        for (name, content, pickles) in cases(numpy) {
            for bytes in pickles.iter().filter(|_| name.starts_with("scalar_") && !content.is_null()) {
                let pickle = read(bytes);
                assert_eq!(values(&scalar(&pickle, pickle.root).unwrap()), content["values"], "{name}");
            }
        }
    }
}

#[test]
fn shared_parts_stay_shared_and_floats_are_packed() {
    for (_, _, pickles) in cases(2).into_iter().filter(|(name, ..)| name == "plain_shared") {
        for bytes in pickles {
            let pickle = read(&bytes);
            let entries = pickle.dict(pickle.root).unwrap();
            assert_eq!(entries[0].1, entries[1].1, "one object");
            assert_ne!(entries[0].1, entries[2].1);
            assert!(
                matches!(pickle.object(entries[0].1), Some(Object::List(List::Floats(floats))) if floats.len() == 3)
            );
        }
    }
}

#[test]
fn what_would_be_imported_is_named_and_never_followed() {
    for (name, _, pickles) in cases(2).into_iter().filter(|(name, ..)| name.starts_with("hostile_")) {
        for bytes in pickles {
            let pickle = read(&bytes);
            let refused = array(&pickle, pickle.root).unwrap_err().to_string();
            let words = match name.as_str() {
                "hostile_ordered" => "an object of `collections.OrderedDict` is not read",
                "hostile_cycle" => "a list is not read",
                _ => ".len` is not read",
            };
            assert!(refused.contains(words), "{name}: {refused}");
        }
    }
    // os.system("echo"), as any reader that follows calls would run it.
    let pickle = read(b"cos\nsystem\n(S'echo'\ntR.");
    assert_eq!(pickle.describe(pickle.root), "an object of `os.system`");
}

#[test]
fn what_lies_outside_of_the_file_is_refused() {
    assert_eq!(problem(b"Pid\n.").to_string(), "persistent ids are not read");
    assert_eq!(problem(b"NQ.").to_string(), "persistent ids are not read");
    assert_eq!(problem(b"\x82\x01.").to_string(), "codes of the extension registry are not read");
    assert_eq!(problem(b"\x97.").to_string(), "out-of-band buffers are not read");
    assert_eq!(problem(b"\x80\x06N.").to_string(), "protocol 6 is not known, the newest is 5");
}

#[test]
fn promises_are_not_believed() {
    let long = |opcode: u8| [&[opcode][..], &u64::MAX.to_le_bytes(), b"x"].concat();
    assert!(matches!(problem(&long(0x8e)), Problem::Limit(..)));
    assert!(matches!(problem(&long(0x8d)), Problem::Limit(..)));
    let some = [&[0x8e][..], &(1_u64 << 31).to_le_bytes(), b"x"].concat();
    assert!(matches!(problem(&some), Problem::Truncated));
    assert!(matches!(problem(b"Nr\xff\xff\xff\x7f."), Problem::Limit(_, "memo entries")));
    assert!(matches!(problem(&vec![b'('; 2_000]), Problem::Limit(_, "open marks")));
    assert!(matches!(
        problem(&[&b"S"[..], &vec![b'a'; 2 << 20]].concat()),
        Problem::Limit(_, "bytes in a line")
    ));
    let limits = Limits { objects: 3, ..Limits::default() };
    let many = parse(&b"]]]]."[..], limits).unwrap_err();
    assert_eq!(many.to_string(), "at byte 3: more than 3 objects");
    let limits = Limits { bytes: 1_000, ..Limits::default() };
    assert!(matches!(
        parse(&vec![b'N'; 5_000][..], limits).unwrap_err().problem,
        Problem::Limit(1_000, "bytes")
    ));
}

#[test]
fn an_array_that_is_not_its_shape_is_refused() {
    let text = |shape: &str, bytes: &str| {
        format!(
            "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n({shape}tcnumpy\ndtype\n\
             (S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'{bytes}'\ntb."
        )
    };
    let eight = r"\x00\x00\x00\x00\x00\x00\xf8?";
    let refused = |shape: &str| {
        let pickle = read(text(shape, eight).as_bytes());
        array(&pickle, pickle.root).unwrap_err().to_string()
    };
    let pickle = read(text("I1\n", eight).as_bytes());
    assert_eq!(array(&pickle, pickle.root).unwrap().elements, Elements::Values(Values::F64(vec![1.5])));
    assert!(refused("I2\n").contains("8 bytes"));
    assert!(refused("I-1\n").contains("shape"));
    assert!(refused("I4611686018427387904\nI4611686018427387904\n").contains("shape"));
    assert!(refused("I4611686018427387904\n").contains("bytes"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let limits = Limits { bytes: 1 << 20, objects: 1_000, depth: 50 };
        if let Ok(pickle) = parse(&bytes[..], limits) {
            let _ = array(&pickle, pickle.root);
        }
    }

    #[test]
    fn a_pickle_that_is_cut_or_changed_is_refused_or_read(which in 0..1_000_usize, cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let all: Vec<Vec<u8>> = cases(2).into_iter().flat_map(|(_, _, pickles)| pickles).collect();
        let bytes = &all[which % all.len()];
        let at = cut.index(bytes.len());
        prop_assert!(parse(&bytes[..at], Limits::default()).is_err());
        let mut changed = bytes.clone();
        changed[at] = byte;
        let limits = Limits { bytes: 1 << 20, objects: 1_000, depth: 50 };
        if let Ok(pickle) = parse(&changed[..], limits) {
            let _ = array(&pickle, pickle.root);
            let _ = scalar(&pickle, pickle.root);
        }
    }
}
