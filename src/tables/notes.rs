//! Footnotes: why a cell has no number of ours, and what would give it one.

use crate::claims::{Claim, Outcome};
use crate::evidence::Missing;
use crate::manifest::{Artifact, Manifest, Need, Origin, SourceKind};
use crate::store::human_bytes;

/// Footnotes and what they wait for, each distinct one once, in order of first use.
#[derive(Default)]
pub(super) struct Notes {
    pub notes: Vec<String>,
    pub needs: Vec<String>,
}

impl Notes {
    /// Number, from 1, of the footnote of a claim; `None` if there is nothing to say.
    pub fn of_claim(&mut self, claim: &Claim, manifest: &Manifest) -> Option<usize> {
        let detail = claim.detail.as_deref().unwrap_or_default();
        let kind = match claim.outcome {
            Outcome::Missing(reason) => reason.name(),
            _ if detail.is_empty() => return None,
            outcome => outcome.name(),
        };
        Some(self.add(kind, detail, &claim.needs, manifest))
    }

    /// Adds the footnote of a claim set whose published values are not there.
    pub fn of_set(&mut self, missing: &Missing, manifest: &Manifest) {
        self.add(missing.reason.name(), &missing.detail, &missing.needs, manifest);
    }

    fn add(&mut self, kind: &str, detail: &str, needs: &[String], manifest: &Manifest) -> usize {
        let mut note = format!("{kind}: {detail}");
        let described: Vec<String> = needs.iter().filter_map(|id| wanted(id, manifest)).collect();
        let letters: Vec<String> =
            described.into_iter().map(|need| letter(position(&mut self.needs, need))).collect();
        if !letters.is_empty() {
            let stop = if note.ends_with(['.', '!', '?']) { "" } else { "." };
            note.push_str(&format!("{stop} Waits for {}.", letters.join(", ")));
        }
        position(&mut self.notes, note) + 1
    }
}

/// Where a text is; added at the end if it is new.
fn position(texts: &mut Vec<String>, text: String) -> usize {
    texts.iter().position(|known| *known == text).unwrap_or_else(|| {
        texts.push(text);
        texts.len() - 1
    })
}

/// `a` to `z`, `aa` to `zz`, and so on.
pub(super) fn letter(index: usize) -> String {
    let last = char::from(b'a' + u8::try_from(index % 26).unwrap_or_default());
    match index / 26 {
        0 => last.to_string(),
        before => format!("{}{last}", letter(before - 1)),
    }
}

/// What an artifact or a need is, where it lies, and what it would take.
fn wanted(id: &str, manifest: &Manifest) -> Option<String> {
    let of_need = manifest.need(id).map(of_need);
    of_need.or_else(|| manifest.artifact(id).map(|artifact| of_artifact(artifact, manifest)))
}

fn of_need(need: &Need) -> String {
    let license = need.license.as_ref().map(|license| format!("licence {license}"));
    let size = need.size.as_ref().map(|size| format!("size {size}"));
    let facts = [&need.place, &size, &license].into_iter().flatten().cloned();
    let mut facts: Vec<String> = facts.collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_never_end() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(letter), ["a", "z", "aa", "az", "ba", "zz", "aaa"]);
    }
}
