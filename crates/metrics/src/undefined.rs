//! Metrics without a value.

/// Why a metric has no value on this input.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
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
    /// Too many values that are not finite numbers.
    #[error("{count} of the values to correlate are undefined")]
    NoNumber {
        /// How many.
        count: usize,
    },
    /// A kernel that is 0 or 1 for all pairs of different cells.
    #[error("{}", saturated(*gamma, *usable))]
    Saturated {
        /// The width of the kernel.
        gamma: f64,
        /// The width of the median heuristic.
        usable: Option<f64>,
    },
    /// True cells that are not among themselves more than controls are with them.
    #[error(
        "true cells have a share of {truth:.4} true cells among their neighbours and controls one of {background:.4}: \
         without a difference upwards there is no scale from controls to true cells"
    )]
    NotPurer {
        /// Share of true cells among the neighbours of true cells.
        truth: f64,
        /// Share of true cells among the neighbours of controls.
        background: f64,
    },
    /// Fewer than two pairs.
    #[error("{found} pairs of values, at least 2 are needed for a correlation")]
    Pairs {
        /// There.
        found: usize,
    },
    /// Gene sets of which too few genes are there.
    #[error("no gene set has {needed} genes that are measured and expressed")]
    GeneSets {
        /// Needed.
        needed: usize,
    },
    /// Nothing to compare a gene set with.
    #[error("no control genes: every gene of the same expression is in the set")]
    NoControlGenes,
    /// A phase that no cell is in.
    #[error("no cell is in this phase")]
    NoCells,
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

fn saturated(gamma: f64, usable: Option<f64>) -> String {
    let problem = format!(
        "the kernel is saturated: with gamma {gamma} it is near 0 or near 1 for all pairs of different cells, so that \
         the value depends on the number of cells alone"
    );
    match usable {
        Some(usable) => {
            format!(
                "{problem}; gamma {usable} is usable (1 / (2 * the median squared distance of these cells))"
            )
        }
        None => problem,
    }
}

/// A metric's value, or why it has none.
pub type Score = Result<f64, Undefined>;
