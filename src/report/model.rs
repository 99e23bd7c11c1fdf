//! What the report says, independent of how it is rendered. `report.json` is this model.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use super::claim::ClaimRow;
use super::item::{ArtifactRow, DatasetRow, FigureRow, Files, SourceRow, StageRow, TableRow, by_source};
use super::matrix::{GroupRow, groups};
use crate::claims::{Counts, Judged, LedgerEntry, ledger};
use crate::evidence::{Missing, Tier};
use crate::lint::Finding;
use crate::manifest::Manifest;

/// The whole report.
#[derive(Debug, Serialize)]
pub struct ReportModel {
    /// Version of this document's layout.
    pub schema: u32,
    /// Version of the program that wrote it.
    pub version: &'static str,
    /// The result in one sentence, with denominators.
    pub verdict: String,
    /// Claims by outcome, over all papers.
    pub counts: Counts,
    /// Registered claims.
    pub registered: usize,
    /// Reproduced claims whose number is recomputed by our own stages.
    pub recomputed: usize,
    /// Reproduced claims whose number comes from the authors' files.
    pub cached: usize,
    /// Figures drawn.
    pub figures_drawn: usize,
    /// Figures registered.
    pub figures_registered: usize,
    /// Tables with at least one number of ours.
    pub tables_built: usize,
    /// Tables registered.
    pub tables_registered: usize,
    /// Artifacts whose bytes are the pinned ones.
    pub artifacts_verified: usize,
    /// Artifacts declared.
    pub artifacts_declared: usize,
    /// Warnings of the lint, those of the papers included.
    pub n_warnings: usize,
    /// Findings about the folder `manifests/` itself.
    pub warnings: Vec<Finding>,
    /// Papers in order of id.
    pub papers: Vec<PaperModel>,
}

/// One paper.
#[derive(Debug, Serialize)]
pub struct PaperModel {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Licence of the authors' artifacts.
    pub license: Option<String>,
    /// DOI.
    pub doi: Option<String>,
    /// What the manifest covers.
    pub scope: Option<String>,
    /// The result in one sentence, with denominators.
    pub verdict: String,
    /// Claims by outcome.
    pub counts: Counts,
    /// Registered claims.
    pub registered: usize,
    /// Claim sets, figures and tables by figure or section of the paper.
    pub groups: Vec<GroupRow>,
    /// What is missing, why, and what would unlock it.
    pub ledger: Vec<LedgerEntry>,
    /// Claim sets.
    pub claim_sets: Vec<SetRow>,
    /// Figures.
    pub figures: Vec<FigureRow>,
    /// Tables.
    pub tables: Vec<TableRow>,
    /// Datasets.
    pub datasets: Vec<DatasetRow>,
    /// Artifacts.
    pub artifacts: Vec<ArtifactRow>,
    /// Artifacts by source.
    pub sources: Vec<SourceRow>,
    /// Stages, with their receipts.
    pub stages: Vec<StageRow>,
    /// Remarks of the manifest.
    pub notes: Vec<NoteRow>,
    /// Findings of the lint.
    pub warnings: Vec<Finding>,
}

/// A claim set with its claims.
#[derive(Debug, Serialize)]
pub struct SetRow {
    /// Identifier within the paper.
    pub id: String,
    /// Where in the paper the values stand.
    pub place: String,
    /// Registered claims.
    pub registered: usize,
    /// Claims by outcome.
    pub counts: Counts,
    /// Claims whose number our own stages computed, whatever their outcome.
    pub recomputed: usize,
    /// Tiers of our numbers, weakest first.
    pub evidence: Vec<&'static str>,
    /// Why the set could not be judged.
    pub missing: Option<String>,
    /// What is wrong with the set.
    pub problem: Option<String>,
    /// Artifact that holds the published values.
    pub artifact: String,
    /// Figures whose marks are judged.
    pub figures: Vec<String>,
    /// Datasets whose rows are judged.
    pub datasets: Vec<String>,
    /// Coefficients, labels and constants of the manifest that our numbers pass through.
    pub transforms: Vec<String>,
    /// The command that judges it.
    pub command: String,
    /// Remarks about it.
    pub notes: Vec<String>,
    /// The claims; [`ReportModel::json`] puts them in, the page shows a part of them.
    #[serde(skip)]
    pub claims: Vec<ClaimRow>,
}

/// A remark.
#[derive(Debug, Serialize)]
pub struct NoteRow {
    /// Identifier within the paper.
    pub id: String,
    /// Items it concerns.
    pub about: Vec<String>,
    /// The remark.
    pub text: String,
}

/// What the verbs computed about a paper.
#[derive(Debug, Default)]
pub struct Parts {
    /// Figures.
    pub figures: Vec<FigureRow>,
    /// Why figures are missing, by figure.
    pub missing: Vec<(String, Missing)>,
    /// Tables.
    pub tables: Vec<TableRow>,
    /// Datasets.
    pub datasets: Vec<DatasetRow>,
    /// Artifacts.
    pub artifacts: Vec<ArtifactRow>,
    /// Stages, with their receipts.
    pub stages: Vec<StageRow>,
    /// Findings of the lint.
    pub warnings: Vec<Finding>,
}

impl PaperModel {
    /// A paper's part of the report from what the verbs computed.
    pub fn new(manifest: &Manifest, judged: &[Judged], parts: Parts) -> Self {
        let Parts { mut figures, missing, mut tables, datasets, mut artifacts, stages, warnings } = parts;
        let absent: Vec<(&str, &Missing)> =
            missing.iter().map(|(figure, missing)| (figure.as_str(), missing)).collect();
        let shown: Vec<(&str, Vec<&str>)> = tables
            .iter()
            .map(|table| (table.id.as_str(), table.claim_sets.iter().map(String::as_str).collect()))
            .collect();
        let ledger = ledger(manifest, judged, &absent, &shown);
        let mut claim_sets: Vec<SetRow> = judged.iter().map(|set| SetRow::new(manifest.id(), set)).collect();
        for set in &mut claim_sets {
            let drawn = figures.iter().filter(|figure| set.figures.contains(&figure.id));
            let used: BTreeSet<&String> =
                drawn.flat_map(|figure| &figure.datasets).chain(&set.datasets).collect();
            let used = datasets.iter().filter(|dataset| used.contains(&dataset.id));
            let words: BTreeSet<&String> = used.flat_map(|dataset| &dataset.transforms).collect();
            set.transforms = words.into_iter().cloned().collect();
        }
        for note in &manifest.notes {
            let about = |id: &str| note.about.iter().any(|item| item == id);
            let sets = claim_sets.iter_mut().map(|set| (set.id.as_str(), &mut set.notes));
            let figures = figures.iter_mut().map(|figure| (figure.id.as_str(), &mut figure.notes));
            let tables = tables.iter_mut().map(|table| (table.id.as_str(), &mut table.notes));
            let artifacts = artifacts.iter_mut().map(|artifact| (artifact.id.as_str(), &mut artifact.notes));
            let concerned = sets.chain(figures).chain(tables).chain(artifacts).filter(|(id, _)| about(id));
            concerned.for_each(|(_, notes)| notes.push(note.id.clone()));
        }
        let counts = Counts::total_of(judged.iter().map(|set| &set.counts));
        let mut paper = Self {
            id: manifest.id().to_owned(),
            title: manifest.paper.title.clone(),
            license: manifest.paper.license.clone(),
            doi: manifest.paper.doi.clone(),
            scope: manifest.paper.scope.clone(),
            verdict: String::new(),
            registered: counts.total(),
            counts,
            groups: Vec::new(),
            ledger,
            claim_sets,
            figures,
            tables,
            datasets,
            sources: by_source(&artifacts),
            artifacts,
            stages,
            notes: manifest.notes.iter().map(NoteRow::new).collect(),
            warnings,
        };
        paper.groups = groups(&paper);
        paper.verdict = Totals::of(std::slice::from_ref(&paper)).verdict(&paper.counts);
        paper
    }

    /// Artifacts that a dataset may be computed from, through its parents, each once in order of declaration.
    pub fn artifacts_of<'d>(&self, datasets: impl IntoIterator<Item = &'d String>) -> Vec<String> {
        let mut open: Vec<&str> = datasets.into_iter().map(String::as_str).collect();
        let (mut visited, mut named) = (BTreeSet::new(), BTreeSet::new());
        while let Some(id) = open.pop() {
            let Some(dataset) = self.datasets.iter().find(|dataset| dataset.id == id) else { continue };
            if visited.insert(id.to_owned()) {
                named.extend(dataset.artifacts.iter().map(String::as_str));
                open.extend(dataset.datasets.iter().map(String::as_str));
            }
        }
        let declared = self.artifacts.iter().map(|artifact| &artifact.id);
        declared.filter(|id| named.contains(id.as_str())).cloned().collect()
    }

    /// Which of these artifacts are there, and which have the pinned bytes.
    pub fn files<'d>(&self, artifacts: impl IntoIterator<Item = &'d String>) -> Files {
        let wanted: BTreeSet<&String> = artifacts.into_iter().collect();
        let mut files = Files::default();
        for artifact in self.artifacts.iter().filter(|artifact| wanted.contains(&artifact.id)) {
            files.declared += 1;
            files.fetched += usize::from(artifact.state != "missing");
            files.verified += usize::from(artifact.state == "ok");
        }
        files
    }
}

impl SetRow {
    fn new(paper: &str, set: &Judged) -> Self {
        let claims = set.claims.iter().enumerate();
        let claims: Vec<ClaimRow> =
            claims.map(|(index, claim)| ClaimRow::new(paper, &set.id, index, claim)).collect();
        let tiers: BTreeMap<Tier, &str> =
            claims.iter().filter_map(|claim| claim.tier).map(|tier| (tier, tier.name())).collect();
        let figures: BTreeSet<String> = set.claims.iter().filter_map(|claim| claim.figure.clone()).collect();
        let mut datasets = set.datasets.clone();
        datasets.dedup();
        Self {
            id: set.id.clone(),
            place: place(set),
            registered: set.registered,
            counts: set.counts.clone(),
            recomputed: claims.iter().filter(|claim| claim.tier == Some(Tier::Recomputed)).count(),
            evidence: tiers.into_values().collect(),
            missing: set.missing.as_ref().map(|missing| format!("{}: {}", missing.reason, missing.detail)),
            problem: set.problem.clone(),
            artifact: set.artifact.clone(),
            figures: figures.into_iter().collect(),
            datasets,
            transforms: Vec::new(),
            command: format!("repro claims {paper}/{}", set.id),
            notes: Vec::new(),
            claims,
        }
    }
}

/// Where the values of a set stand; its claims tell what a template of several places becomes.
fn place(set: &Judged) -> String {
    let mut places = set.claims.iter().map(|claim| &claim.place);
    match places.next() {
        Some(first) if places.all(|place| place == first) => first.clone(),
        _ if set.place.contains('{') => set.id.clone(),
        _ => set.place.clone(),
    }
}

impl NoteRow {
    fn new(note: &crate::manifest::Note) -> Self {
        Self { id: note.id.clone(), about: note.about.clone(), text: note.text.clone() }
    }
}

/// Figures, tables and artifacts, counted.
#[derive(Default)]
struct Totals {
    figures: (usize, usize),
    tables: (usize, usize),
    artifacts: (usize, usize),
}

impl Totals {
    fn of(papers: &[PaperModel]) -> Self {
        let mut totals = Self::default();
        for paper in papers {
            let drawn = paper.figures.iter().filter(|figure| figure.state == "drawn").count();
            let built = paper.tables.iter().filter(|table| table.state == "built").count();
            let verified = paper.artifacts.iter().filter(|artifact| artifact.state == "ok").count();
            for (sum, (done, all)) in [
                (&mut totals.figures, (drawn, paper.figures.len())),
                (&mut totals.tables, (built, paper.tables.len())),
                (&mut totals.artifacts, (verified, paper.artifacts.len())),
            ] {
                *sum = (sum.0 + done, sum.1 + all);
            }
        }
        totals
    }

    fn verdict(&self, counts: &Counts) -> String {
        let mut text = format!("{counts}. {} of {} registered figures drawn", self.figures.0, self.figures.1);
        if self.tables.1 > 0 {
            text.push_str(&format!(", {} of {} registered tables built", self.tables.0, self.tables.1));
        }
        let (verified, declared) = self.artifacts;
        text.push_str(&format!(". {verified} of {declared} declared artifacts present and verified."));
        text
    }
}

impl ReportModel {
    /// The report over several papers.
    pub fn new(papers: Vec<PaperModel>) -> Self {
        let counts = Counts::total_of(papers.iter().map(|paper| &paper.counts));
        let totals = Totals::of(&papers);
        Self {
            schema: 1,
            version: env!("CARGO_PKG_VERSION"),
            verdict: totals.verdict(&counts),
            registered: counts.total(),
            recomputed: counts.recomputed,
            cached: counts.cached,
            counts,
            figures_drawn: totals.figures.0,
            figures_registered: totals.figures.1,
            tables_built: totals.tables.0,
            tables_registered: totals.tables.1,
            artifacts_verified: totals.artifacts.0,
            artifacts_declared: totals.artifacts.1,
            n_warnings: papers.iter().map(|paper| paper.warnings.len()).sum(),
            warnings: Vec::new(),
            papers,
        }
    }

    /// The same with findings about the folder `manifests/` itself.
    #[must_use]
    pub fn warned(mut self, warnings: Vec<Finding>) -> Self {
        self.n_warnings += warnings.len();
        self.warnings.extend(warnings);
        self
    }

    /// `report.json`: the model with all claims.
    pub fn json(&self) -> Json {
        // Only strings, numbers, lists and maps with texts as keys, which always serialise.
        let mut document = serde_json::to_value(self).unwrap_or_default();
        for (index, paper) in self.papers.iter().enumerate() {
            for (place, set) in paper.claim_sets.iter().enumerate() {
                document["papers"][index]["claim_sets"][place]["claims"] =
                    set.claims.iter().map(|claim| claim.json.clone()).collect();
            }
        }
        document
    }
}
