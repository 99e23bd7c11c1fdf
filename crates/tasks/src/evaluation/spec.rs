//! What is to be scored, and how.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A reconstruction to score.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluateSpec {
    /// The `.h5ad` file with the true values.
    pub raw: PathBuf,
    /// The masked file.
    pub masked: PathBuf,
    /// Folder with `reconstruction.h5ad` and perhaps `metadata.json`; `metrics.json` is written there.
    pub results: PathBuf,
    /// Name of the model.
    pub model: String,
    /// Name of the data set.
    pub dataset: String,
    /// Part of the entries that was masked, where no record beside the masked file says it.
    #[serde(default)]
    pub mask_fraction: Option<f64>,
    /// Seed of the mask, likewise.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Metrics to compute; all for none.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// Whether masked entries that are still -1 are scored, instead of being an error.
    #[serde(default)]
    pub lenient: bool,
    /// Whether cells and genes in another order are put in order by their names.
    #[serde(default)]
    pub reorder: bool,
    /// What the reconstructed values are; `metadata.json` may say it too.
    #[serde(default)]
    pub value_space: Option<ValueSpace>,
    /// What is done to reconstructed values before they are compared.
    #[serde(default)]
    pub convert: Option<Conversion>,
}

/// What the values of a matrix are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueSpace {
    /// Counts, or expected counts.
    Counts,
    /// Logarithms of normalised counts.
    Lognorm,
}

/// What is done to reconstructed values before they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Conversion {
    /// exp(x) - 1: from logarithms to counts.
    Expm1,
    /// ln(1 + x): from counts to logarithms.
    Log1p,
}

impl ValueSpace {
    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Lognorm => "lognorm",
        }
    }
}

impl Conversion {
    /// The converted value.
    pub fn of(self, value: f64) -> f64 {
        match self {
            Self::Expm1 => libm::expm1(value),
            Self::Log1p => libm::log1p(value),
        }
    }

    /// Where it leads.
    pub fn to(self) -> ValueSpace {
        match self {
            Self::Expm1 => ValueSpace::Counts,
            Self::Log1p => ValueSpace::Lognorm,
        }
    }
}
