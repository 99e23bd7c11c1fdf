//! `repro list`: artifacts, figures and claim sets with their state.

use serde_json::json;

use super::session::Session;
use super::{Context, ExitCode};
use crate::error::Failure;
use crate::manifest::Selection;
use crate::store::{Absence, human_bytes};

/// Arguments of `repro list`.
#[derive(Debug, clap::Args)]
pub struct ListArguments {
    /// Items to list
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
}

/// A listed item.
struct Item {
    id: String,
    kind: &'static str,
    state: &'static str,
    evidence: Option<&'static str>,
    reason: Option<&'static str>,
    /// Whether it is a tree, and how many files with how many bytes it has, where the lock knows.
    tree: Option<Option<(usize, u64)>>,
}

/// Runs the verb.
pub fn run(arguments: &ListArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.selectors)?;
    let mut items = Vec::new();
    for manifest in &context.project.manifests {
        items.extend(items_of(&Session::open(manifest, context)?, context)?);
    }
    let (selected, others): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| {
        let (paper, id) = item.id.split_once('/').unwrap_or((item.id.as_str(), ""));
        selection.contains(paper, id)
    });
    selection.check(others.iter().map(|item| item.id.as_str()))?;
    if context.json {
        let items: Vec<_> = selected
            .iter()
            .map(|item| {
                let (files, bytes) = item.tree.flatten().unzip();
                json!({
                    "id": item.id, "kind": item.kind, "state": item.state,
                    "evidence": item.evidence, "reason": item.reason,
                    "tree": item.tree.is_some(), "files": files, "bytes": bytes,
                })
            })
            .collect();
        context.out.line(json!({ "schema": 1, "items": items }).to_string());
    } else {
        let width = selected.iter().map(|item| item.id.chars().count()).max().unwrap_or(0);
        for Item { id, kind, state, evidence, tree, .. } in &selected {
            let evidence = evidence.unwrap_or("-");
            let tree = match tree {
                Some(Some((files, bytes))) => format!("  tree, {files} files, {}", human_bytes(*bytes)),
                Some(None) => "  tree".into(),
                None => String::new(),
            };
            context.out.line(format!("{kind:<9}  {id:<width$}  {state:<8}  {evidence}{tree}").trim_end());
        }
    }
    Ok(ExitCode::Success)
}

fn items_of(session: &Session<'_>, context: &Context) -> Result<Vec<Item>, Failure> {
    let manifest = session.manifest();
    let name = |id: &str| format!("{}/{id}", manifest.id());
    let mut items = Vec::new();
    for artifact in &manifest.artifacts {
        let (state, reason) = match session.vault.presence(artifact) {
            Ok(()) => ("present", None),
            Err(Absence::NotFetched) => ("missing", Some("not_fetched")),
            Err(Absence::NotPinned) => ("unpinned", Some("not_fetched")),
        };
        let evidence = Some(artifact.evidence.name());
        let locked = session.vault.lock().tree(&artifact.id).map(|tree| (tree.files.len(), tree.size()));
        let tree = artifact.is_tree().then_some(locked);
        items.push(Item { id: name(&artifact.id), kind: "artifact", state, evidence, reason, tree });
    }
    for figure in &manifest.figures {
        let missing = session.missing_of(&crate::figures::datasets(figure)?);
        let (state, reason) = match missing {
            None => ("ready", None),
            Some(missing) => ("missing", Some(missing.reason.name())),
        };
        items.push(Item { id: name(&figure.id), kind: "figure", state, evidence: None, reason, tree: None });
    }
    for set in &manifest.claims {
        items.push(Item {
            id: name(&set.id),
            kind: "claim_set",
            state: "registered",
            evidence: None,
            reason: None,
            tree: None,
        });
    }
    session.report_problems(context);
    Ok(items)
}
