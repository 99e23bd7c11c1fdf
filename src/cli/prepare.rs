//! `repro prepare-data`: true values in their place, and a masked copy of them.

mod dataset;

pub(super) use dataset::check_dataset;

use std::path::{Path, PathBuf};

use serde_json::json;

use super::remark::{refuse_input, warn};
use super::{ExitCode, Printer};
use crate::error::Failure;
use crate::manifest::{Project, ProjectError};
use crate::tasks::TaskError;
use crate::tasks::layout::Mask;
use crate::tasks::masking::{MaskMode, MaskSpec, mask};
use crate::tasks::prepare::{Input, put_raw};

/// Arguments of `repro prepare-data`.
#[derive(Debug, clap::Args)]
pub struct PrepareArguments {
    /// Name of the data set, also of its folder [default: the one that `manifests/` says]
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    /// Part of the entries to mask: a fraction from 0 to 1, in spite of the name
    #[arg(long, value_name = "FRACTION", default_value_t = 0.15)]
    mask_percentage: f64,
    /// Seed of the mask
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Folder of the data sets
    #[arg(long, value_name = "DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Put this file in place as the data set's true values
    #[arg(long, value_name = "FILE.h5ad")]
    input: Option<PathBuf>,
    /// Repeat the reference's way with sparse matrices, which masks their first rows only
    #[arg(long, value_name = "WHAT", value_enum)]
    compat: Option<Compat>,
    /// Which entries may be masked
    #[arg(long, value_enum, default_value_t, conflicts_with = "compat")]
    eligible: Eligible,
    /// Leave a sparse matrix sparse; otherwise the masked one is dense, as the reference has it
    #[arg(long)]
    sparse: bool,
    /// Keep the mask in a file beside the masked one, where masked entries are 0: for values below 0
    #[arg(long)]
    sidecar: bool,
}

/// Ways of the reference that are kept for comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Compat {
    /// Places are drawn from as many as values are stored.
    UpstreamSparse,
}

/// Which entries may be masked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Eligible {
    /// All of them, zeros included.
    #[default]
    All,
    /// Those that are not zero.
    Nonzero,
    /// All of them, as many in each cell.
    PerCell,
}

/// Runs the verb.
pub fn run(
    arguments: &PrepareArguments,
    project: Option<&Path>,
    as_json: bool,
    out: &Printer,
) -> Result<ExitCode, Failure> {
    let dataset = match &arguments.dataset {
        Some(name) => name.clone(),
        None => dataset::default_name(open(project)?.as_ref())?,
    };
    let place = Mask::new(&dataset, arguments.mask_percentage, arguments.seed)?;
    let masked = place.masked(&arguments.data_dir);
    refuse_input(Some(&masked), arguments.input.as_deref())?;
    let raw = raw(arguments, &place, project, out)?;
    refuse_input(Some(&masked), [raw.as_path()])?;
    let mode = match (arguments.compat, arguments.eligible) {
        (Some(Compat::UpstreamSparse), _) => MaskMode::UpstreamSparse,
        (None, Eligible::All) => MaskMode::All,
        (None, Eligible::Nonzero) => MaskMode::Nonzero,
        (None, Eligible::PerCell) => MaskMode::PerCell,
    };
    let made = mask(&MaskSpec {
        raw,
        masked: masked.clone(),
        fraction: arguments.mask_percentage,
        seed: arguments.seed,
        mode,
        sparse: arguments.sparse,
        sidecar: arguments.sidecar,
    })?;
    warn(&made.notes, out);
    let record = &made.record;
    let (n, eligible, mode) = (record.n_masked, record.n_eligible, record.mask_mode.name());
    out.note(format!("masked {n} of {eligible} entries ({mode}, seed {})", record.seed));
    if as_json {
        out.line(json!({ "schema": 1, "masked": masked, "mask": record }).to_string());
    } else {
        out.line(masked.display().to_string());
    }
    Ok(ExitCode::Success)
}

/// The true values: those in place, those named, or those that were fetched under the data set's name.
fn raw(
    arguments: &PrepareArguments,
    place: &Mask,
    project: Option<&Path>,
    out: &Printer,
) -> Result<PathBuf, Failure> {
    let usual = place.raw(&arguments.data_dir);
    if let Some(input) = &arguments.input {
        put_raw(&Input::AnnData(input.clone()), &usual)?;
        return Ok(usual);
    }
    if let Some(raw) = place.find_raw(&arguments.data_dir)? {
        if raw != usual {
            out.note(format!("true values are those of `{}`", raw.display()));
        }
        return Ok(raw);
    }
    let project = open(project)?;
    let Some(input) = dataset::fetched(project.as_ref(), place.dataset())? else {
        let problem = format!("there is no `{}`", usual.display());
        return Err(TaskError::unfit(problem).hint(dataset::known(project.as_ref())?).into());
    };
    put_raw(&input, &usual)?;
    out.note(format!("`{}` is from `{}`", usual.display(), input.path().display()));
    Ok(usual)
}

/// The project; none is needed unless it is named.
fn open(project: Option<&Path>) -> Result<Option<Project>, Failure> {
    let here = std::env::current_dir().map_err(super::NoCurrentFolder)?;
    match Project::open(project, &here) {
        Ok(project) => Ok(Some(project)),
        Err(ProjectError::NotFound { parents: true, .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
