//! The matrix: claim sets, figures and tables by figure or section of the paper, with sums.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::graph::{Graph, graph};
use super::item::{FigureRow, Files, TableRow};
use super::model::{PaperModel, SetRow};
use crate::claims::Counts;

/// A figure or section of the paper: everything whose id begins with the same part.
#[derive(Debug, Serialize)]
pub struct GroupRow {
    /// The part of the ids before the first slash.
    pub id: String,
    /// What the places of its claim sets call it, else the id.
    pub title: String,
    /// Registered claims.
    pub registered: usize,
    /// Claims that agree on independent evidence: reproduced and consistent.
    pub agrees: usize,
    /// Claims whose number our own stages computed.
    pub recomputed: usize,
    /// Claims by outcome.
    pub counts: Counts,
    /// Tiers of our numbers.
    pub evidence: Vec<&'static str>,
    /// Files behind it, each once.
    pub files: Files,
    /// Figures drawn.
    pub figures_drawn: usize,
    /// Figures registered.
    pub figures_registered: usize,
    /// Tables with at least one number of ours.
    pub tables_built: usize,
    /// Tables registered.
    pub tables_registered: usize,
    /// Claim sets, figures and tables.
    pub rows: Vec<MatrixRow>,
    /// Remarks about them.
    pub notes: Vec<String>,
    /// From files to claims.
    pub graph: Graph,
}

/// A claim set, a figure or a table.
#[derive(Debug, Serialize)]
pub struct MatrixRow {
    /// `claims`, `figure` or `table`.
    pub kind: &'static str,
    /// Identifier within the paper.
    pub id: String,
    /// Place in the paper, or title.
    pub title: String,
    /// For a figure or table, whether it is there.
    pub state: Option<&'static str>,
    /// Files behind it.
    pub files: Files,
    /// Claims of the set, or judged on the figure, or shown in the table.
    pub registered: usize,
    /// Of those, claims that agree on independent evidence.
    pub agrees: usize,
    /// Numbers that our own stages computed: claims, or marks of a figure.
    pub recomputed: usize,
    /// Of so many.
    pub numbers: usize,
    /// Tiers of our numbers.
    pub evidence: Vec<&'static str>,
    /// Claims by outcome.
    pub counts: Counts,
}

/// All groups of a paper, in order of id.
pub fn groups(paper: &PaperModel) -> Vec<GroupRow> {
    let ids = paper.claim_sets.iter().map(|set| &set.id);
    let ids = ids.chain(paper.figures.iter().map(|figure| &figure.id));
    let ids = ids.chain(paper.tables.iter().map(|table| &table.id));
    let names: BTreeSet<&str> = ids.map(|id| group_of(id)).collect();
    let mut groups: Vec<GroupRow> = names.into_iter().map(|name| group(paper, name)).collect();
    let titles: Vec<String> = groups.iter().map(|group| group.title.clone()).collect();
    for group in &mut groups {
        // What two groups are called has their ids beside it.
        if titles.iter().filter(|title| **title == group.title).count() > 1 {
            group.title = format!("{} ({})", group.title, group.id);
        }
    }
    groups
}

/// The group of an item: the part of its id before the first slash.
pub fn group_of(id: &str) -> &str {
    id.split_once('/').map_or(id, |(group, _)| group)
}

/// Claims that agree on independent evidence.
pub fn agreeing(counts: &Counts) -> usize {
    counts.get("reproduced") + counts.get("consistent")
}

fn group(paper: &PaperModel, name: &str) -> GroupRow {
    let sets: Vec<&SetRow> = paper.claim_sets.iter().filter(|set| group_of(&set.id) == name).collect();
    let figures: Vec<&FigureRow> = paper.figures.iter().filter(|item| group_of(&item.id) == name).collect();
    let tables: Vec<&TableRow> = paper.tables.iter().filter(|item| group_of(&item.id) == name).collect();
    let counts = Counts::total_of(sets.iter().map(|set| &set.counts));
    let (mut artifacts, mut rows): (BTreeSet<String>, Vec<MatrixRow>) = (BTreeSet::new(), Vec::new());
    for set in &sets {
        let used = artifacts_of_set(paper, set);
        rows.push(set_row(set, paper.files(&used)));
        artifacts.extend(used);
    }
    for figure in &figures {
        rows.push(figure_row(figure, paper.files(&figure.artifacts)));
        artifacts.extend(figure.artifacts.iter().cloned());
    }
    rows.extend(tables.iter().map(|table| table_row(paper, table)));
    let tiers: BTreeMap<usize, &str> =
        rows.iter().flat_map(|row| &row.evidence).map(|tier| (rank(tier), *tier)).collect();
    GroupRow {
        id: name.to_owned(),
        title: title(&sets, name),
        registered: counts.total(),
        agrees: agreeing(&counts),
        recomputed: sets.iter().map(|set| set.recomputed).sum(),
        counts,
        evidence: tiers.into_values().collect(),
        files: paper.files(&artifacts),
        figures_drawn: figures.iter().filter(|figure| figure.state == "drawn").count(),
        figures_registered: figures.len(),
        tables_built: tables.iter().filter(|table| table.state == "built").count(),
        tables_registered: tables.len(),
        rows,
        notes: notes(paper, name),
        graph: graph(paper, &sets, &figures),
    }
}

/// Position among the tiers, weakest first.
fn rank(tier: &str) -> usize {
    ["declared", "printed", "digitised", "cached", "recomputed"]
        .iter()
        .position(|name| *name == tier)
        .unwrap_or(0)
}

/// The published values, the datasets and the figures that a set is judged on.
fn artifacts_of_set(paper: &PaperModel, set: &SetRow) -> BTreeSet<String> {
    let mut artifacts: BTreeSet<String> = paper.artifacts_of(&set.datasets).into_iter().collect();
    let figures = paper.figures.iter().filter(|figure| set.figures.contains(&figure.id));
    artifacts.extend(figures.flat_map(|figure| figure.artifacts.iter().cloned()));
    artifacts.insert(set.artifact.clone());
    artifacts
}

fn set_row(set: &SetRow, files: Files) -> MatrixRow {
    MatrixRow {
        kind: "claims",
        id: set.id.clone(),
        title: set.place.clone(),
        state: None,
        files,
        registered: set.registered,
        agrees: agreeing(&set.counts),
        recomputed: set.recomputed,
        numbers: set.registered,
        evidence: set.evidence.clone(),
        counts: set.counts.clone(),
    }
}

fn figure_row(figure: &FigureRow, files: Files) -> MatrixRow {
    MatrixRow {
        kind: "figure",
        id: figure.id.clone(),
        title: figure.title.clone(),
        state: Some(figure.state),
        files,
        registered: figure.counts.total(),
        agrees: agreeing(&figure.counts),
        recomputed: figure.recomputed,
        numbers: figure.marks,
        evidence: figure.evidence.into_iter().collect(),
        counts: figure.counts.clone(),
    }
}

fn table_row(paper: &PaperModel, table: &TableRow) -> MatrixRow {
    let sets: Vec<&SetRow> =
        paper.claim_sets.iter().filter(|set| table.claim_sets.contains(&set.id)).collect();
    let artifacts: BTreeSet<String> = sets.iter().flat_map(|set| artifacts_of_set(paper, set)).collect();
    let tiers: BTreeMap<usize, &str> =
        sets.iter().flat_map(|set| &set.evidence).map(|tier| (rank(tier), *tier)).collect();
    MatrixRow {
        kind: "table",
        id: table.id.clone(),
        title: table.title.clone(),
        state: Some(table.state),
        files: paper.files(&artifacts),
        registered: table.counts.total(),
        agrees: agreeing(&table.counts),
        recomputed: sets.iter().map(|set| set.recomputed).sum(),
        numbers: table.counts.total(),
        evidence: tiers.into_values().collect(),
        counts: table.counts.clone(),
    }
}

/// What stands before the first comma or colon of all places, if that is the same; else the id.
fn title(sets: &[&SetRow], name: &str) -> String {
    let mut heads = sets.iter().map(|set| set.place.split([',', ':']).next().unwrap_or_default().trim());
    match heads.next() {
        // A template is no title.
        Some(first) if !first.is_empty() && !first.contains('{') && heads.all(|head| head == first) => {
            first.to_owned()
        }
        _ => name.to_owned(),
    }
}

/// Notes that concern an item of the group, each once in order of declaration.
fn notes(paper: &PaperModel, name: &str) -> Vec<String> {
    let concerns = |about: &[String]| about.iter().any(|item| group_of(item) == name);
    paper.notes.iter().filter(|note| concerns(&note.about)).map(|note| note.id.clone()).collect()
}
