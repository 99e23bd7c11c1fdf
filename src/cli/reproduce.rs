//! `repro reproduce`: fetch, redraw, judge and report, then say what agrees, what is missing and what to open.

use super::report::{default_path, paper, write};
use super::session::Session;
use super::{Context, ExitCode, figures};
use crate::error::Failure;
use crate::manifest::{Manifest, Selection};
use crate::report::ReportModel;

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
    let mut papers = Vec::new();
    let mut status = ExitCode::Success;
    for manifest in manifests {
        context.out.note(format!("{}: drawing and judging", manifest.id()));
        let mut session = Session::open(manifest, context)?;
        session.draw(|_| true)?;
        figures::write_all(&session, &context.project.root.join("figures"))?;
        let judged = session.judge(|_| true)?;
        let (paper, paper_status) = paper(&session, &judged)?;
        status = status.worst(paper_status).worst(session.report_problems(context));
        papers.push(paper);
    }
    let model = ReportModel::new(papers);
    let path = default_path(context);
    write(&model, &path)?;
    if context.json {
        context.out.line(serde_json::to_string(&model).unwrap_or_default());
    } else {
        summary(&model, &path, context);
    }
    Ok(status)
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
