//! Any annotated matrix that is written is read back equal.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use repro_data::anndata::{AnnData, Element, Raw};
use repro_data::anndata_io::{AnnDataFile, write_h5ad};
use repro_data::array::Array;
use repro_data::frame::{Categorical, Column, DataFrame};
use repro_data::hdf5::Hdf5Options;
use repro_data::sparse::{Layout, Matrix, Sparse};
use repro_data::values::Values;

/// Texts without a zero, which HDF5 cannot hold.
const TEXT: &str = "[^\0]{0,12}";

/// Names without what separates the parts of a path.
const NAME: &str = "[a-zA-Z0-9 .µ-]{1,8}[a-z]";

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![proptest::num::f64::NORMAL, proptest::num::f64::SUBNORMAL, Just(0.0), Just(f64::INFINITY)]
}

fn values(n: usize) -> BoxedStrategy<Values> {
    prop_oneof![
        vec(any::<bool>(), n).prop_map(Values::Bool),
        vec(any::<i8>(), n).prop_map(Values::I8),
        vec(any::<i16>(), n).prop_map(Values::I16),
        vec(any::<i32>(), n).prop_map(Values::I32),
        vec(any::<i64>(), n).prop_map(Values::I64),
        vec(any::<u8>(), n).prop_map(Values::U8),
        vec(any::<u16>(), n).prop_map(Values::U16),
        vec(any::<u32>(), n).prop_map(Values::U32),
        vec(any::<u64>(), n).prop_map(Values::U64),
        vec(proptest::num::f32::NORMAL, n).prop_map(Values::F32),
        vec(finite(), n).prop_map(Values::F64),
        vec(TEXT, n).prop_map(Values::Text),
    ]
    .boxed()
}

fn categorical(n: usize) -> impl Strategy<Value = Categorical> {
    (1..200_usize).prop_flat_map(move |categories| {
        let codes = vec(-1..categories as i32, n);
        (codes, vec(TEXT, categories), any::<bool>()).prop_map(|(codes, texts, ordered)| {
            Categorical::new(codes, Values::Text(texts), ordered).unwrap()
        })
    })
}

fn column(n: usize) -> impl Strategy<Value = Column> {
    let nullable = prop_oneof![
        vec(any::<i16>(), n).prop_map(Values::I16),
        vec(any::<bool>(), n).prop_map(Values::Bool),
        vec(TEXT, n).prop_map(Values::Text),
    ];
    prop_oneof![
        values(n).prop_map(Column::Values),
        categorical(n).prop_map(Column::Categorical),
        (nullable, vec(any::<bool>(), n)).prop_map(|(values, mask)| Column::Nullable { values, mask }),
    ]
}

fn frame(n: usize) -> impl Strategy<Value = DataFrame> {
    let columns = btree_map(NAME, column(n), 0..4);
    (vec(TEXT, n), columns, proptest::option::of("[A-Z]{3}")).prop_map(|(index, columns, name)| {
        let mut frame = DataFrame::new(index);
        frame.index_name = name;
        columns.into_iter().for_each(|(name, column)| frame.push(name, column).unwrap());
        frame
    })
}

fn sparse(rows: usize, columns: usize) -> impl Strategy<Value = Sparse> {
    (any::<bool>(), vec(any::<bool>(), rows * columns)).prop_flat_map(move |(csr, filled)| {
        let (layout, major, minor) =
            if csr { (Layout::Csr, rows, columns) } else { (Layout::Csc, columns, rows) };
        let (mut indptr, mut indices) = (vec![0], Vec::new());
        for line in 0..major {
            indices.extend((0..minor).filter(|own| filled[line * minor + own]).map(|own| own as u32));
            indptr.push(indices.len() as u64);
        }
        vec(finite(), indices.len()).prop_map(move |values| {
            let (indptr, indices) = (indptr.clone(), indices.clone());
            Sparse::new(layout, [rows, columns], indptr, indices, Values::F64(values)).unwrap()
        })
    })
}

fn matrix(rows: usize, columns: usize) -> impl Strategy<Value = Matrix> {
    let dense = vec(proptest::num::f32::NORMAL, rows * columns);
    prop_oneof![
        dense.prop_map(move |own| Matrix::Dense(Array::new(vec![rows, columns], Values::F32(own)).unwrap())),
        sparse(rows, columns).prop_map(Matrix::Sparse),
    ]
}

fn with_rows(n: usize) -> impl Strategy<Value = Element> {
    prop_oneof![
        (0..4_usize).prop_flat_map(move |columns| values(n * columns)
            .prop_map(move |own| Element::Array(Array::new(vec![n, columns], own).unwrap()))),
        sparse(n, 3).prop_map(Element::Sparse),
        frame(n).prop_map(Element::DataFrame),
    ]
}

fn anything() -> impl Strategy<Value = Element> {
    let records = (values(3), values(6)).prop_map(|(one, two)| {
        let two = Array::new(vec![3, 2], two).unwrap();
        Element::Records(vec![("one".to_owned(), Array::vector(one)), ("two".to_owned(), two)])
    });
    let leaf = prop_oneof![
        Just(Element::Null),
        values(1).prop_map(|own| Element::Array(Array::new(vec![], own).unwrap())),
        // More than a block of what is stored together.
        values(3000).prop_map(|own| Element::Array(Array::vector(own))),
        with_rows(2),
        categorical(5).prop_map(Element::Categorical),
        records,
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        btree_map(NAME, inner, 0..3).prop_map(|own| Element::Dict(list(own)))
    })
}

fn list<T>(of: BTreeMap<String, T>) -> Vec<(String, T)> {
    of.into_iter().collect()
}

fn data() -> impl Strategy<Value = AnnData> {
    (0..6_usize, 0..5_usize).prop_flat_map(|(n, m)| {
        let raw = (matrix(n, 4), frame(4)).prop_map(|(x, var)| Raw { x, var, varm: Vec::new() });
        (
            proptest::option::of(matrix(n, m)),
            (frame(n), frame(m)),
            btree_map(NAME, matrix(n, m), 0..2),
            btree_map(NAME, with_rows(n), 0..3),
            btree_map(NAME, matrix(n, n), 0..2),
            btree_map(NAME, anything(), 0..4),
            proptest::option::of(raw),
        )
            .prop_map(|(x, (obs, var), layers, obsm, obsp, uns, raw)| AnnData {
                x,
                obs,
                var,
                layers: list(layers),
                obsm: list(obsm),
                obsp: list(obsp),
                uns: list(uns),
                raw,
                ..AnnData::default()
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_equal(data in data(), gzip in proptest::option::of(1..=9_u32)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.h5ad");
        write_h5ad(&data, &path, Hdf5Options { gzip }).unwrap();
        prop_assert_eq!(AnnDataFile::open(&path).unwrap().read().unwrap(), data);
    }
}
