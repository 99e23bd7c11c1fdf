//! What to score and how.

use std::path::PathBuf;

use serde::Deserialize;

use super::settings::{Compat, Preset, Settings};

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
    /// A published mistake to repeat.
    pub compat: Option<Compat>,
}

impl ScoreSpec {
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
