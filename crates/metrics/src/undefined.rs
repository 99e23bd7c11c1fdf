//! Metrics without a value.

/// Why a metric has no value on this input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undefined {
    /// Too few cells.
    #[error("{found} cells, at least {needed} are needed")]
    Cells {
        /// Needed.
        needed: usize,
        /// There.
        found: usize,
    },
    /// Too few genes.
    #[error("{found} genes, at least {needed} are needed")]
    Genes {
        /// Needed.
        needed: usize,
        /// There.
        found: usize,
    },
    /// Values that are all equal.
    #[error("values without spread have no correlation")]
    NoSpread,
    /// Fold changes that are no numbers.
    #[error("{genes} genes have no log fold change, since their mean expression is negative")]
    NoChange {
        /// How many.
        genes: usize,
    },
    /// Matrices that have to be paired are not.
    #[error("{truth} {what} against {predicted}")]
    Unpaired {
        /// `cells` or `genes`.
        what: &'static str,
        /// Of the true matrix.
        truth: usize,
        /// Of the predicted matrix.
        predicted: usize,
    },
}

/// A metric's value, or why it has none.
pub type Score = Result<f64, Undefined>;
