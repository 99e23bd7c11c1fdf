//! Metrics of reconstruction on a pair of matrices.

mod dense;
mod families;
mod matrices;
mod pairing;
mod projection;
mod resources;
mod scale;
mod scores;
mod settings;
mod spec;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use repro_digest::Sha256;
use repro_metrics::{Cells, Projection, Real, TestKind};
use serde_json::{Map, Value, json};

use crate::TaskError;
use crate::files::sha256_file;
use families::Groups;
use matrices::Source;
use resources::Resources;
use scale::Scale;
use scores::Found;
use settings::COMPONENTS;

pub use scores::{LeftOut, Scores};
pub use settings::{Compat, MinCells, Preset, Settings};
pub use spec::ScoreSpec;

/// Scores a pair. Every file is read once for its values and once for its hash.
///
/// # Errors
/// Where a file cannot be read or is damaged; where genes, cells or scales do not fit each other; where a value is not
/// finite; where there are fewer treated or control cells than tests need; where gene sets name no gene of the matrices;
/// where the projection is for other genes.
pub fn score(spec: &ScoreSpec) -> Result<Scores, TaskError> {
    let settings = spec.settings();
    spec.check()?;
    let (hashes, found) = rayon::join(|| hashes(spec), || Opened::new(spec)?.scored(spec, &settings));
    let (found, mut params) = found?;
    params.extend(described(spec, &settings));
    Ok(Scores {
        schema: 1,
        metrics: found.metrics,
        undefined: found.undefined,
        params,
        inputs: hashes?,
        details: found.details,
        left_out: found.left_out,
        notes: found.notes,
    })
}

/// The files of matrices, opened and compared by genes and cells, not read.
struct Opened {
    truth: Source,
    pred: Source,
    control: Option<Source>,
    control_pred: Option<Source>,
    paired: bool,
    notes: Vec<String>,
}

impl Opened {
    fn new(spec: &ScoreSpec) -> Result<Self, TaskError> {
        let open = |path: &Path| Source::open(path, spec.layer.as_deref());
        let mut opened = Self {
            truth: open(&spec.truth)?,
            pred: open(&spec.pred)?,
            control: spec.control.as_deref().map(open).transpose()?,
            control_pred: spec.control_pred.as_deref().map(open).transpose()?,
            paired: !spec.unpaired,
            notes: Vec::new(),
        };
        if spec.align_cells {
            opened.notes.extend(opened.pred.align(&opened.truth)?);
        } else if opened.paired {
            opened.notes.extend(opened.pred.paired(&opened.truth, spec.pair_by_order)?);
        }
        Ok(opened)
    }

    fn scored(self, spec: &ScoreSpec, settings: &Settings) -> Result<(Found, Map<String, Value>), TaskError> {
        self.enough_cells(settings)?;
        let all = [Some(&self.truth), Some(&self.pred), self.control.as_ref(), self.control_pred.as_ref()];
        let mut single = true;
        for source in all.into_iter().flatten() {
            single &= source.is_single()?;
        }
        if single { self.scored_as::<f32>(spec, settings) } else { self.scored_as::<f64>(spec, settings) }
    }

    /// Tests need cells on both true sides.
    fn enough_cells(&self, settings: &Settings) -> Result<(), TaskError> {
        let Some(control) = &self.control else { return Ok(()) };
        let needed = settings.min_cells.deg;
        for source in [&self.truth, control] {
            if source.n_cells() < needed {
                let problem =
                    format!("{} has {} cells, tests need {needed}", source.name(), source.n_cells());
                return Err(TaskError::unfit(problem).hint(format!(
                    "`--min-cells {}` lowers the limit; without `--control` there are no tests",
                    source.n_cells(),
                )));
            }
        }
        Ok(())
    }

    fn scored_as<T: Real + repro_learn::Real>(
        self,
        spec: &ScoreSpec,
        settings: &Settings,
    ) -> Result<(Found, Map<String, Value>), TaskError> {
        let n_genes = self.truth.genes().len();
        let read = |source: &Source| {
            let columns = source.columns(&self.truth, spec.align_genes)?;
            source.read::<T>(&columns, n_genes)
        };
        let resources = if needs_names(spec) {
            Resources::read(spec, settings, &self.truth.places()?)?
        } else {
            Resources::default()
        };
        let given = spec.projection.as_deref().map(|path| projection::read(path, self.truth.genes()));
        let given = given.transpose()?;
        let ((truth, pred), (control, control_pred)) = rayon::join(
            || rayon::join(|| read(&self.truth), || read(&self.pred)),
            || rayon::join(|| self.control.as_ref().map(read), || self.control_pred.as_ref().map(read)),
        );
        let (truth, mut pred) = (truth?, pred?);
        let (control, mut control_pred) = (control.transpose()?, control_pred.transpose()?);
        let scales = [Some(&truth), Some(&pred), control.as_ref(), control_pred.as_ref()];
        let scales = scales.map(|cells| cells.map(Scale::of));
        let remarks = scale::compare(&self.named(&scales), spec.allow_scale)?;
        let cells = if needs_cells(spec) { self.truth.cell_names()? } else { Vec::new() };
        let genes = self.truth.genes().to_vec();

        let mut found = Found { notes: self.notes, ..Found::default() };
        found.notes.extend(remarks);
        let mut params = Map::new();
        let [of_truth, of_pred, of_control, of_control_pred] = &scales;
        params.insert(
            "scales".to_owned(),
            json!({ "true": of_truth, "pred": of_pred, "control": of_control, "control_pred": of_control_pred }),
        );
        params.insert("precision".to_owned(), json!(if size_of::<T>() == 4 { "float32" } else { "float64" }));
        params.insert(
            "n_cells".to_owned(),
            json!({
                "true": truth.n_cells(),
                "pred": pred.n_cells(),
                "control": control.as_ref().map(Cells::n_cells),
                "control_pred": control_pred.as_ref().map(Cells::n_cells),
            }),
        );
        params.insert("n_genes".to_owned(), json!(n_genes));
        note_negative(&scales, &mut found);

        let projection = match given {
            Some(given) => Some(("file", given)),
            None if spec.fit_projection => {
                let parts: Vec<&Cells<T>> = std::iter::once(&truth).chain(&control).collect();
                Some(("fitted on the true cells given here", projection::fit(&parts, COMPONENTS)?))
            }
            None => None,
        };
        if settings.projected && projection.is_none() {
            found.notes.push(
                "no `--projection`: energy distance and MMD are measured between all genes, the paper's along 50 \
                 components of a reference"
                    .to_owned(),
            );
        }
        params.insert(
            "projection".to_owned(),
            projection.as_ref().map_or(
                Value::Null,
                |(origin, projection)| json!({ "origin": origin, "components": projection.n_components() }),
            ),
        );
        let projection = projection.map(|(_, projection)| projection);
        statistical(&truth, &pred, projection.as_ref(), settings, self.paired, &mut found)?;
        families::perturbational(&truth, control.as_ref(), &pred, settings, &mut found);
        let upstream = spec.compat == Some(Compat::Upstream);
        families::biological(
            &truth,
            &pred,
            &resources,
            settings,
            (self.paired, upstream),
            &cells,
            &mut found,
        );

        let control = control.as_ref();
        let groups =
            control.map(|control| Groups { truth: &truth, control, pred: &pred, control_pred: None });
        families::pearson_delta(groups.as_ref(), &mut found);
        if settings.clip {
            // Last, so that nothing is held twice.
            pred.clip();
            control_pred.iter_mut().for_each(Cells::clip);
        }
        let control_pred = control_pred.as_ref();
        let groups = control.map(|control| Groups { truth: &truth, control, pred: &pred, control_pred });
        let not_logarithms = scales.iter().flatten().find_map(Scale::not_logarithms);
        let not_logarithms = not_logarithms.filter(|_| !spec.allow_scale);
        families::differential(groups.as_ref(), &genes, not_logarithms.as_deref(), settings, &mut found);
        found.note_left_out();
        Ok((found, params))
    }

    /// Returns the scales with the names of their files.
    fn named(&self, scales: &[Option<Scale>; 4]) -> Vec<scale::Named> {
        let sources =
            [Some(&self.truth), Some(&self.pred), self.control.as_ref(), self.control_pred.as_ref()];
        let named = sources.into_iter().zip(scales).zip([false, true, false, true]);
        named
            .filter_map(|((source, scale), predicted)| {
                Some(scale::Named { scale: (*scale)?, name: source?.name(), predicted })
            })
            .collect()
    }
}

fn statistical<T: Real>(
    truth: &Cells<T>,
    pred: &Cells<T>,
    projection: Option<&Projection>,
    settings: &Settings,
    paired: bool,
    found: &mut Found,
) -> Result<(), TaskError> {
    match projection {
        Some(projection) => {
            let apply = |cells: &Cells<T>| {
                projection.apply(cells).map_err(|error| TaskError::unfit(format!("projection: {error}")))
            };
            let (truth_scores, pred_scores) = (apply(truth)?, apply(pred)?);
            families::statistical(truth, pred, (&truth_scores, &pred_scores), settings, paired, found);
        }
        None => families::statistical(truth, pred, (truth, pred), settings, paired, found),
    }
    Ok(())
}

fn needs_names(spec: &ScoreSpec) -> bool {
    [&spec.gene_sets, &spec.pathways, &spec.cell_cycle, &spec.cytokines].iter().any(|path| path.is_some())
}

/// Whether names of cells are needed for what is reported.
fn needs_cells(spec: &ScoreSpec) -> bool {
    spec.pathways.is_some() && !spec.unpaired
}

/// Adds a remark on true expression below 0, which has no fold change and by which no gene "is expressed".
fn note_negative([truth, _, control, _]: &[Option<Scale>; 4], found: &mut Found) {
    if [truth, control].into_iter().flatten().any(|scale| scale.min < 0.0) {
        found.notes.push(
            "true expression below 0: fold changes and \"expressed in a cell\" mean little here".to_owned(),
        );
    }
}

fn described(spec: &ScoreSpec, settings: &Settings) -> Map<String, Value> {
    let tests: Vec<&str> = settings
        .tests
        .iter()
        .map(|kind| match kind {
            TestKind::Wilcoxon => "wilcoxon",
            TestKind::TTest => "t-test",
        })
        .collect();
    let params = json!({
        "preset": spec.preset,
        "compat": spec.compat,
        "layer": spec.layer,
        "align_genes": spec.align_genes,
        "unpaired": spec.unpaired,
        "pair_by_order": spec.pair_by_order,
        "align_cells": spec.align_cells,
        "allow_scale": spec.allow_scale,
        "min_cells": settings.min_cells,
        "overlap": settings.overlap,
        "deg_tests": tests,
        "dice_k": settings.dice_k,
        "false_discovery_rate": settings.false_discovery_rate,
        "clip_negative": settings.clip,
        "mmd_gamma": settings.mmd_gamma,
        "knn_k": settings.knn_k,
        "cytokine_celltype": spec.cytokine_celltype,
        "cytokine_false_discovery_rate": settings.cytokine_false_discovery_rate,
        "assumed": settings.assumed,
        "own_definitions": ["pearson_delta", "knn_purity_norm"],
    });
    match params {
        Value::Object(params) => params,
        _ => Map::new(),
    }
}

/// Files that a specification names, in its order.
fn files(spec: &ScoreSpec) -> Vec<&PathBuf> {
    let optional = [
        &spec.control,
        &spec.control_pred,
        &spec.gene_sets,
        &spec.pathways,
        &spec.cell_cycle,
        &spec.cytokines,
        &spec.projection,
    ];
    [&spec.truth, &spec.pred].into_iter().chain(optional.into_iter().flatten()).collect()
}

fn hashes(spec: &ScoreSpec) -> Result<BTreeMap<String, Sha256>, TaskError> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for path in files(spec) {
        if path.is_dir() { walk(path, &mut paths)? } else { paths.push(path.clone()) }
    }
    paths.sort();
    paths.dedup();
    paths.par_iter().map(|path| Ok((path.display().to_string(), sha256_file(path)?))).collect()
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), TaskError> {
    for entry in std::fs::read_dir(folder).map_err(TaskError::file("read", folder))? {
        let entry = entry.map_err(TaskError::file("read", folder))?;
        let kind = entry.file_type().map_err(TaskError::file("read", entry.path()))?;
        if kind.is_dir() { walk(&entry.path(), into)? } else { into.push(entry.path()) }
    }
    Ok(())
}
