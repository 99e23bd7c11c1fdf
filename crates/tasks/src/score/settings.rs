//! What the presets stand for.

use repro_metrics::{Correlation, TestKind};
use serde::{Deserialize, Serialize};

/// A set of settings by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// The defaults of the published Python package.
    #[default]
    Light,
    /// What the paper's tables of end-to-end models and decoders were computed with.
    PaperEndToEnd,
    /// What the paper's tables of shifts in latent space were computed with, as far as it is published.
    PaperLatentShift,
}

/// A published mistake that can be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compat {
    /// Coexpression correlates the columns that the published code does, which are other genes than those of the set as
    /// soon as a gene was dropped.
    Upstream,
}

/// Fewest cells, by what they are needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MinCells {
    /// In which a gene of a coexpression set is above 0.
    pub coexpression: usize,
    /// In which a target of a pathway is above 0.
    pub pathway: usize,
    /// In which a gene of the cell cycle is above 0.
    pub cell_cycle: usize,
    /// Treated and control cells of a test.
    pub deg: usize,
}

/// Everything that is not a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Fewest cells.
    pub min_cells: MinCells,
    /// Fewest genes of a gene set or targets of a pathway.
    pub overlap: usize,
    /// Tests that rank genes.
    pub tests: Vec<TestKind>,
    /// Sizes of the sets of genes that are compared.
    pub dice_k: Vec<usize>,
    /// Largest adjusted p-value of a gene in such a set.
    pub false_discovery_rate: f64,
    /// Whether predicted values below 0 count as 0 in the tests.
    pub clip: bool,
    /// Whether fold changes are also correlated over the true set alone.
    pub top_correlations: bool,
    /// Width of the kernel: exp(-gamma d²).
    pub mmd_gamma: f64,
    /// Components that energy distance and MMD are measured in; `None` for all genes.
    pub components: Option<usize>,
    /// Neighbours of a cell; `None` where purity is not part of the preset.
    pub knn_k: Option<usize>,
    /// Correlations of gene sets, pathways and cytokines.
    pub correlations: Vec<Correlation>,
    /// Largest false discovery rate of a gene in a signature; `None` takes all.
    pub cytokine_false_discovery_rate: Option<f64>,
    /// Settings that are not published for this preset and are assumed.
    pub assumed: &'static [&'static str],
}

impl Settings {
    /// The settings of a preset.
    pub fn of(preset: Preset) -> Self {
        let light = Self {
            min_cells: MinCells { coexpression: 20, pathway: 20, cell_cycle: 20, deg: 20 },
            overlap: 5,
            tests: vec![TestKind::Wilcoxon],
            dice_k: vec![100],
            false_discovery_rate: 0.05,
            clip: false,
            top_correlations: true,
            mmd_gamma: 0.5,
            components: None,
            knn_k: Some(20),
            correlations: vec![Correlation::Spearman],
            cytokine_false_discovery_rate: Some(0.05),
            assumed: &["mmd_gamma"],
        };
        let both = vec![Correlation::Spearman, Correlation::Pearson];
        match preset {
            Preset::Light => light,
            Preset::PaperEndToEnd => Self {
                tests: vec![TestKind::Wilcoxon, TestKind::TTest],
                dice_k: vec![10, 50, 100, 500],
                clip: true,
                top_correlations: false,
                components: Some(50),
                knn_k: None,
                correlations: both,
                cytokine_false_discovery_rate: None,
                assumed: &[],
                ..light
            },
            Preset::PaperLatentShift => Self {
                min_cells: MinCells { coexpression: 30, pathway: 30, cell_cycle: 5, deg: 30 },
                dice_k: vec![10, 50, 100],
                top_correlations: false,
                mmd_gamma: 0.01,
                components: Some(50),
                knn_k: Some(10),
                correlations: both,
                cytokine_false_discovery_rate: None,
                assumed: &["clip_negative", "false_discovery_rate", "deg_tests"],
                ..light
            },
        }
    }
}
