//! Why a dataset has no files to be read from, and what would help.

use super::content::has_content;
use super::format::without_reader;
use crate::evidence::{Missing, Reason};
use crate::manifest::{Artifact, Origin, SourceKind};
use crate::store::{Absence, Vault};

/// Why files of a dataset do not count; the gravest reason decides.
pub(super) fn missing(vault: &Vault<'_>, absent: &[(&Artifact, Reason)], wanted: usize) -> Missing {
    let with = |wanted: Reason| absent.iter().find(move |(_, reason)| *reason == wanted);
    if let Some((artifact, _)) = with(Reason::Error) {
        return Missing::error(format!("`{}` cannot be read", artifact.id));
    }
    let worst = with(Reason::HashMismatch).or_else(|| with(Reason::Stale)).or(absent.first());
    let Some((artifact, reason)) = worst else {
        return Missing::new(Reason::NotFetched, "no file");
    };
    let paper = vault.manifest().id();
    let detail = match (reason, absent.len()) {
        (Reason::HashMismatch, _) => format!("`{}` is not the pinned file", artifact.id),
        (Reason::NotRun | Reason::Stale, n) => {
            let absence = vault.presence(artifact).err().unwrap_or(Absence::NotFetched);
            let (_, sentence) = vault.absence(artifact, absence);
            let more = if n > 1 { format!(", and {} more files do not count", n - 1) } else { String::new() };
            format!("{sentence}{more}")
        }
        (Reason::Unpinned, _) => vault.absence(artifact, Absence::NotPinned).1,
        (_, 1) if wanted == 1 => {
            format!("`{}` is not there{}", artifact.id, unlock(vault, paper, artifact))
        }
        (_, n) => {
            format!(
                "{n} of {wanted} files like `{}` are not there{}",
                artifact.id,
                unlock(vault, paper, artifact)
            )
        }
    };
    Missing::new(*reason, detail).waiting_for(absent.iter().map(|(artifact, _)| artifact.id.as_str()))
}

/// Files among these that have no reader: then it does not matter whether they are there, since fetching them
/// would not help.
pub(super) fn unreadable(vault: &Vault<'_>, artifacts: &[&Artifact], has_table: bool) -> Option<Missing> {
    let described = |artifact: &&Artifact| {
        let what = without_reader(artifact, has_table)?;
        Some(format!("`{}` ({}), {what}", artifact.id, place(vault, artifact)))
    };
    let waiting: Vec<String> = artifacts.iter().filter_map(described).collect();
    let why = match artifacts.iter().all(|artifact| has_content(artifact)) {
        true => "of which no part is declared to be the table",
        false => "which this version does not read",
    };
    let detail = format!("waits for {}, {why}", waiting.join(" and "));
    let needs = artifacts.iter().map(|artifact| artifact.id.as_str());
    let missing = Missing::new(Reason::UnsupportedFormat, detail).waiting_for(needs);
    (!waiting.is_empty()).then_some(missing)
}

/// Where an artifact lives.
fn place(vault: &Vault<'_>, artifact: &Artifact) -> String {
    match (vault.manifest().source(artifact).map(|source| &source.kind), &artifact.origin) {
        (Some(SourceKind::Hub { repo, .. }), Origin::File { path, .. }) => {
            format!("`{}` on the Hub in `{repo}`", path.trim_start_matches("**/"))
        }
        (Some(SourceKind::Http { url }), Origin::File { path, .. }) => format!("`{url}{path}`"),
        (_, Origin::Member { archive, member }) => format!("`{member}` in `{archive}`"),
        _ => format!("`{}` of this project", artifact.to),
    }
}

/// How to get an artifact.
fn unlock(vault: &Vault<'_>, paper: &str, artifact: &Artifact) -> String {
    match vault.manifest().source(artifact).map(|source| &source.kind) {
        Some(SourceKind::Hub { repo, .. }) => {
            format!(" (on the Hub in `{repo}`; `repro fetch {paper}/{}` gets it)", artifact.id)
        }
        Some(SourceKind::Http { .. }) => format!(" (`repro fetch {paper}/{}` gets it)", artifact.id),
        _ => String::new(),
    }
}
