//! Any bytes as a pickle: an error or a value, in bounded memory.

use repro_data::gene_vectors::GeneVectors;
use repro_data::pickle::{Limits, Value};

/// Whether the bytes are a value.
pub fn run(bytes: &[u8]) -> bool {
    let limits = Limits { bytes: 64 << 20, objects: 100_000, depth: 100 };
    let value = Value::read(bytes, limits);
    if let Ok(Value::AnnData(anndata)) = &value {
        assert!(anndata.check().is_ok());
    }
    let _ = GeneVectors::read(bytes, limits);
    value.is_ok()
}
