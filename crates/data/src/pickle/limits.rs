//! What a pickle may cost.

/// Limits on what a pickle builds. A file that asks for more is refused before the memory is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all texts, numbers and references together.
    pub bytes: u64,
    /// Objects: lists, tuples, dicts, texts, recorded calls.
    pub objects: u32,
    /// Open marks, which is how deeply objects are nested while they are built; and levels of the tree that a reader
    /// descends.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 4 << 30, objects: 20_000_000, depth: 1_000 }
    }
}
