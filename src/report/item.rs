//! What the report says about files, datasets, figures and stages.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::claims::{Comparison, Counts};
use crate::digest::Sha256;
use crate::evidence::Tier;
use crate::plot::{Scene, layer, svg};
use crate::stages::{StageRecord, Standing};
use crate::tables::{self, Grid};

/// How many files an item could use, and how many of them are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Files {
    /// Files that some way to the item reads.
    pub declared: usize,
    /// Of those, files on disk.
    pub fetched: usize,
    /// Of those, files with the pinned bytes.
    pub verified: usize,
}

/// A figure.
#[derive(Debug, Serialize)]
pub struct FigureRow {
    /// Identifier within the paper.
    pub id: String,
    /// Title.
    pub title: String,
    /// The figure in words.
    pub description: String,
    /// `drawn`, `missing` or `error`.
    pub state: &'static str,
    /// Tier of its weakest number.
    pub evidence: Option<&'static str>,
    /// Where its numbers come from.
    pub drawn_from: Vec<String>,
    /// Number of marks.
    pub marks: usize,
    /// Marks whose numbers our own stages computed.
    pub recomputed: usize,
    /// Why it is missing.
    pub reason: Option<String>,
    /// Datasets it is drawn from.
    pub datasets: Vec<String>,
    /// Artifacts those may be computed from.
    pub artifacts: Vec<String>,
    /// Claims judged on it, by outcome.
    pub counts: Counts,
    /// Published values that have a place on it.
    pub placed: usize,
    /// What the comparison with the published values says.
    pub comparison: Vec<String>,
    /// The command that draws it.
    pub command: String,
    /// Remarks about it.
    pub notes: Vec<String>,
    /// The picture, for HTML only: `figures/` holds the file.
    #[serde(skip)]
    pub svg: String,
    /// The published values to lay over it, for HTML only.
    #[serde(skip)]
    pub published: Option<String>,
}

impl FigureRow {
    /// A figure from its scene, its comparison with the published values, and what it may be drawn from.
    pub fn new(
        paper: &str,
        scene: &Scene,
        comparison: Comparison,
        inputs: (Vec<String>, Vec<String>),
    ) -> Self {
        let recomputed = |mark: &&crate::plot::Mark| mark.lineage.tier() == Some(Tier::Recomputed);
        let placed = comparison.published.len();
        Self {
            id: scene.id.clone(),
            title: scene.title.clone(),
            description: scene.description.clone(),
            state: scene.state(),
            evidence: scene.evidence().map(Tier::name),
            drawn_from: scene
                .sources
                .iter()
                .map(|source| format!("{} from {}", source.dataset, source.alternative))
                .collect(),
            marks: scene.marks.len(),
            recomputed: scene.marks.iter().filter(recomputed).count(),
            reason: scene.missing.as_ref().map(|missing| format!("{}: {}", missing.reason, missing.detail)),
            datasets: inputs.0,
            artifacts: inputs.1,
            placed,
            comparison: if scene.missing.is_none() { comparison.caption } else { Vec::new() },
            counts: comparison.counts,
            command: format!("repro figures {paper}/{}", scene.id),
            notes: Vec::new(),
            svg: svg(scene),
            published: (placed > 0).then(|| layer(scene, &comparison.published)),
        }
    }
}

/// An artifact.
#[derive(Debug, Serialize)]
pub struct ArtifactRow {
    /// Identifier within the paper.
    pub id: String,
    /// What it holds.
    pub about: Option<String>,
    /// `ok`, `missing`, `mismatched`, `unpinned` or `stale`.
    pub state: &'static str,
    /// Tier of the numbers in it.
    pub evidence: &'static str,
    /// How the author states to have obtained it.
    pub obtained: Option<String>,
    /// Why it is not there.
    pub reason: Option<&'static str>,
    /// Why an output of a stage does not count.
    pub detail: Option<String>,
    /// The command that gets it, where there is one.
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
    /// Stage that writes it.
    pub stage: Option<String>,
    /// Remarks about it.
    pub notes: Vec<String>,
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
    /// Whether a command can bring the rest.
    pub remote: bool,
}

/// Artifacts by source, in order of first mention.
pub fn by_source(artifacts: &[ArtifactRow]) -> Vec<SourceRow> {
    let mut sources: Vec<SourceRow> = Vec::new();
    for artifact in artifacts {
        let index = sources.iter().position(|row| row.source == artifact.source).unwrap_or_else(|| {
            sources.push(SourceRow { source: artifact.source.clone(), ..SourceRow::default() });
            sources.len() - 1
        });
        let ok = artifact.state == "ok";
        let row = &mut sources[index];
        row.declared += 1;
        row.ok += usize::from(ok);
        row.absent_named_only += usize::from(!ok && artifact.named_only);
        row.remote |= artifact.unlock.is_some();
    }
    sources
}

/// A named table that figures and claims read.
#[derive(Clone, Debug, Serialize)]
pub struct DatasetRow {
    /// Identifier within the paper.
    pub id: String,
    /// What it holds.
    pub about: Option<String>,
    /// `read`, `missing` or `error`.
    pub state: &'static str,
    /// Which way to it was taken, or why none could be.
    pub from: String,
    /// Rows.
    pub rows: Option<usize>,
    /// Rows that its steps leave out, one fragment per step.
    pub left_out: Vec<String>,
    /// Coefficients, labels and constants of the manifest that its numbers pass through, one fragment per step.
    pub transforms: Vec<String>,
    /// Datasets it is computed from.
    pub datasets: Vec<String>,
    /// Artifacts that some way to it reads directly.
    pub artifacts: Vec<String>,
}

/// A stage, with its receipt if it has run.
#[derive(Clone, Debug, Serialize)]
pub struct StageRow {
    /// Identifier within the paper.
    pub id: String,
    /// `fresh`, `stale` or `not_run`.
    pub state: &'static str,
    /// What changed since it ran.
    pub detail: Option<String>,
    /// Why its last run failed, where it did not succeed since.
    pub failed: Option<String>,
    /// Version of its kind that ran it.
    pub version: Option<u32>,
    /// Program and version that ran it; empty if it has not run.
    pub tool: String,
    /// Parameters, seeds among them.
    pub parameters: Map<String, Value>,
    /// What it read, by name.
    pub inputs: BTreeMap<String, Sha256>,
    /// What it wrote: file, size in bytes and hash.
    pub outputs: Vec<(String, u64, Sha256)>,
}

impl StageRow {
    /// A stage with what its receipt is worth.
    pub fn new(record: &StageRecord) -> Self {
        let mut row = Self {
            id: record.id.clone(),
            state: record.standing.name(),
            detail: match &record.standing {
                Standing::Stale(why) => Some(why.clone()),
                Standing::Fresh | Standing::NeverRan => None,
            },
            failed: record.failed.clone(),
            version: None,
            tool: String::new(),
            parameters: Map::new(),
            inputs: BTreeMap::new(),
            outputs: Vec::new(),
        };
        if let Some(receipt) = &record.receipt {
            let outputs = receipt.outputs.iter();
            row.version = Some(receipt.version);
            row.tool.clone_from(&receipt.tool);
            row.parameters.clone_from(&receipt.parameters);
            row.inputs.clone_from(&receipt.inputs);
            row.outputs = outputs.map(|(name, output)| (name.clone(), output.size, output.sha256)).collect();
        }
        row
    }
}

/// A table.
#[derive(Debug, Serialize)]
pub struct TableRow {
    /// Identifier within the paper.
    pub id: String,
    /// Title.
    pub title: String,
    /// `built` if at least one of its numbers is ours, `error` if it cannot be built, else `missing`.
    pub state: &'static str,
    /// Claim sets whose values it shows.
    pub claim_sets: Vec<String>,
    /// Those claims by outcome.
    pub counts: Counts,
    /// The command that builds it.
    pub command: String,
    /// Remarks about it.
    pub notes: Vec<String>,
    /// The table as a fragment of HTML, for the page only.
    #[serde(skip)]
    pub html: String,
}

impl TableRow {
    /// A table from its cells, and the claim sets that it shows.
    pub fn new(grid: &Grid, claim_sets: Vec<String>) -> Self {
        Self {
            id: grid.id.clone(),
            title: grid.title.clone(),
            state: if grid.n_ours() > 0 { "built" } else { grid.state() },
            claim_sets,
            counts: grid.counts().clone(),
            command: format!("repro tables {}/{}", grid.paper, grid.id),
            notes: Vec::new(),
            html: tables::html(grid),
        }
    }
}
