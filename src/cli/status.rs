//! `repro status`: the ledger in a terminal.

use super::report::paper;
use super::session::{Session, claims_status};
use super::{Context, ExitCode};
use crate::claims::{Judged, Policy};
use crate::error::Failure;
use crate::lint;
use crate::manifest::{Manifest, Selection};
use crate::report::{ReportModel, terminal};

/// Arguments of `repro status`.
#[derive(Debug, clap::Args)]
pub struct StatusArguments {
    /// Papers, figures, tables or claim sets to show
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
}

/// Runs the verb.
pub fn run(arguments: &StatusArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.selectors)?;
    let mut status = ExitCode::Success;
    let (mut papers, mut all): (Vec<_>, Vec<Judged>) = (Vec::new(), Vec::new());
    for manifest in &context.project.manifests {
        let wanted = |id: &str| selection.contains(manifest.id(), id);
        if !selection.contains(manifest.id(), "") && !ids(manifest).any(wanted) {
            continue;
        }
        let mut session = Session::open(manifest, context)?;
        session.draw(|_| true);
        let judged = session.judge(wanted);
        let (paper, _) = paper(&mut session, &judged, wanted)?;
        status = status.worst(session.report_problems(context));
        papers.push(paper);
        all.extend(judged);
    }
    let known: Vec<String> = context
        .project
        .manifests
        .iter()
        .flat_map(|manifest| {
            let paper = std::iter::once(manifest.id().to_owned());
            paper.chain(ids(manifest).map(move |id| format!("{}/{id}", manifest.id())))
        })
        .collect();
    selection.check(known.iter().map(String::as_str))?;
    let model = ReportModel::new(papers).warned(lint::entries(&context.project.root));
    if context.json {
        context.out.line(model.json().to_string());
    } else {
        context.out.text(&terminal(&model));
    }
    Ok(status.worst(claims_status(&all, Policy::Strict)))
}

/// Ids of everything that can be selected.
fn ids(manifest: &Manifest) -> impl Iterator<Item = &str> {
    let specs = [&manifest.figures, &manifest.tables, &manifest.claims];
    specs.into_iter().flatten().map(|spec| spec.id.as_str())
}
