//! `repro reproduce`: fetch, redraw, judge and report, then say what agrees, what is missing and what to open.

use std::io::Write;

use super::progress::TerminalProgress;
use super::report::{Format, default_path, paper, write};
use super::session::{Session, Tally};
use super::{Context, ExitCode, figures, tables};
use crate::digest::file;
use crate::error::{Diagnostic, Failure, FileError};
use crate::fetch::{self, Outcome, Request, Settings};
use crate::lint;
use crate::manifest::{Manifest, RawSpec, Selection};
use crate::query::Library;
use crate::report::{ReportModel, markdown};
use crate::stages;

/// Arguments of `repro reproduce`.
#[derive(Debug, clap::Args)]
pub struct ReproduceArguments {
    /// Papers [default: all]
    #[arg(value_name = "PAPER")]
    papers: Vec<String>,
}

/// Runs the verb.
pub fn run(arguments: &ReproduceArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.papers)?;
    let manifests: Vec<&Manifest> =
        context.project.manifests.iter().filter(|manifest| selection.contains(manifest.id(), "")).collect();
    selection.check(context.project.manifests.iter().map(Manifest::id))?;
    let mut status = fetch_needed(&manifests, context)?;
    let (mut papers, mut tally) = (Vec::new(), Tally::default());
    for manifest in manifests {
        status = status.worst(super::run::cheap(manifest, context)?);
        context.out.note(format!("{}: drawing and judging", manifest.id()));
        let mut session = Session::open(manifest, context)?;
        session.draw(|_| true);
        figures::write_all(&session, &context.project.root)?;
        let judged = session.judge(|_| true);
        tables::write_all(&mut session, &judged, context)?;
        let (paper, paper_status) = paper(&mut session, &judged, |_| true)?;
        status = status.worst(paper_status).worst(session.report_problems(context));
        papers.push(paper);
        tally.add(&session, judged);
    }
    status = status.worst(tally.status());
    let model = ReportModel::new(papers).warned(lint::entries(&context.project.root));
    let path = default_path(context);
    write(&model, &path, &Format::DEFAULT, Some(&context.project.root))?;
    append_step_summary(&model)?;
    if context.json {
        context.out.line(model.json().to_string());
    } else {
        summary(&model, &path, context);
    }
    Ok(status)
}

/// Fetches the files that datasets name and this version can read. A source that cannot be reached is a warning:
/// what is there will do.
fn fetch_needed(manifests: &[&Manifest], context: &Context) -> Result<ExitCode, Failure> {
    let mut needed = Vec::new();
    for manifest in manifests {
        let frozen = context.project.frozen();
        let vault = stages::open(manifest, &frozen)?.vault;
        let library = Library::new(&vault);
        // What is wrong with a dataset is reported when it is read; the others need their files.
        let of_dataset = |dataset: &RawSpec| library.artifacts_of([dataset.id.as_str()]).unwrap_or_default();
        let named = manifest.datasets.iter().flat_map(of_dataset).filter(|id| library.is_readable(id));
        needed.extend(named.map(|id| format!("{}/{id}", manifest.id())));
    }
    needed.sort();
    needed.dedup();
    if needed.is_empty() {
        return Ok(ExitCode::Success);
    }
    let mut settings = Settings::from_env()?;
    settings.offline |= context.offline;
    let progress = TerminalProgress::new(context.out);
    let summary = fetch::fetch(&Request {
        project: &context.project,
        selection: &Selection::new(&needed)?,
        settings: &settings,
        dry_run: false,
        locked: false,
        max_size: None,
        jobs: context.jobs.unwrap_or(super::fetch::JOBS),
        progress: &progress,
    })?;
    drop(progress);
    let mut status = ExitCode::Success;
    for failure in &summary.sources {
        let about = format!("{}, source `{}`", failure.paper, failure.source);
        if failure.is_unreachable() {
            context.out.note(format!("warning: {about}: {}; going on with what is there", failure.error));
        } else {
            context.out.failure(Some(&about), &failure.error);
            status = status.worst(failure.error.class().into());
        }
    }
    for item in &summary.items {
        if let Outcome::Failed(failure) = &item.outcome {
            context.out.failure(Some(&format!("{}/{}", item.paper, item.artifact)), failure.as_ref());
            status = status.worst(failure.class().into());
        }
    }
    Ok(status)
}

/// Appends the Markdown to the file that GitHub Actions names for what a step wants to say.
fn append_step_summary(model: &ReportModel) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let path = std::path::PathBuf::from(path);
    file::check_target(&path).map_err(FileError::on("write", &path))?;
    let file = std::fs::OpenOptions::new().create(true).append(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(markdown(model).as_bytes()));
    Ok(written.map_err(FileError::on("write", &path))?)
}

/// The last lines: what agrees, what is missing, which file to open.
fn summary(model: &ReportModel, path: &std::path::Path, context: &Context) {
    let counts = &model.counts;
    let agree = counts.get("reproduced") + counts.get("consistent");
    context.out.line(format!(
        "agrees    {agree} of {} registered claims with independent evidence ({} recomputed, {} from the authors' \
         files, {} from other published values)",
        counts.total(),
        model.recomputed,
        model.cached,
        counts.get("consistent"),
    ));
    context.out.line(format!(
        "redrawn   {} claims were compared with their own published row, which proves the drawing only",
        counts.get("redrawn"),
    ));
    if counts.get("differs") + counts.get("error") > 0 {
        let (differs, error) = (counts.get("differs"), counts.get("error"));
        context.out.line(format!("differs   {differs} claims differ, {error} could not be judged"));
    }
    let missing_artifacts = model.artifacts_declared - model.artifacts_verified;
    let missing_figures = model.figures_registered - model.figures_drawn;
    context.out.line(format!(
        "missing   {} claims, {missing_figures} of {} figures, {missing_artifacts} of {} artifacts (`repro fetch` \
         gets what the authors published)",
        counts.get("missing"),
        model.figures_registered,
        model.artifacts_declared,
    ));
    let shown = path.strip_prefix(&context.project.root).unwrap_or(path);
    context.out.line(format!("open      {}", shown.display()));
}
