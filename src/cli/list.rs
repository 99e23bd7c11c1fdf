//! `repro list`: artifacts, figures and claim sets with their state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::session::Session;
use super::{Context, ExitCode};
use crate::error::Failure;
use crate::evidence::Tier;
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
#[derive(Default)]
struct Item {
    id: String,
    kind: &'static str,
    state: &'static str,
    evidence: Option<&'static str>,
    reason: Option<&'static str>,
    /// Whether it is a tree, and how many files with how many bytes it has, where the lock knows.
    tree: Option<Option<(usize, u64)>>,
    /// Marks that a figure draws, and how many of them a claim was judged on.
    marks: Option<(usize, usize)>,
}

impl Item {
    /// What there is to say beyond state and evidence.
    fn more(&self) -> String {
        match (self.tree, self.marks, self.reason) {
            (Some(Some((files, bytes))), ..) => format!("tree, {files} files, {}", human_bytes(bytes)),
            (Some(None), ..) => "tree".to_owned(),
            (None, Some((drawn, judged)), None) => format!("{drawn:>5} marks  {judged:>5} judged"),
            (None, Some(_), Some(reason)) => reason.to_owned(),
            (None, None, _) => String::new(),
        }
    }
}

/// Runs the verb.
pub fn run(arguments: &ListArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.selectors)?;
    let mut items = Vec::new();
    for manifest in &context.project.manifests {
        let mut session = Session::open(manifest, context)?;
        // Drawing and judging take their time: only who asks for figures waits for it.
        let figures = manifest.figures.iter().any(|figure| selection.contains(manifest.id(), &figure.id));
        let judged = if figures { judged_marks(&mut session)? } else { BTreeMap::new() };
        items.extend(items_of(&session, &judged));
        session.report_problems(context);
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
                let (marks, judged) = item.marks.unzip();
                json!({
                    "id": item.id, "kind": item.kind, "state": item.state,
                    "evidence": item.evidence, "reason": item.reason,
                    "tree": item.tree.is_some(), "files": files, "bytes": bytes,
                    "marks": marks, "judged": judged,
                })
            })
            .collect();
        context.out.line(json!({ "schema": 1, "items": items }).to_string());
    } else {
        let width = selected.iter().map(|item| item.id.chars().count()).max().unwrap_or(0);
        for item in &selected {
            let (id, kind, state) = (&item.id, item.kind, item.state);
            let (evidence, more) = (item.evidence.unwrap_or("-"), item.more());
            let line = format!("{kind:<9}  {id:<width$}  {state:<8}  {evidence:<10}  {more}");
            context.out.line(line.trim_end());
        }
    }
    Ok(ExitCode::Success)
}

/// Draws all figures, judges all claims, and returns for every figure the marks that a claim was judged on.
fn judged_marks(session: &mut Session<'_>) -> Result<BTreeMap<String, BTreeSet<usize>>, Failure> {
    session.draw(|_| true)?;
    let mut judged: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for claim in session.judge(|_| true)?.into_iter().flat_map(|set| set.claims) {
        if let (Some(figure), Some(mark)) = (claim.figure, claim.mark) {
            judged.entry(figure).or_default().insert(mark.index);
        }
    }
    Ok(judged)
}

fn items_of(session: &Session<'_>, judged: &BTreeMap<String, BTreeSet<usize>>) -> Vec<Item> {
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
        let id = name(&artifact.id);
        items.push(Item { id, kind: "artifact", state, evidence, reason, tree, marks: None });
    }
    for figure in &manifest.figures {
        let id = name(&figure.id);
        // Not drawn when nobody asked for it, and then not shown.
        let Some(scene) = session.scene(&figure.id) else {
            items.push(Item { id, kind: "figure", ..Item::default() });
            continue;
        };
        items.push(Item {
            id,
            kind: "figure",
            state: scene.state(),
            evidence: scene.evidence().map(Tier::name),
            reason: scene.missing.as_ref().map(|missing| missing.reason.name()),
            tree: None,
            marks: Some((scene.marks.len(), judged.get(&figure.id).map_or(0, BTreeSet::len))),
        });
    }
    for set in &manifest.claims {
        let (id, state) = (name(&set.id), "registered");
        items.push(Item { id, kind: "claim_set", state, ..Item::default() });
    }
    items
}
