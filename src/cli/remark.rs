//! Warnings shown to the user, and one check of options that several verbs have.

use std::path::Path;

use super::Printer;
use crate::error::{Class, Diagnostic};
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
