//! What the report says, independent of how it is rendered. `report.json` is this model.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::claims::{Counts, Judged, claim_json};
use crate::evidence::Missing;
use crate::manifest::Manifest;
use crate::plot::Scene;

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
    /// Reproduced claims whose number is recomputed by our own stages.
    pub recomputed: usize,
    /// Reproduced claims whose number comes from the authors' files.
    pub cached: usize,
    /// Figures drawn.
    pub figures_drawn: usize,
    /// Figures registered.
    pub figures_registered: usize,
    /// Artifacts whose bytes are the pinned ones.
    pub artifacts_verified: usize,
    /// Artifacts declared.
    pub artifacts_declared: usize,
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
    /// Claims by outcome.
    pub counts: Counts,
    /// Claim sets.
    pub claim_sets: Vec<SetRow>,
    /// Figures.
    pub figures: Vec<FigureRow>,
    /// Artifacts.
    pub artifacts: Vec<ArtifactRow>,
    /// Artifacts by source.
    pub sources: Vec<SourceRow>,
    /// Remarks of the manifest.
    pub notes: Vec<NoteRow>,
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
    /// Tiers of our numbers, weakest first.
    pub evidence: Vec<&'static str>,
    /// Why the set could not be judged.
    pub missing: Option<String>,
    /// The claims as in `repro claims --json`.
    pub claims: Vec<Value>,
}

/// A figure.
#[derive(Debug, Serialize)]
pub struct FigureRow {
    /// Identifier within the paper.
    pub id: String,
    /// Title.
    pub title: String,
    /// `drawn` or `missing`.
    pub state: &'static str,
    /// Tier of its weakest number.
    pub evidence: Option<&'static str>,
    /// Where its numbers come from.
    pub drawn_from: Vec<String>,
    /// Number of marks.
    pub marks: usize,
    /// Why it is missing.
    pub reason: Option<String>,
    /// The picture, for HTML only: `figures/` holds the file.
    #[serde(skip)]
    pub svg: String,
}

/// An artifact.
#[derive(Debug, Serialize)]
pub struct ArtifactRow {
    /// Identifier within the paper.
    pub id: String,
    /// What it holds.
    pub about: Option<String>,
    /// `ok`, `missing`, `mismatched` or `unpinned`.
    pub state: &'static str,
    /// Tier of the numbers in it.
    pub evidence: &'static str,
    /// Why it is not there.
    pub reason: Option<&'static str>,
    /// What would bring it.
    pub unlock: Option<String>,
    /// Taken only when it is named.
    pub named_only: bool,
    /// Source it comes from, for grouping.
    pub source: String,
    /// Where it comes from.
    pub origin: String,
    /// Size in bytes, where known.
    pub size: Option<u64>,
    /// Number of files of a tree, where known.
    pub files: Option<usize>,
    /// Pin.
    pub sha256: Option<String>,
}

/// How much of a source is there.
#[derive(Debug, Default, Serialize)]
pub struct SourceRow {
    /// Source.
    pub source: String,
    /// Artifacts declared.
    pub declared: usize,
    /// Artifacts whose bytes are the pinned ones.
    pub ok: usize,
    /// Artifacts that are not there and are taken only when they are named.
    pub absent_named_only: usize,
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

impl PaperModel {
    /// A paper's part of the report from what the verbs computed.
    pub fn new(
        manifest: &Manifest,
        judged: &[Judged],
        figures: Vec<FigureRow>,
        artifacts: Vec<ArtifactRow>,
    ) -> Self {
        let notes = manifest.notes.iter().map(|note| NoteRow {
            id: note.id.clone(),
            about: note.about.clone(),
            text: note.text.clone(),
        });
        let mut sources: Vec<SourceRow> = Vec::new();
        for artifact in &artifacts {
            let index = sources.iter().position(|row| row.source == artifact.source).unwrap_or_else(|| {
                sources.push(SourceRow { source: artifact.source.clone(), ..SourceRow::default() });
                sources.len() - 1
            });
            let ok = artifact.state == "ok";
            let row = &mut sources[index];
            row.declared += 1;
            row.ok += usize::from(ok);
            row.absent_named_only += usize::from(!ok && artifact.named_only);
        }
        Self {
            id: manifest.id().to_owned(),
            title: manifest.paper.title.clone(),
            license: manifest.paper.license.clone(),
            doi: manifest.paper.doi.clone(),
            scope: manifest.paper.scope.clone(),
            counts: Counts::total_of(judged.iter().map(|set| &set.counts)),
            claim_sets: judged.iter().map(|set| SetRow::new(manifest.id(), set)).collect(),
            figures,
            artifacts,
            sources,
            notes: notes.collect(),
        }
    }
}

impl SetRow {
    fn new(paper: &str, set: &Judged) -> Self {
        let tiers: BTreeMap<_, _> =
            set.claims.iter().filter_map(|claim| claim.evidence).map(|tier| (tier, tier.name())).collect();
        Self {
            id: set.id.clone(),
            place: set.place.clone(),
            registered: set.registered,
            counts: set.counts.clone(),
            evidence: tiers.into_values().collect(),
            missing: set.missing.as_ref().map(reason_text),
            claims: set.claims.iter().map(|claim| claim_json(paper, claim)).collect(),
        }
    }
}

impl FigureRow {
    /// A figure from its scene and its picture.
    pub fn new(id: &str, scene: &Scene, svg: String) -> Self {
        Self {
            id: id.to_owned(),
            title: scene.title.clone(),
            state: scene.state(),
            evidence: scene.evidence().map(|tier| tier.name()),
            drawn_from: scene
                .sources
                .iter()
                .map(|source| format!("{} from {}", source.dataset, source.alternative))
                .collect(),
            marks: scene.marks.len(),
            reason: scene.missing.as_ref().map(reason_text),
            svg,
        }
    }
}

/// A reason with its detail.
fn reason_text(missing: &Missing) -> String {
    format!("{}: {}", missing.reason, missing.detail)
}

impl ReportModel {
    /// The report over several papers.
    pub fn new(papers: Vec<PaperModel>) -> Self {
        let counts = Counts::total_of(papers.iter().map(|paper| &paper.counts));
        let figures = || papers.iter().flat_map(|paper| &paper.figures);
        let artifacts = || papers.iter().flat_map(|paper| &paper.artifacts);
        let figures_drawn = figures().filter(|figure| figure.state == "drawn").count();
        let artifacts_verified = artifacts().filter(|artifact| artifact.state == "ok").count();
        let (figures_registered, artifacts_declared) = (figures().count(), artifacts().count());
        let verdict = format!(
            "{counts}. {figures_drawn} of {figures_registered} registered figures drawn. \
             {artifacts_verified} of {artifacts_declared} declared artifacts present and verified."
        );
        Self {
            schema: 1,
            version: env!("CARGO_PKG_VERSION"),
            verdict,
            recomputed: counts.recomputed,
            cached: counts.cached,
            counts,
            figures_drawn,
            figures_registered,
            artifacts_verified,
            artifacts_declared,
            papers,
        }
    }
}
