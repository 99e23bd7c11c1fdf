//! Annotated matrices in HDF5: files of four versions of anndata, their values from Python.

use std::io::Read;
use std::path::{Path, PathBuf};

use repro_data::anndata::{AnnData, Element};
use repro_data::anndata_io::{AnnDataFile, RowsWriter, Section, write_h5ad};
use repro_data::array::Array;
use repro_data::frame::{Categorical, Column, DataFrame};
use repro_data::hdf5::{Hdf5Options, Hdf5Store, Hdf5Writer};
use repro_data::sparse::{Layout, Matrix, Sparse};
use repro_data::store::{Attribute, Store};
use repro_data::values::Values;
use serde_json::{Value, json};

pub fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/h5ad").join(format!("{name}.gz"));
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// A folder with one file in it.
pub struct Scratch {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Scratch {
    pub fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.h5ad");
        std::fs::write(&path, bytes).unwrap();
        Self { _folder: folder, path }
    }
}

fn bits(value: f64) -> Value {
    if value.is_nan() { json!("nan") } else { json!(format!("{:016x}", value.to_bits())) }
}

fn values(values: &Values, shape: &[usize]) -> Value {
    let list: Vec<Value> = match values {
        Values::Bool(values) => values.iter().map(|value| json!(value)).collect(),
        Values::I64(values) => values.iter().map(|value| json!(value)).collect(),
        Values::U64(values) => values.iter().map(|value| json!(value)).collect(),
        Values::Text(values) => values.iter().map(|value| json!(value)).collect(),
        Values::F32(_) | Values::F64(_) => values.to_f64().unwrap().into_iter().map(bits).collect(),
        integers => integers.to_f64().unwrap().into_iter().map(|value| json!(value as i64)).collect(),
    };
    json!({"type": values.data_type().name(), "shape": shape, "values": list})
}

fn array(array: &Array) -> Value {
    values(array.values(), array.shape())
}

fn vector(of: &Values) -> Value {
    values(of, &[of.len()])
}

fn sparse(of: &Sparse) -> Value {
    let format = if of.layout() == Layout::Csr { "csr" } else { "csc" };
    let data = vector(of.values());
    json!({"sparse": format, "shape": of.shape(), "indptr": of.indptr(), "indices": of.indices(), "data": data})
}

fn matrix(of: &Matrix) -> Value {
    match of {
        Matrix::Dense(dense) => array(dense),
        Matrix::Sparse(of) => sparse(of),
    }
}

fn categorical(of: &Categorical) -> Value {
    json!({"codes": of.codes(), "categories": vector(of.categories()), "ordered": of.ordered})
}

fn nullable(values: &Values, mask: &[bool]) -> Value {
    let mut values = vector(values);
    for (value, missing) in values["values"].as_array_mut().unwrap().iter_mut().zip(mask) {
        if *missing {
            *value = Value::Null;
        }
    }
    json!({"nullable": values, "mask": mask})
}

fn frame(of: &DataFrame) -> Value {
    let column = |column: &Column| match column {
        Column::Values(values) => vector(values),
        Column::Categorical(of) => categorical(of),
        Column::Nullable { values, mask } => nullable(values, mask),
    };
    let columns: Vec<_> = of.columns().iter().map(|(name, own)| json!([name, column(own)])).collect();
    json!({"index": of.index(), "index_name": of.index_name, "columns": columns})
}

fn element(of: &Element) -> Value {
    match of {
        Element::Null => Value::Null,
        Element::Array(own) => array(own),
        Element::Sparse(own) => sparse(own),
        Element::DataFrame(own) => json!({ "frame": frame(own) }),
        Element::Categorical(own) => categorical(own),
        Element::Nullable { values, mask } => nullable(values, mask),
        Element::Records(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, own)| json!([name, array(own)])).collect();
            json!({ "records": fields })
        }
        Element::Dict(elements) => json!({"dict": map(elements, element)}),
        Element::Unread(what) => json!({ "unread": what }),
    }
}

fn map<T>(of: &[(String, T)], each: impl Fn(&T) -> Value) -> Value {
    Value::Object(of.iter().map(|(name, own)| (name.clone(), each(own))).collect())
}

pub fn whole(of: &AnnData) -> Value {
    let raw = of.raw.as_ref().map(|raw| json!({"x": matrix(&raw.x), "var": frame(&raw.var)}));
    json!({
        "x": of.x.as_ref().map(matrix), "obs": frame(&of.obs), "var": frame(&of.var),
        "layers": map(&of.layers, matrix), "obsm": map(&of.obsm, element), "varm": map(&of.varm, element),
        "obsp": map(&of.obsp, matrix), "varp": map(&of.varp, matrix), "uns": map(&of.uns, element), "raw": raw,
    })
}

/// Floats, which Python wrote in its own words, as their bits.
pub fn as_bits(value: &mut Value) {
    if value["type"].as_str().is_some_and(|kind| kind.starts_with("float")) {
        // Half floats are read as the floats of 32 bits that they are.
        if value["type"] == "float16" {
            value["type"] = json!("float32");
        }
        for own in value["values"].as_array_mut().unwrap() {
            *own = bits(own.as_str().unwrap().parse().unwrap());
        }
        return;
    }
    match value {
        Value::Array(list) => list.iter_mut().for_each(as_bits),
        Value::Object(map) => map.values_mut().for_each(as_bits),
        _ => {}
    }
}

#[test]
fn files_of_four_versions_hold_what_python_says() {
    for version in ["0.8", "0.10", "0.12", "0.13"] {
        let file = Scratch::new(&fixture(&format!("anndata-{version}.h5ad")));
        let path = format!("{}/tests/fixtures/h5ad/anndata-{version}.json", env!("CARGO_MANIFEST_DIR"));
        let mut wanted: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        as_bits(&mut wanted);
        let read = whole(&AnnDataFile::open(&file.path).unwrap().read().unwrap());
        same(&read, &wanted, version);
    }
}

/// The same, or a panic that says where not.
pub fn same(own: &Value, wanted: &Value, at: &str) {
    match (own, wanted) {
        (Value::Object(own), Value::Object(wanted)) => {
            assert_eq!(own.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{at}");
            own.iter().for_each(|(name, value)| same(value, &wanted[name], &format!("{at} {name}")));
        }
        (Value::Array(own), Value::Array(wanted)) if own.len() == wanted.len() => {
            let pairs = own.iter().zip(wanted).enumerate();
            pairs.for_each(|(position, (own, wanted))| same(own, wanted, &format!("{at} {position}")));
        }
        _ => assert_eq!(own, wanted, "{at}"),
    }
}

#[test]
fn parts_are_read_one_by_one() {
    let file = Scratch::new(&fixture("anndata-0.12.h5ad"));
    let file = AnnDataFile::open(&file.path).unwrap();
    assert_eq!((file.n_obs(), file.n_vars()), (7, 5));
    let all = file.read().unwrap();
    assert_eq!(file.obs_names().unwrap(), all.obs.index());
    assert_eq!(file.var_names().unwrap(), all.var.index());
    assert_eq!(&file.obs_column("type").unwrap(), all.obs.column("type").unwrap());
    assert_eq!(file.keys(Section::Obsm).unwrap(), ["X_umap", "frame", "sparse"]);
    assert_eq!(file.obsm("X_umap").unwrap(), all.obsm[0].1);
    assert_eq!(file.uns("int").unwrap(), Element::Array(Array::new(vec![], Values::I64(vec![3])).unwrap()));
    assert!(file.has_raw().unwrap());
    assert_eq!(file.raw_x().unwrap().shape(), [7, 8]);
    let absent = file.obsm("X_tsne").unwrap_err().to_string();
    assert_eq!(absent, "there is no `obsm/X_tsne`");
}

fn dense(of: &Matrix) -> Vec<Vec<f64>> {
    match of {
        Matrix::Dense(array) => {
            let columns = array.shape()[1];
            array.values().to_f64().unwrap().chunks(columns).map(<[f64]>::to_vec).collect()
        }
        Matrix::Sparse(sparse) => {
            let mut rows = vec![vec![0.0; sparse.shape()[1]]; sparse.shape()[0]];
            let values = sparse.values().to_f64().unwrap();
            for (major, ends) in sparse.indptr().windows(2).enumerate() {
                let entries = ends[0] as usize..ends[1] as usize;
                for (minor, value) in sparse.indices()[entries.clone()].iter().zip(&values[entries]) {
                    match sparse.layout() {
                        Layout::Csr => rows[major][*minor as usize] += value,
                        Layout::Csc => rows[*minor as usize][major] += value,
                    }
                }
            }
            rows
        }
    }
}

#[test]
fn rows_and_blocks_of_rows_are_those_of_the_whole_matrix() {
    let file = Scratch::new(&fixture("anndata-0.12.h5ad"));
    let file = AnnDataFile::open(&file.path).unwrap();
    for matrix in [file.x(), file.layer("dense"), file.layer("csc"), file.layer("counts"), file.raw_x()] {
        let matrix = matrix.unwrap();
        let whole = dense(&matrix.read().unwrap());
        for start in 0..=7 {
            for end in start..=7 {
                assert_eq!(dense(&matrix.rows(start..end).unwrap()), whole[start..end]);
            }
        }
        assert!(matrix.rows(3..8).is_err());
        for bytes in [0, 20, 60, 1 << 20] {
            let mut next = 0;
            for block in matrix.blocks(bytes) {
                let (start, block) = block.unwrap();
                let rows = dense(&block);
                assert_eq!(start, next);
                assert_eq!(rows, whole[start..start + rows.len()]);
                next = start + rows.len();
                assert!(!rows.is_empty());
            }
            assert_eq!(next, 7);
        }
        assert_eq!(matrix.blocks(0).count(), 7);
        assert_eq!(matrix.blocks(1 << 20).count(), 1);
    }
}

#[test]
fn tables_of_anndata_0_7_find_their_categories() {
    let file = Scratch::new(&fixture("layout-0.7.h5ad"));
    let file = AnnDataFile::open(&file.path).unwrap();
    let all = file.read().unwrap();
    let texts = |texts: &[&str]| Values::Text(texts.iter().map(|text| (*text).to_owned()).collect());
    let kinds = Categorical::new(vec![1, 0, -1], texts(&["one", "two"]), true).unwrap();
    assert_eq!(all.obs.column("kind"), Some(&Column::Categorical(kinds)));
    assert_eq!(all.obs.column("n"), Some(&Column::Values(Values::I64(vec![4, 5, 6]))));
    assert_eq!(all.obs.index_name.as_deref(), Some("index"));
    assert_eq!(all.obs.duplicate(), None);
    assert_eq!(all.var.index(), ["g0", "g0"]);
    assert_eq!(all.var.duplicate(), Some("g0"));
}

#[test]
fn structured_tables_of_anndata_0_6_are_read() {
    let file = Scratch::new(&fixture("layout-0.6.h5ad"));
    let all = AnnDataFile::open(&file.path).unwrap().read().unwrap();
    assert_eq!(dense(all.x.as_ref().unwrap()), [[0.0, 1.0], [2.0, 0.0], [0.0, 3.0]]);
    assert_eq!(all.obs.index(), ["c0", "c1", "c2"]);
    let texts = Values::Text(vec!["one".to_owned(), "two".to_owned()]);
    let kinds = Categorical::new(vec![1, 0, 1], texts, false).unwrap();
    assert_eq!(all.obs.column("kind"), Some(&Column::Categorical(kinds)));
    assert_eq!(all.obs.column("v"), Some(&Column::Values(Values::F32(vec![0.5, 1.5, 2.5]))));
    let pca = Array::new(vec![3, 2], Values::F64(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])).unwrap();
    assert_eq!(all.obsm, [("X_pca".to_owned(), Element::Array(pca))]);
    assert_eq!(all.raw.unwrap().var.index(), ["g0", "g1"]);
}

#[test]
fn every_way_of_storing_an_array_gives_the_same_numbers() {
    let file = Scratch::new(&fixture("storage.h5"));
    let store = Hdf5Store::open(&file.path).unwrap();
    let wide = Values::F32((0..600_u16).map(f32::from).collect());
    for name in ["lzf", "sums", "plain", "grows"] {
        assert_eq!(store.read(name).unwrap().values(), &wide, "{name}");
        let part = store.read_range(name, 5..16).unwrap();
        assert_eq!(
            part,
            Array::new(vec![11, 20], wide.take(&(100..320).collect::<Vec<_>>()).unwrap()).unwrap()
        );
    }
    let cube = store.read_range("cube", 1..5).unwrap();
    assert_eq!(cube, Array::new(vec![4, 4, 3], Values::I16((12..60).collect())).unwrap());
    let unwritten: Vec<i64> = (0..30).map(|n| if (12..24).contains(&n) { 1 } else { -7 }).collect();
    assert_eq!(store.read("unwritten").unwrap().values(), &Values::I64(unwritten));
    assert_eq!(store.read("nowhere").unwrap().values(), &Values::F64(vec![0.0; 4]));
    let fixed = ["ab", "", "abc"].map(str::to_owned).to_vec();
    assert_eq!(store.read("fixed").unwrap().values(), &Values::Text(fixed));
    let refused = store.read("scale_offset").unwrap_err().to_string();
    assert_eq!(refused, "`scale_offset`: the HDF5 filter scale-offset (6) is not read");
    // More attributes than a header holds, so they lie in a heap of their own.
    assert_eq!(store.attribute("", "attribute39").unwrap(), Some(Attribute::Int(39)));
    assert_eq!(store.names("").unwrap().len(), 10);
    assert!(store.node("absent/deeper").unwrap().is_none());
    assert!(store.node("plain/deeper").unwrap().is_none());
}

const GZIP: Hdf5Options = Hdf5Options { gzip: Some(4) };

#[test]
fn what_is_written_is_read_back_in_the_same_bytes_each_time() {
    let file = Scratch::new(&fixture("anndata-0.12.h5ad"));
    let data = AnnDataFile::open(&file.path).unwrap().read().unwrap();
    for options in [Hdf5Options::default(), GZIP] {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.h5ad", "b.h5ad"].map(|name| folder.path().join(name));
        for path in &paths {
            write_h5ad(&data, path, options).unwrap();
        }
        let again = AnnDataFile::open(&paths[0]).unwrap().read().unwrap();
        same(&whole(&again), &whole(&data), "again");
        assert_eq!(std::fs::read(&paths[0]).unwrap(), std::fs::read(&paths[1]).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing but the files is left");
    }
}

#[test]
fn rows_that_come_in_blocks_make_one_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.h5ad");
    let writer = Hdf5Writer::create(&path, GZIP).unwrap();
    let mut writer = RowsWriter::new(Box::new(writer), repro_data::values::DataType::F32, 300).unwrap();
    let block = |first: u32| {
        // Row r has r % 3 entries.
        let rows = first..first + 1000;
        let mut indptr = vec![0];
        let mut indices = Vec::new();
        for row in rows {
            indices.extend((0..row % 3).map(|entry| (row + 7 * entry) % 300));
            indptr.push(indices.len() as u64);
        }
        let values = indices.iter().map(|index| *index as f32 + 0.5).collect();
        Sparse::new(Layout::Csr, [1000, 300], indptr, indices, Values::F32(values)).unwrap()
    };
    for first in (0..200_000).step_by(1000) {
        writer.append(&block(first)).unwrap();
    }
    assert!(!path.exists());
    let names = |n: usize| DataFrame::new((0..n).map(|n| format!("n{n}")).collect());
    let data = AnnData { obs: names(200_000), var: names(300), ..AnnData::default() };
    writer.finish(&data).unwrap();
    let file = AnnDataFile::open(&path).unwrap();
    let x = file.x().unwrap();
    assert_eq!((x.shape(), x.stored()), ([200_000, 300], 199_999));
    for first in [0, 1000, 123_000, 199_000] {
        assert_eq!(x.rows(first..first + 1000).unwrap(), Matrix::Sparse(block(first as u32)));
    }
    assert_eq!(file.obs_names().unwrap()[199_999], "n199999");
}

#[test]
fn dense_rows_that_come_in_blocks_make_one_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.h5ad");
    let begin = || {
        let writer = Box::new(Hdf5Writer::create(&path, GZIP).unwrap());
        RowsWriter::dense(writer, repro_data::values::DataType::F32, 700).unwrap()
    };
    let block = |first: u32| (first * 700..(first + 50) * 700).map(|n| n as f32).collect::<Vec<_>>();
    let mut writer = begin();
    (0..1000).step_by(50).for_each(|first| writer.append_dense(&Values::F32(block(first))).unwrap());
    let names = |n: usize| DataFrame::new((0..n).map(|n| format!("n{n}")).collect());
    let data = AnnData { obs: names(1000), var: names(700), ..AnnData::default() };
    writer.finish(&data).unwrap();
    let file = AnnDataFile::open(&path).unwrap();
    let rest = file.read_without_x().unwrap();
    assert_eq!(rest, data);
    let x = file.x().unwrap();
    assert_eq!((x.shape(), x.layout()), ([1000, 700], None));
    let rows = Array::new(vec![50, 700], Values::F32(block(350))).unwrap();
    assert_eq!(x.rows(350..400).unwrap(), Matrix::Dense(rows));
    // Half a row, and another number of rows than names.
    assert!(begin().append_dense(&Values::F32(vec![0.0; 350])).is_err());
    let mut writer = begin();
    writer.append_dense(&Values::F32(block(0))).unwrap();
    assert!(writer.finish(&data).is_err());
}
