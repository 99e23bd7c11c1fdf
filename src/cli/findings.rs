//! Findings of the lint as every verb shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::session::Session;
use super::{Context, ExitCode, Printer};
use crate::error::{Class, Diagnostic};
use crate::lint::{self, Check, Finding};
use crate::query::{Chosen, Library};

/// Findings about what a session drew and judged and the datasets behind it; with `all`, about the whole paper.
pub fn of_session(session: &Session<'_>, all: bool) -> Vec<Finding> {
    let manifest = session.manifest();
    let mut findings = lint::paper(manifest);
    let read = datasets_behind(session);
    for raw in manifest.datasets.iter().filter(|raw| all || read.contains(&raw.id)) {
        if let (Some(Ok(evidence)), Some(chosen)) =
            (session.datasets().get(&raw.id), session.chosen().get(&raw.id))
        {
            let others = inputs_have_others(session.chosen(), &chosen.parents);
            // What cannot be judged with the files at hand is for `check` and the report, not for every run.
            let found = lint::dataset(manifest.id(), raw, &evidence.table, chosen, others);
            findings.extend(
                found.into_iter().filter(|finding| all || !others || finding.check != Check::NoMatch),
            );
        }
    }
    for raw in &manifest.figures {
        findings.extend(
            session.scene(&raw.id).map(|scene| lint::figure(manifest.id(), raw, scene)).into_iter().flatten(),
        );
    }
    let every_set = all && session.notes().len() == manifest.claims.len();
    findings.extend(lint::claim_sets(manifest, session.notes(), every_set));
    if all {
        findings.extend(lint::references(&session.vault));
    }
    findings
}

/// Whether one of these datasets, or one behind them, has alternatives that are not in use.
fn inputs_have_others(chosen: &BTreeMap<String, Chosen>, datasets: &[String]) -> bool {
    let known = datasets.iter().filter_map(|id| chosen.get(id));
    known.into_iter().any(|input| input.has_others || inputs_have_others(chosen, &input.parents))
}

/// Datasets that drawn figures and judged sets name, and those they are computed from.
fn datasets_behind(session: &Session<'_>) -> BTreeSet<String> {
    let manifest = session.manifest();
    let library = Library::new(&session.vault);
    let drawn = manifest.figures.iter().filter(|raw| session.scene(&raw.id).is_some());
    let mut open: Vec<String> = drawn.flat_map(|raw| session.asked_by(&raw.id).to_vec()).collect();
    let judged = manifest.claims.iter().filter(|raw| session.notes().contains_key(&raw.id));
    open.extend(judged.flat_map(|raw| crate::claims::uses(raw).unwrap_or_default().datasets));
    let mut read = BTreeSet::new();
    while let Some(id) = open.pop() {
        if read.insert(id.clone()) {
            open.extend(library.inputs_of(&id).map(|inputs| inputs.datasets).unwrap_or_default());
        }
    }
    read
}

/// Prints errors and warnings on stderr; errors make the status 2.
pub fn show<'f>(findings: impl IntoIterator<Item = &'f Finding>, out: &Printer) -> ExitCode {
    let mut status = ExitCode::Success;
    for finding in findings {
        if finding.is_error() {
            out.failure(None, finding);
            status = status.worst(ExitCode::Usage);
        } else {
            out.warning(None, finding);
        }
    }
    status
}

/// Shows what is suspicious about the folder `manifests/` itself, and whether it contains anything.
pub fn of_project(entries: &[Finding], context: &Context) -> ExitCode {
    let status = show(entries, &context.out);
    if context.project.is_empty() {
        context.out.warning(None, &EmptyProject(context.project.root.join("manifests")));
        return status.worst(ExitCode::Nothing);
    }
    status
}

/// A project without papers and collections.
#[derive(Debug, thiserror::Error)]
#[error("`{}` contains no paper: there is nothing to evaluate", .0.display())]
pub struct EmptyProject(pub PathBuf);

impl Diagnostic for EmptyProject {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        Some("a paper is a folder `manifests/PAPER/` with a file `paper.toml`".into())
    }
}
