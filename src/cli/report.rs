//! `repro report`: writes the tracking report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::environment::environment;
use super::findings;
use super::session::{Session, Tally};
use super::{Context, ExitCode};
use crate::claims::{Judged, compare};
use crate::error::Failure;
use crate::evidence::Reason;
use crate::lint;
use crate::manifest::{Artifact, FetchPolicy, Manifest, Origin, SourceKind};
use crate::query::Library;
use crate::report::{
    ArtifactRow, DatasetRow, FigureRow, PaperModel, Parts, ReportModel, StageRow, TableRow, html, markdown,
};
use crate::stages::Standing;
use crate::store::{Absence, Checked, FileState, LockedTree, write_in_project};
use crate::tables;

/// Arguments of `repro report`.
#[derive(Debug, clap::Args)]
pub struct ReportArguments {
    /// File to write; each format has its own extension [default: `reports/report.html` of the project]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Formats, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_value = "html,json", value_name = "FORMAT")]
    format: Vec<Format>,
}

/// A format of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Format {
    /// One self-contained page.
    Html,
    /// Everything, for programs.
    Json,
    /// A summary for pull requests.
    Md,
}

impl Format {
    /// What is written unless formats are named.
    pub const DEFAULT: [Self; 2] = [Self::Html, Self::Json];

    fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Md => "md",
        }
    }
}

/// Runs the verb.
pub fn run(arguments: &ReportArguments, context: &Context) -> Result<ExitCode, Failure> {
    let (mut papers, mut tally) = (Vec::new(), Tally::default());
    let mut status = ExitCode::Success;
    for manifest in &context.project.manifests {
        let mut session = Session::open(manifest, context)?;
        session.draw(|_| true);
        let judged = session.judge(|_| true);
        let (paper, paper_status) = paper(&mut session, &judged, |_| true)?;
        status = status.worst(paper_status).worst(session.report_problems(context));
        papers.push(paper);
        tally.add(&session, judged);
    }
    status = status.worst(tally.status());
    let model = ReportModel::new(papers).warned(lint::entries(&context.project.root));
    let path = arguments.out.clone().unwrap_or_else(|| default_path(context));
    let project = arguments.out.is_none().then_some(context.project.root.as_path());
    let written = write(&model, &path, &arguments.format, project)?;
    if context.json {
        context.out.text(&format!("{}\n", pretty(&model)));
    } else {
        written.iter().for_each(|path| context.out.line(path.display().to_string()));
    }
    Ok(status)
}

/// `reports/report.html` of the project.
pub fn default_path(context: &Context) -> PathBuf {
    context.project.root.join("reports/report.html")
}

/// A paper's part of the report, with the wanted ones of its figures and tables, and the status that follows from its
/// artifacts.
pub fn paper(
    session: &mut Session<'_>,
    judged: &[Judged],
    wanted: impl Fn(&str) -> bool,
) -> Result<(PaperModel, ExitCode), Failure> {
    let manifest = session.manifest();
    let artifacts = artifacts(session)?;
    let mut status = ExitCode::Success;
    for artifact in &artifacts {
        status = status.worst(match artifact.state {
            "ok" => ExitCode::Success,
            "mismatched" => ExitCode::Mismatch,
            _ => ExitCode::Incomplete,
        });
    }
    let mut parts = Parts { artifacts, datasets: datasets(session), ..Parts::default() };
    for spec in manifest.tables.iter().filter(|spec| wanted(&spec.id)) {
        let grid = session.table(spec, judged);
        // What is wrong with a table is shown in its place.
        parts.tables.push(TableRow::new(&grid, tables::claim_sets(spec).unwrap_or_default()));
    }
    let library = Library::new(&session.vault);
    for spec in manifest.figures.iter().filter(|spec| wanted(&spec.id)) {
        let Some(scene) = session.scene(&spec.id) else { continue };
        let asked = session.asked_by(&spec.id).to_vec();
        // What is wrong with a dataset is reported with it.
        let behind = library.artifacts_of(asked.iter().map(String::as_str)).unwrap_or_default();
        let behind = behind.into_iter().map(str::to_owned).collect();
        parts.missing.extend(scene.missing.clone().map(|missing| (spec.id.clone(), missing)));
        parts.figures.push(FigureRow::new(manifest.id(), scene, compare(scene, judged), (asked, behind)));
    }
    let named = session
        .stages
        .iter()
        .filter(|record| record.stage.is_some() || record.standing != Standing::NeverRan);
    parts.stages = named.map(StageRow::new).collect();
    let mut warnings = findings::of_session(session, true);
    warnings.append(&mut parts.warnings);
    parts.warnings = warnings;
    Ok((PaperModel::new(manifest, judged, parts), status))
}

/// Writes the report in some formats, and beside it when and where that was done; `project` must not be left, and is `None`
/// if the user has named the file. Returns the files of the report.
pub fn write(
    model: &ReportModel,
    path: &Path,
    formats: &[Format],
    project: Option<&Path>,
) -> Result<Vec<PathBuf>, Failure> {
    let mut formats = formats.to_vec();
    formats.sort();
    formats.dedup();
    let mut written = Vec::new();
    for format in &formats {
        let path = match formats.as_slice() {
            // A single file has the name that was given.
            [_] if path.extension().is_some_and(|extension| extension != "html") => path.to_owned(),
            _ => path.with_extension(format.extension()),
        };
        let text = match format {
            Format::Html => html(model)?,
            Format::Json => pretty(model),
            Format::Md => markdown(model),
        };
        write_in_project(project, &path, text.as_bytes())?;
        written.push(path);
    }
    let environment = format!("{:#}\n", environment());
    write_in_project(project, &path.with_file_name("environment.json"), environment.as_bytes())?;
    Ok(written)
}

fn pretty(model: &ReportModel) -> String {
    format!("{:#}", model.json())
}

/// Every dataset with what became of it.
fn datasets(session: &Session<'_>) -> Vec<DatasetRow> {
    let library = Library::new(&session.vault);
    let mut rows = Vec::new();
    for spec in &session.manifest().datasets {
        // A spec that cannot be read names nothing.
        let inputs = library.inputs_of(&spec.id).unwrap_or_default();
        let found = session.datasets().get(&spec.id);
        let (state, from, n_rows) = match found {
            Some(Ok(evidence)) => ("read", evidence.alternative.clone(), Some(evidence.table.n_rows())),
            Some(Err(missing)) if missing.is_error() => ("error", missing.detail.clone(), None),
            Some(Err(missing)) => ("missing", format!("{}: {}", missing.reason, missing.detail), None),
            None => ("missing", String::new(), None),
        };
        let evidence = found.and_then(|found| found.as_ref().ok());
        rows.push(DatasetRow {
            id: spec.id.clone(),
            about: inputs.about,
            state,
            from,
            rows: n_rows,
            left_out: evidence.map_or(Vec::new(), |own| own.left_out.clone()),
            transforms: evidence.map_or(Vec::new(), |own| own.transforms.clone()),
            datasets: inputs.datasets,
            artifacts: inputs.artifacts.into_iter().map(str::to_owned).collect(),
        });
    }
    rows
}

/// Every declared artifact, hashed again.
fn artifacts(session: &Session<'_>) -> Result<Vec<ArtifactRow>, Failure> {
    let manifest = session.manifest();
    let declared: Vec<&Artifact> = manifest.artifacts.iter().collect();
    let checked = session.vault.verify(&declared, false)?;
    let mut of_artifacts: BTreeMap<&str, Vec<&Checked>> = BTreeMap::new();
    for file in &checked {
        of_artifacts.entry(file.artifact.as_deref().unwrap_or_default()).or_default().push(file);
    }
    let row = |artifact: &&Artifact| {
        let files = of_artifacts.get(artifact.id.as_str()).map_or(&[][..], Vec::as_slice);
        artifact_row(session, artifact, files)
    };
    Ok(declared.iter().map(row).collect())
}

/// The row of an artifact; a tree is in the worst state that a file of it is in.
fn artifact_row(session: &Session<'_>, artifact: &Artifact, checked: &[&Checked]) -> ArtifactRow {
    let manifest = session.manifest();
    let lock = session.vault.lock();
    let (locked, tree) = (lock.artifact(&artifact.id), lock.tree(&artifact.id));
    let states = ["mismatched", "extra", "stale", "missing", "unpinned"];
    let worst = states.into_iter().find(|state| checked.iter().any(|file| file.state.name() == *state));
    let state = match worst {
        Some("extra") => "mismatched",
        Some(state) => state,
        None => FileState::Ok.name(),
    };
    let missing = state == "missing";
    let (source, origin) = origin(manifest, artifact);
    let stage = manifest.stage_of(artifact);
    let kind = manifest.source(artifact).map(|source| &source.kind);
    let remote = matches!(kind, Some(SourceKind::Hub { .. } | SourceKind::Http { .. }));
    let absence = match state {
        "missing" => Some(Absence::NotFetched),
        "stale" => Some(Absence::Stale),
        "unpinned" => Some(Absence::NotPinned),
        _ => None,
    };
    let (reason, detail) = absence.map(|absence| session.vault.absence(artifact, absence)).unzip();
    let can_run = stage.filter(|id| manifest.stages.iter().any(|raw| raw.id == **id));
    let run = can_run.filter(|_| absence.is_some()).map(|id| format!("repro run {}/{id}", manifest.id()));
    let unpinned = state == FileState::Unpinned.name();
    let fetch = match unpinned {
        true => format!("repro lock {}", manifest.id()),
        false => format!("repro fetch {}/{}", manifest.id(), artifact.id),
    };
    ArtifactRow {
        id: artifact.id.clone(),
        about: artifact.about.clone(),
        state,
        evidence: session.vault.tier(artifact).name(),
        obtained: manifest.obtained(artifact).map(str::to_owned),
        reason: reason.map(Reason::name),
        detail: detail.filter(|_| stage.is_some() || unpinned),
        unlock: ((missing || unpinned) && remote).then_some(fetch).or(run),
        named_only: artifact.fetch == FetchPolicy::Named,
        source,
        origin,
        size: artifact.size.or(locked.map(|locked| locked.size)).or(tree.map(LockedTree::size)),
        files: tree.map(|tree| tree.files.len()),
        sha256: session.vault.pin(artifact).map(|pin| pin.to_string()),
        stage: stage.map(str::to_owned),
        notes: Vec::new(),
    }
}

/// Where an artifact comes from, for readers: the source, and the place in it.
fn origin(manifest: &Manifest, artifact: &Artifact) -> (String, String) {
    let source = match manifest.source(artifact).map(|source| &source.kind) {
        Some(SourceKind::Hub { repo, revision, .. }) => format!("{repo} on the Hub, {revision}"),
        Some(SourceKind::Http { url }) => url.clone(),
        _ => "this repository".into(),
    };
    let place = match &artifact.origin {
        Origin::Member { archive, member } => format!("{member} in {archive}"),
        Origin::File { path, .. } => path.clone(),
        Origin::Tree { path, glob, .. } => {
            let folder = path.as_deref().map(|path| format!("{path}/")).unwrap_or_default();
            format!("{folder}{}", glob.as_deref().unwrap_or("**"))
        }
    };
    (source, place)
}
