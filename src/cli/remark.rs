//! Warnings shown to the user, and one check of options that several verbs have.

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

/// Prints a warning for each text.
pub fn warn<'t>(texts: impl IntoIterator<Item = &'t String>, out: &Printer) {
    texts.into_iter().for_each(|text| out.warning(None, &Remark(text.clone())));
}
