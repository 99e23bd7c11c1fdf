//! `repro score`: metrics of reconstruction on a pair of files.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::de::DeserializeOwned;

use super::remark::{refuse_folder, refuse_input};
use super::{ExitCode, Printer};
use crate::error::Failure;
use crate::store::write_atomic;
use crate::tasks::score::{Compat, Preset, ScoreSpec, Scores, score};

/// Arguments of `repro score`.
#[derive(Debug, clap::Args)]
pub struct ScoreArguments {
    /// True expression (.h5ad), normally log1p of normalised counts; with --control, the treated cells
    #[arg(long = "true", value_name = "FILE")]
    truth: PathBuf,
    /// The same cells and genes, predicted or reconstructed (.h5ad)
    #[arg(long, value_name = "FILE")]
    pred: PathBuf,
    /// True control cells (.h5ad)
    #[arg(long, value_name = "FILE")]
    control: Option<PathBuf>,
    /// Control cells, predicted or reconstructed (.h5ad)
    #[arg(long, value_name = "FILE")]
    control_pred: Option<PathBuf>,
    /// Layer to read instead of X; `raw` is raw.X
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// Gene sets for coexpression (.gmt)
    #[arg(long, value_name = "FILE")]
    gene_sets: Option<PathBuf>,
    /// Weights of pathways: a table with the columns source, target, weight
    #[arg(long, value_name = "FILE")]
    pathways: Option<PathBuf>,
    /// Genes of the cell cycle, one a line: 43 of the S phase, then those of G2 and M
    #[arg(long, value_name = "FILE")]
    cell_cycle: Option<PathBuf>,
    /// Signatures of cytokines: a table with the columns Celltype_Str, Cytokine_Str, Gene, FDR
    #[arg(long, value_name = "FILE")]
    cytokines: Option<PathBuf>,
    /// Use the signatures of one cell type [default: all]
    #[arg(long, value_name = "NAME", requires = "cytokines")]
    cytokine_celltype: Option<String>,
    /// Principal components for energy distance and MMD: .npz, .npy, .h5ad or a folder with pc_*.zarr
    #[arg(long, value_name = "PATH")]
    projection: Option<PathBuf>,
    /// Find 50 components in the true cells given here and measure along these
    #[arg(long, conflicts_with = "projection")]
    fit_projection: bool,
    /// Settings by name
    #[arg(long, value_name = "NAME", default_value = "light", value_parser =
        PossibleValuesParser::new(["light", "paper-end-to-end", "paper-latent-shift"]).try_map(named::<Preset>))]
    preset: Preset,
    /// Fewest cells for tests and for a gene to count [default: the preset's]
    #[arg(long, value_name = "N")]
    min_cells: Option<usize>,
    /// Kernel width of MMD, exp(-gamma d²) [default: the preset's, 0.5 or 0.01]
    #[arg(long, value_name = "GAMMA")]
    mmd_gamma: Option<f64>,
    /// Neighbours of a cell for purity [default: the preset's]
    #[arg(long, value_name = "K")]
    knn_k: Option<usize>,
    /// Bring the genes of the other files into the order of the true one
    #[arg(long)]
    align_genes: bool,
    /// True and predicted cells are different cells; paired metrics are left undefined
    #[arg(long)]
    unpaired: bool,
    /// Pair cells by their order, even if their names disprove it
    #[arg(long, conflicts_with = "unpaired")]
    pair_by_order: bool,
    /// Pair cells by their names; the predicted file may have them in another order
    #[arg(long, conflicts_with_all = ["unpaired", "pair_by_order"])]
    align_cells: bool,
    /// Score matrices that are on different scales, and counts as if they were logarithms
    #[arg(long)]
    allow_scale: bool,
    /// Reproduce the column bug of the published code in coexpression
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(["upstream"]).try_map(named::<Compat>))]
    compat: Option<Compat>,
    /// File to write the scores to (JSON)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The member of an enumeration that a word names.
fn named<T: DeserializeOwned>(word: String) -> Result<T, serde_json::Error> {
    serde_json::from_value(serde_json::Value::String(word))
}

/// Runs the verb.
pub fn run(arguments: &ScoreArguments, json: bool, out: &Printer) -> Result<ExitCode, Failure> {
    refuse_folder(arguments.output.as_deref())?;
    refuse_input(arguments.output.as_deref(), inputs(arguments))?;
    let scores = score(&spec(arguments))?;
    for note in &scores.notes {
        out.note(format!("note: {note}"));
    }
    let document = scores.json()?;
    if let Some(path) = &arguments.output {
        write_atomic(path, document.as_bytes())?;
        out.note(format!("scores in `{}`", path.display()));
    }
    if json {
        out.text(&document);
    } else {
        print(&scores, out);
    }
    Ok(ExitCode::Success)
}

/// Everything that is read.
fn inputs(arguments: &ScoreArguments) -> impl Iterator<Item = &Path> {
    let optional = [
        &arguments.control,
        &arguments.control_pred,
        &arguments.gene_sets,
        &arguments.pathways,
        &arguments.cell_cycle,
        &arguments.cytokines,
        &arguments.projection,
    ];
    let given = [&arguments.truth, &arguments.pred].into_iter().chain(optional.into_iter().flatten());
    given.map(PathBuf::as_path)
}

fn spec(arguments: &ScoreArguments) -> ScoreSpec {
    ScoreSpec {
        truth: arguments.truth.clone(),
        pred: arguments.pred.clone(),
        control: arguments.control.clone(),
        control_pred: arguments.control_pred.clone(),
        layer: arguments.layer.clone(),
        gene_sets: arguments.gene_sets.clone(),
        pathways: arguments.pathways.clone(),
        cell_cycle: arguments.cell_cycle.clone(),
        cytokines: arguments.cytokines.clone(),
        cytokine_celltype: arguments.cytokine_celltype.clone(),
        projection: arguments.projection.clone(),
        fit_projection: arguments.fit_projection,
        preset: arguments.preset,
        min_cells: arguments.min_cells,
        mmd_gamma: arguments.mmd_gamma,
        knn_k: arguments.knn_k,
        align_genes: arguments.align_genes,
        unpaired: arguments.unpaired,
        pair_by_order: arguments.pair_by_order,
        align_cells: arguments.align_cells,
        allow_scale: arguments.allow_scale,
        compat: arguments.compat,
    }
}

fn print(scores: &Scores, out: &Printer) {
    let width = scores.metrics.keys().map(String::len).max().unwrap_or(0);
    for (name, value) in &scores.metrics {
        let value = match (value.as_f64(), scores.undefined.get(name)) {
            (Some(value), _) => value.to_string(),
            (None, Some(reason)) => format!("undefined: {reason}"),
            (None, None) => "undefined".to_owned(),
        };
        out.line(format!("{name:width$}  {value}"));
    }
}
