//! `repro check`: shows everything in manifests that matches nothing, is used by nobody or cannot be read.

use serde_json::json;

use super::session::Session;
use super::{Context, ExitCode, findings, prepare};
use crate::claims::{Claim, Judged, Outcome};
use crate::error::{Diagnostic, Failure};
use crate::lint::{self, Check, Finding, Section, Severity, Subject};
use crate::manifest::{Manifest, Selection};
use crate::stages;

/// Arguments of `repro check`.
#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    /// Papers, or items of papers, to check [default: all]
    #[arg(value_name = "PAPER")]
    papers: Vec<String>,
}

/// Findings, and the status that follows from what could not be read.
#[derive(Default)]
struct Checked {
    findings: Vec<Finding>,
    status: Option<ExitCode>,
}

/// Runs the verb.
pub fn run(arguments: &CheckArguments, context: &Context) -> Result<ExitCode, Failure> {
    let unreadable = &context.project.broken;
    let selection = Selection::new(&arguments.papers)?;
    let mut checked = Checked::default();
    if selection.is_everything() {
        checked.findings.extend(lint::entries(&context.project.root));
    }
    for error in unreadable {
        let subject = Subject { paper: String::new(), section: Section::Project, id: String::new() };
        let finding = Finding::broken(subject, error).at(error.place());
        checked.add(error, Finding { message: error.message().to_owned(), ..finding });
    }
    let manifests = context.project.manifests.iter().chain(&context.project.collections);
    let mut known = Vec::new();
    for manifest in manifests {
        known.extend(names(manifest));
        let wanted = |id: &str| selection.contains(manifest.id(), id);
        // Every name is asked, so that the selection knows which of its parts match something.
        if std::iter::once("").chain(ids(manifest)).filter(|id| wanted(id)).count() > 0 {
            let is_paper = context.project.manifests.iter().any(|paper| paper.id() == manifest.id());
            let mut of_paper =
                if is_paper { paper(manifest, context) } else { collection(manifest, context)? };
            of_paper.findings.retain(|finding| wanted(&finding.subject.id));
            checked.findings.extend(of_paper.findings);
            checked.status = checked.status.into_iter().chain(of_paper.status).reduce(ExitCode::worst);
        }
    }
    selection.check(known.iter().map(String::as_str))?;
    checked.print(context);
    let errors = checked.findings.iter().any(Finding::is_error);
    let status = if errors { ExitCode::Usage } else { ExitCode::Success };
    let nothing = if context.project.is_empty() && unreadable.is_empty() {
        let shown = context.project.root.join("manifests");
        context.out.warning(None, &findings::EmptyProject(shown));
        ExitCode::Nothing
    } else {
        ExitCode::Success
    };
    Ok(status.worst(checked.status.unwrap_or(ExitCode::Success)).worst(nothing))
}

/// Checks a paper, one item after the other: what is wrong with one hides nothing about the others.
fn paper(manifest: &Manifest, context: &Context) -> Checked {
    let mut checked = Checked::default();
    let subject = |section, id: &str| Subject { paper: manifest.id().to_owned(), section, id: id.to_owned() };
    let mut session = match Session::open(manifest, context) {
        Ok(session) => session,
        Err(error) => {
            checked.findings = lint::paper(manifest);
            let finding = Finding::broken(subject(Section::Dataset, ""), error.as_ref());
            checked.add(error.as_ref(), finding);
            return checked;
        }
    };
    session.draw(|_| true);
    let judged = session.judge(|_| true);
    for raw in &manifest.tables {
        let grid = session.table(raw, &judged);
        if grid.missing.as_ref().is_none_or(|missing| !missing.is_error()) {
            checked.findings.extend(lint::table(manifest.id(), raw, &grid));
        }
    }
    checked.unjudged(manifest, &judged, &session);
    for problem in session.problems() {
        checked.add(problem.as_ref(), Finding::broken(subject(Section::Claims, ""), problem.as_ref()));
    }
    checked.findings.extend(findings::of_session(&session, true));
    checked
}

/// Checks a collection of data sets, which has neither figures nor claims.
fn collection(manifest: &Manifest, context: &Context) -> Result<Checked, Failure> {
    let mut checked = Checked { findings: lint::paper(manifest), status: None };
    let frozen = context.project.frozen();
    checked.findings.extend(lint::unpinned(&stages::open(manifest, &frozen)?.vault));
    for raw in &manifest.datasets {
        if let Err(error) = prepare::check_dataset(manifest, raw) {
            let (paper, id) = (manifest.id().to_owned(), raw.id.clone());
            let subject = Subject { paper, section: Section::Dataset, id };
            checked.add(error.as_ref(), Finding::broken(subject, error.as_ref()).at(Some(raw.line())));
        }
    }
    Ok(checked)
}

impl Checked {
    fn add(&mut self, failure: &dyn Diagnostic, finding: Finding) {
        let status = ExitCode::from(failure.class());
        self.status = Some(self.status.map_or(status, |known| known.worst(status)));
        self.findings.push(finding);
    }

    /// Adds one error per set with claims that cannot be judged for a reason that concerns their number of ours.
    fn unjudged(&mut self, manifest: &Manifest, judged: &[Judged], session: &Session<'_>) {
        let told: Vec<String> = session.problems().map(|problem| problem.to_string()).collect();
        for raw in &manifest.claims {
            let claims = judged.iter().filter(|set| set.id == raw.id).flat_map(|set| &set.claims);
            let is_told = |id: &str| told.iter().any(|text| text.contains(&format!("claim `{id}`")));
            let wrong: Vec<&Claim> =
                claims.filter(|claim| claim.outcome == Outcome::Error && !is_told(&claim.id)).collect();
            let Some(first) = wrong.first() else { continue };
            let detail = first.detail.as_deref().unwrap_or_default();
            let message =
                format!("claim set `{}`: {} claims cannot be judged, first {detail}", raw.id, wrong.len());
            let (paper, id) = (manifest.id().to_owned(), raw.id.clone());
            let subject = Subject { paper, section: Section::Claims, id };
            let finding = Finding::new(Check::Broken, subject, message).at(Some(raw.line()));
            self.findings.push(finding.naming(wrong.iter().map(|claim| claim.id.as_str())));
        }
    }

    fn print(&self, context: &Context) {
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        if context.json {
            let document =
                json!({ "schema": 1, "errors": errors, "warnings": warnings, "findings": self.findings });
            context.out.line(document.to_string());
            return;
        }
        for finding in &self.findings {
            let severity = if finding.is_error() { "error" } else { "warning" };
            context.out.line(format!("{severity:<8} {finding}"));
            if let Some(hint) = &finding.hint {
                context.out.line(format!("         hint: {hint}"));
            }
        }
        context.out.note(format!("{errors} errors, {warnings} warnings"));
    }
}

/// Ids of everything that can be selected.
fn ids(manifest: &Manifest) -> impl Iterator<Item = &str> {
    let specs = [&manifest.stages, &manifest.datasets, &manifest.figures, &manifest.tables, &manifest.claims];
    let artifacts = manifest.artifacts.iter().map(|artifact| artifact.id.as_str());
    specs.into_iter().flatten().map(|spec| spec.id.as_str()).chain(artifacts)
}

fn names(manifest: &Manifest) -> impl Iterator<Item = String> {
    let paper = std::iter::once(manifest.id().to_owned());
    paper.chain(ids(manifest).map(move |id| format!("{}/{id}", manifest.id())))
}
