//! Any bytes as `.npy` or `.npz`: an error or arrays, which are the same when they are written and read again.

use std::io::Cursor;

use repro_data::anndata::Element;
use repro_data::array::Array;
use repro_data::npy::{Npz, read, read_element, read_sparse, write};

/// Whether the bytes are an array or an archive of arrays.
pub fn run(bytes: &[u8]) -> bool {
    if !bytes.starts_with(b"PK") {
        return read_element(bytes).map(check).is_ok();
    }
    let _ = read_sparse(Cursor::new(bytes));
    let Ok(mut npz) = Npz::open(Cursor::new(bytes)) else { return false };
    let names: Vec<String> = npz.names().into_iter().map(str::to_owned).collect();
    names.iter().filter(|name| npz.element(name).map(check).is_ok()).count() > 0
}

fn check(element: Element) {
    match element {
        Element::Array(array) => check_array(&array),
        Element::Records(fields) => fields.iter().for_each(|(_, array)| check_array(array)),
        other => panic!("{other:?} in a file of NumPy"),
    }
}

fn check_array(array: &Array) {
    assert_eq!(array.shape().iter().product::<usize>(), array.values().len());
    let mut written = Vec::new();
    write(&mut written, array).unwrap();
    let again = read(written.as_slice()).unwrap();
    assert_eq!(again.shape(), array.shape());
    // As bytes: NaN differs from itself.
    let mut twice = Vec::new();
    write(&mut twice, &again).unwrap();
    assert!(written == twice);
}
