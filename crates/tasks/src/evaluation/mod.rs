//! Masked reconstruction, last part: predictions at masked entries against the truth.
//!
//! Only masked entries count. Mean squared error, mean absolute error and Pearson's correlation are pooled over all of
//! them; since most masked counts are zeros, which dominate pooled errors, what concerns the others, each gene and each
//! cell is reported beside them.

mod compare;
mod pairs;
mod registry;
mod report;
mod rows;
mod spec;

use std::path::{Path, PathBuf};

use repro_digest::Sha256;
use serde_json::{Map, Value};

pub use pairs::{Pairs, Score};
pub use registry::{Metric, Registry};
pub use spec::{Conversion, EvaluateSpec, ValueSpace};

use crate::layout::{METADATA, METRICS, RECONSTRUCTION};
use crate::masking::{MaskRecord, MaskedPlaces, Shown, sidecar_path};
use crate::{TaskError, files};
use compare::{Compared, Matrices, Noticed, Rules};
use rows::{Rows, order_of};

/// Scores of a reconstruction, as they lie in its folder.
#[derive(Debug)]
pub struct Evaluation {
    /// The file with the scores.
    pub path: PathBuf,
    /// The selected metrics with their values, in order.
    pub metrics: Vec<(String, Score)>,
    /// The whole content of the file.
    pub json: Value,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// Scores a reconstruction: writes `metrics.json` and completes `metadata.json` in its folder.
///
/// # Errors
/// Where one of the three matrices is missing or damaged, where shapes or names differ, where nothing is masked, where
/// a prediction is no number or infinite or, unless `lenient`, still -1, and where the values are of another space than
/// the truth; and where a matrix is not the one that the record of the mask describes, or the reconstruction was made from
/// another mask. Nothing is written then.
pub fn evaluate(spec: &EvaluateSpec) -> Result<Evaluation, TaskError> {
    let registry = Registry::standard();
    let metrics = registry.select(&spec.metrics)?;
    let reconstruction = spec.results.join(RECONSTRUCTION);
    let metadata = Metadata::read(&spec.results.join(METADATA))?;
    let mut notes = Vec::new();
    let inputs = Inputs {
        raw: files::sha256_file(&spec.raw)?,
        masked: files::sha256_file(&spec.masked)?,
        reconstruction: files::sha256_file(&reconstruction)?,
    };
    let record = MaskRecord::read(&spec.masked)?;
    if let Some(record) = &record {
        record.verify((&spec.masked, inputs.masked), Some((&spec.raw, inputs.raw)))?;
    }
    let (compared, shape) = compared(spec, &reconstruction, record.as_ref())?;
    let places = record.as_ref().map(|record| record.mask_sha256).or(compared.places_sha256);
    metadata.check_origin(places)?;
    check(spec, &reconstruction, &compared, &mut notes)?;
    let space = spec.value_space.map_or_else(|| metadata.value_space(), |space| Ok(Some(space)))?;
    check_space(space, spec.convert, &compared.noticed)?;
    let metrics: Vec<(String, Score)> =
        metrics.into_iter().map(|(name, metric)| (name.to_owned(), metric(&compared.all))).collect();
    let json = report::metrics(spec, &metrics, &compared);
    let path = spec.results.join(METRICS);
    let facts = report::Facts { spec, inputs: &inputs, record: record.as_ref(), compared: &compared, shape };
    let metadata = report::metadata(metadata.keys, &facts);
    files::write_text(&spec.results.join(METADATA), &files::pretty(&metadata)?)?;
    files::write_text(&path, &files::pretty(&json)?)?;
    Ok(Evaluation { path, metrics, json, notes })
}

/// Hashes of what was compared.
struct Inputs {
    raw: Sha256,
    masked: Sha256,
    reconstruction: Sha256,
}

/// What a model said of its run.
struct Metadata {
    path: PathBuf,
    keys: Map<String, Value>,
}

impl Metadata {
    fn read(path: &Path) -> Result<Self, TaskError> {
        let text = match repro_digest::file::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => "{}".to_owned(),
            other => other.map_err(TaskError::file("read", path))?,
        };
        let wrong =
            |why: String| TaskError::unfit(format!("`{}` is not a JSON object: {why}", path.display()));
        match serde_json::from_str(&text) {
            Ok(Value::Object(keys)) => Ok(Self { path: path.to_owned(), keys }),
            Ok(_) => Err(wrong("it contains something else".to_owned())),
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    /// An error where the reconstruction was made from another mask than the present one, whose hash is `places`.
    fn check_origin(&self, places: Option<Sha256>) -> Result<(), TaskError> {
        let (Some(present), Some(hash)) =
            (places, self.keys.get("mask_sha256").filter(|hash| !hash.is_null()))
        else {
            return Ok(());
        };
        let made_from: Sha256 = serde_json::from_value(hash.clone()).map_err(|_| {
            TaskError::unfit(format!("`{}`: the `mask_sha256` {hash} is not a hash", self.path.display()))
        })?;
        if made_from == present {
            return Ok(());
        }
        Err(TaskError::Mismatch {
            path: self.path.clone(),
            expectation: "of a reconstruction from the present mask: the model has seen other entries".into(),
            expected: present,
            computed: made_from,
            hint: "run the model again with `repro run-models`",
        })
    }

    fn value_space(&self) -> Result<Option<ValueSpace>, TaskError> {
        match self.keys.get("value_space") {
            None | Some(Value::Null) => Ok(None),
            Some(space) => serde_json::from_value(space.clone()).map(Some).map_err(|_| {
                let problem = format!("`{}`: the `value_space` {space} is not known", self.path.display());
                TaskError::unfit(problem).hint("it is `counts` or `lognorm`")
            }),
        }
    }
}

/// Compares the matrices; also gives their shape.
fn compared(
    spec: &EvaluateSpec,
    reconstruction: &Path,
    record: Option<&MaskRecord>,
) -> Result<(Compared, [usize; 2]), TaskError> {
    let (raw, masked) = (files::open(&spec.raw)?, files::open(&spec.masked)?);
    let predicted = files::open(reconstruction)?;
    let shape = [raw.n_obs(), raw.n_vars()];
    let mut matrices = Matrices {
        raw: Rows::new(&raw, &spec.raw)?,
        masked: Rows::new(&masked, &spec.masked)?,
        reconstruction: Rows::new(&predicted, reconstruction)?,
    };
    let names = |file: &repro_data::anndata_io::AnnDataFile, path: &Path| {
        let names = file.obs_names().and_then(|obs| Ok((obs, file.var_names()?)));
        names.map_err(TaskError::data(path))
    };
    let (cells, genes) = names(&raw, &spec.raw)?;
    for (file, path, reorder) in
        [(&masked, spec.masked.as_path(), false), (&predicted, reconstruction, spec.reorder)]
    {
        let own = [file.n_obs(), file.n_vars()];
        if own != shape {
            return Err(TaskError::unfit(format!(
                "`{}` has {} cells and {} genes, `{}` has {} and {}",
                path.display(),
                own[0],
                own[1],
                spec.raw.display(),
                shape[0],
                shape[1]
            )));
        }
        let (own_cells, own_genes) = names(file, path)?;
        let rows = order_of("cell", &cells, (&own_cells, path), reorder)?;
        let columns = order_of("gene", &genes, (&own_genes, path), reorder)?;
        if reorder {
            matrices.reconstruction.reorder(rows, columns);
        }
    }
    let places =
        |record: &MaskRecord| MaskedPlaces::verified(&sidecar_path(&spec.masked), shape, record.mask_sha256);
    let sidecar = record.filter(|record| record.shown_as == Shown::Sidecar).map(places).transpose()?;
    let rules = Rules { sidecar, convert: spec.convert, hash_places: record.is_none() };
    Ok((compare::compare(&matrices, &rules)?, shape))
}

/// Errors and notes that follow from what was noticed.
fn check(
    spec: &EvaluateSpec,
    reconstruction: &Path,
    compared: &Compared,
    notes: &mut Vec<String>,
) -> Result<(), TaskError> {
    let n = compared.all.n();
    let (masked, path) = (spec.masked.display(), reconstruction.display());
    let Noticed { not_finite, unfilled, changed, foreign, .. } = compared.noticed;
    if n == 0 {
        let problem = format!("nothing is masked in `{masked}`, so that there is nothing to score");
        return Err(TaskError::unfit(problem).hint("mask a larger fraction"));
    }
    if foreign > 0 {
        let raw = spec.raw.display();
        return Err(TaskError::unfit(format!(
            "{foreign} entries that are not masked differ between `{masked}` and `{raw}`: the mask is of other values"
        ))
        .hint("make the mask again with `repro prepare-data`"));
    }
    if unfilled > 0 {
        let problem = format!("{unfilled} of {n} masked entries of `{path}` are still -1");
        if !spec.lenient {
            return Err(TaskError::unfit(problem)
                .hint("the model left them unfilled; `--lenient` scores them as they are"));
        }
        notes.push(format!("{problem}: they are scored as they are"));
    }
    if not_finite > 0 {
        return Err(TaskError::unfit(format!(
            "{not_finite} of {n} masked entries of `{path}` are not a finite number"
        )));
    }
    if changed > 0 {
        notes.push(format!("{changed} entries of `{path}` that were not masked differ from the input"));
    }
    Ok(())
}

/// An error where the reconstructed values are of another space than the truth.
fn check_space(
    space: Option<ValueSpace>,
    convert: Option<Conversion>,
    noticed: &Noticed,
) -> Result<(), TaskError> {
    let Some(space) = convert.map(Conversion::to).or(space) else { return Ok(()) };
    let counts = noticed.not_counts == 0;
    if counts == (space == ValueSpace::Counts) {
        return Ok(());
    }
    let truth = if counts { "whole numbers, as counts are" } else { "not counts" };
    let hint = match (convert, space) {
        (Some(_), _) => "compare values of the same kind",
        (None, ValueSpace::Lognorm) => "`--convert expm1` compares exp(x) - 1",
        (None, ValueSpace::Counts) => "`--convert log1p` compares ln(1 + x)",
    };
    let problem =
        format!("the reconstruction has values in the space {}, the truth is {truth}", space.name());
    Err(TaskError::unfit(problem).hint(hint))
}
