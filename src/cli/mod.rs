//! The command line: arguments, one file a verb, output and exit status.

pub mod context;
pub mod exit;
pub mod fetch;
pub mod lock;
pub mod progress;
pub mod verify;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use context::{Context, Printer};
use exit::ExitCode;

use crate::error::Failure;
use crate::manifest::Project;

#[derive(Parser)]
#[command(name = "repro", version, about)]
struct Args {
    /// Project folder (default: nearest parent that holds `manifests/`)
    #[arg(short = 'C', long, value_name = "DIR", global = true)]
    project: Option<PathBuf>,
    /// One JSON document on standard output
    #[arg(long, global = true)]
    json: bool,
    /// No notes and no progress
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Tell more
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    /// No request at all
    #[arg(long, global = true)]
    offline: bool,
    /// Work on so many things at the same time
    #[arg(long, value_name = "N", global = true)]
    jobs: Option<usize>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Download what is missing, verified
    Fetch(fetch::FetchArgs),
    /// Hash every file again, offline
    Verify(verify::VerifyArgs),
    /// Resolve revisions and write the lock
    Lock(lock::LockArgs),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::Usage } else { ExitCode::Success };
        }
    };
    let out = Printer { quiet: args.quiet };
    match dispatch(args, out) {
        Ok(code) => code,
        Err(failure) => {
            out.failure(None, &*failure);
            failure.class().into()
        }
    }
}

fn dispatch(args: Args, out: Printer) -> Result<ExitCode, Failure> {
    let start = std::env::current_dir().unwrap_or_default();
    let context = Context {
        project: Project::open(args.project.as_deref(), &start)?,
        offline: args.offline,
        json: args.json,
        quiet: args.quiet,
        verbose: args.verbose,
        jobs: args.jobs,
        out,
    };
    match args.verb {
        Verb::Fetch(args) => fetch::run(&args, &context),
        Verb::Verify(args) => verify::run(&args, &context),
        Verb::Lock(args) => lock::run(&args, &context),
    }
}
