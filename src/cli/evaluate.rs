//! `repro evaluate`: what a model filled in against the truth.

use std::path::{Path, PathBuf};

use super::remark::warn;
use super::{ExitCode, Printer};
use crate::error::Failure;
use crate::tasks::TaskError;
use crate::tasks::evaluation::{Conversion, EvaluateSpec, ValueSpace, evaluate};
use crate::tasks::layout::{Mask, RECONSTRUCTION};

/// Arguments of `repro evaluate`.
#[derive(Debug, clap::Args)]
pub struct EvaluateArguments {
    /// Name of the model
    #[arg(long, value_name = "NAME")]
    model: String,
    /// Name of the data set
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// Folder of the results
    #[arg(long, value_name = "DIR", default_value = "results")]
    results_dir: PathBuf,
    /// Folder of the data sets
    #[arg(long, value_name = "DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Metrics to compute [default: all]
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    metrics: Vec<String>,
    /// Part of the entries that is masked: a fraction from 0 to 1, in spite of the name
    #[arg(long, value_name = "FRACTION", default_value_t = 0.15)]
    mask_percentage: f64,
    /// Seed of the mask
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Refuse a reconstruction in which masked entries are still -1: the default
    #[arg(long, conflicts_with = "lenient")]
    strict: bool,
    /// Score masked entries that are still -1 as they are, with a warning
    #[arg(long)]
    lenient: bool,
    /// Put cells and genes of the reconstruction in order by their names
    #[arg(long)]
    reorder: bool,
    /// What the reconstructed values are [default: what the model's `metadata.json` says]
    #[arg(long, value_enum)]
    value_space: Option<Space>,
    /// Convert reconstructed values before they are compared
    #[arg(long, value_enum)]
    convert: Option<Convert>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Space {
    /// Counts, or expected counts.
    Counts,
    /// Logarithms of normalised counts.
    Lognorm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Convert {
    /// exp(x) - 1: logarithms to counts.
    Expm1,
    /// ln(1 + x): counts to logarithms.
    Log1p,
}

/// Runs the verb.
pub fn run(arguments: &EvaluateArguments, as_json: bool, out: &Printer) -> Result<ExitCode, Failure> {
    let spec = spec(arguments, out)?;
    let evaluation = evaluate(&spec)?;
    warn(&evaluation.notes, out);
    if as_json {
        out.line(evaluation.json.to_string());
    } else {
        out.line(evaluation.path.display().to_string());
        for (name, score) in &evaluation.metrics {
            match score {
                Ok(value) => out.line(format!("{name}: {value:.6}")),
                Err(_) => out.line(format!("{name}: Failed")),
            }
        }
    }
    let undefined = evaluation
        .metrics
        .iter()
        .filter_map(|(name, score)| score.as_ref().err().map(|why| format!("`{name}` has no value: {why}")));
    warn(&undefined.collect::<Vec<_>>(), out);
    Ok(ExitCode::Success)
}

/// Where the files are.
fn spec(arguments: &EvaluateArguments, out: &Printer) -> Result<EvaluateSpec, Failure> {
    let place = Mask::new(&arguments.dataset, arguments.mask_percentage, arguments.seed)?;
    let prepare = format!(
        "`repro prepare-data --dataset {} --mask-percentage {} --seed {}` makes it",
        place.dataset(),
        place.fraction(),
        place.seed()
    );
    let absent = |what: &str, path: &Path, hint: &str| {
        TaskError::unfit(format!("there is no {what} `{}`", path.display())).hint(hint)
    };
    let data = &arguments.data_dir;
    let raw = place.find_raw(data)?.ok_or_else(|| absent("raw file", &place.raw(data), &prepare))?;
    let masked = place.masked(data);
    if !masked.is_file() {
        return Err(absent("masked file", &masked, &prepare).into());
    }
    let found = place.find_results(&arguments.results_dir, &arguments.model)?;
    let usual = place.results(&arguments.results_dir, &arguments.model)?.join(RECONSTRUCTION);
    let found = found.ok_or_else(|| {
        absent("reconstruction", &usual, "the model writes it; `repro run-models` runs models")
    })?;
    if found.later {
        out.note(format!("the results lie at `{}`, as later versions have them", found.path.display()));
    }
    Ok(EvaluateSpec {
        raw,
        masked,
        results: found.path,
        model: arguments.model.clone(),
        dataset: arguments.dataset.clone(),
        mask_fraction: Some(arguments.mask_percentage),
        seed: Some(arguments.seed),
        metrics: arguments.metrics.clone(),
        lenient: arguments.lenient && !arguments.strict,
        reorder: arguments.reorder,
        value_space: arguments.value_space.map(|space| match space {
            Space::Counts => ValueSpace::Counts,
            Space::Lognorm => ValueSpace::Lognorm,
        }),
        convert: arguments.convert.map(|convert| match convert {
            Convert::Expm1 => Conversion::Expm1,
            Convert::Log1p => Conversion::Log1p,
        }),
    })
}
