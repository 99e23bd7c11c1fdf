//! `repro completions` and `repro man`: generated from the arguments, so they cannot disagree with them.

use clap::Command;
use clap_complete::Shell;

use super::{ExitCode, Printer};

/// Arguments of `repro completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints a completion script.
pub fn completions(arguments: &CompletionsArguments, mut command: Command, out: &Printer) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "repro", &mut script);
    out.data(&script);
    ExitCode::Success
}

/// Prints the manual: the page of `repro` and those of its verbs.
pub fn man(mut command: Command, out: &Printer) -> ExitCode {
    command.build();
    let mut pages = Vec::new();
    let mut render = |command: Command| clap_mangen::Man::new(command).render(&mut pages).is_ok();
    let mut whole = render(command.clone());
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        whole &= render(verb.clone());
    }
    out.data(&pages);
    if whole { ExitCode::Success } else { ExitCode::Bug }
}
