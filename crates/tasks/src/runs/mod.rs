//! Masked reconstruction, the middle part: models fill in what is masked.
//!
//! A model is a program that takes `--dataset`, `--data-dir`, `--results-dir`, `--mask-percentage` (a fraction) and
//! `--seed`, reads the masked file and writes `reconstruction.h5ad`. Each runs as a process of its own, one after the
//! other; one that fails does not stop the next. Whatever a failed model left is removed, and so is what an earlier run
//! left before a model is started: a reconstruction that is there is one of a run that succeeded.

mod baseline;
mod model;
mod process;
mod words;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

pub use baseline::Baseline;
pub use model::{Model, ModelKind, Python, find_models};

use crate::layout::{METADATA, METRICS, Mask, RECONSTRUCTION};
use crate::masking::MaskRecord;
use crate::{TaskError, files};
use process::Process;

/// Models to run on a masked file.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// Folder of the data sets.
    pub data: PathBuf,
    /// Folder of the results.
    pub results: PathBuf,
    /// Data set and mask.
    pub mask: Mask,
    /// How Python is started.
    pub python: Python,
    /// Passed to each model beside its five options.
    pub arguments: Vec<String>,
    /// How long one model may take.
    pub timeout: Option<Duration>,
}

/// Why a model failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The reason.
    pub why: String,
    /// The last lines that it wrote to its standard error.
    pub stderr: Vec<String>,
}

impl Failed {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), stderr: Vec::new() }
    }
}

impl From<&TaskError> for Failed {
    fn from(error: &TaskError) -> Self {
        let mut why = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            why = format!("{why}: {error}");
            cause = error.source();
        }
        Self::new(why)
    }
}

impl RunSpec {
    /// Checks what all models need.
    ///
    /// # Errors
    /// Where the masked file is missing, is not an annotated matrix or is not the one that its record describes, and where
    /// the results cannot lie in a folder.
    pub fn check(&self) -> Result<(), TaskError> {
        if self.results.exists() && !self.results.is_dir() {
            let problem = format!("`{}` is not a folder", self.results.display());
            return Err(TaskError::unfit(problem).hint("give a folder for the results with `--results-dir`"));
        }
        let masked = self.mask.masked(&self.data);
        if masked.is_file() {
            return self.check_masked(&masked);
        }
        let (dataset, fraction, seed) = (self.mask.dataset(), self.mask.fraction(), self.mask.seed());
        let problem = format!("there is no masked file `{}`", masked.display());
        Err(TaskError::unfit(problem).hint(format!(
            "`repro prepare-data --dataset {dataset} --mask-percentage {fraction} --seed {seed}` makes it"
        )))
    }

    fn check_masked(&self, masked: &Path) -> Result<(), TaskError> {
        if let Some(record) = MaskRecord::read(masked)? {
            record.verify((masked, files::sha256_file(masked)?), None)?;
        }
        files::open(masked)?.x().map(drop).map_err(TaskError::data(masked))
    }

    /// Runs one model; its folder of results, or why it failed.
    pub fn run(&self, model: &Model) -> Result<PathBuf, Failed> {
        let folder = self.begin(model).map_err(|error| Failed::from(&error))?;
        let ran = match &model.kind {
            ModelKind::Baseline(baseline) => {
                self.baseline(*baseline, &folder).map_err(|error| Failed::from(&error))
            }
            _ => self.process(model, &folder),
        };
        let ran = ran.and_then(|()| self.check_reconstruction(model));
        let ran = ran.and_then(|folder| match self.note_mask(&folder) {
            Ok(()) => Ok(folder),
            Err(error) => Err(Failed::from(&error)),
        });
        if ran.is_err() {
            self.remove_results(model).map_err(|error| Failed::from(&error))?;
        }
        ran
    }

    /// Removes what an earlier run left, and makes the folder of results.
    fn begin(&self, model: &Model) -> Result<PathBuf, TaskError> {
        let folder = self.mask.results(&self.results, &model.name)?;
        self.remove_results(model)?;
        std::fs::create_dir_all(&folder).map_err(TaskError::file("create", &folder))?;
        Ok(folder)
    }

    fn remove_results(&self, model: &Model) -> Result<(), TaskError> {
        while let Some(found) = self.mask.find_results(&self.results, &model.name)? {
            files::remove(&found.path.join(RECONSTRUCTION))?;
            files::remove(&found.path.join(METRICS))?;
            files::remove(&found.path.join(METADATA))?;
        }
        let usual = self.mask.results(&self.results, &model.name)?;
        files::remove(&usual.join(METRICS))?;
        files::remove(&usual.join(METADATA))
    }

    fn process(&self, model: &Model, folder: &Path) -> Result<(), Failed> {
        let Some((program, mut arguments, work)) = model.process(&self.python) else {
            return Err(Failed::new("it has no program"));
        };
        let absolute = |path: &Path| {
            let path = std::path::absolute(path).map_err(TaskError::file("read", path));
            path.map(|path| path.display().to_string()).map_err(|error| Failed::from(&error))
        };
        for (name, value) in [
            ("--dataset", self.mask.dataset().to_owned()),
            ("--data-dir", absolute(&self.data)?),
            ("--results-dir", absolute(&self.results)?),
            ("--mask-percentage", self.mask.fraction().to_string()),
            ("--seed", self.mask.seed().to_string()),
        ] {
            arguments.extend([name.to_owned(), value]);
        }
        arguments.extend(self.arguments.iter().cloned());
        let process = Process {
            program: &program,
            arguments: &arguments,
            folder: work.as_deref(),
            logs: folder,
            timeout: self.timeout,
        };
        process.run()
    }

    fn baseline(&self, baseline: Baseline, folder: &Path) -> Result<(), TaskError> {
        let masked = self.mask.masked(&self.data);
        baseline.run(&masked, &folder.join(RECONSTRUCTION), self.mask.seed())?;
        let file = files::open(&masked)?;
        let metadata = json!({
            "model": baseline.name(),
            "dataset": self.mask.dataset(),
            "n_cells": file.n_obs(),
            "n_genes": file.n_vars(),
        });
        files::write_text(&folder.join(METADATA), &format!("{metadata:#}\n"))
    }

    /// Adds to `metadata.json` from which mask a reconstruction was made, so that it is not scored with another one.
    fn note_mask(&self, folder: &Path) -> Result<(), TaskError> {
        let masked = self.mask.masked(&self.data);
        let Some(record) = MaskRecord::read(&masked)? else { return Ok(()) };
        // A model that changed its input has left later ones another data set.
        record.verify((&masked, files::sha256_file(&masked)?), None)?;
        let path = folder.join(METADATA);
        let text = match repro_digest::file::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => "{}".to_owned(),
            other => other.map_err(TaskError::file("read", &path))?,
        };
        // Whoever scores it reports what is wrong with the model's own words.
        let Ok(serde_json::Value::Object(mut keys)) = serde_json::from_str(&text) else { return Ok(()) };
        keys.insert("mask_sha256".to_owned(), json!(record.mask_sha256));
        files::write_text(&path, &files::pretty(&keys)?)
    }

    /// A model that says that it succeeded has written a matrix of the right shape.
    fn check_reconstruction(&self, model: &Model) -> Result<PathBuf, Failed> {
        let found =
            self.mask.find_results(&self.results, &model.name).map_err(|error| Failed::from(&error))?;
        let Some(folder) = found else {
            return Err(Failed::new(format!("it ended well and wrote no `{RECONSTRUCTION}`")));
        };
        let shape = |path: &Path| -> Result<[usize; 2], TaskError> {
            let file = files::open(path)?;
            let x = file.x().map_err(TaskError::data(path))?;
            Ok(x.shape())
        };
        let path = folder.path.join(RECONSTRUCTION);
        let own = shape(&path).map_err(|error| Failed::from(&error))?;
        let wanted = shape(&self.mask.masked(&self.data)).map_err(|error| Failed::from(&error))?;
        if own != wanted {
            let ([rows, columns], [cells, genes]) = (own, wanted);
            return Err(Failed::new(format!(
                "its `{RECONSTRUCTION}` has {rows} cells and {columns} genes, the masked file {cells} and {genes}"
            )));
        }
        Ok(folder.path)
    }
}
