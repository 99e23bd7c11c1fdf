use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::values::DataType;

fn bytes_of(array: &Array) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, array).unwrap();
    bytes
}

/// A file with this header.
fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    match version {
        1 => bytes.extend((header.len() as u16).to_le_bytes()),
        _ => bytes.extend((header.len() as u32).to_le_bytes()),
    }
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

pub(crate) fn any_values(n: usize) -> impl Strategy<Value = Values> {
    fn of<T: Strategy>(n: usize, element: T) -> impl Strategy<Value = Vec<T::Value>> {
        proptest::collection::vec(element, n)
    }
    prop_oneof![
        of(n, any::<bool>()).prop_map(Values::Bool),
        of(n, any::<i8>()).prop_map(Values::I8),
        of(n, any::<i16>()).prop_map(Values::I16),
        of(n, any::<i32>()).prop_map(Values::I32),
        of(n, any::<i64>()).prop_map(Values::I64),
        of(n, any::<u8>()).prop_map(Values::U8),
        of(n, any::<u16>()).prop_map(Values::U16),
        of(n, any::<u32>()).prop_map(Values::U32),
        of(n, any::<u64>()).prop_map(Values::U64),
        of(n, proptest::num::f32::NORMAL | proptest::num::f32::SUBNORMAL | proptest::num::f32::INFINITE)
            .prop_map(Values::F32),
        of(n, proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::INFINITE)
            .prop_map(Values::F64),
        of(n, "[a-zé\u{1f9ec}]{0,5}").prop_map(Values::Text),
    ]
}

fn any_array() -> impl Strategy<Value = Array> {
    proptest::collection::vec(0_usize..5, 0..4).prop_flat_map(|shape| {
        let n = shape.iter().product();
        any_values(n).prop_map(move |values| Array::new(shape.clone(), values).unwrap())
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(array in any_array()) {
        let bytes = bytes_of(&array);
        prop_assert_eq!(read(&*bytes).unwrap(), array);
    }

    #[test]
    fn every_truncation_is_an_error(array in any_array(), part in 0.0..1.0_f64) {
        let bytes = bytes_of(&array);
        let end = (bytes.len() as f64 * part) as usize;
        prop_assert!(read(&bytes[..end]).is_err());
    }

    #[test]
    fn archives_round_trip(arrays in proptest::collection::vec(any_array(), 0..4), deflated: bool) {
        let names: Vec<String> = (0..arrays.len()).map(|i| format!("folder/{i}")).collect();
        let named: Vec<(&str, &Array)> = names.iter().map(String::as_str).zip(&arrays).collect();
        let mut file = Cursor::new(Vec::new());
        let compression = if deflated { Compression::Deflated } else { Compression::Stored };
        write_npz(&mut file, &named, compression).unwrap();
        let mut npz = Npz::open(file).unwrap();
        prop_assert_eq!(npz.names(), names.iter().map(String::as_str).collect::<Vec<_>>());
        for (name, array) in named {
            prop_assert_eq!(&npz.array(name).unwrap(), array);
        }
    }
}

#[test]
fn a_claim_of_five_gigabytes_costs_nothing() {
    for shape in ["(1250000000,)", "(5, 250000000)", "(18446744073709551615,)", "(4294967296, 4294967296, 2)"]
    {
        for fortran in ["True", "False"] {
            for descr in ["'<f4'", "'<U9'", "'|S99'", "[('a', '<f8')]", "[('a', '<f8', (1000000, 1000))]"] {
                let header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}}}");
                assert!(read_element(&*file(1, &header, &[0; 900])).is_err(), "{header}");
            }
        }
    }
    for descr in ["'<U0'", "'|S0'"] {
        let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (5000000000,)}}");
        let error = read(&*file(1, &header, &[])).unwrap_err();
        assert!(matches!(error.problem, DataProblem::Limit(_)), "{error}");
    }
    let mut long = b"\x93NUMPY\x02\x00".to_vec();
    long.extend(u32::MAX.to_le_bytes());
    assert!(matches!(read(&*long).unwrap_err().problem, DataProblem::Limit(_)));
}

#[test]
fn what_is_not_read_is_named() {
    for (descr, named) in
        [("'|O'", "pickle"), ("'<c8'", "<c8"), ("'<M8[ns]'", "<M8[ns]"), ("[('a', [('b', '<i4')])]", "`a`")]
    {
        let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1,)}}");
        let error = read_element(&*file(1, &header, &[0; 8])).unwrap_err();
        assert!(
            matches!(error.problem, DataProblem::Unsupported(_)) && error.to_string().contains(named),
            "{error}"
        );
    }
    assert!(
        read(&b"PK\x03\x04 something else"[..]).unwrap_err().to_string().contains("begins with other bytes")
    );
    assert!(read(&*file(4, "{}", &[])).unwrap_err().to_string().contains("version 4.0"));
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}";
    assert!(read(&*file(1, header, &[1, 2])).unwrap_err().to_string().contains("bytes follow"));
    let header = "{'descr': [('a', '|u1'), ('a', '|u1')], 'fortran_order': False, 'shape': (1,)}";
    assert!(read_element(&*file(1, header, &[1, 2])).unwrap_err().to_string().contains("two fields"));
}

#[test]
fn records_without_names_fill_space() {
    let header = "{'descr': [('a', '|u1'), ('', '|V3'), ('b', '>i4', (2,)), ('', '|V1')], 'fortran_order': False, 'shape': (2,)}";
    let data = [7, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 0, 8, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3, 0];
    let Element::Records(fields) = read_element(&*file(2, header, &data)).unwrap() else {
        panic!("no records")
    };
    assert_eq!(fields.len(), 2);
    assert_eq!(fields[0], ("a".to_owned(), Array::vector(Values::U8(vec![7, 8]))));
    assert_eq!(fields[1].1, Array::new(vec![2, 2], Values::I32(vec![1, -1, 2, 3])).unwrap());
}

#[test]
fn texts_that_numpy_cannot_hold_are_not_written() {
    let array = Array::vector(Values::Text(vec!["a\0".to_owned()]));
    assert!(write(Vec::new(), &array).is_err());
    let header = "{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}";
    assert!(read(&*file(1, header, &0x11_0000_u32.to_le_bytes())).is_err());
    let header = "{'descr': '|S1', 'fortran_order': False, 'shape': (1,)}";
    assert!(read(&*file(1, header, &[0xff])).is_err());
}

#[test]
fn archives_with_bad_names_are_refused() {
    let array = bytes_of(&Array::vector(Values::U8(vec![1])));
    for name in
        ["../a.npy", "/a.npy", "a/../../b.npy", "C:\\a.npy", "a\\b.npy", "./a.npy", "a//b.npy", "a.txt"]
    {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&array).unwrap();
        assert!(Npz::open(zip.finish().unwrap()).is_err(), "{name}");
    }
}

#[test]
fn entries_of_one_name_are_refused() {
    let array = bytes_of(&Array::vector(Values::U8(vec![1])));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["same1.npy", "same2.npy"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&array).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(Npz::open(Cursor::new(bytes.clone())).is_ok());
    let same: Vec<u8> = bytes
        .iter()
        .enumerate()
        .map(|(i, byte)| if *byte == b'2' && bytes[..i].ends_with(b"same") { b'1' } else { *byte })
        .collect();
    let error = Npz::open(Cursor::new(same)).err().unwrap();
    assert!(error.to_string().contains("same name"), "{error}");
}

#[test]
fn sparse_matrices_round_trip() {
    let matrix = crate::sparse::Sparse::new(
        crate::sparse::Layout::Csc,
        [3, 2],
        vec![0, 1, 3],
        vec![2, 0, 1],
        Values::F32(vec![1.5, -1.0, 2.0]),
    )
    .unwrap();
    let mut file = Cursor::new(Vec::new());
    write_sparse(&mut file, &matrix, Compression::Deflated).unwrap();
    assert_eq!(read_sparse(Cursor::new(file.into_inner())).unwrap(), matrix);
}

#[test]
fn width_of_texts_is_in_code_points() {
    let bytes = bytes_of(&Array::vector(Values::Text(vec!["\u{1f9ec}é".to_owned(), String::new()])));
    assert!(bytes.windows(5).any(|window| window == b"'<U2'"));
    assert_eq!(bytes.len() % 64, 16);
    assert_eq!(read(&*bytes).unwrap().data_type(), DataType::Text);
}
