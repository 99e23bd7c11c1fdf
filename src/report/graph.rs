//! How the numbers of a group travel: files to datasets to figures to claims, like items joined into one node.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::item::FigureRow;
use super::model::{PaperModel, SetRow};
use crate::claims::Counts;

/// Nodes that a layer shows; a last one stands for all others.
const SHOWN: usize = 40;

/// Nodes and edges, nodes in order of layer.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Graph {
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Pairs of node indices, from what is read to what reads it.
    pub edges: Vec<(usize, usize)>,
}

/// One or several items that come from the same and go to the same.
#[derive(Clone, Debug, Serialize)]
pub struct Node {
    /// `file`, `dataset`, `figure` or `claims`.
    pub kind: &'static str,
    /// Column of the drawing.
    pub layer: usize,
    /// `ok`, `missing`, `differs` or `weak`: there, but only redrawn.
    pub state: &'static str,
    /// What it is called.
    pub label: String,
    /// Items in it.
    pub items: Vec<String>,
}

/// An item before like ones are joined.
struct Item<'a> {
    kind: &'static str,
    id: &'a str,
    layer: usize,
    state: &'static str,
    /// Keys of the items it reads.
    reads: BTreeSet<Key<'a>>,
}

/// Kind and id: two kinds may use the same id.
type Key<'a> = (&'static str, &'a str);

/// The graph of some claim sets and figures.
pub fn graph(paper: &PaperModel, sets: &[&SetRow], figures: &[&FigureRow]) -> Graph {
    let items = items(paper, sets, figures);
    let mut read_by: BTreeMap<Key<'_>, BTreeSet<Key<'_>>> = BTreeMap::new();
    for item in items.values() {
        for key in &item.reads {
            read_by.entry(*key).or_default().insert((item.kind, item.id));
        }
    }
    // What reads the same, is read by the same and is in the same state is one node.
    type Likeness<'k, 'a> =
        (usize, &'static str, &'static str, &'k BTreeSet<Key<'a>>, Option<&'k BTreeSet<Key<'a>>>);
    let mut alike: BTreeMap<Likeness<'_, '_>, Vec<&Item<'_>>> = BTreeMap::new();
    for (key, item) in &items {
        let likeness = (item.layer, item.kind, item.state, &item.reads, read_by.get(key));
        alike.entry(likeness).or_default().push(item);
    }
    let mut groups: Vec<Vec<&Item<'_>>> = alike.into_values().collect();
    groups.sort_by_key(|group| (group[0].layer, group[0].id));
    let groups = limited(groups);
    let nodes: Vec<Node> = groups.iter().map(|group| node(paper, group)).collect();
    let place: BTreeMap<Key<'_>, usize> = groups
        .iter()
        .enumerate()
        .flat_map(|(index, group)| group.iter().map(move |item| ((item.kind, item.id), index)))
        .collect();
    let edges: BTreeSet<(usize, usize)> = groups
        .iter()
        .enumerate()
        .flat_map(|(to, group)| group.iter().map(move |item| (to, item)))
        .flat_map(|(to, item)| item.reads.iter().map(move |key| (key, to)))
        .filter_map(|(key, to)| Some((*place.get(key)?, to)))
        .filter(|(from, to)| from != to)
        .collect();
    Graph { nodes, edges: edges.into_iter().collect() }
}

/// Joins what is too much for one layer into its last node.
fn limited<'k, 'a>(groups: Vec<Vec<&'k Item<'a>>>) -> Vec<Vec<&'k Item<'a>>> {
    let mut kept: Vec<Vec<&Item<'_>>> = Vec::new();
    let (mut layer, mut n) = (usize::MAX, 0);
    for group in groups {
        n = if group[0].layer == layer { n + 1 } else { 1 };
        layer = group[0].layer;
        match kept.last_mut() {
            Some(last) if n > SHOWN => last.extend(group),
            _ => kept.push(group),
        }
    }
    kept
}

fn items<'a>(
    paper: &'a PaperModel,
    sets: &[&'a SetRow],
    figures: &[&'a FigureRow],
) -> BTreeMap<Key<'a>, Item<'a>> {
    let mut items = BTreeMap::new();
    let used = datasets(paper, sets, figures);
    let deepest = used.values().copied().max().unwrap_or(0);
    let mut files: BTreeSet<&str> = sets.iter().map(|set| set.artifact.as_str()).collect();
    for dataset in paper.datasets.iter().filter(|dataset| used.contains_key(dataset.id.as_str())) {
        let reads = dataset.artifacts.iter().map(|id| ("file", id.as_str()));
        let reads = reads.chain(dataset.datasets.iter().map(|id| ("dataset", id.as_str()))).collect();
        files.extend(dataset.artifacts.iter().map(String::as_str));
        let layer = used.get(dataset.id.as_str()).copied().unwrap_or(1);
        let state = match dataset.state {
            "read" => "ok",
            "error" => "differs",
            _ => "missing",
        };
        items.insert(
            ("dataset", dataset.id.as_str()),
            Item { kind: "dataset", id: &dataset.id, layer, state, reads },
        );
    }
    for artifact in paper.artifacts.iter().filter(|artifact| files.contains(artifact.id.as_str())) {
        let state = match artifact.state {
            "ok" => "ok",
            "mismatched" => "differs",
            _ => "missing",
        };
        let item = Item { kind: "file", id: &artifact.id, layer: 0, state, reads: BTreeSet::new() };
        items.insert(("file", artifact.id.as_str()), item);
    }
    for figure in figures {
        let state = match figure.state {
            "drawn" => "ok",
            "error" => "differs",
            _ => "missing",
        };
        let reads = figure.datasets.iter().map(|id| ("dataset", id.as_str())).collect();
        let item = Item { kind: "figure", id: &figure.id, layer: deepest + 1, state, reads };
        items.insert(("figure", figure.id.as_str()), item);
    }
    for set in sets {
        let reads = set.figures.iter().map(|id| ("figure", id.as_str()));
        let reads = reads.chain(set.datasets.iter().map(|id| ("dataset", id.as_str())));
        let reads = reads.chain([("file", set.artifact.as_str())]).collect();
        let item =
            Item { kind: "claims", id: &set.id, layer: deepest + 2, state: outcome(&set.counts), reads };
        items.insert(("claims", set.id.as_str()), item);
    }
    items
}

/// The datasets behind sets and figures, each with its layer: 1 for one that reads files only.
fn datasets<'a>(
    paper: &'a PaperModel,
    sets: &[&'a SetRow],
    figures: &[&'a FigureRow],
) -> BTreeMap<&'a str, usize> {
    let known: BTreeMap<&str, &Vec<String>> =
        paper.datasets.iter().map(|dataset| (dataset.id.as_str(), &dataset.datasets)).collect();
    let named = sets.iter().flat_map(|set| &set.datasets);
    let mut open: Vec<&str> =
        named.chain(figures.iter().flat_map(|figure| &figure.datasets)).map(String::as_str).collect();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    while let Some(id) = open.pop() {
        if let Some(parents) = known.get(id).filter(|_| !used.contains(id)) {
            used.insert(id);
            open.extend(parents.iter().map(String::as_str));
        }
    }
    // A circle, which is an error of its datasets, ends with the number of rounds.
    let mut layers: BTreeMap<&str, usize> = used.iter().map(|id| (*id, 1)).collect();
    for _ in 0..used.len() {
        let mut changed = false;
        for id in &used {
            let parents = known.get(id).into_iter().flat_map(|parents| parents.iter());
            let above = parents.filter_map(|parent| layers.get(parent.as_str())).max().copied();
            let layer = above.map_or(1, |above| above + 1);
            changed |= layers.insert(id, layer) != Some(layer);
        }
        if !changed {
            break;
        }
    }
    layers
}

/// The state of a claim set: what is worst in it, and `weak` if nothing in it is independent evidence.
fn outcome(counts: &Counts) -> &'static str {
    let n = |name| counts.get(name);
    if n("differs") + n("error") > 0 {
        "differs"
    } else if n("reproduced") + n("consistent") > 0 {
        "ok"
    } else if n("redrawn") > 0 {
        "weak"
    } else {
        "missing"
    }
}

fn node(paper: &PaperModel, group: &[&Item<'_>]) -> Node {
    let first = group[0];
    let ids: Vec<String> = group.iter().map(|item| item.id.to_owned()).collect();
    let label = match group {
        [only] => only.id.to_owned(),
        _ => format!("{} ({} {})", common(&ids), ids.len(), plural(first.kind)),
    };
    let size = |id: &str| paper.claim_sets.iter().find(|set| set.id == id).map_or(0, |set| set.registered);
    let label = match first.kind {
        "claims" => format!("{label}: {}", ids.iter().map(|id| size(id)).sum::<usize>()),
        _ => label,
    };
    let same = group.iter().all(|item| item.state == first.state);
    let state = if same { first.state } else { "weak" };
    Node { kind: first.kind, layer: first.layer, state, label, items: ids }
}

fn plural(kind: &str) -> &'static str {
    match kind {
        "file" => "files",
        "dataset" => "datasets",
        "figure" => "figures",
        _ => "claim sets",
    }
}

/// What all ids begin with, up to a separator, and a star.
fn common(ids: &[String]) -> String {
    let Some(first) = ids.first() else { return String::new() };
    let shared = |a: &str, b: &str| {
        a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let length: usize = ids.iter().map(|id| shared(first, id)).min().unwrap_or(0);
    let head = &first[..length];
    let end = head.rfind(['/', '_', '-']).map_or(0, |place| place + 1);
    format!("{}*", &head[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_ids_are_called_by_what_they_share() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(common(&ids(&["fig2/a_x", "fig2/a_y"])), "fig2/a_*");
        assert_eq!(common(&ids(&["é/1", "è/2"])), "*");
        assert_eq!(common(&[]), "");
    }
}
