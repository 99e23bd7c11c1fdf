//! How much memory a reader may use for what it makes of a pickle.

use super::{Limits, Problem};

/// Bytes that every file may use, whatever its size.
const ALLOWANCE: u64 = 64 << 20;
/// Bytes that a file may use for each of its own: the label of a row takes some forty where one byte gives the row.
const PER_BYTE: u64 = 64;

/// Memory that is left for what a pickle stands for. What is shared in a pickle may be copied where it is used, so that
/// a small file could ask for much more memory than it has bytes.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    left: u64,
    total: u64,
}

impl Budget {
    /// What a file of `bytes` bytes may use.
    pub fn new(bytes: u64, limits: &Limits) -> Self {
        let total = bytes.saturating_mul(PER_BYTE).saturating_add(ALLOWANCE).min(limits.bytes);
        Self { left: total, total }
    }

    /// Takes `bytes` away; an error if less is left.
    pub fn spend(&mut self, bytes: u64) -> Result<(), Problem> {
        self.left = self.left.checked_sub(bytes).ok_or(Problem::Limit(self.total, "bytes in memory"))?;
        Ok(())
    }
}
