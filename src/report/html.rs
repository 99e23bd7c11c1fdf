//! The report as one HTML file: no network, and no script needed to read it.

use serde::Serialize;
use tera::{Context, Kwargs, State, Tera};

use super::ReportModel;
use super::diagram::{diagram, sign};
use super::graph::Node;
use super::item::FigureRow;
use super::matrix::group_of;
use super::model::PaperModel;
use super::rows::SetPage;
use crate::digest::sha256;
use crate::digest::text::visible;
use crate::error::{Class, Diagnostic};
use crate::plot::base64;
use crate::store::human_bytes;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// The page and its parts; the names end in `.html`, so that everything inserted is escaped.
const TEMPLATES: [(&str, &str); 9] = [
    ("report.html", include_str!("report.html")),
    ("matrix.html", include_str!("parts/matrix.html")),
    ("missing.html", include_str!("parts/missing.html")),
    ("figures.html", include_str!("parts/figures.html")),
    ("tables.html", include_str!("parts/tables.html")),
    ("claims.html", include_str!("parts/claims.html")),
    ("provenance.html", include_str!("parts/provenance.html")),
    ("warnings.html", include_str!("parts/warnings.html")),
    ("scope.html", include_str!("parts/scope.html")),
];

/// A template that does not render: a bug, shown as a failure rather than a panic.
#[derive(Debug, thiserror::Error)]
#[error("the report template does not render")]
pub struct ReportError(#[from] tera::Error);

impl Diagnostic for ReportError {
    fn class(&self) -> Class {
        Class::Operation
    }
}

/// What the page shows of a paper beside the model: drawings, and the rows of its claim sets.
#[derive(Serialize)]
struct Fragments<'a> {
    pictures: Vec<Picture>,
    tables: Vec<&'a str>,
    sets: Vec<SetPage<'a>>,
    graphs: Vec<String>,
    /// One text a node, for each graph.
    lists: Vec<Vec<String>>,
    /// Figures and notes by group.
    homes: Vec<Home>,
    /// Notes that concern no group.
    elsewhere: Vec<usize>,
}

/// What stands under the heading of a group, as indices; a note stands where the first item it concerns does.
#[derive(Default, Serialize)]
struct Home {
    group: usize,
    figures: Vec<usize>,
    notes: Vec<usize>,
}

/// A figure's drawings.
#[derive(Serialize)]
struct Picture {
    /// Id of the drawing, so that the views can use it a second time.
    id: String,
    svg: String,
    published: Option<String>,
    /// Size in points.
    width: String,
    height: String,
}

/// Renders the report. Everything from manifests and files is escaped; only our own drawings are inserted as they are.
pub fn html(model: &ReportModel) -> Result<String, ReportError> {
    let mut tera = Tera::default();
    tera.register_filter("fragment", |text: &str, _: Kwargs, _: &State| fragment(text));
    tera.register_filter("thousands", |number: u64, _: Kwargs, _: &State| thousands(number));
    tera.register_filter("bytes", |number: u64, _: Kwargs, _: &State| human_bytes(number));
    tera.add_raw_templates(TEMPLATES)?;
    let fragments: Vec<Fragments<'_>> =
        model.papers.iter().enumerate().map(|(index, paper)| fragments(index, paper)).collect();
    let mut context = Context::new();
    context.insert("report", model);
    context.insert("fragments", &fragments);
    context.insert("style", STYLE);
    context.insert("script", SCRIPT);
    context.insert("style_hash", &base64(sha256(STYLE.as_bytes()).as_bytes()));
    context.insert("script_hash", &base64(sha256(SCRIPT.as_bytes()).as_bytes()));
    context.insert("outcomes", &crate::claims::Outcome::NAMES);
    // Texts are escaped, which leaves characters that a page obeys.
    Ok(visible(&tera.render("report.html", &context)?).into_owned())
}

fn fragments(index: usize, paper: &PaperModel) -> Fragments<'_> {
    let link = |node: &Node| {
        let kind = match node.kind {
            "file" => "artifact",
            "claims" => "set",
            kind => kind,
        };
        let only = (node.items.len() == 1).then(|| node.items.first()).flatten()?;
        Some(fragment(&format!("{}/{kind}/{only}", paper.id)))
    };
    let drawn = |group: &super::GroupRow| {
        diagram(&group.graph, &format!("{}, {}: from files to claims", paper.id, group.title), &link)
    };
    let pictures = paper.figures.iter().enumerate();
    let (homes, elsewhere) = homes(paper);
    Fragments {
        pictures: pictures
            .map(|(place, figure)| Picture::new(&format!("s{index}-{place}"), figure))
            .collect(),
        tables: paper.tables.iter().map(|table| table.html.as_str()).collect(),
        sets: paper.claim_sets.iter().map(SetPage::new).collect(),
        graphs: paper.groups.iter().map(drawn).collect(),
        lists: paper.groups.iter().map(list).collect(),
        homes,
        elsewhere,
    }
}

/// Divides figures and notes among the groups; groups with neither are left out.
fn homes(paper: &PaperModel) -> (Vec<Home>, Vec<usize>) {
    let place = |item: &str| paper.groups.iter().position(|group| group.id == group_of(item));
    let mut homes: Vec<Home> =
        (0..paper.groups.len()).map(|group| Home { group, ..Home::default() }).collect();
    for (index, figure) in paper.figures.iter().enumerate() {
        if let Some(group) = place(&figure.id) {
            homes[group].figures.push(index);
        }
    }
    let mut elsewhere = Vec::new();
    for (index, note) in paper.notes.iter().enumerate() {
        match note.about.iter().find_map(|item| place(item)) {
            Some(group) => homes[group].notes.push(index),
            None => elsewhere.push(index),
        }
    }
    homes.retain(|home| !home.figures.is_empty() || !home.notes.is_empty());
    (homes, elsewhere)
}

/// A graph in words, one line for everything that reads something.
fn list(group: &super::GroupRow) -> Vec<String> {
    let graph = &group.graph;
    let described = |index: usize| {
        let node = &graph.nodes[index];
        format!("{} ({})", node.label, sign(node).1)
    };
    let reads = |to: usize| {
        let from: Vec<String> =
            graph.edges.iter().filter(|edge| edge.1 == to).map(|edge| described(edge.0)).collect();
        (!from.is_empty())
            .then(|| format!("{} {} reads {}", graph.nodes[to].kind, described(to), from.join(", ")))
    };
    (0..graph.nodes.len()).rev().filter_map(reads).collect()
}

impl Picture {
    fn new(id: &str, figure: &FigureRow) -> Self {
        let attribute = |name: &str| {
            let rest = figure.svg.split_once(&format!(" {name}=\"")).map_or("", |(_, rest)| rest);
            rest.split('"').next().unwrap_or_default().trim_end_matches("pt").to_owned()
        };
        Self {
            id: id.to_owned(),
            svg: figure.svg.replacen("<svg ", &format!("<svg id=\"{id}\" "), 1),
            published: figure.published.clone(),
            width: attribute("width"),
            height: attribute("height"),
        }
    }
}

/// A text as the fragment of an address: everything but letters, digits and a few signs as `%XX`.
fn fragment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A number with commas between groups of three digits.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_holds_nothing_that_an_address_would_change() {
        assert_eq!(fragment("p/claim/a b%<é"), "p/claim/a%20b%25%3C%C3%A9");
    }

    #[test]
    fn digits_come_in_groups_of_three() {
        let written = [0, 999, 1000, 1234567].map(thousands);
        assert_eq!(written, ["0", "999", "1,000", "1,234,567"]);
    }
}
