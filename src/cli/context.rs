//! What every verb gets: the project, the global options, and the only place that prints.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::fmt::Write;

use crate::error::Diagnostic;
use crate::manifest::Project;

/// What every verb gets.
#[derive(Debug)]
pub struct Context {
    /// The project.
    pub project: Project,
    /// No request at all.
    pub offline: bool,
    /// One JSON document instead of text.
    pub json: bool,
    /// No notes.
    pub quiet: bool,
    /// How much to tell.
    pub verbose: u8,
    /// Parallelism the user asked for.
    pub jobs: Option<usize>,
    /// Where text goes.
    pub out: Printer,
}

/// Prints: data to standard output, everything else to standard error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Printer {
    /// No notes.
    pub quiet: bool,
}

impl Printer {
    /// A line of data.
    pub fn line(&self, text: &str) {
        use std::io::Write;
        // A reader that has gone away (`repro list | head`) is not an error.
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }

    /// A line for people.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }

    /// A failure: what, why, and what to do.
    pub fn failure(&self, about: Option<&str>, failure: &dyn Diagnostic) {
        eprintln!("{}", described("error", about, failure));
    }

    /// A failure that does not stop the run.
    pub fn warning(&self, about: Option<&str>, failure: &dyn Diagnostic) {
        eprintln!("{}", described("warning", about, failure));
    }
}

/// A failure with its cause chain on one line and its hint on the next.
fn described(severity: &str, about: Option<&str>, failure: &dyn Diagnostic) -> String {
    let mut text = format!("{severity}: ");
    if let Some(about) = about {
        let _ = write!(text, "{about}: ");
    }
    let _ = write!(text, "{failure}");
    let mut cause = failure.source();
    let mut last = failure.to_string();
    while let Some(error) = cause {
        let message = error.to_string();
        // Libraries repeat their cause's message in their own.
        if !last.contains(&message) {
            let _ = write!(text, ": {message}");
        }
        last = message;
        cause = Error::source(error);
    }
    if let Some(hint) = failure.hint() {
        let _ = write!(text, "\nhint: {hint}");
    }
    text
}
