//! Exit statuses: a contract that other programs script against.

use crate::error::Class;

/// Why `repro` stopped. When several apply, the highest-ranking one is the status, see [`ExitCode::worst`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExitCode {
    /// Done, everything agrees.
    #[default]
    Success = 0,
    /// A claim or a figure disagrees.
    Differs = 1,
    /// The command line or a manifest is wrong.
    Usage = 2,
    /// Bytes differ from their pin.
    Mismatch = 3,
    /// Nothing was evaluated.
    NothingEvaluated = 4,
    /// All that ran agrees, but items are missing, or a dry run found work to do.
    Incomplete = 5,
    /// Network, disk or a stage failed.
    Operation = 6,
    /// A bug in this program. Also the status of a panic.
    Bug = 101,
}

impl ExitCode {
    /// The one of two statuses that ranks higher: 101, 2, 3, 6, 1, 4, 5, 0 from highest to lowest.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if self.rank() >= other.rank() { self } else { other }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Incomplete => 1,
            Self::NothingEvaluated => 2,
            Self::Differs => 3,
            Self::Operation => 4,
            Self::Mismatch => 5,
            Self::Usage => 6,
            Self::Bug => 7,
        }
    }
}

impl From<Class> for ExitCode {
    fn from(class: Class) -> Self {
        match class {
            Class::Usage => Self::Usage,
            Class::Mismatch => Self::Mismatch,
            Class::Operation => Self::Operation,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode::*;

    #[test]
    fn statuses_rank_as_documented() {
        let ranked = [Bug, Usage, Mismatch, Operation, Differs, NothingEvaluated, Incomplete, Success];
        for pair in ranked.windows(2) {
            assert_eq!(pair[0].worst(pair[1]), pair[0]);
            assert_eq!(pair[1].worst(pair[0]), pair[0]);
        }
    }
}
