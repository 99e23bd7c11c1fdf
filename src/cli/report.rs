//! `repro report`: writes the tracking report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::session::{Session, Tally};
use super::{Context, ExitCode};
use crate::claims::Judged;
use crate::error::Failure;
use crate::evidence::Reason;
use crate::manifest::{Artifact, FetchPolicy, Manifest, Origin, SourceKind};
use crate::plot::svg;
use crate::report::{ArtifactRow, FigureRow, PaperModel, ReportModel, html};
use crate::store::{Checked, FileState, LockedTree, verify_paper, write_atomic};

/// Arguments of `repro report`.
#[derive(Debug, clap::Args)]
pub struct ReportArguments {
    /// HTML file to write [default: `reports/report.html` of the project]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the verb.
pub fn run(arguments: &ReportArguments, context: &Context) -> Result<ExitCode, Failure> {
    let (mut papers, mut tally) = (Vec::new(), Tally::default());
    let mut status = ExitCode::Success;
    for manifest in &context.project.manifests {
        let mut session = Session::open(manifest, context)?;
        session.draw(|_| true)?;
        let judged = session.judge(|_| true)?;
        let (paper, paper_status) = paper(&session, &judged)?;
        status = status.worst(paper_status).worst(session.report_problems(context));
        papers.push(paper);
        tally.add(&session, judged);
    }
    status = status.worst(tally.status());
    let model = ReportModel::new(papers);
    let path = arguments.out.clone().unwrap_or_else(|| default_path(context));
    write(&model, &path)?;
    if context.json {
        context.out.line(to_json(&model));
    } else {
        context.out.line(path.display().to_string());
    }
    Ok(status)
}

/// `reports/report.html` of the project.
pub fn default_path(context: &Context) -> PathBuf {
    context.project.root.join("reports/report.html")
}

/// A paper's part of the report and the status that follows from its artifacts.
pub fn paper(session: &Session<'_>, judged: &[Judged]) -> Result<(PaperModel, ExitCode), Failure> {
    let manifest = session.manifest();
    let mut figures = Vec::new();
    for spec in &manifest.figures {
        if let Some(scene) = session.scene(&spec.id) {
            figures.push(FigureRow::new(&spec.id, scene, svg(scene)));
        }
    }
    let declared: Vec<&Artifact> = manifest.artifacts.iter().collect();
    let checked = verify_paper(manifest, session.vault.frozen(), session.vault.lock(), &declared, false)?;
    let mut of_artifacts: BTreeMap<&str, Vec<&Checked>> = BTreeMap::new();
    for file in &checked {
        of_artifacts.entry(file.artifact.as_deref().unwrap_or_default()).or_default().push(file);
    }
    let artifacts: Vec<ArtifactRow> = declared
        .iter()
        .map(|artifact| {
            let files = of_artifacts.remove(artifact.id.as_str()).unwrap_or_default();
            artifact_row(session, artifact, &files)
        })
        .collect();
    let mut status = ExitCode::Success;
    for artifact in &artifacts {
        status = status.worst(match artifact.state {
            "ok" => ExitCode::Success,
            "mismatched" => ExitCode::Mismatch,
            _ => ExitCode::Incomplete,
        });
    }
    Ok((PaperModel::new(manifest, judged, figures, artifacts), status))
}

/// Writes the HTML file and, beside it, the JSON file.
pub fn write(model: &ReportModel, path: &Path) -> Result<(), Failure> {
    write_atomic(path, html(model)?.as_bytes())?;
    write_atomic(&path.with_extension("json"), to_json(model).as_bytes())?;
    Ok(())
}

fn to_json(model: &ReportModel) -> String {
    // The model holds only strings, numbers and lists of them, which always serialise.
    serde_json::to_string_pretty(model).unwrap_or_default()
}

/// The row of an artifact; a tree is in the worst state that a file of it is in.
fn artifact_row(session: &Session<'_>, artifact: &Artifact, checked: &[&Checked]) -> ArtifactRow {
    let manifest = session.manifest();
    let lock = session.vault.lock();
    let (locked, tree) = (lock.artifact(&artifact.id), lock.tree(&artifact.id));
    let states = ["mismatched", "extra", "missing", "unpinned"];
    let worst = states.into_iter().find(|state| checked.iter().any(|file| file.state.name() == *state));
    let state = match worst {
        Some("extra") => "mismatched",
        Some(state) => state,
        None => FileState::Ok.name(),
    };
    let missing = state == "missing";
    let (source, origin) = origin(manifest, artifact);
    ArtifactRow {
        id: artifact.id.clone(),
        about: artifact.about.clone(),
        state,
        evidence: artifact.evidence.name(),
        reason: missing.then_some(Reason::NotFetched.name()),
        unlock: missing.then(|| format!("repro fetch {}/{}", manifest.id(), artifact.id)),
        named_only: artifact.fetch == FetchPolicy::Named,
        source,
        origin,
        size: artifact.size.or(locked.map(|locked| locked.size)).or(tree.map(LockedTree::size)),
        files: tree.map(|tree| tree.files.len()),
        sha256: session.vault.pin(artifact).map(|pin| pin.to_string()),
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
