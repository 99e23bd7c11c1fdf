//! Any bytes as a pickle: an error or a value, in bounded memory.

#![no_main]

use libfuzzer_sys::fuzz_target;
use repro_data::gene_vectors::GeneVectors;
use repro_data::pickle::{Limits, Value};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { bytes: 64 << 20, objects: 100_000, depth: 100 };
    if let Ok(Value::AnnData(anndata)) = Value::read(bytes, limits) {
        assert!(anndata.check().is_ok());
    }
    let _ = GeneVectors::read(bytes, limits);
});
