//! What cannot be computed.

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// The number of values is not rows times columns.
    #[error("{values} values are no matrix of {rows} rows and {columns} columns")]
    Shape {
        /// Values given.
        values: usize,
        /// Rows claimed.
        rows: usize,
        /// Columns claimed.
        columns: usize,
    },
    /// A value is not a number, infinite, or too large to be squared and summed.
    #[error("the value in row {row}, column {column} is not a finite number of at most 1e100")]
    NotFinite {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
    },
    /// More rows are needed.
    #[error("{rows} rows, at least {needed} are needed")]
    TooFewRows {
        /// Rows present.
        rows: usize,
        /// Fewest that would do.
        needed: usize,
    },
    /// Positions of rows are held in 32 bits.
    #[error("{rows} rows are more than can be numbered")]
    TooManyRows {
        /// Rows present.
        rows: usize,
    },
    /// A matrix without columns.
    #[error("the matrix has no columns")]
    NoColumns,
    /// A parameter outside its range.
    #[error("{name} is {value}; {allowed}")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        allowed: &'static str,
    },
    /// An iteration did not settle.
    #[error("{0} did not converge")]
    NoConvergence(&'static str),
}
