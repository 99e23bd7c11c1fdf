//! Replays the corpora of the fuzz targets, so that what they found stays found without a nightly toolchain.

use std::path::Path;

#[path = "../../../../fuzz/inputs/h5ad.rs"]
mod h5ad;
#[path = "../../../../fuzz/inputs/npy.rs"]
mod npy;
#[path = "../../../../fuzz/inputs/pickle.rs"]
mod pickle;
#[path = "../../../../fuzz/inputs/store.rs"]
mod store;
#[path = "../../../../fuzz/inputs/zarr.rs"]
mod zarr;

/// Runs every input of a target; at least `wanted` of them are values, or the corpus was lost.
fn replay(target: &str, wanted: usize, run: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut valid = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let start = std::time::Instant::now();
        valid += usize::from(run(&std::fs::read(&path).unwrap()));
        assert!(start.elapsed().as_secs() < 20, "{path:?} took {:?}", start.elapsed());
    }
    assert!(valid >= wanted, "{valid} of `{target}` are valid");
}

#[test]
fn every_h5ad_of_the_corpus_is_refused_or_read() {
    replay("h5ad", 7, h5ad::run);
}

#[test]
fn every_npy_of_the_corpus_is_refused_or_read() {
    replay("npy", 14, npy::run);
}

#[test]
fn every_pickle_of_the_corpus_is_refused_or_read() {
    replay("pickle", 16, pickle::run);
}

#[test]
fn every_zarr_store_of_the_corpus_is_refused_or_read() {
    replay("zarr", 11, zarr::run);
}
