//! The command line: arguments, one file a verb, output and exit statuses. The only code that prints.

mod check;
mod claims;
mod context;
mod docs;
mod environment;
mod evaluate;
mod exit;
mod fetch;
mod figures;
mod findings;
mod list;
mod lock;
mod prepare;
mod progress;
mod rank;
mod remark;
mod report;
mod reproduce;
mod run;
mod run_models;
mod score;
mod session;
mod status;
mod tables;
mod verify;

use std::io::Write;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

pub use context::{Color, Context, Printer};
pub use exit::ExitCode;

use crate::error::{Class, Diagnostic, Failure};
use crate::lint;
use crate::manifest::Project;

/// Turn scientific papers into checkable artifacts: fetch, verify, redraw, judge, report.
///
/// A SELECTOR is `paper`, `paper/fig2`, `paper/fig2/average_ranking`, or a glob; none means everything.
#[derive(Debug, Parser)]
#[command(name = "repro", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    /// Project folder [default: nearest parent that holds `manifests/`]
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    project: Option<PathBuf>,
    /// Print one JSON document on stdout
    #[arg(long, global = true)]
    json: bool,
    /// Print only warnings and errors on stderr
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more; repeat for more still
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// When to colour messages
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
    /// Use no network
    #[arg(long, global = true)]
    offline: bool,
    /// Number of worker threads [default: number of cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "Exit status: 0 all agrees, 1 something differs, 2 usage or manifest error, 3 bytes differ \
from their pin, 4 nothing was evaluated, 5 all that ran agrees but items are missing, 6 network, disk or stage \
failure, 101 a bug.";

#[derive(Debug, Subcommand)]
enum Verb {
    /// List artifacts, figures, tables and claim sets with their state
    List(list::ListArguments),
    /// Show what in manifests matches nothing, is used by nobody or cannot be read
    Check(check::CheckArguments),
    /// Download what is missing, verified while it streams
    Fetch(fetch::FetchArgs),
    /// Hash every file again, offline
    Verify(verify::VerifyArgs),
    /// Resolve revisions and write the lock files
    Lock(lock::LockArgs),
    /// Run stages, and say why each of them runs
    Run(run::RunArguments),
    /// Redraw figures as SVG, PNG or PDF with a CSV of every mark
    Figures(figures::FiguresArguments),
    /// Write the papers' tables with our values beside the published ones
    Tables(tables::TablesArguments),
    /// Judge registered claims, one line each
    Claims(claims::ClaimsArguments),
    /// Show what agrees, what is missing and what would unlock it
    Status(status::StatusArguments),
    /// Write the tracking report
    Report(report::ReportArguments),
    /// Fetch, redraw, judge and report
    Reproduce(reproduce::ReproduceArguments),
    /// Score predicted or reconstructed expression against the true one
    Score(Box<score::ScoreArguments>),
    /// Turn a table of scores into rank percentiles
    Rank(rank::RankArguments),
    /// Mask entries of a data set with -1, for models to fill in
    PrepareData(prepare::PrepareArguments),
    /// Run models on a masked data set, each as a process of its own
    RunModels(run_models::RunArguments),
    /// Score what a model filled in at masked entries
    #[command(visible_alias = "run-evaluation")]
    Evaluate(evaluate::EvaluateArguments),
    /// Print a completion script
    Completions(docs::CompletionsArguments),
    /// Print the manual page
    Man,
}

/// Parses the command line, runs the verb and reports a failure.
pub fn main() -> std::process::ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come as errors too; clap knows where each belongs.
            let out = Printer::new(false, Color::Auto);
            let printed = error.print().and_then(|()| std::io::stdout().flush());
            if error.use_stderr() {
                return ExitCode::Usage.into();
            }
            out.written(printed);
            return ended(ExitCode::Success, &out).into();
        }
    };
    let out = Printer::new(arguments.quiet, arguments.color);
    let status = run(arguments, &out).unwrap_or_else(|error| {
        out.failure(None, error.as_ref());
        ExitCode::from(error.class())
    });
    ended(status, &out).into()
}

/// The status of a run, after an error if its output did not arrive.
fn ended(status: ExitCode, out: &Printer) -> ExitCode {
    let Some(lost) = out.lost_output() else { return status };
    out.failure(None, &lost);
    status.worst(lost.class().into())
}

fn run(arguments: Arguments, out: &Printer) -> Result<ExitCode, Failure> {
    match &arguments.verb {
        Verb::Completions(shell) => return Ok(docs::completions(shell, Arguments::command(), out)),
        Verb::Man => return Ok(docs::man(Arguments::command(), out)),
        _ => {}
    }
    if let Some(jobs) = arguments.jobs {
        // Fails only when a pool exists already, and this is the first thing that makes one.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global();
    }
    // What works on the user's own files needs no project.
    match &arguments.verb {
        Verb::Score(own) => return score::run(own, arguments.json, out),
        Verb::Rank(own) => return rank::run(own, arguments.json, out),
        Verb::PrepareData(own) => {
            return prepare::run(own, arguments.project.as_deref(), arguments.json, out);
        }
        Verb::RunModels(own) => return run_models::run(own, arguments.json, out),
        Verb::Evaluate(own) => return evaluate::run(own, arguments.json, out),
        _ => {}
    }
    let here = std::env::current_dir().map_err(NoCurrentFolder)?;
    // `check` shows every manifest that cannot be read; for the others, one that can is enough.
    let open = if matches!(arguments.verb, Verb::Check(_)) { Project::open_readable } else { Project::open };
    let project = open(arguments.project.as_deref(), &here)?;
    let context = Context {
        project,
        offline: arguments.offline,
        json: arguments.json,
        quiet: arguments.quiet,
        verbose: arguments.verbose,
        jobs: arguments.jobs.map(usize::from),
        out: *out,
    };
    let status = match &arguments.verb {
        Verb::Check(_) => ExitCode::Success,
        _ => {
            // What is wrong with one paper concerns that paper.
            context.project.broken.iter().for_each(|error| out.failure(None, error));
            let wrong = if context.project.broken.is_empty() { ExitCode::Success } else { ExitCode::Usage };
            findings::of_project(&lint::entries(&context.project.root), &context).worst(wrong)
        }
    };
    let done = match &arguments.verb {
        Verb::Check(arguments) => check::run(arguments, &context),
        Verb::List(arguments) => list::run(arguments, &context),
        Verb::Fetch(arguments) => fetch::run(arguments, &context),
        Verb::Verify(arguments) => verify::run(arguments, &context),
        Verb::Lock(arguments) => lock::run(arguments, &context),
        Verb::Run(arguments) => run::run(arguments, &context),
        Verb::Figures(arguments) => figures::run(arguments, &context),
        Verb::Tables(arguments) => tables::run(arguments, &context),
        Verb::Claims(arguments) => claims::run(arguments, &context),
        Verb::Status(arguments) => status::run(arguments, &context),
        Verb::Report(arguments) => report::run(arguments, &context),
        Verb::Reproduce(arguments) => reproduce::run(arguments, &context),
        Verb::Score(_) | Verb::Rank(_) | Verb::Completions(_) | Verb::Man => Ok(ExitCode::Success),
        Verb::PrepareData(_) | Verb::RunModels(_) | Verb::Evaluate(_) => Ok(ExitCode::Success),
    };
    let status = done?.worst(status);
    if status == ExitCode::Nothing {
        out.note("nothing was evaluated (exit status 4)");
    }
    Ok(status)
}

/// The current folder was removed or may not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot tell the current folder")]
struct NoCurrentFolder(#[source] std::io::Error);

impl Diagnostic for NoCurrentFolder {
    fn class(&self) -> Class {
        Class::Operation
    }
}
