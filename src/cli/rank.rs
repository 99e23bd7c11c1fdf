//! `repro rank`: rank percentiles of methods, metric by metric.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::remark::{refuse_folder, refuse_input};
use super::{ExitCode, Printer};
use crate::error::Failure;
use crate::store::write_atomic;
use crate::tasks::rank::{RankSpec, Ranks, rank};

/// Arguments of `repro rank`.
#[derive(Debug, clap::Args)]
pub struct RankArguments {
    /// Table of methods (rows, named in the first column) by metrics, with commas, semicolons or tabs
    #[arg(value_name = "SCORES")]
    scores: PathBuf,
    /// Metrics of which less is better; known by name: errors (mse, mae, rmse), losses, distances, mmd, nll, unless another
    /// word may change what they say (`mse reduction`)
    #[arg(long, value_name = "COL", num_args = 1.., value_delimiter = ',')]
    lower_is_better: Vec<String>,
    /// Metrics of which more is better, whatever their names suggest
    #[arg(long, value_name = "COL", num_args = 1.., value_delimiter = ',')]
    higher_is_better: Vec<String>,
    /// File to write the table to, as CSV [default: stdout]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the verb.
pub fn run(arguments: &RankArguments, as_json: bool, out: &Printer) -> Result<ExitCode, Failure> {
    refuse_folder(arguments.output.as_deref())?;
    refuse_input(arguments.output.as_deref(), [arguments.scores.as_path()])?;
    let spec = RankSpec {
        scores: arguments.scores.clone(),
        lower_is_better: arguments.lower_is_better.clone(),
        higher_is_better: arguments.higher_is_better.clone(),
    };
    let ranks = rank(&spec)?;
    for note in &ranks.notes {
        out.note(format!("note: {note}"));
    }
    let table = ranks.csv();
    match &arguments.output {
        Some(path) => write_atomic(path, table.as_bytes())?,
        None if !as_json => out.data(table.as_bytes()),
        None => {}
    }
    if as_json {
        out.line(json(&ranks).to_string());
    }
    Ok(ExitCode::Success)
}

fn json(ranks: &Ranks) -> Json {
    let metrics: serde_json::Map<String, Json> = ranks
        .metrics
        .iter()
        .map(|metric| {
            let own = json!({
                "lower_is_better": metric.lower_is_better,
                "assumed": metric.assumed,
                "percentiles": metric.percentiles,
            });
            (metric.name.clone(), own)
        })
        .collect();
    json!({ "schema": 1, "methods": ranks.methods, "metrics": metrics })
}
