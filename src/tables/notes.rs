//! Footnotes: why a cell has no number of ours, and what would give it one.

use crate::claims::{Claim, Outcome};
use crate::evidence::Missing;
use crate::manifest::{Artifact, Manifest, Need, Origin, SourceKind};
use crate::store::human_bytes;

/// The footnote of a claim; `None` if there is nothing to say.
pub(super) fn of_claim(claim: &Claim, manifest: &Manifest) -> Option<String> {
    let detail = claim.detail.as_deref().unwrap_or_default();
    let kind = match claim.outcome {
        Outcome::Missing(reason) => reason.name(),
        _ if detail.is_empty() => return None,
        outcome => outcome.name(),
    };
    Some(note(kind, detail, &claim.needs, manifest))
}

/// The footnote of a claim set whose published values are not there.
pub(super) fn of_set(id: &str, missing: &Missing, manifest: &Manifest) -> String {
    let detail = format!("claim set `{id}` has no published values: {}", missing.detail);
    note(missing.reason.name(), &detail, &missing.needs, manifest)
}

fn note(kind: &str, detail: &str, needs: &[String], manifest: &Manifest) -> String {
    let mut note = format!("{kind}: {detail}");
    let wanted: Vec<String> = needs.iter().filter_map(|id| wanted(id, manifest)).collect();
    if !wanted.is_empty() {
        let stop = if note.ends_with(['.', '!', '?']) { "" } else { "." };
        note.push_str(&format!("{stop} Waits for {}.", wanted.join("; ")));
    }
    note
}

/// What an artifact or a need is, where it lies, and what it would take.
fn wanted(id: &str, manifest: &Manifest) -> Option<String> {
    let of_need = manifest.need(id).map(of_need);
    of_need.or_else(|| manifest.artifact(id).map(|artifact| of_artifact(artifact, manifest)))
}

fn of_need(need: &Need) -> String {
    let license = need.license.as_ref().map(|license| format!("licence {license}"));
    let mut facts: Vec<String> = [&need.place, &need.size, &license].into_iter().flatten().cloned().collect();
    if need.gpu {
        facts.push("needs an accelerator".to_owned());
    }
    if need.paid {
        facts.push("costs money".to_owned());
    }
    with_facts(need.what.trim_end_matches('.'), &facts)
}

fn of_artifact(artifact: &Artifact, manifest: &Manifest) -> String {
    let mut facts = Vec::new();
    if let Some(about) = &artifact.about {
        facts.push(about.trim_end_matches('.').to_owned());
    }
    facts.extend(artifact.size.map(human_bytes));
    facts.extend(place(artifact, manifest));
    with_facts(&format!("`{}`", artifact.id), &facts)
}

fn with_facts(what: &str, facts: &[String]) -> String {
    if facts.is_empty() { what.to_owned() } else { format!("{what} ({})", facts.join(", ")) }
}

/// Where the bytes of an artifact come from.
fn place(artifact: &Artifact, manifest: &Manifest) -> Option<String> {
    let path = match &artifact.origin {
        Origin::File { path, .. } => Some(path.clone()),
        Origin::Tree { path, .. } => path.clone(),
        Origin::Member { archive, member } => {
            return Some(format!("`{member}` in the archive `{archive}`"));
        }
    };
    let path = path.unwrap_or_default();
    Some(match &manifest.source(artifact)?.kind {
        SourceKind::Hub { repo, .. } => format!("`{path}` of {repo} on the Hugging Face Hub"),
        SourceKind::Http { url } => format!("{url}{path}"),
        SourceKind::Local => format!("frozen/{}/{path}", manifest.id()),
        SourceKind::Stage => {
            format!("written by the stage `{}`", manifest.stage_of(artifact).unwrap_or_default())
        }
    })
}
