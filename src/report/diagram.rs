//! The graph as a layered drawing: one column a layer, in SVG that takes its colours from the page.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::graph::{Graph, Node};

/// Width of a column and of a node, height of a row and of a node, in pixels.
const COLUMN: usize = 264;
const WIDTH: usize = 208;
const ROW: usize = 28;
const HEIGHT: usize = 22;
/// Free space around the drawing.
const MARGIN: usize = 8;
/// Characters of a label that fit into a node.
const LABEL: usize = 30;
/// Times that both directions are sorted again.
const SWEEPS: usize = 4;

/// Draws a graph; `link` says where a node leads, if anywhere.
pub fn diagram(graph: &Graph, title: &str, link: &dyn Fn(&Node) -> Option<String>) -> String {
    let rows = rows(graph);
    let layers = graph.nodes.iter().map(|node| node.layer + 1).max().unwrap_or(0);
    let tallest = rows.iter().max().map_or(0, |row| row + 1);
    let (width, height) =
        ((layers * COLUMN).saturating_sub(COLUMN - WIDTH) + 2 * MARGIN, tallest * ROW + 2 * MARGIN);
    // Writing to a string cannot fail.
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg class=\"graph\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"group\" \
         aria-label=\"{}\">\n<g class=\"edges\">\n",
        escape(title)
    );
    let corner = |index: usize| (MARGIN + graph.nodes[index].layer * COLUMN, MARGIN + rows[index] * ROW);
    for (from, to) in &graph.edges {
        let ((x1, y1), (x2, y2)) = (corner(*from), corner(*to));
        let (x1, y1, y2) = (x1 + WIDTH, y1 + HEIGHT / 2, y2 + HEIGHT / 2);
        let bend = (COLUMN - WIDTH) * 3 / 4;
        let _ = writeln!(
            svg,
            "<path d=\"M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}\"/>",
            x1 + bend,
            x2.saturating_sub(bend)
        );
    }
    svg.push_str("</g>\n");
    for (index, node) in graph.nodes.iter().enumerate() {
        let (x, y) = corner(index);
        let target = link(node);
        if let Some(target) = &target {
            let _ = write!(svg, "<a href=\"#{}\">", escape(target));
        }
        let (sign, state) = sign(node);
        let _ = write!(
            svg,
            "<g class=\"node {}\"><title>{} ({state}): {}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" rx=\"4\"/><text x=\"{}\" y=\"{}\">{sign} {}</text></g>",
            node.state,
            node.kind,
            escape(&items(node)),
            x + 6,
            y + 15,
            escape(&short(&node.label)),
        );
        svg.push_str(if target.is_some() { "</a>\n" } else { "\n" });
    }
    svg.push_str("</svg>");
    svg
}

/// A sign for the state, since colour alone does not tell, and the state in words.
pub fn sign(node: &Node) -> (&'static str, &'static str) {
    match (node.kind, node.state) {
        ("claims", "ok") => ("\u{2713}", "agrees"),
        ("claims", "weak") => ("\u{2248}", "redrawn only"),
        ("claims", "differs") => ("\u{2717}", "differs"),
        (_, "ok") => ("\u{2713}", "there"),
        ("file", "differs") => ("\u{2717}", "not the pinned bytes"),
        (_, "differs") => ("\u{2717}", "error"),
        (_, "weak") => ("\u{2248}", "partly there"),
        _ => ("\u{25cb}", "missing"),
    }
}

/// Row of every node: as close as possible to the mean row of its neighbours.
fn rows(graph: &Graph) -> Vec<usize> {
    let mut layers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        layers.entry(node.layer).or_default().push(index);
    }
    let mut rows = vec![0; graph.nodes.len()];
    let assign = |layer: &[usize], rows: &mut Vec<usize>| {
        layer.iter().enumerate().for_each(|(row, index)| rows[*index] = row);
    };
    layers.values().for_each(|layer| assign(layer, &mut rows));
    for sweep in 0..SWEEPS {
        let order: Vec<usize> = match sweep % 2 {
            0 => layers.keys().copied().collect(),
            _ => layers.keys().rev().copied().collect(),
        };
        for key in order {
            let Some(layer) = layers.get_mut(&key) else { continue };
            let heights: BTreeMap<usize, i64> =
                layer.iter().map(|index| (*index, mean_row(graph, *index, sweep % 2 == 0, &rows))).collect();
            layer.sort_by_key(|index| heights.get(index).copied().unwrap_or(0));
            assign(layer, &mut rows);
        }
    }
    rows
}

/// A thousand times the mean row of the neighbours on one side; of itself without any.
fn mean_row(graph: &Graph, index: usize, before: bool, rows: &[usize]) -> i64 {
    let neighbours: Vec<usize> = graph
        .edges
        .iter()
        .filter_map(|(from, to)| match before {
            true => (*to == index).then_some(*from),
            false => (*from == index).then_some(*to),
        })
        .collect();
    let sum: usize = neighbours.iter().map(|index| rows[*index]).sum();
    let mean = (1000 * sum).checked_div(neighbours.len()).unwrap_or(1000 * rows[index]);
    i64::try_from(mean).unwrap_or(i64::MAX)
}

/// Items of a node for its tooltip.
fn items(node: &Node) -> String {
    const NAMED: usize = 12;
    let mut text = node.items.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if node.items.len() > NAMED {
        let _ = write!(text, " and {} more", node.items.len() - NAMED);
    }
    text
}

/// A label with its middle left out where it does not fit.
fn short(label: &str) -> String {
    let characters: Vec<char> = label.chars().collect();
    if characters.len() <= LABEL {
        return label.to_owned();
    }
    let tail = LABEL / 2;
    let head: String = characters[..LABEL - tail - 1].iter().collect();
    let end: String = characters[characters.len() - tail..].iter().collect();
    format!("{head}\u{2026}{end}")
}

/// A text that is safe between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(kind: &'static str, layer: usize, label: &str) -> Node {
        Node { kind, layer, state: "ok", label: label.into(), items: vec![label.into()] }
    }

    #[test]
    fn a_drawing_is_well_formed_whatever_the_labels_are() {
        let hostile = "</text><script>\"'&\u{202e}".repeat(9);
        let nodes = vec![node("file", 0, &hostile), node("dataset", 1, "b"), node("claims", 2, "c")];
        let graph = Graph { nodes, edges: vec![(0, 1), (1, 2)] };
        let svg = diagram(&graph, &hostile, &|node| Some(node.label.clone()));
        let document = roxmltree::Document::parse(&svg).unwrap();
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("rect")).count(), 3);
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("path")).count(), 2);
    }

    #[test]
    fn crossings_that_can_be_avoided_are() {
        let nodes = vec![
            node("file", 0, "a"),
            node("file", 0, "b"),
            node("dataset", 1, "x"),
            node("dataset", 1, "y"),
        ];
        let graph = Graph { nodes, edges: vec![(0, 3), (1, 2)] };
        assert_eq!(rows(&graph), [0, 1, 1, 0]);
    }

    #[test]
    fn nothing_is_an_empty_drawing() {
        assert!(diagram(&Graph::default(), "", &|_| None).contains("viewBox=\"0 0 "));
    }
}
