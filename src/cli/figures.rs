//! `repro figures`: redraws figures as SVG with a CSV of every mark.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::session::{Session, figures_status};
use super::{Context, ExitCode};
use crate::error::Failure;
use crate::manifest::Selection;
use crate::plot::{mark_csv, svg};
use crate::store::write_atomic;

/// Arguments of `repro figures`.
#[derive(Debug, clap::Args)]
pub struct FiguresArguments {
    /// Figures to draw
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Folder to write to [default: `figures` of the project]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What was drawn of one figure.
struct Drawn {
    name: String,
    state: &'static str,
    evidence: String,
    n_marks: usize,
    reason: Option<String>,
    svg: PathBuf,
    csv: PathBuf,
}

/// Runs the verb.
pub fn run(arguments: &FiguresArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.selectors)?;
    let folder = arguments.out.clone().unwrap_or_else(|| context.project.root.join("figures"));
    let mut drawn = Vec::new();
    let mut status = ExitCode::Success;
    for manifest in &context.project.manifests {
        let wanted = |id: &str| selection.contains(manifest.id(), id);
        if !manifest.figures.iter().any(|figure| wanted(&figure.id)) {
            continue;
        }
        let mut session = Session::open(manifest, context)?;
        session.draw(wanted)?;
        for spec in manifest.figures.iter().filter(|spec| wanted(&spec.id)) {
            if let Some(figure) = write_figure(&session, &spec.id, &folder)? {
                drawn.push(figure);
            }
        }
        status = status.worst(session.report_problems(context));
    }
    let known: Vec<String> = known_figures(context).collect();
    selection.check(known.iter().map(String::as_str))?;
    print(&drawn, context);
    let missing = drawn.iter().filter(|figure| figure.state == "missing").count();
    Ok(status.worst(figures_status(drawn.len() - missing, missing)))
}

/// Writes the SVG and the mark table of every figure of a session.
pub fn write_all(session: &Session<'_>, folder: &Path) -> Result<(), Failure> {
    for spec in &session.manifest().figures {
        write_figure(session, &spec.id, folder)?;
    }
    Ok(())
}

fn write_figure(session: &Session<'_>, id: &str, folder: &Path) -> Result<Option<Drawn>, Failure> {
    let Some(scene) = session.scene(id) else { return Ok(None) };
    let paper = session.manifest().id();
    let base = folder.join(paper);
    let (svg_path, csv_path) = (base.join(format!("{id}.svg")), base.join(format!("{id}.csv")));
    write_atomic(&svg_path, svg(scene).as_bytes())?;
    write_atomic(&csv_path, mark_csv(&scene.marks).as_bytes())?;
    Ok(Some(Drawn {
        name: format!("{paper}/{id}"),
        state: scene.state(),
        evidence: scene.evidence().map(|tier| tier.to_string()).unwrap_or_default(),
        n_marks: scene.marks.len(),
        reason: scene.missing.as_ref().map(|missing| format!("{}: {}", missing.reason, missing.detail)),
        svg: svg_path,
        csv: csv_path,
    }))
}

fn known_figures(context: &Context) -> impl Iterator<Item = String> {
    context.project.manifests.iter().flat_map(|manifest| {
        manifest.figures.iter().map(move |figure| format!("{}/{}", manifest.id(), figure.id))
    })
}

fn print(drawn: &[Drawn], context: &Context) {
    if context.json {
        let figures: Vec<_> = drawn
            .iter()
            .map(|figure| {
                json!({
                    "id": figure.name, "state": figure.state, "evidence": figure.evidence,
                    "marks": figure.n_marks, "reason": figure.reason,
                    "svg": figure.svg, "csv": figure.csv,
                })
            })
            .collect();
        context.out.line(json!({ "schema": 1, "figures": figures }).to_string());
        return;
    }
    for figure in drawn {
        let Drawn { name, state, evidence, n_marks, .. } = figure;
        match &figure.reason {
            Some(reason) => context.out.line(format!("{state:<8} {name}  {reason}")),
            None => context.out.line(format!("{state:<8} {name}  {n_marks} marks, {evidence}")),
        }
    }
}
