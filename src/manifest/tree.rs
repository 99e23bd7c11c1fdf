//! Trees: artifacts that are a folder of files. Each has its folder to itself.

use std::collections::BTreeMap;

use super::load::Place;
use super::{Artifact, ManifestError, Origin, Source, SourceKind};

/// Trees come from Hub repositories, which can list their files, and share their folder with no other artifact.
pub(super) fn check_trees(sources: &[Source], artifacts: &[(Artifact, Place)]) -> Result<(), ManifestError> {
    let folders: BTreeMap<&str, &str> = artifacts
        .iter()
        .filter(|(artifact, _)| artifact.is_tree())
        .map(|(artifact, _)| (artifact.to.as_str(), artifact.id.as_str()))
        .collect();
    for (artifact, (text, span)) in artifacts {
        let error = |message| Err(ManifestError::at(text, Some(span.clone()), message));
        if let Origin::Tree { source, .. } = &artifact.origin {
            let kind = sources.iter().find(|known| known.id == *source).map(|known| &known.kind);
            if !matches!(kind, Some(SourceKind::Hub { .. })) {
                return error(format!(
                    "artifact `{}` is a tree, which needs a source of kind `hub`: only a Hub lists its files",
                    artifact.id
                ));
            }
        }
        let parents = artifact.to.match_indices('/').map(|(end, _)| &artifact.to[..end]);
        if let Some(tree) = parents.filter_map(|parent| folders.get(parent)).next() {
            return error(format!("artifact `{}` would lie inside the tree `{tree}`", artifact.id));
        }
    }
    Ok(())
}

/// Refuses keys about one file in a tree, and a choice of files elsewhere.
pub(super) fn check_keys(id: &str, tree: bool, of_a_file: bool, glob: bool) -> Result<(), String> {
    match (tree, of_a_file, glob) {
        (true, true, _) => {
            Err(format!("artifact `{id}` is a tree: `sha256`, `size` and `derived_rows` are about a file"))
        }
        (false, _, true) => {
            Err(format!("artifact `{id}`: `glob` chooses files of a tree, which needs `tree = true`"))
        }
        _ => Ok(()),
    }
}
