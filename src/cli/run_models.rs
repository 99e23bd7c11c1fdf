//! `repro run-models`: models, one after the other, and which of them failed.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::{ExitCode, Printer};
use crate::error::{Class, Diagnostic, Failure};
use crate::tasks::TaskError;
use crate::tasks::layout::{Mask, model_name};
use crate::tasks::runs::{Baseline, Failed, Model, ModelKind, Python, RunSpec, find_models};

/// Arguments of `repro run-models`.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// Name of the data set
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// Folder of the data sets
    #[arg(long, value_name = "DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Folder of the results
    #[arg(long, value_name = "DIR", default_value = "results")]
    results_dir: PathBuf,
    /// Part of the entries that is masked: a fraction from 0 to 1, in spite of the name
    #[arg(long, value_name = "FRACTION", default_value_t = 0.15)]
    mask_percentage: f64,
    /// Seed of the mask
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Folder of models: folders with `main.py` and `pyproject.toml`
    #[arg(long, value_name = "DIR", default_value = "models")]
    models_dir: PathBuf,
    /// Models of that folder [default: all, unless `--command` or `--baselines` is given]
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    models: Vec<String>,
    /// Any program as a model; it gets the same five options
    #[arg(long, value_name = "NAME=PROGRAM ARGUMENTS")]
    command: Vec<String>,
    /// Run our own baselines: `zero`, `gene-mean`, `depth-scaled-gene-mean`, `low-rank`, `nearest-cells` and
    /// `random-count`, or those named [e.g. `--baselines=zero,gene-mean`]
    #[arg(long, value_name = "NAME", num_args = 0.., require_equals = true, value_delimiter = ',', value_parser = baseline)]
    baselines: Option<Vec<Baseline>>,
    /// Start models with `uv run`, which makes the environments that they ask for
    #[arg(long)]
    use_uv: bool,
    /// Program that starts `main.py`, unless the model has a `.venv`
    #[arg(long, value_name = "PROGRAM", default_value = "python3", conflicts_with = "use_uv")]
    python: String,
    /// Pass `--dev` to the models
    #[arg(long)]
    dev: bool,
    /// End a model that takes longer than this
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
}

fn baseline(text: &str) -> Result<Baseline, String> {
    let known = Baseline::ALL.into_iter().find(|own| own.short_name() == text);
    known.ok_or_else(|| {
        let names = Baseline::ALL.map(|own| format!("`{}`", own.short_name()));
        format!("the baselines are {}", names.join(", "))
    })
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "is no number of seconds".to_owned())?;
    let duration = Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| "must be above 0".to_owned())
}

/// A model that failed, for the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{}{}", .0.why, last_lines(&.0.stderr))]
struct ModelFailed(Failed);

impl Diagnostic for ModelFailed {
    fn class(&self) -> Class {
        Class::Operation
    }
}

fn last_lines(lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    format!("; the last lines of its standard error:\n  {}", lines.join("\n  "))
}

/// Runs the verb.
pub fn run(arguments: &RunArguments, as_json: bool, out: &Printer) -> Result<ExitCode, Failure> {
    let python = if arguments.use_uv { Python::Uv } else { Python::Program(arguments.python.clone()) };
    let spec = RunSpec {
        data: arguments.data_dir.clone(),
        results: arguments.results_dir.clone(),
        mask: Mask::new(&arguments.dataset, arguments.mask_percentage, arguments.seed)?,
        python,
        arguments: if arguments.dev { vec!["--dev".to_owned()] } else { Vec::new() },
        timeout: arguments.timeout,
    };
    let models = models(arguments)?;
    spec.check()?;
    let mut ran = Vec::new();
    for model in &models {
        out.note(format!("running {}", model.name));
        let result = spec.run(model);
        match &result {
            Err(failed) => out.failure(Some(&model.name), &ModelFailed(failed.clone())),
            Ok(folder) if !as_json => out.line(format!("passed  {}  {}", model.name, folder.display())),
            Ok(_) => {}
        }
        if let (Err(failed), false) = (&result, as_json) {
            out.line(format!("failed  {}  {}", model.name, failed.why));
        }
        ran.push((model, result));
    }
    let failed = ran.iter().filter(|(_, result)| result.is_err()).count();
    if as_json {
        let models: Vec<_> = ran.iter().map(|(model, result)| json_of(model, result)).collect();
        out.line(json!({ "schema": 1, "models": models }).to_string());
    }
    out.note(format!("{} passed, {failed} failed", ran.len() - failed));
    Ok(if failed > 0 { ExitCode::Operation } else { ExitCode::Success })
}

fn json_of(model: &Model, result: &Result<PathBuf, Failed>) -> serde_json::Value {
    match result {
        Ok(folder) => json!({ "name": model.name, "state": "passed", "folder": folder }),
        Err(failed) => {
            json!({ "name": model.name, "state": "failed", "reason": failed.why, "stderr": failed.stderr })
        }
    }
}

/// The models that are asked for: those of the folder, then commands, then baselines.
fn models(arguments: &RunArguments) -> Result<Vec<Model>, Failure> {
    let mut models = Vec::new();
    let others = !arguments.command.is_empty() || arguments.baselines.is_some();
    if !arguments.models.is_empty() || !others {
        models.extend(of_folder(arguments)?);
    }
    for command in &arguments.command {
        models.push(Model::parse(command)?);
    }
    if let Some(named) = &arguments.baselines {
        let chosen = if named.is_empty() { &Baseline::ALL[..] } else { named };
        let of = |own: &Baseline| Model { name: own.name().to_owned(), kind: ModelKind::Baseline(*own) };
        models.extend(chosen.iter().map(of));
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = models.iter().find(|model| !names.insert(&model.name)) {
        return Err(TaskError::unfit(format!("two models are called `{}`", twice.name)).into());
    }
    models.iter().try_for_each(|model| model_name(&model.name))?;
    Ok(models)
}

fn of_folder(arguments: &RunArguments) -> Result<Vec<Model>, Failure> {
    let folder = arguments.models_dir.display();
    let mut models = find_models(&arguments.models_dir)?;
    if models.is_empty() {
        let problem = format!("there is no model in `{folder}`");
        return Err(TaskError::unfit(problem)
            .hint("a model is a folder with `main.py` and `pyproject.toml`; `--command` runs any program")
            .into());
    }
    let known: Vec<String> = models.iter().map(|model| model.name.clone()).collect();
    if let Some(unknown) = arguments.models.iter().find(|name| !known.contains(name)) {
        return Err(TaskError::unfit(format!("there is no model `{unknown}` in `{folder}`"))
            .hint(format!("there are {}", known.join(", ")))
            .into());
    }
    let wanted = |model: &Model| arguments.models.is_empty() || arguments.models.contains(&model.name);
    models.retain(wanted);
    Ok(models)
}
