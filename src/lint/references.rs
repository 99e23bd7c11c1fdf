//! Ids that nothing refers to, and references to ids that do not exist.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Check, Finding, Section, Subject, counted, some};
use crate::claims::{Uses, uses};
use crate::figures;
use crate::manifest::{Artifact, FetchPolicy, Line, Manifest, Origin, RawSpec};
use crate::query::Library;
use crate::stages;
use crate::store::{Absence, Vault};
use crate::tables;

/// Findings about references between the entries of a paper, and about files without a pin. Entries that cannot be
/// read refer to nothing here; whoever reads them says what is wrong.
pub fn references(vault: &Vault<'_>) -> Vec<Finding> {
    let manifest = vault.manifest();
    let used = Used::of(vault);
    let mut findings = unknown(manifest);
    let ids = |specs: &[RawSpec]| -> Vec<(String, Option<Line>)> {
        specs.iter().map(|spec| (spec.id.clone(), Some(spec.line()))).collect()
    };
    let declared = |ids: Vec<&str>, lines: &BTreeMap<String, Line>| -> Vec<(String, Option<Line>)> {
        ids.into_iter().map(|id| (id.to_owned(), lines.get(id).cloned())).collect()
    };
    let sources = manifest.sources.iter().map(|source| source.id.as_str()).collect();
    // What is optional, or taken only when it is named, is offered to people and not to figures.
    let offered = |artifact: &&Artifact| artifact.optional || artifact.fetch == FetchPolicy::Named;
    let artifacts = manifest.artifacts.iter().filter(|artifact| !offered(artifact));
    let artifacts = artifacts.map(|artifact| artifact.id.as_str()).collect();
    let needs = manifest.needs.iter().map(|need| need.id.as_str()).collect();
    let sections = [
        (Section::Source, declared(sources, &manifest.lines.sources), used.sources),
        (Section::Artifact, declared(artifacts, &manifest.lines.artifacts), used.artifacts),
        (Section::Dataset, ids(&manifest.datasets), used.datasets),
        (Section::Need, declared(needs, &manifest.lines.needs), used.needs),
    ];
    for (section, declared, used) in sections {
        let matched = |id: &str| used.iter().any(|pattern| fits(pattern, id));
        let unused: Vec<_> = declared.into_iter().filter(|(id, _)| !matched(id)).collect();
        findings.extend(unused_items(manifest, section, unused));
    }
    findings.extend(unpinned(vault));
    findings
}

/// What the entries of a manifest refer to. Ids may be templates of claim sets.
#[derive(Default)]
struct Used {
    sources: BTreeSet<String>,
    artifacts: BTreeSet<String>,
    datasets: BTreeSet<String>,
    needs: BTreeSet<String>,
}

impl Used {
    fn of(vault: &Vault<'_>) -> Self {
        let manifest = vault.manifest();
        let library = Library::new(vault);
        let mut used = Self::default();
        for artifact in &manifest.artifacts {
            used.sources.extend(artifact.source_id().map(str::to_owned));
            if let Origin::Member { archive, .. } = &artifact.origin {
                used.artifacts.insert(archive.clone());
            }
        }
        for dataset in &manifest.datasets {
            let Ok(inputs) = library.inputs_of(&dataset.id) else { continue };
            used.datasets.extend(inputs.datasets);
            used.artifacts.extend(inputs.artifacts.into_iter().map(str::to_owned));
            used.needs.extend(inputs.needs);
        }
        for figure in &manifest.figures {
            used.datasets.extend(figures::datasets(figure).unwrap_or_default());
        }
        for set in &manifest.claims {
            let Uses { artifacts, datasets, needs, .. } = uses(set).unwrap_or_default();
            used.artifacts.extend(artifacts);
            used.datasets.extend(datasets);
            used.needs.extend(needs);
        }
        for stage in stages::stages(manifest).0 {
            used.artifacts.extend(stage.inputs.into_values());
        }
        // What an item waits for is in use, artifact or need.
        used.artifacts.extend(used.needs.iter().cloned().collect::<Vec<_>>());
        used
    }
}

/// Whether an id is what a template with `{column}` may become.
fn fits(template: &str, id: &str) -> bool {
    let Some((before, rest)) = template.split_once('{') else { return template == id };
    let Some((_, after)) = rest.split_once('}') else { return template == id };
    let Some(rest) = id.strip_prefix(before) else { return false };
    (0..=rest.len()).any(|end| rest.get(end..).is_some_and(|rest| fits(after, rest)))
}

/// One finding per section and line of entries that nothing uses.
fn unused_items(
    manifest: &Manifest,
    section: Section,
    unused: Vec<(String, Option<Line>)>,
) -> Option<Finding> {
    let line = unused.first()?.1.clone();
    let ids: Vec<&str> = unused.iter().map(|(id, _)| id.as_str()).collect();
    let message =
        format!("nothing uses {}: {}", counted(ids.len(), section.name()), some(ids.iter().copied()));
    let subject = Subject { paper: manifest.id().to_owned(), section, id: String::new() };
    Some(Finding::new(Check::UnusedItem, subject, message).at(line).naming(ids))
}

/// Notes and tables about ids that do not exist.
fn unknown(manifest: &Manifest) -> Vec<Finding> {
    let specs = [&manifest.stages, &manifest.datasets, &manifest.figures, &manifest.tables, &manifest.claims];
    let specs = specs.into_iter().flatten().map(|spec| spec.id.as_str());
    let artifacts = manifest.artifacts.iter().map(|artifact| artifact.id.as_str());
    let needs = manifest.needs.iter().map(|need| need.id.as_str());
    let known: BTreeSet<&str> = specs.chain(artifacts).chain(needs).collect();
    let mut findings = Vec::new();
    let subject = |section, id: &str| Subject { paper: manifest.id().to_owned(), section, id: id.to_owned() };
    for note in &manifest.notes {
        let unknown: Vec<&str> =
            note.about.iter().map(String::as_str).filter(|id| !known.contains(id)).collect();
        if !unknown.is_empty() {
            let message = format!(
                "note `{}` is about {}, which does not exist",
                note.id,
                some(unknown.iter().copied())
            );
            let finding = Finding::new(Check::UnknownId, subject(Section::Note, &note.id), message);
            findings.push(finding.at(manifest.lines.notes.get(&note.id).cloned()).naming(unknown));
        }
    }
    for table in &manifest.tables {
        let sets = tables::claim_sets(table).unwrap_or_default();
        for set in sets.iter().filter(|set| manifest.claims.iter().all(|spec| spec.id != **set)) {
            let message = format!("table `{}` shows the claim set `{set}`, which does not exist", table.id);
            let finding = Finding::new(Check::UnknownId, subject(Section::Table, &table.id), message);
            findings.push(finding.at(Some(table.line_with(set))).naming([set.as_str()]));
        }
    }
    findings
}

/// Files that are there and that neither the manifest nor the lock pins.
pub fn unpinned(vault: &Vault<'_>) -> Option<Finding> {
    let manifest = vault.manifest();
    let of_stage = |artifact: &&Artifact| manifest.stage_of(artifact).is_some();
    let unpinned: Vec<_> = manifest
        .artifacts
        .iter()
        .filter(|artifact| !of_stage(artifact) && vault.presence(artifact) == Err(Absence::NotPinned))
        .collect();
    let first = *unpinned.first()?;
    let ids: Vec<&str> = unpinned.iter().map(|artifact| artifact.id.as_str()).collect();
    let message = match ids.len() {
        1 => vault.unpinned(first),
        n => {
            format!("{n} files are there without a pin, so they are not used: {}", some(ids.iter().copied()))
        }
    };
    let subject = Subject { paper: manifest.id().to_owned(), section: Section::Artifact, id: String::new() };
    let finding = Finding::new(Check::Unpinned, subject, message).naming(ids);
    let hint = format!(
        "`repro lock {}` pins files of the Hub and of servers, `sha256` pins local ones",
        manifest.id()
    );
    Some(finding.at(manifest.lines.artifacts.get(&first.id).cloned()).with_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_fit_what_they_may_become() {
        assert!(fits("cells/{model}/x", "cells/a/x") && fits("{a}-{b}", "1-2") && fits("a", "a"));
        assert!(!fits("cells/{model}/x", "cells/a/y") && !fits("a", "ab"));
    }
}
