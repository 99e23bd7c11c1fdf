//! `repro run`: runs stages and says why each of them runs.

use serde_json::{Value as Json, json};

use super::{Context, ExitCode};
use crate::error::Failure;
use crate::manifest::{Manifest, Selection};
use crate::stages::{Cost, Planned, Stage, Why, plan, run as run_stage, sweep};
use crate::store::{Vault, load_pins};

/// Arguments of `repro run`.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// Stages to run: `paper`, `paper/stage` or a glob; none = all
    #[arg(value_name = "STAGE")]
    stages: Vec<String>,
    /// Say what would run and why, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// Run also what is up to date
    #[arg(long)]
    force: bool,
    /// Go on with the next stage after one has failed
    #[arg(long)]
    keep_going: bool,
}

/// What became of a stage.
struct Done {
    paper: String,
    planned: Planned,
    state: &'static str,
}

/// Runs the verb.
pub fn run(arguments: &RunArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.stages)?;
    let (mut done, mut known) = (Vec::new(), Vec::new());
    let mut status = ExitCode::Success;
    for manifest in &context.project.manifests {
        known.extend(manifest.stages.iter().map(|stage| format!("{}/{}", manifest.id(), stage.id)));
        let wanted = |stage: &Stage| selection.contains(manifest.id(), &stage.id);
        let (found, own) = paper(manifest, wanted, arguments, context)?;
        status = status.worst(own);
        done.extend(found);
        if status == ExitCode::Operation && !arguments.keep_going {
            break;
        }
    }
    if done.is_empty() {
        selection.check(known.iter().map(String::as_str))?;
    }
    print(&done, context);
    Ok(if done.is_empty() { status.worst(ExitCode::Nothing) } else { status })
}

/// Runs the cheap stages of a paper.
pub fn cheap(manifest: &Manifest, context: &Context) -> Result<ExitCode, Failure> {
    let arguments = RunArguments { stages: Vec::new(), dry_run: false, force: false, keep_going: true };
    let wanted = |stage: &Stage| stage.cost == Cost::Cheap;
    Ok(paper(manifest, wanted, &arguments, context)?.1)
}

fn paper(
    manifest: &Manifest,
    wanted: impl Fn(&Stage) -> bool,
    arguments: &RunArguments,
    context: &Context,
) -> Result<(Vec<Done>, ExitCode), Failure> {
    let frozen = context.project.frozen();
    // What one stage has written is pinned for the next.
    let vault =
        || -> Result<Vault<'_>, Failure> { Ok(Vault::new(manifest, &frozen, load_pins(manifest, &frozen)?)) };
    if !arguments.dry_run {
        sweep(&vault()?)?;
    }
    let mut status = ExitCode::Success;
    let mut done = Vec::new();
    for planned in plan(&vault()?, wanted, arguments.force)? {
        let name = format!("{}/{}", manifest.id(), planned.stage.id);
        let state = match &planned.why {
            Why::UpToDate => "done",
            Why::Waits(_) => {
                status = status.worst(ExitCode::Incomplete);
                "waits"
            }
            _ if arguments.dry_run => {
                status = status.worst(ExitCode::Incomplete);
                "would run"
            }
            why => {
                context.out.note(format!("{name}: runs ({})", why.text()));
                match run_stage(&planned.stage, &vault()?) {
                    Ok(ran) => {
                        ran.notes.iter().for_each(|note| context.out.note(format!("{name}: note: {note}")));
                        "ran"
                    }
                    Err(failure) => {
                        context.out.failure(Some(&name), failure.as_ref());
                        status = status.worst(failure.class().into());
                        "failed"
                    }
                }
            }
        };
        done.push(Done { paper: manifest.id().to_owned(), planned, state });
        if state == "failed" && !arguments.keep_going {
            break;
        }
    }
    Ok((done, status))
}

fn print(done: &[Done], context: &Context) {
    let name = |done: &Done| format!("{}/{}", done.paper, done.planned.stage.id);
    if context.json {
        let stages: Vec<Json> = done
            .iter()
            .map(|own| {
                let why = own.planned.why.text();
                json!({ "id": name(own), "kind": own.planned.stage.kind(), "state": own.state, "why": why })
            })
            .collect();
        context.out.line(json!({ "schema": 1, "stages": stages }).to_string());
        return;
    }
    let width = done.iter().map(|own| name(own).chars().count()).max().unwrap_or(0);
    for own in done {
        let why = own.planned.why.text();
        context.out.line(format!("{:<width$}  {:<9}  {why}", name(own), own.state));
    }
}
