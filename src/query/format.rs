//! Which files can be read as tables, and what the others are.

use super::content::has_content;
use crate::manifest::{Artifact, Origin};

/// Formats that are known and have no reader: ending of the file name, and what it is called.
const WITHOUT_READER: [(&str, &str); 13] = [
    (".h5ad", "an AnnData file (.h5ad)"),
    (".h5", "an HDF5 file (.h5)"),
    (".hdf5", "an HDF5 file (.hdf5)"),
    (".loom", "a Loom file (.loom)"),
    (".zarr", "a Zarr store (.zarr)"),
    (".pkl", "a Python pickle (.pkl)"),
    (".pickle", "a Python pickle (.pickle)"),
    // One publisher's spelling, with a dot at the end.
    (".pickle.", "a Python pickle (.pickle)"),
    (".npy", "a NumPy array (.npy)"),
    (".npz", "a NumPy archive (.npz)"),
    (".rds", "an R object (.rds)"),
    (".parquet", "a Parquet file (.parquet)"),
    (".json", "a JSON document (.json)"),
];

/// What an artifact is, if this version cannot read it as a table: `an AnnData file (.h5ad)`.
///
/// AnnData files and pickles can be read where the manifest says what of them becomes a table (`has_table`).
/// The name at the source decides, since `to` is ours to choose; a file of any other name is taken for CSV.
pub(super) fn without_reader(artifact: &Artifact, has_table: bool) -> Option<&'static str> {
    if has_table && has_content(artifact) {
        return None;
    }
    let name = match &artifact.origin {
        Origin::File { path, .. } => path,
        Origin::Member { member, .. } => member,
        Origin::Tree { .. } => return Some("a folder of files"),
    };
    let names = [name.to_lowercase(), artifact.to.to_lowercase()];
    let ends = |ending: &str| names.iter().any(|name| name.ends_with(ending));
    WITHOUT_READER.iter().find(|(ending, _)| ends(ending)).map(|(_, what)| *what)
}
