//! Trees as inputs: a folder of files, identified by the list of its files with their hashes.

use std::sync::Arc;

use crate::digest::{Sha256, sha256};
use crate::evidence::{SourceFile, Tier};
use crate::store::LockedTree;

/// The hash of the list of a tree's files, from the lock; `None` if the lock lacks the hash of a file.
pub(super) fn listing(tree: &LockedTree) -> Option<Sha256> {
    let line = |file: &crate::store::LockedFile| Some(format!("{}  {}\n", file.sha256?, file.path));
    let mut lines = tree.files.iter().map(line).collect::<Option<Vec<String>>>()?;
    lines.sort();
    Some(sha256(lines.concat().as_bytes()))
}

/// The files of a tree, so that one of them is recognised among the inputs of a stage.
pub(super) fn files(tree: &LockedTree, tier: Tier) -> Vec<Arc<SourceFile>> {
    let file = |file: &crate::store::LockedFile| {
        Some(Arc::new(SourceFile::new(format!("{}/{}", tree.id, file.path), file.sha256?, tier)))
    };
    tree.files.iter().filter_map(file).collect()
}
