//! Any bytes as HDF5, and as an annotated matrix in it.

use std::io::Write;

use repro_data::hdf5::Hdf5Store;

use super::store;

/// Whether the bytes are a container with an array, or an annotated matrix.
pub fn run(bytes: &[u8]) -> bool {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let Ok(container) = Hdf5Store::open(file.path()) else { return false };
    let arrays = store::walk(&container);
    store::parts(Box::new(container)) || arrays > 0
}
