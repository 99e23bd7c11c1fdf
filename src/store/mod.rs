//! Pinned bytes on disk: the lock file, atomic writes, verified reads.

mod atomic;
mod lock;
mod vault;

pub use atomic::write_atomic;
pub use lock::{Lock, LockError, LockedArtifact, LockedSource};
pub use vault::{Absence, ArtifactState, ReadError, Vault, VerifiedFile};
