//! Exit statuses and which of several applies.

use crate::error::Class;

/// How a run ended. Scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// 0: done, everything agrees.
    Success,
    /// 1: a claim or a figure disagrees.
    Disagrees,
    /// 2: the command line or a manifest is wrong.
    Usage,
    /// 3: bytes differ from their pin.
    Mismatch,
    /// 4: nothing was evaluated.
    Nothing,
    /// 5: all that ran agrees, but items are missing, or a dry run found work to do.
    Incomplete,
    /// 6: network, disk or a stage failed.
    Operation,
    /// 101: a bug.
    Bug,
}

impl ExitCode {
    /// From the worst to the best.
    const RANKING: [Self; 8] = [
        Self::Bug,
        Self::Usage,
        Self::Mismatch,
        Self::Operation,
        Self::Disagrees,
        Self::Nothing,
        Self::Incomplete,
        Self::Success,
    ];

    /// The number.
    pub fn number(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Disagrees => 1,
            Self::Usage => 2,
            Self::Mismatch => 3,
            Self::Nothing => 4,
            Self::Incomplete => 5,
            Self::Operation => 6,
            Self::Bug => 101,
        }
    }

    /// The higher-ranking of two.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        let first = Self::RANKING.into_iter().find(|code| *code == self || *code == other);
        first.unwrap_or(self)
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranking_is_the_documented_one() {
        let numbers: Vec<u8> = ExitCode::RANKING.iter().map(|code| code.number()).collect();
        assert_eq!(numbers, [101, 2, 3, 6, 1, 4, 5, 0]);
        assert_eq!(ExitCode::Incomplete.worst(ExitCode::Mismatch), ExitCode::Mismatch);
        assert_eq!(ExitCode::Usage.worst(ExitCode::Mismatch), ExitCode::Usage);
    }
}
