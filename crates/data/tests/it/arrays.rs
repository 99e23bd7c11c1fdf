//! Arrays that NumPy and SciPy saved.

use std::io::Cursor;

use repro_data::anndata::Element;
use repro_data::array::Array;
use repro_data::npy::{Npz, read, read_element, read_sparse};
use repro_data::sparse::Layout;
use repro_data::values::Values;
use serde_json::Value;

const ORACLES: [&str; 2] =
    [include_str!("../oracle/arrays.numpy1.json"), include_str!("../oracle/arrays.numpy2.json")];

fn bytes(hexadecimal: &Value) -> Vec<u8> {
    let digits = hexadecimal.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}

fn lengths(list: &Value) -> Vec<usize> {
    list.as_array().unwrap().iter().map(|length| length.as_u64().unwrap() as usize).collect()
}

/// Asserts that the elements are those that Python printed: floats as their shortest text, which is exact.
pub fn same(values: &Values, expected: &Value, what: &str) {
    let expected = expected.as_array().unwrap();
    assert_eq!(values.len(), expected.len(), "{what}");
    let numbers = values.to_f64().unwrap_or_default();
    let float = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    for (i, value) in expected.iter().enumerate() {
        let equal = match values {
            Values::Bool(values) => Some(values[i]) == value.as_bool(),
            Values::Text(values) => Some(values[i].as_str()) == value.as_str(),
            Values::F32(values) => f64::from(values[i]).to_bits() == float(value).to_bits(),
            Values::F64(values) => values[i].to_bits() == float(value).to_bits(),
            Values::U64(values) => Some(values[i]) == value.as_u64(),
            _ => Some(numbers[i]) == value.as_f64(),
        };
        assert!(equal, "{what}: element {i} of {values:?} is not {value}");
    }
}

#[test]
fn every_array_of_numpy_is_read() {
    for oracle in ORACLES {
        let oracle: Value = serde_json::from_str(oracle).unwrap();
        for case in oracle["arrays"].as_array().unwrap() {
            let name = case["name"].as_str().unwrap();
            let array = read(&*bytes(&case["bytes"])).unwrap();
            assert_eq!(array.shape(), lengths(&case["shape"]), "{name}");
            same(array.values(), &case["values"], name);
        }
    }
}

#[test]
fn structured_arrays_of_numpy_are_read() {
    for oracle in ORACLES {
        let oracle: Value = serde_json::from_str(oracle).unwrap();
        let Element::Records(fields) = read_element(&*bytes(&oracle["records"]["bytes"])).unwrap() else {
            panic!("no records")
        };
        let expected = oracle["records"]["fields"].as_array().unwrap();
        assert_eq!(fields.len(), expected.len());
        for ((name, array), expected) in fields.iter().zip(expected) {
            assert_eq!(Some(name.as_str()), expected[0].as_str());
            assert_eq!(array.shape(), lengths(&expected[1]));
            same(array.values(), &expected[2], name);
        }
        let Element::Records(fields) = read_element(&*bytes(&oracle["utf8 name"])).unwrap() else {
            panic!("no records")
        };
        assert_eq!(fields[0].0, "\u{3bc}");
    }
}

#[test]
fn sparse_matrices_of_scipy_are_read() {
    for oracle in ORACLES {
        let oracle: Value = serde_json::from_str(oracle).unwrap();
        for case in oracle["sparse"].as_array().unwrap() {
            let matrix = read_sparse(Cursor::new(bytes(&case["bytes"])));
            let layout = match case["format"].as_str().unwrap() {
                "csr" => Layout::Csr,
                "csc" => Layout::Csc,
                _ => {
                    assert!(matrix.unwrap_err().to_string().contains("`coo`"));
                    continue;
                }
            };
            let matrix = matrix.unwrap();
            assert_eq!((matrix.layout(), matrix.shape().to_vec()), (layout, lengths(&case["shape"])));
            assert_eq!(
                matrix.indptr(),
                lengths(&case["indptr"]).iter().map(|n| *n as u64).collect::<Vec<_>>()
            );
            assert_eq!(
                matrix.indices(),
                lengths(&case["indices"]).iter().map(|n| *n as u32).collect::<Vec<_>>()
            );
            same(matrix.values(), &case["values"], "data");
        }
    }
}

#[test]
fn archives_of_numpy_are_read() {
    for oracle in ORACLES {
        let oracle: Value = serde_json::from_str(oracle).unwrap();
        for archive in oracle["archives"].as_array().unwrap() {
            let mut npz = Npz::open(Cursor::new(bytes(archive))).unwrap();
            assert_eq!(npz.names(), ["a", "b"]);
            assert_eq!(npz.array("a").unwrap().shape(), [2, 3]);
            assert_eq!(npz.array("b").unwrap().values().texts().unwrap()[3], "\u{1f9ec}");
            assert!(npz.array("c").is_err());
        }
    }
}

/// Flips one bit at each of 1,000 seeded places, one at a time.
pub fn flips(bytes: &[u8], mut read: impl FnMut(Vec<u8>)) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..1_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bit = (state >> 33) as usize % (bytes.len() * 8);
        let mut damaged = bytes.to_vec();
        damaged[bit / 8] ^= 1 << (bit % 8);
        read(damaged);
    }
}

/// Number of elements that the shape says.
fn consistent(array: &Array) {
    assert_eq!(array.shape().iter().product::<usize>(), array.values().len());
}

#[test]
fn damaged_arrays_are_refused_or_whole() {
    let oracle: Value = serde_json::from_str(ORACLES[1]).unwrap();
    for case in oracle["arrays"].as_array().unwrap().iter().step_by(4) {
        flips(&bytes(&case["bytes"]), |bytes| {
            if let Ok(Element::Array(array)) = read_element(&*bytes) {
                consistent(&array);
            }
        });
    }
    flips(&bytes(&oracle["records"]["bytes"]), |bytes| {
        if let Ok(Element::Records(fields)) = read_element(&*bytes) {
            fields.iter().for_each(|(_, array)| consistent(array));
        }
    });
}

#[test]
fn damaged_archives_are_refused_or_whole() {
    let oracle: Value = serde_json::from_str(ORACLES[1]).unwrap();
    for case in oracle["sparse"].as_array().unwrap() {
        flips(&bytes(&case["bytes"]), |bytes| {
            if let Ok(matrix) = read_sparse(Cursor::new(bytes)) {
                assert_eq!(matrix.values().len(), matrix.indices().len());
            }
        });
    }
    for archive in oracle["archives"].as_array().unwrap() {
        let archive = bytes(archive);
        flips(&archive, |bytes| {
            if let Ok(mut npz) = Npz::open(Cursor::new(bytes)) {
                let names: Vec<String> = npz.names().into_iter().map(str::to_owned).collect();
                for name in names {
                    if let Ok(array) = npz.array(&name) {
                        consistent(&array);
                    }
                }
            }
        });
        for end in 0..archive.len() {
            let npz = Npz::open(Cursor::new(archive[..end].to_vec()));
            assert!(npz.is_err() || npz.unwrap().array("b").is_err(), "{end}");
        }
    }
}
