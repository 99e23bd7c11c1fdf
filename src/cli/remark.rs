//! Warnings shown to the user, and checks of options that several verbs have.

use std::path::Path;

use super::{ExitCode, Printer};
use crate::error::{Class, Diagnostic, Failure};
use crate::stages::{StageRecord, warnings};
use crate::tasks::TaskError;

/// What the user should know.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Remark(String);

impl Diagnostic for Remark {
    fn class(&self) -> Class {
        Class::Operation
    }
}

/// Prints what is wrong with stages and their receipts, and a warning for each stage that failed later or is stale.
/// Returns the status that follows.
pub fn report_stages<'f>(
    stages: &[StageRecord],
    problems: impl IntoIterator<Item = &'f Failure>,
    out: &Printer,
) -> ExitCode {
    warnings(stages).iter().for_each(|warning| out.warning(None, warning));
    let told = |problem: &'f Failure| {
        out.failure(None, problem.as_ref());
        ExitCode::from(problem.class())
    };
    problems.into_iter().map(told).fold(ExitCode::Success, ExitCode::worst)
}

/// Refuses a folder in place of the file to write, before the work is done.
pub fn refuse_folder(output: Option<&Path>) -> Result<(), TaskError> {
    match output.filter(|path| path.is_dir()) {
        Some(path) => {
            Err(TaskError::unfit(format!("`{}` is a folder, `--output` needs a file", path.display())))
        }
        None => Ok(()),
    }
}

/// Refuses to write over a file that is read, or into a folder that is read, also by way of links: the input would be lost.
///
/// # Errors
/// Names the input.
pub fn refuse_input<'p>(
    output: Option<&Path>,
    inputs: impl IntoIterator<Item = &'p Path>,
) -> Result<(), TaskError> {
    // Nothing is lost where nothing is yet.
    let Some((output, real)) = output.and_then(|path| Some((path, path.canonicalize().ok()?))) else {
        return Ok(());
    };
    let is_output = |input: &Path| {
        input.canonicalize().is_ok_and(|input| real.starts_with(&input)) || is_same_file(output, input)
    };
    let Some(input) = inputs.into_iter().find(|input| is_output(input)) else { return Ok(()) };
    let problem = if input.is_dir() {
        format!("`{}` would be written over a file of the input `{}`", output.display(), input.display())
    } else if output == input {
        format!("`{}` is an input and would be overwritten", output.display())
    } else {
        format!("`{}` is the input `{}` and would be overwritten", output.display(), input.display())
    };
    Err(TaskError::unfit(problem).hint("write to another file"))
}

/// Whether two paths are one file, also under two names of it.
#[cfg(unix)]
fn is_same_file(first: &Path, second: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (first.metadata(), second.metadata()) {
        (Ok(first), Ok(second)) => (first.dev(), first.ino()) == (second.dev(), second.ino()),
        _ => false,
    }
}

/// Other systems do not number files in a stable way that the standard library shows: equal real paths have to do.
#[cfg(not(unix))]
fn is_same_file(_first: &Path, _second: &Path) -> bool {
    false
}

/// Prints a warning for each text.
pub fn warn<'t>(texts: impl IntoIterator<Item = &'t String>, out: &Printer) {
    texts.into_iter().for_each(|text| out.warning(None, &Remark(text.clone())));
}
