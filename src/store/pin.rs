//! What an artifact should hash to.

use super::Lock;
use crate::digest::Sha256;
use crate::manifest::Artifact;

/// The pins of an artifact: the manifest's, then the lock's.
pub(super) fn pins(artifact: &Artifact, lock: &Lock) -> impl Iterator<Item = Sha256> {
    let locked = lock.artifact(&artifact.id).and_then(|entry| entry.sha256);
    [artifact.sha256, locked].into_iter().flatten()
}

/// Compares a hash with every pin: `None` without a pin, else the first pin that is not met.
///
/// A manifest and a lock that disagree cannot both be met, which is what the reader has to know.
pub(super) fn compare(artifact: &Artifact, lock: &Lock, computed: Sha256) -> Option<Result<(), Sha256>> {
    let mut pins = pins(artifact, lock).peekable();
    pins.peek()?;
    Some(pins.find(|pin| *pin != computed).map_or(Ok(()), Err))
}

/// The first size that the manifest, or a lock entry with a hash, specifies and that a file does not have: such a file need not
/// be read.
///
/// A lock entry without a hash says what the host announced, which pins nothing.
pub(super) fn other_size(artifact: &Artifact, lock: &Lock, size: u64) -> Option<u64> {
    let entry = lock.artifact(&artifact.id).filter(|entry| entry.sha256.is_some());
    let locked = entry.map(|entry| entry.size);
    [artifact.size, locked].into_iter().flatten().find(|pinned| *pinned != size)
}
