//! The ledger of the missing: what is not there, why, what would unlock it, and who waits for it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Judged, Outcome};
use crate::evidence::{Missing, Reason};
use crate::manifest::{Artifact, Manifest, Need, Origin, SourceKind};

/// One thing that missing items wait for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LedgerEntry {
    /// Id of the artifact or need; empty for items that wait for nothing that is declared.
    pub id: String,
    /// `artifact`, `stage`, `need`, or `none` for an empty id.
    pub kind: &'static str,
    /// Why it, or what waits for it, is not there: the commonest reason first.
    pub reasons: Vec<Reason>,
    /// What it is; the sentence of the items for an empty id.
    pub what: String,
    /// Where it lies, as far as it is known.
    pub place: Option<String>,
    /// How large it is.
    pub size: Option<String>,
    /// Under which licence.
    pub license: Option<String>,
    /// Whether using it takes an accelerator.
    pub gpu: bool,
    /// Whether using it costs money.
    pub paid: bool,
    /// The command that gets it, if there is one that helps.
    pub unlock: Option<String>,
    /// Number of missing claims that wait for it.
    pub claims: usize,
    /// Claim sets with the number of their claims that wait for it.
    pub claim_sets: BTreeMap<String, usize>,
    /// Figures that wait for it.
    pub figures: BTreeSet<String>,
    /// Tables with a cell that waits for it.
    pub tables: BTreeSet<String>,
}

/// A missing figure.
pub type MissingFigure<'a> = (&'a str, &'a Missing);

/// A table and the claim sets it shows.
pub type TableSets<'a> = (&'a str, Vec<&'a str>);

/// The ledger of a paper, what most claims wait for first. One claim may wait for several things.
pub fn ledger(
    manifest: &Manifest,
    judged: &[Judged],
    figures: &[MissingFigure<'_>],
    tables: &[TableSets<'_>],
) -> Vec<LedgerEntry> {
    let mut waiting: BTreeMap<(String, String), Waiting> = BTreeMap::new();
    let mut add = |needs: &[String], detail: &str, item: &dyn Fn(&mut Waiting)| {
        let nothing = [String::new()];
        let needs = if needs.is_empty() { &nothing } else { needs };
        for need in needs {
            // What waits for nothing declared is told apart by its sentence.
            let detail = if need.is_empty() { detail.to_owned() } else { String::new() };
            item(waiting.entry((need.clone(), detail)).or_default());
        }
    };
    for set in judged {
        if let Some(missing) = &set.missing {
            let n = set.registered;
            add(&missing.needs, &missing.detail, &|waiting| waiting.claims(&set.id, n, missing.reason));
        }
        for claim in &set.claims {
            if let Outcome::Missing(reason) = claim.outcome {
                let detail = claim.detail.as_deref().unwrap_or_default();
                add(&claim.needs, detail, &|waiting| waiting.claims(&set.id, 1, reason));
            }
        }
    }
    // Nothing that is fetched or run would help where the manifest or a file is wrong.
    for (figure, missing) in figures.iter().filter(|(_, missing)| !missing.is_error()) {
        add(&missing.needs, &missing.detail, &|waiting| {
            waiting.figures.insert((*figure).to_owned());
            *waiting.reasons.entry(missing.reason).or_default() += 1;
        });
    }
    let mut entries: Vec<LedgerEntry> = waiting
        .into_iter()
        .map(|((id, detail), waiting)| waiting.entry(manifest, id, detail, tables))
        .collect();
    entries.sort_by_key(|entry| (std::cmp::Reverse((entry.claims, entry.figures.len())), entry.id.clone()));
    entries
}

/// Who waits for one thing.
#[derive(Default)]
struct Waiting {
    reasons: BTreeMap<Reason, usize>,
    claim_sets: BTreeMap<String, usize>,
    figures: BTreeSet<String>,
}

impl Waiting {
    fn claims(&mut self, set: &str, n: usize, reason: Reason) {
        *self.claim_sets.entry(set.to_owned()).or_default() += n;
        *self.reasons.entry(reason).or_default() += n;
    }

    fn entry(self, manifest: &Manifest, id: String, detail: String, tables: &[TableSets<'_>]) -> LedgerEntry {
        let mut reasons: Vec<(Reason, usize)> = self.reasons.into_iter().collect();
        reasons.sort_by_key(|(reason, n)| (std::cmp::Reverse(*n), *reason));
        let shows = |(_, sets): &&TableSets<'_>| sets.iter().any(|set| self.claim_sets.contains_key(*set));
        let mut entry = LedgerEntry {
            id,
            kind: "none",
            reasons: reasons.into_iter().map(|(reason, _)| reason).collect(),
            what: detail,
            place: None,
            size: None,
            license: None,
            gpu: false,
            paid: false,
            unlock: None,
            claims: self.claim_sets.values().sum(),
            tables: tables.iter().filter(shows).map(|(table, _)| (*table).to_owned()).collect(),
            claim_sets: self.claim_sets,
            figures: self.figures,
        };
        match (manifest.artifact(&entry.id), manifest.need(&entry.id)) {
            (Some(artifact), _) => entry.describe_artifact(manifest, artifact),
            (None, Some(need)) => entry.describe_need(need),
            (None, None) => {}
        }
        entry
    }
}

impl LedgerEntry {
    fn describe_artifact(&mut self, manifest: &Manifest, artifact: &Artifact) {
        let stage = manifest.stage_of(artifact);
        let source = manifest.source(artifact).map(|source| &source.kind);
        self.kind = if stage.is_some() { "stage" } else { "artifact" };
        self.what = artifact.about.clone().unwrap_or_else(|| artifact.id.clone());
        self.size = artifact.size.map(|size| format!("{size} bytes"));
        self.place = match (source, stage) {
            (_, Some(stage)) => Some(format!("written by the stage `{stage}`")),
            (Some(SourceKind::Hub { repo, .. }), _) => Some(format!("`{repo}` on the Hub")),
            (Some(SourceKind::Http { url }), _) => Some(match &artifact.origin {
                Origin::File { path, .. } => format!("{url}{path}"),
                _ => url.clone(),
            }),
            _ => Some("this project".to_owned()),
        };
        let remote = matches!(source, Some(SourceKind::Hub { .. } | SourceKind::Http { .. }));
        if remote {
            self.license.clone_from(&manifest.paper.license);
        }
        if let Some(stage) = stage.filter(|id| manifest.stages.iter().any(|raw| raw.id == **id)) {
            self.unlock = Some(format!("repro run {}/{stage}", manifest.id()));
        }
        // Fetching a file that nothing here can read would not help.
        if remote && self.reasons.first() != Some(&Reason::UnsupportedFormat) {
            self.unlock = Some(match self.reasons.first() {
                Some(Reason::Unpinned) => format!("repro lock {}", manifest.id()),
                _ => format!("repro fetch {}/{}", manifest.id(), artifact.id),
            });
        }
    }

    fn describe_need(&mut self, need: &Need) {
        self.kind = "need";
        self.what.clone_from(&need.what);
        self.place.clone_from(&need.place);
        self.size.clone_from(&need.size);
        self.license.clone_from(&need.license);
        (self.gpu, self.paid) = (need.gpu, need.paid);
    }
}
