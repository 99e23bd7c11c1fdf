//! Replays the corpora of the fuzz targets, so that what they found stays found without a nightly toolchain.

use std::path::Path;

use repro_data::gene_vectors::GeneVectors;
use repro_data::pickle::{Limits, Value};

#[test]
fn every_pickle_of_the_corpus_is_refused_or_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/pickle");
    let (mut files, mut values) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        files += 1;
        let limits = Limits { bytes: 64 << 20, objects: 100_000, depth: 100 };
        if let Ok(value) = Value::read(&bytes[..], limits) {
            values += 1;
            if let Some(anndata) = value.anndata() {
                anndata.check().unwrap();
            }
        }
        let _ = GeneVectors::read(&bytes[..], limits);
    }
    assert!(files >= 16 && values >= 16, "{values} of {files}");
}
