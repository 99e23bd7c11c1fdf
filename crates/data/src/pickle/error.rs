//! Why a pickle is refused.

use crate::error::{DataError, DataProblem};

/// A refusal and where in the file it happened.
#[derive(Debug, thiserror::Error)]
#[error("at byte {at}: {problem}")]
pub struct PickleError {
    /// Offset of the instruction.
    pub at: u64,
    /// Why.
    pub problem: Problem,
}

/// Why a pickle is refused.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file ends early.
    #[error("the pickle ends in the middle")]
    Truncated,
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// No instruction of any protocol.
    #[error("{0:#04x} is no pickle instruction")]
    Opcode(u8),
    /// A protocol from the future.
    #[error("protocol {0} is not known, the newest is 5")]
    Protocol(u8),
    /// Refers to something that is not in the file.
    #[error("{0} are not read")]
    Outside(&'static str),
    /// An instruction takes more than there is.
    #[error("the stack of the pickle is empty")]
    Stack,
    /// An instruction takes everything back to a mark that was never set.
    #[error("the pickle has no mark here")]
    Mark,
    /// A memo entry that was never written.
    #[error("memo entry {0} does not exist")]
    Memo(u64),
    /// An instruction meets an object it cannot work on.
    #[error("a {wanted} is needed here, there is {found}")]
    Kind {
        /// Needed.
        wanted: &'static str,
        /// Met.
        found: String,
    },
    /// A text or number that does not read as one.
    #[error("`{0}` is not a {1}")]
    Malformed(String, &'static str),
    /// Costs more than is allowed.
    #[error("more than {0} {1}")]
    Limit(u64, &'static str),
    /// A recorded call or a type that no reader knows.
    #[error("{0} is not read")]
    Unknown(String),
}

impl From<Problem> for DataProblem {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Unreadable(error) => Self::Io(error),
            Problem::Limit(..) => Self::Limit(problem.to_string()),
            Problem::Unknown(what) => Self::Unsupported(what),
            Problem::Outside(what) => Self::Unsupported(what.to_owned()),
            problem => Self::Malformed(problem.to_string()),
        }
    }
}

impl From<PickleError> for DataError {
    fn from(error: PickleError) -> Self {
        let told = error.to_string();
        let problem = match error.problem {
            Problem::Unreadable(error) => DataProblem::Io(error),
            Problem::Limit(..) => DataProblem::Limit(told),
            _ => DataProblem::Malformed(told),
        };
        Self::new("", problem)
    }
}
