//! Data sets by name: a `[[dataset]]` of a collection below `manifests/`, whose files `repro fetch` brings.

use std::path::PathBuf;

use serde::Deserialize;

use crate::error::{Class, Diagnostic, Failure};
use crate::manifest::{Artifact, Manifest, Project, RawSpec};
use crate::stages;
use crate::store::FileState;
use crate::tasks::TaskError;
use crate::tasks::prepare::Input;

/// A data set of a collection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DatasetSpec {
    /// Other names.
    #[serde(default)]
    aliases: Vec<String>,
    /// Whether it is meant where no name is given.
    #[serde(default)]
    default: bool,
    /// What its files are.
    format: Format,
    /// Artifacts: the file, or those of a folder.
    files: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Format {
    /// One `.h5ad` file.
    H5ad,
    /// Matrix, barcodes and genes in one folder.
    CellRanger,
}

/// A data set that cannot be used as it is.
#[derive(Debug, thiserror::Error)]
enum DatasetError {
    /// Its files were not fetched.
    #[error("the data set `{name}` was not fetched")]
    NotFetched {
        name: String,
        /// What `repro fetch` is to be given.
        selectors: String,
    },
    /// An output of a stage that does not count any more.
    #[error("the data set `{name}` cannot be used: {why}")]
    Stale { name: String, why: String },
    /// Other bytes than the pinned ones.
    #[error("`{}` of the data set `{name}` is not the file that its pin says", path.display())]
    Mismatch { name: String, path: PathBuf },
}

impl Diagnostic for DatasetError {
    fn class(&self) -> Class {
        match self {
            Self::NotFetched { .. } | Self::Stale { .. } => Class::Usage,
            Self::Mismatch { .. } => Class::Mismatch,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotFetched { selectors, .. } => Some(format!(
                "`repro fetch {selectors}` downloads it; `--input FILE.h5ad` uses a file of yours"
            )),
            Self::Stale { .. } => Some("run the stage again (`repro run`)".to_owned()),
            Self::Mismatch { .. } => Some("remove the file and fetch it again".to_owned()),
        }
    }
}

/// All data sets of all collections.
fn all(project: Option<&Project>) -> Result<Vec<(&Manifest, &RawSpec, DatasetSpec)>, Failure> {
    let mut all = Vec::new();
    for manifest in project.into_iter().flat_map(|project| &project.collections) {
        for spec in &manifest.datasets {
            all.push((manifest, spec, spec.parse::<DatasetSpec>()?));
        }
    }
    Ok(all)
}

/// Refuses a data set of a collection whose body cannot be read or whose files are not declared.
pub(in crate::cli) fn check_dataset(manifest: &Manifest, raw: &RawSpec) -> Result<(), Failure> {
    artifacts(manifest, raw, &raw.parse()?).map(drop)
}

/// The name of the data set that is meant where none is given.
pub(super) fn default_name(project: Option<&Project>) -> Result<String, Failure> {
    let meant = all(project)?.into_iter().find(|(_, _, dataset)| dataset.default);
    match meant {
        Some((_, spec, _)) => Ok(spec.id.clone()),
        None => Err(TaskError::unfit("which data set?").hint("name it with `--dataset NAME`").into()),
    }
}

/// What to do without a file and without a known name.
pub(super) fn known(project: Option<&Project>) -> Result<String, Failure> {
    let names: Vec<String> = all(project)?.iter().map(|(_, spec, _)| format!("`{}`", spec.id)).collect();
    let own = "`--input FILE.h5ad` puts a file of yours in place";
    Ok(if names.is_empty() {
        own.to_owned()
    } else {
        format!("{own}; known by name are {}", names.join(", "))
    })
}

/// The files of a data set, verified; `None` where the name is not known.
pub(super) fn fetched(project: Option<&Project>, name: &str) -> Result<Option<Input>, Failure> {
    let Some(project) = project else { return Ok(None) };
    let is_meant = |spec: &RawSpec, dataset: &DatasetSpec| {
        spec.id == name || dataset.aliases.iter().any(|alias| alias == name)
    };
    let datasets = all(Some(project))?;
    let Some((manifest, spec, dataset)) =
        datasets.into_iter().find(|(_, spec, dataset)| is_meant(spec, dataset))
    else {
        return Ok(None);
    };
    let artifacts = artifacts(manifest, spec, &dataset)?;
    verify(project, manifest, name, &artifacts)?;
    let first = manifest.frozen_path(&project.frozen(), artifacts[0]);
    Ok(Some(match dataset.format {
        Format::H5ad => Input::AnnData(first),
        Format::CellRanger => Input::CellRanger(first.parent().map(PathBuf::from).unwrap_or_default()),
    }))
}

/// The declared files: one, or several in one folder.
fn artifacts<'m>(
    manifest: &'m Manifest,
    spec: &RawSpec,
    dataset: &DatasetSpec,
) -> Result<Vec<&'m Artifact>, Failure> {
    let mut artifacts = Vec::new();
    for id in &dataset.files {
        let known = manifest.artifact(id);
        artifacts.push(known.ok_or_else(|| spec.error(format!("there is no artifact `{id}`")))?);
    }
    let folder = |artifact: &Artifact| artifact.to.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let one_folder = artifacts.windows(2).all(|pair| folder(pair[0]) == folder(pair[1]));
    match (dataset.format, artifacts.len()) {
        (Format::H5ad, 1) => Ok(artifacts),
        (Format::CellRanger, 1..) if one_folder => Ok(artifacts),
        (Format::H5ad, _) => Err(spec.error("`h5ad` is one file").into()),
        (Format::CellRanger, _) => Err(spec.error("`cell-ranger` is files of one folder").into()),
    }
}

/// An error unless all are there with the bytes that were pinned.
fn verify(
    project: &Project,
    manifest: &Manifest,
    name: &str,
    artifacts: &[&Artifact],
) -> Result<(), Failure> {
    for file in stages::open(manifest, &project.frozen())?.vault.verify(artifacts, false)? {
        match file.state {
            FileState::Ok => {}
            FileState::Stale(why) => return Err(DatasetError::Stale { name: name.to_owned(), why }.into()),
            FileState::Missing { .. } | FileState::Unpinned => {
                let selectors = selectors(manifest, artifacts);
                return Err(DatasetError::NotFetched { name: name.to_owned(), selectors }.into());
            }
            _ => return Err(DatasetError::Mismatch { name: name.to_owned(), path: file.path }.into()),
        }
    }
    Ok(())
}

/// What brings these files: the folders that their names lie in, or their names.
fn selectors(manifest: &Manifest, artifacts: &[&Artifact]) -> String {
    let above = |artifact: &&Artifact| {
        let id = artifact.id.as_str();
        format!("{}/{}", manifest.id(), id.split_once('/').map_or(id, |(folder, _)| folder))
    };
    let mut names: Vec<String> = artifacts.iter().map(above).collect();
    names.dedup();
    names.join(" ")
}
