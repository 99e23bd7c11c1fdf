//! What to score and how.

use std::path::PathBuf;

use serde::Deserialize;

use super::settings::{Compat, Preset, Settings};
use crate::TaskError;

/// A pair of matrices to compare and what to compare them with. Paths are `.h5ad` files where nothing else is said.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreSpec {
    /// True expression, cells by genes, normally log1p of normalised counts.
    #[serde(rename = "true")]
    pub truth: PathBuf,
    /// The same cells and genes, predicted or reconstructed.
    pub pred: PathBuf,
    /// True control cells; `true` then holds treated ones.
    pub control: Option<PathBuf>,
    /// The control cells, predicted or reconstructed.
    pub control_pred: Option<PathBuf>,
    /// Layer that is read instead of `X`; `raw` is `raw.X` in a file that has no layer of this name.
    pub layer: Option<String>,
    /// Gene sets for coexpression, GMT.
    pub gene_sets: Option<PathBuf>,
    /// Weights of pathways, a table with `source`, `target` and `weight`.
    pub pathways: Option<PathBuf>,
    /// Genes of the cell cycle, one a line: 43 of the S phase, then those of G2 and M.
    pub cell_cycle: Option<PathBuf>,
    /// Signatures, a table with `Celltype_Str`, `Cytokine_Str`, `Gene` and `FDR`.
    pub cytokines: Option<PathBuf>,
    /// Cell type of the signatures that count; all if none is given.
    pub cytokine_celltype: Option<String>,
    /// Directions in which energy distance and MMD are measured: `.npz`, `.npy`, `.h5ad` or a folder of zarr arrays.
    pub projection: Option<PathBuf>,
    /// Finds as many directions as the preset's projection has, 50, in the true cells given here.
    #[serde(default)]
    pub fit_projection: bool,
    /// Settings by name.
    #[serde(default)]
    pub preset: Preset,
    /// Fewest cells, instead of all those of the preset.
    pub min_cells: Option<usize>,
    /// Width of the kernel, instead of the preset's.
    pub mmd_gamma: Option<f64>,
    /// Neighbours, instead of the preset's.
    pub knn_k: Option<usize>,
    /// Brings the genes of the other files into the order of `true`.
    #[serde(default)]
    pub align_genes: bool,
    /// Says that the cells of `pred` are others than those of `true`: what pairs cells is undefined then.
    #[serde(default)]
    pub unpaired: bool,
    /// Pairs the cells of `pred` with those of `true` by their order, even if their names disprove it.
    #[serde(default)]
    pub pair_by_order: bool,
    /// Pairs the cells of `pred` with those of `true` by their names.
    #[serde(default)]
    pub align_cells: bool,
    /// Scores matrices that are on different scales, and counts as if they were logarithms.
    #[serde(default)]
    pub allow_scale: bool,
    /// A published mistake to repeat.
    pub compat: Option<Compat>,
}

impl ScoreSpec {
    /// Checks what needs no file.
    ///
    /// # Errors
    /// Where options contradict each other or a number is out of its range.
    pub fn check(&self) -> Result<(), TaskError> {
        let settings = self.settings();
        let pairings =
            [self.unpaired, self.pair_by_order, self.align_cells].iter().filter(|own| **own).count();
        let problem = if self.fit_projection && self.projection.is_some() {
            "`projection` and `fit_projection` exclude each other".to_owned()
        } else if pairings > 1 {
            "`unpaired`, `pair_by_order` and `align_cells` exclude each other".to_owned()
        } else if !(settings.mmd_gamma.is_finite() && settings.mmd_gamma > 0.0) {
            format!("`mmd_gamma` must be positive, got {}", settings.mmd_gamma)
        } else if settings.knn_k == Some(0) {
            "`knn_k` must be at least 1, got 0".to_owned()
        } else if self.control.is_none() && self.control_pred.is_some() {
            let problem = "a predicted control was given without the true control";
            return Err(TaskError::unfit(problem).hint("give the true control with `--control`"));
        } else {
            return Ok(());
        };
        Err(TaskError::unfit(problem))
    }

    /// The settings of the preset with what is set explicitly.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::of(self.preset);
        if let Some(n) = self.min_cells {
            let all = &mut settings.min_cells;
            (all.coexpression, all.pathway, all.cell_cycle, all.deg) = (n, n, n, n);
        }
        settings.mmd_gamma = self.mmd_gamma.unwrap_or(settings.mmd_gamma);
        settings.knn_k = self.knn_k.or(settings.knn_k);
        settings
    }
}
