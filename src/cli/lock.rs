//! `repro lock`: resolve revisions, write `repro.lock`.

use serde_json::json;

use super::context::Context;
use super::exit::ExitCode;
use super::progress::TerminalProgress;
use crate::error::{Class, Diagnostic, Failure};
use crate::fetch::{Change, LockRequest, LockSummary, Settings, relock};
use crate::manifest::{Manifest, Project};

/// Options of `repro lock`.
#[derive(clap::Args, Debug)]
pub struct LockArgs {
    /// Papers and collections of data sets; none = all papers
    #[arg(value_name = "PAPER")]
    pub papers: Vec<String>,
    /// Move on to what the revisions point to now
    #[arg(long)]
    pub update: bool,
}

/// Nothing can be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockRefused {
    /// Not a paper.
    #[error("there is no paper `{0}`")]
    UnknownPaper(String),
    /// Locking asks servers.
    #[error("`repro lock` needs the network, and this run is offline")]
    Offline,
}

impl Diagnostic for LockRefused {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownPaper(_) => Some("papers are the folders below `manifests/`".into()),
            Self::Offline => Some("unset HF_HUB_OFFLINE and leave out `--offline`".into()),
        }
    }
}

/// Runs `repro lock`.
pub fn run(args: &LockArgs, context: &Context) -> Result<ExitCode, Failure> {
    let settings = Settings::from_env()?;
    if settings.offline || context.offline {
        return Err(LockRefused::Offline.into());
    }
    let progress = TerminalProgress::new(context.out);
    let papers = chosen(&context.project, &args.papers)?;
    let request = LockRequest {
        project: &context.project,
        papers,
        update: args.update,
        settings: &settings,
        progress: &progress,
    };
    let summary = relock(&request)?;
    drop(progress);
    print(&summary, context);
    let of_sources = summary.sources.iter().map(|failure| failure.error.class());
    let of_artifacts = summary.failures.iter().map(|(_, _, error)| error.class());
    Ok(of_sources.chain(of_artifacts).map(ExitCode::from).fold(ExitCode::Success, ExitCode::worst))
}

fn chosen<'p>(project: &'p Project, names: &[String]) -> Result<Vec<&'p Manifest>, LockRefused> {
    if names.is_empty() {
        return Ok(project.manifests.iter().collect());
    }
    let find = |name: &String| project.manifest(name).ok_or_else(|| LockRefused::UnknownPaper(name.clone()));
    names.iter().map(find).collect()
}

fn print(summary: &LockSummary, context: &Context) {
    let out = &context.out;
    if context.json {
        let changes: Vec<_> = summary.changes.iter().map(as_json).collect();
        let open: Vec<_> = summary.open.iter().map(|(paper, id)| format!("{paper}/{id}")).collect();
        out.line(json!({ "schema": 1, "changes": changes, "open": open }).to_string());
    } else {
        summary.changes.iter().for_each(|change| out.text(&(as_text(change) + "\n")));
    }
    for (paper, id) in &summary.open {
        out.note(format!("open: {paper}/{id} has no pin yet; `repro fetch` records what it receives"));
    }
    for failure in &summary.sources {
        out.failure(Some(&format!("{}, source `{}`", failure.paper, failure.source)), &failure.error);
    }
    for (paper, id, error) in &summary.failures {
        out.failure(Some(&format!("{paper}/{id}")), error);
    }
    if summary.changes.is_empty() && summary.sources.is_empty() && summary.failures.is_empty() {
        out.note("the lock is current");
    }
}

fn as_text(change: &Change) -> String {
    let Change { paper, id, before, after } = change;
    match (before, after) {
        (None, Some(after)) => format!("added    {paper}/{id}  {after}"),
        (Some(before), None) => format!("dropped  {paper}/{id}  {before}"),
        (before, after) => {
            let text = |side: &Option<String>| side.clone().unwrap_or_default();
            format!("changed  {paper}/{id}\n  before: {}\n  after:  {}", text(before), text(after))
        }
    }
}

fn as_json(change: &Change) -> serde_json::Value {
    json!({
        "id": format!("{}/{}", change.paper, change.id),
        "before": change.before,
        "after": change.after,
    })
}
