//! Findings about claim sets.

use std::collections::BTreeMap;

use super::finding::{Check, Finding, Section, Subject, counted, some};
use super::lookups::unmatched;
use crate::claims::{FileRows, SetNotes};
use crate::manifest::{Manifest, RawSpec};

/// Findings about registered sets. Rows that no set takes are judged only with `all` sets of the paper.
pub fn claim_sets(manifest: &Manifest, sets: &BTreeMap<String, SetNotes>, all: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut files: BTreeMap<&String, (FileRows, Vec<&RawSpec>)> = BTreeMap::new();
    for raw in &manifest.claims {
        let Some(notes) = sets.get(&raw.id) else { continue };
        let subject = subject(manifest, Section::Claims, &raw.id);
        findings.extend(unmatched(raw, &subject, &notes.lookups));
        findings.extend(notes.wide.map(|wide| {
            let message = format!(
                "claim set `{}`: the tolerance of {} is up to {}, above the spread of the published values, {}",
                raw.id,
                counted(wide.claims, "claim"),
                number(wide.allowed),
                number(wide.spread)
            );
            let finding = Finding::new(Check::WideTolerance, subject, message).counting(wide.claims);
            let hint = "such a claim agrees with nearly every number; lower the tolerance";
            finding.at(Some(raw.line_with("tolerance"))).with_hint(hint)
        }));
        for (artifact, rows) in &notes.files {
            let (file, of) = files.entry(artifact).or_default();
            file.all.extend(&rows.all);
            file.taken.extend(&rows.taken);
            of.push(raw);
        }
    }
    for (artifact, (rows, of)) in files.into_iter().filter(|_| all) {
        let free: Vec<String> = rows.all.difference(&rows.taken).map(u32::to_string).collect();
        let Some(raw) = of.first().filter(|_| !free.is_empty()) else { continue };
        let message = format!(
            "{} of `{artifact}` belong to no claim set: {}",
            counted(free.len(), "row"),
            some(free.iter().map(String::as_str))
        );
        let subject = subject(manifest, Section::Artifact, artifact);
        let finding = Finding::new(Check::RowsNotClaimed, subject, message).at(Some(raw.line()));
        findings.push(finding.naming(free.iter().map(String::as_str)));
    }
    findings
}

fn subject(manifest: &Manifest, section: Section, id: &str) -> Subject {
    Subject { paper: manifest.id().to_owned(), section, id: id.to_owned() }
}

/// Four significant digits.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if (1e-3..1e5).contains(&size) => {
            let digits = format!("{value:.3e}").parse::<f64>().unwrap_or(value);
            digits.to_string()
        }
        _ => format!("{value:.3e}"),
    }
}
