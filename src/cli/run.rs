//! `repro run`: runs stages and says why each of them runs.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{Context, ExitCode};
use crate::error::Failure;
use crate::manifest::{Manifest, Selection};
use crate::stages::{Cost, Planned, Stage, Why, blocked, open, plan, run as run_stage, sweep};

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

impl Done {
    fn why(&self) -> String {
        match self.state {
            "skipped" => "an earlier stage failed (`--keep-going` runs the others)".to_owned(),
            _ => self.planned.why.text(),
        }
    }
}

/// Runs the verb.
pub fn run(arguments: &RunArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.stages)?;
    let (mut done, mut known) = (Vec::new(), Vec::new());
    let mut status = ExitCode::Success;
    for manifest in &context.project.manifests {
        known.extend(manifest.stages.iter().map(|stage| format!("{}/{}", manifest.id(), stage.id)));
        let wanted = |stage: &Stage| selection.contains(manifest.id(), &stage.id);
        let run = paper(manifest, wanted, arguments, context)?;
        status = status.worst(run.status);
        done.extend(run.done);
        if run.stops {
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
    Ok(paper(manifest, wanted, &arguments, context)?.status)
}

/// What became of the stages of a paper.
struct PaperRun {
    done: Vec<Done>,
    status: ExitCode,
    /// Whether the run ends here.
    stops: bool,
}

fn paper(
    manifest: &Manifest,
    wanted: impl Fn(&Stage) -> bool,
    arguments: &RunArguments,
    context: &Context,
) -> Result<PaperRun, Failure> {
    let frozen = context.project.frozen();
    let mut opened = open(manifest, &frozen)?;
    if !arguments.dry_run && sweep(&opened.vault)? {
        opened = open(manifest, &frozen)?;
    }
    let mut run = PaperRun { done: Vec::new(), status: ExitCode::Success, stops: false };
    for problem in &opened.problems {
        context.out.failure(Some(manifest.id()), problem.as_ref());
        run.status = run.status.worst(problem.class().into());
    }
    // Stages that failed or did not run although they were about to.
    let mut failed: BTreeSet<String> = BTreeSet::new();
    for mut planned in plan(&opened, wanted, arguments.force) {
        let name = format!("{}/{}", manifest.id(), planned.stage.id);
        // What one stage has written is pinned for the next.
        let present =
            if failed.is_empty() && run.done.is_empty() { None } else { Some(open(manifest, &frozen)?) };
        let present = present.as_ref().unwrap_or(&opened);
        if planned.why.runs() && !arguments.dry_run {
            planned.why = blocked(&planned.stage, present, &failed).unwrap_or(planned.why);
        }
        let state = match &planned.why {
            Why::UpToDate => "done",
            Why::Waits { .. } => {
                run.status = run.status.worst(ExitCode::Incomplete);
                "waits"
            }
            _ if arguments.dry_run => {
                run.status = run.status.worst(ExitCode::Incomplete);
                "would run"
            }
            _ if run.stops => "skipped",
            why => {
                context.out.note(format!("{name}: runs ({})", why.text()));
                match run_stage(&planned.stage, &present.vault) {
                    Ok(ran) => {
                        ran.notes.iter().for_each(|note| context.out.note(format!("{name}: note: {note}")));
                        "ran"
                    }
                    Err(failure) => {
                        context.out.failure(Some(&name), failure.as_ref());
                        run.status = run.status.worst(failure.class().into());
                        run.stops = !arguments.keep_going;
                        "failed"
                    }
                }
            }
        };
        if matches!(state, "failed" | "waits" | "skipped") {
            failed.insert(planned.stage.id.clone());
        }
        run.done.push(Done { paper: manifest.id().to_owned(), planned, state });
    }
    Ok(run)
}

fn print(done: &[Done], context: &Context) {
    let name = |done: &Done| format!("{}/{}", done.paper, done.planned.stage.id);
    if context.json {
        let stages: Vec<Json> = done
            .iter()
            .map(|own| {
                let why = own.why();
                json!({ "id": name(own), "kind": own.planned.stage.kind(), "state": own.state, "why": why })
            })
            .collect();
        context.out.line(json!({ "schema": 1, "stages": stages }).to_string());
        return;
    }
    let width = done.iter().map(|own| name(own).chars().count()).max().unwrap_or(0);
    for own in done {
        let why = own.why();
        context.out.line(format!("{:<width$}  {:<9}  {why}", name(own), own.state));
    }
}
