//! `repro list`: artifacts, figures, tables and claim sets with their state.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::session::Session;
use super::{Context, ExitCode};
use crate::claims::Judged;
use crate::error::{Failure, sentence};
use crate::evidence::{Reason, Tier};
use crate::manifest::{Artifact, Selection};
use crate::stages::{self, Why, plan};
use crate::store::{Absence, Vault, human_bytes};

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
    /// What exactly keeps it from counting or running.
    detail: Option<String>,
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
    let mut status = ExitCode::Success;
    for manifest in &context.project.manifests {
        let mut session = Session::open(manifest, context)?;
        // Drawing and judging take their time: only who asks for figures or tables waits for it.
        let drawn = || manifest.figures.iter().chain(&manifest.tables);
        let wanted = drawn().any(|figure| selection.contains(manifest.id(), &figure.id));
        let judged = if wanted { Some(judge_all(&mut session)) } else { None };
        items.extend(items_of(&mut session, judged.as_deref())?);
        status = status.worst(session.report_problems(context));
    }
    let frozen = context.project.frozen();
    for manifest in context.project.covered(&selection).skip(context.project.manifests.len()) {
        items.extend(artifacts(&stages::open(manifest, &frozen)?.vault));
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
                    "evidence": item.evidence, "reason": item.reason, "detail": item.detail,
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
    Ok(status)
}

/// Draws all figures and judges all claims.
fn judge_all(session: &mut Session<'_>) -> Vec<Judged> {
    session.draw(|_| true);
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
fn items_of(session: &mut Session<'_>, judged: Option<&[Judged]>) -> Result<Vec<Item>, Failure> {
    let manifest = session.manifest();
    let name = |id: &str| format!("{}/{id}", manifest.id());
    let mut items = artifacts(&session.vault);
    for planned in plan(&stages::open(manifest, session.vault.frozen())?, |_| true, false) {
        let detail = planned.why.runs().then(|| planned.why.text());
        let (state, reason) = match planned.why {
            Why::UpToDate => ("done", None),
            Why::Waits { reason, .. } => ("waits", Some(reason.name())),
            Why::Stale(_) => ("ready", Some("stale")),
            _ => ("ready", Some("not_run")),
        };
        let id = name(&planned.stage.id);
        items.push(Item { id, kind: "stage", state, reason, detail, ..Item::default() });
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
        let grid = session.table(spec, judged);
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
        let presence = vault.presence(artifact);
        let unreadable = if artifact.is_tree() { None } else { vault.open(artifact).err() };
        let state = match presence {
            Ok(()) if unreadable.is_some() => "unreadable",
            Ok(()) => "present",
            Err(Absence::NotFetched) => "missing",
            Err(Absence::NotPinned) => "unpinned",
            Err(Absence::Stale) => "stale",
        };
        let absent = presence.err().map(|absence| vault.absence(artifact, absence));
        let unreadable = unreadable.map(|error| (Reason::Error, sentence(&error)));
        let (reason, detail) = absent.or(unreadable).unzip();
        let reason = reason.map(Reason::name);
        let evidence = Some(vault.tier(artifact).name());
        let locked = vault.lock().tree(&artifact.id).map(|tree| (tree.files.len(), tree.size()));
        let tree = artifact.is_tree().then_some(locked);
        let id = format!("{}/{}", manifest.id(), artifact.id);
        Item { id, kind: "artifact", state, evidence, reason, detail, tree, ..Item::default() }
    };
    manifest.artifacts.iter().map(item).collect()
}
