//! Any files as a zarr store, and as an annotated matrix in it.
//!
//! An input is the files one after the other: `=== `, the path, a line break, then what is in it, up to a line break
//! and the next `=== `.

use std::collections::BTreeMap;

use repro_data::zarr::ZarrStore;

use super::store;

/// Whether the files are a store with an array, or an annotated matrix.
pub fn run(bytes: &[u8]) -> bool {
    let Ok(container) = ZarrStore::in_memory(files(bytes)) else { return false };
    let arrays = store::walk(&container);
    store::parts(Box::new(container)) || arrays > 0
}

fn files(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    const MARK: &[u8] = b"\n=== ";
    let mut files = BTreeMap::new();
    let mut rest = bytes.strip_prefix(&MARK[1..]).unwrap_or(bytes);
    while !rest.is_empty() {
        let end = rest.windows(MARK.len()).position(|window| window == MARK).unwrap_or(rest.len());
        let mut parts = rest[..end].splitn(2, |byte| *byte == b'\n');
        let path = parts.next().unwrap_or_default();
        files.insert(String::from_utf8_lossy(path).into_owned(), parts.next().unwrap_or_default().to_vec());
        rest = rest.get(end + MARK.len()..).unwrap_or_default();
    }
    files
}
