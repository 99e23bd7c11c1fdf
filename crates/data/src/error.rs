//! Why a file of data is refused.

/// A refusal and which element of the file it is about.
#[derive(Debug, thiserror::Error)]
#[error("{}{problem}", place(.at))]
pub struct DataError {
    /// Path of the element in the file, such as `obs/cell_type`; empty for the file itself.
    pub at: String,
    /// Why.
    pub problem: DataProblem,
}

/// Why an element is refused.
#[derive(Debug, thiserror::Error)]
pub enum DataProblem {
    /// Needed and absent.
    #[error("there is no {0}")]
    Missing(String),
    /// Contradicts itself or its format.
    #[error("{0}")]
    Malformed(String),
    /// A thing of the format that is not read.
    #[error("{0} is not read")]
    Unsupported(String),
    /// Would take more memory than is allowed.
    #[error("{0}")]
    Limit(String),
    /// The file cannot be read or written.
    #[error("cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}

impl DataError {
    /// A refusal of the element at `at`.
    pub fn new(at: impl Into<String>, problem: impl Into<DataProblem>) -> Self {
        Self { at: at.into(), problem: problem.into() }
    }

    /// The element at `at` is malformed.
    pub fn malformed(at: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(at, DataProblem::Malformed(why.into()))
    }

    /// The same refusal of an element that lies in `group`.
    pub fn under(self, group: &str) -> Self {
        let at = if self.at.is_empty() { group.to_owned() } else { format!("{group}/{}", self.at) };
        Self { at, ..self }
    }
}

fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!("`{at}`: ") }
}
