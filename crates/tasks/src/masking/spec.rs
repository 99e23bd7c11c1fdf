//! What is to be masked, and how.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A mask to make.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskSpec {
    /// The `.h5ad` file whose `X` is masked.
    pub raw: PathBuf,
    /// The `.h5ad` file to write; its record lies beside it, with the end `.json`. Whoever runs a stage decides where.
    #[serde(default)]
    pub masked: PathBuf,
    /// Part of the eligible entries to mask, in [0, 1].
    pub fraction: f64,
    /// Seed of the mask; it determines the mask together with the matrix, the fraction and the mode.
    #[serde(default = "seed")]
    pub seed: u64,
    /// Which entries may be masked, and how they are drawn.
    #[serde(default)]
    pub mode: MaskMode,
    /// Whether a sparse matrix stays sparse; otherwise what is masked is dense, as the reference has it.
    #[serde(default)]
    pub sparse: bool,
    /// Whether masked entries become 0 and their places lie in a file beside, with the end `.mask.npy`.
    #[serde(default)]
    pub sidecar: bool,
}

fn seed() -> u64 {
    42
}

/// Which entries may be masked, and how they are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskMode {
    /// Every entry of the matrix, zeros included, in row order:
    /// `default_rng(seed).choice(n, floor(n * fraction), replace=False)` of NumPy with n = rows * columns.
    #[default]
    All,
    /// Every entry that is not zero; n is their number, and they are counted in row order.
    Nonzero,
    /// As many entries in each cell: of the columns of row i those of
    /// `default_rng([seed, i]).choice(columns, floor(columns * fraction), replace=False)`.
    PerCell,
    /// As the reference does with a sparse matrix: n is the number of stored values, and what is drawn is taken as places
    /// in row order, so that only the first rows are masked. A dense matrix is masked as in [`MaskMode::All`].
    UpstreamSparse,
}

impl MaskMode {
    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Nonzero => "nonzero",
            Self::PerCell => "per-cell",
            Self::UpstreamSparse => "upstream-sparse",
        }
    }
}
