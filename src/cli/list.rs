//! `repro list`: artifacts, figures, tables and claim sets with their state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::session::Session;
use super::{Context, ExitCode};
use crate::claims::Judged;
use crate::error::Failure;
use crate::evidence::Tier;
use crate::manifest::{Artifact, Selection};
use crate::stages::{Why, plan};
use crate::store::{Absence, Vault, human_bytes, load_pins};
use crate::tables;

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
    /// Cells of a table, and how many of them have a value of ours.
    cells: Option<(usize, usize)>,
}

impl Item {
    /// What there is to say beyond state and evidence.
    fn more(&self) -> String {
        if let Some((cells, ours)) = self.cells {
            let reason = self.reason.map(|reason| format!("  {reason}")).unwrap_or_default();
            return format!("{ours:>5} of {cells} cells with ours{reason}");
        }
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
        // Drawing and judging take their time: only who asks for figures or tables waits for it.
        let drawn = || manifest.figures.iter().chain(&manifest.tables);
        let wanted = drawn().any(|figure| selection.contains(manifest.id(), &figure.id));
        let judged = if wanted { Some(judge_all(&mut session)?) } else { None };
        items.extend(items_of(&session, judged.as_deref())?);
        session.report_problems(context);
    }
    let frozen = context.project.frozen();
    for manifest in context.project.covered(&selection).skip(context.project.manifests.len()) {
        items.extend(artifacts(&Vault::new(manifest, &frozen, load_pins(manifest, &frozen)?)));
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
                let (cells, ours) = item.cells.unzip();
                json!({
                    "id": item.id, "kind": item.kind, "state": item.state,
                    "evidence": item.evidence, "reason": item.reason,
                    "tree": item.tree.is_some(), "files": files, "bytes": bytes,
                    "marks": marks, "judged": judged, "cells": cells, "ours": ours,
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

/// Draws all figures and judges all claims.
fn judge_all(session: &mut Session<'_>) -> Result<Vec<Judged>, Failure> {
    session.draw(|_| true)?;
    session.judge(|_| true)
}

/// For every figure the marks that a claim was judged on.
fn judged_marks(judged: &[Judged]) -> BTreeMap<&str, BTreeSet<usize>> {
    let mut marks: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for claim in judged.iter().flat_map(|set| &set.claims) {
        if let (Some(figure), Some(mark)) = (&claim.figure, claim.mark) {
            marks.entry(figure).or_default().insert(mark.index);
        }
    }
    marks
}

/// Items of a paper; without judged claims those that need them are without state, and then nobody asked for them.
fn items_of(session: &Session<'_>, judged: Option<&[Judged]>) -> Result<Vec<Item>, Failure> {
    let manifest = session.manifest();
    let name = |id: &str| format!("{}/{id}", manifest.id());
    let mut items = artifacts(&session.vault);
    for planned in plan(&session.vault, |_| true, false)? {
        let (state, reason) = match planned.why {
            Why::UpToDate => ("done", None),
            Why::Waits(_) => ("waits", Some("not_fetched")),
            _ => ("ready", Some("not_run")),
        };
        items.push(Item { id: name(&planned.stage.id), kind: "stage", state, reason, ..Item::default() });
    }
    let marks = judged_marks(judged.unwrap_or_default());
    for figure in &manifest.figures {
        let id = name(&figure.id);
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
            marks: Some((scene.marks.len(), marks.get(figure.id.as_str()).map_or(0, BTreeSet::len))),
            ..Item::default()
        });
    }
    for spec in &manifest.tables {
        let id = name(&spec.id);
        let Some(judged) = judged else {
            items.push(Item { id, kind: "table", ..Item::default() });
            continue;
        };
        let grid = tables::build(spec, judged, manifest)?;
        items.push(Item {
            id,
            kind: "table",
            state: grid.state(),
            evidence: grid.evidence().map(Tier::name),
            reason: grid.missing.as_ref().map(|missing| missing.reason.name()),
            cells: Some((grid.cells().count(), grid.n_ours())),
            ..Item::default()
        });
    }
    for set in &manifest.claims {
        let (id, state) = (name(&set.id), "registered");
        items.push(Item { id, kind: "claim_set", state, ..Item::default() });
    }
    Ok(items)
}

fn artifacts(vault: &Vault<'_>) -> Vec<Item> {
    let manifest = vault.manifest();
    let item = |artifact: &Artifact| {
        let (state, reason) = match vault.presence(artifact) {
            Ok(()) => ("present", None),
            Err(Absence::NotFetched) => ("missing", Some("not_fetched")),
            Err(Absence::NotPinned) => ("unpinned", Some("unpinned")),
        };
        let evidence = Some(artifact.evidence.name());
        let locked = vault.lock().tree(&artifact.id).map(|tree| (tree.files.len(), tree.size()));
        let tree = artifact.is_tree().then_some(locked);
        let id = format!("{}/{}", manifest.id(), artifact.id);
        Item { id, kind: "artifact", state, evidence, reason, tree, ..Item::default() }
    };
    manifest.artifacts.iter().map(item).collect()
}
