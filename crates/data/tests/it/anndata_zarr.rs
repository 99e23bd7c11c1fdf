//! Annotated matrices in zarr: stores of three versions of anndata hold what their HDF5 files hold.

use std::path::Path;

use repro_data::anndata_io::{AnnDataFile, write};
use repro_data::zarr::{Container, Version, ZarrStore, ZarrWriter};
use serde_json::Value;

use crate::h5ad::{Scratch, as_bits, fixture, same, whole};

fn stored(name: &str) -> AnnDataFile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/zarr").join(format!("{name}.zip"));
    AnnDataFile::new(Box::new(ZarrStore::open(&path).unwrap())).unwrap()
}

#[test]
fn stores_of_three_versions_hold_what_python_says() {
    for (name, version) in [
        ("anndata-0.8-v2", "0.8"),
        ("anndata-0.10-v2", "0.10"),
        ("anndata-0.12-v2", "0.12"),
        ("anndata-0.12-v3", "0.12"),
    ] {
        let path = format!("{}/tests/fixtures/h5ad/anndata-{version}.json", env!("CARGO_MANIFEST_DIR"));
        let mut wanted: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        as_bits(&mut wanted);
        same(&whole(&stored(name).read().unwrap()), &wanted, name);
        let hdf5 = Scratch::new(&fixture(&format!("anndata-{version}.h5ad")));
        let hdf5 = AnnDataFile::open(&hdf5.path).unwrap();
        assert_eq!(stored(name).obs_names().unwrap(), hdf5.obs_names().unwrap());
    }
}

#[test]
fn rows_of_a_store_are_those_of_its_matrix() {
    let file = stored("anndata-0.12-v3");
    let x = file.x().unwrap();
    assert_eq!(x.shape(), [file.n_obs(), file.n_vars()]);
    let rows: usize = x.blocks(20).map(|block| block.unwrap().1.shape().unwrap()[0]).sum();
    assert_eq!(rows, file.n_obs());
}

#[test]
fn what_is_written_as_a_store_is_read() {
    let mut data = stored("anndata-0.12-v3").read().unwrap();
    data.uns.retain(|(name, _)| name != "records");
    let folder = tempfile::tempdir().unwrap();
    for (name, version) in [("v2", Version::V2), ("v3", Version::V3)] {
        for (end, container) in [("zarr", Container::Folder), ("zarr.zip", Container::Zip)] {
            let path = folder.path().join(format!("{name}.{end}"));
            write(&data, Box::new(ZarrWriter::create(&path, container, version).unwrap())).unwrap();
            let read = AnnDataFile::new(Box::new(ZarrStore::open(&path).unwrap())).unwrap().read().unwrap();
            same(&whole(&read), &whole(&data), name);
        }
    }
}
