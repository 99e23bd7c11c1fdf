//! What every verb gets: the project, the global flags and the only way to print.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::OnceLock;

use crate::digest::text::{escaped, one_line};
use crate::error::{Class, Diagnostic, sentence};
use crate::manifest::Project;

/// A verb's surroundings.
#[derive(Debug)]
pub struct Context {
    /// The project.
    pub project: Project,
    /// No network.
    pub offline: bool,
    /// One JSON document on stdout instead of text.
    pub json: bool,
    /// Only warnings and errors on stderr.
    pub quiet: bool,
    /// How often `-v` was given.
    pub verbose: u8,
    /// Worker threads; all cores when absent.
    pub jobs: Option<usize>,
    /// The printer.
    pub out: Printer,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The first write to stdout that failed. Verbs print in many places, and none of them can do anything about it:
/// [`Printer::lost_output`] tells it once, at the end.
static FAILED_WRITE: OnceLock<io::Error> = OnceLock::new();

/// Output that did not arrive: the disk is full, or the terminal is gone.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output")]
pub struct LostOutput(#[source] &'static io::Error);

impl Diagnostic for LostOutput {
    fn class(&self) -> Class {
        Class::Operation
    }
}

/// Writes data to stdout and everything else to stderr. A reader that went away is no error. Texts may come from files and
/// servers: characters that a terminal would obey are escaped, except in
/// [`Printer::data`], and a text cannot pretend to be the next line.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    /// No notes.
    pub quiet: bool,
    color: bool,
}

impl Printer {
    /// A printer; colours concern stderr only, stdout carries plain data.
    pub fn new(quiet: bool, color: Color) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::env::var_os("NO_COLOR").is_none() && std::io::stderr().is_terminal(),
        };
        Self { quiet, color }
    }

    /// A line of data.
    pub fn line(&self, text: impl AsRef<str>) {
        let mut line = one_line(text.as_ref()).into_owned();
        line.push('\n');
        self.data(line.as_bytes());
    }

    /// Lines of data.
    pub fn text(&self, text: &str) {
        self.data(escaped(text).as_bytes());
    }

    /// Bytes of data, as they are.
    pub fn data(&self, bytes: &[u8]) {
        let mut stdout = io::stdout().lock();
        self.written(stdout.write_all(bytes).and_then(|()| stdout.flush()));
    }

    /// Remembers a write to stdout that failed. The reader may have seen enough (`repro list | head`): then there is nothing
    /// to report to anyone.
    pub fn written(&self, result: io::Result<()>) {
        if let Err(error) = result
            && error.kind() != ErrorKind::BrokenPipe
        {
            // Later failures have the same cause.
            let _ = FAILED_WRITE.set(error);
        }
    }

    /// What became of output that could not be written.
    pub fn lost_output(&self) -> Option<LostOutput> {
        FAILED_WRITE.get().map(LostOutput)
    }

    /// A line of information, unless quiet.
    pub fn note(&self, text: impl AsRef<str>) {
        if !self.quiet {
            self.stderr(&one_line(text.as_ref()));
        }
    }

    /// A failure, with what it is about, its cause chain and its hint.
    pub fn failure(&self, about: Option<&str>, failure: &dyn Diagnostic) {
        self.stderr(&self.described(("31", "error:"), about, failure));
    }

    /// A failure that does not stop the run.
    pub fn warning(&self, about: Option<&str>, failure: &dyn Diagnostic) {
        self.stderr(&self.described(("33", "warning:"), about, failure));
    }

    fn described(
        &self,
        (color, severity): (&str, &str),
        about: Option<&str>,
        failure: &dyn Diagnostic,
    ) -> String {
        let mut text = self.paint(color, severity);
        if let Some(about) = about {
            text.push_str(&format!(" {}:", one_line(about)));
        }
        text.push_str(&format!(" {}", set_in(&escaped(&sentence(failure)))));
        if let Some(hint) = failure.hint() {
            text.push_str(&format!("\n{} {}", self.paint("36", "hint:"), set_in(&escaped(&hint))));
        }
        text
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[1;{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn stderr(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// Sets the second and further lines of a message in, where they are not already: a line of a file that is quoted must not
/// pass for a message of its own.
fn set_in(text: &str) -> Cow<'_, str> {
    let starts_a_line = |line: &str| !line.is_empty() && !line.starts_with(' ');
    if !text.lines().skip(1).any(starts_a_line) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\n', "\n  "))
}
