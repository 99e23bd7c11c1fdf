//! Warnings that are no errors of anything.

use super::Printer;
use crate::error::{Class, Diagnostic};

/// What the user should know.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Remark(String);

impl Diagnostic for Remark {
    fn class(&self) -> Class {
        Class::Operation
    }
}

/// Prints a warning for each text.
pub fn warn<'t>(texts: impl IntoIterator<Item = &'t String>, out: &Printer) {
    texts.into_iter().for_each(|text| out.warning(None, &Remark(text.clone())));
}
