//! Pinned bytes on disk: the lock file, the Hub cache, atomic writes, verification, verified reads.

mod atomic;
mod guard;
mod hashed;
mod hub_cache;
mod lock;
mod outputs;
mod pin;
mod place;
mod receipt;
mod space;
mod tree;
mod vault;
mod verify;
mod verify_tree;

pub use atomic::{write_atomic, write_in_project};
pub use guard::Guard;
pub use hub_cache::{CachedFile, HubCache, RepoCache};
pub use lock::{Lock, LockError, LockedArtifact, LockedSource};
pub use outputs::{OutputState, StageOutput};
pub use place::{PlaceError, check_folder, check_way, inside, link_or_copy, prepare, staged};
pub use receipt::{Failed, Output, Receipt, ReceiptError};
pub use space::{SpaceError, human_bytes, require_space};
pub use tree::{LockedFile, LockedTree};
pub use vault::{Absence, ReadError, Vault, VerifiedFile};
pub use verify::{Checked, FileState, verify_paper};
