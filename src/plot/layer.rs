//! The published values alone, without a ground: a sheet of the same size to lay over our figure.

use super::geometry::Point;
use super::overlay::{Published, Verdict};
use super::scene::Scene;
use super::xml::{Tag, escape, number};

/// Radius of a ring, and half the width of a cross, in points.
const HALF: f64 = 2.5;

/// Rings where a value agrees with ours, squares where ours is drawn from it; where it differs, a cross and a line to it from
/// our value.
///
/// Each symbol says its values in a title. Groups are called `halo`, `redrawn`, `agrees` and `differs` by their classes.
pub fn layer(scene: &Scene, published: &[Published]) -> String {
    let (width, height) = (number(scene.page.width), number(scene.page.height));
    let words = format!("{}: {} published values", scene.title, published.len());
    let tag = Tag::new("svg")
        .attribute("xmlns", "http://www.w3.org/2000/svg")
        .attribute("viewBox", &format!("0 0 {width} {height}"))
        .attribute("width", &format!("{width}pt"))
        .attribute("height", &format!("{height}pt"))
        .attribute("role", "img")
        .attribute("aria-label", &words);
    let mut text = tag.open();
    // White first, so that no value hides another.
    text.push_str("\n<g class=\"halo\" fill=\"none\" stroke=\"#fff\" stroke-width=\"2.6\"><path d=\"");
    published.iter().for_each(|value| text.push_str(&outline(value)));
    text.push_str("\"/></g>\n");
    let classes = [
        ("redrawn", Verdict::Redrawn, "#6e6e6e"),
        ("agrees", Verdict::Agrees, "#000"),
        ("differs", Verdict::Differs, "#d55e00"),
    ];
    for (class, verdict, colour) in classes {
        let mut group = published.iter().filter(|value| value.verdict == verdict).peekable();
        if group.peek().is_none() {
            continue;
        }
        let tag = Tag::new("g").attribute("class", class).attribute("fill", "none");
        text.push_str(&tag.attribute("stroke", colour).attribute("stroke-width", "0.9").open());
        text.push('\n');
        for value in group {
            let shape = Tag::new("path").attribute("d", &outline(value)).open();
            text.push_str(&format!("{shape}<title>{}</title></path>\n", escape(&value.words)));
        }
        text.push_str("</g>\n");
    }
    text.push_str("</svg>");
    text
}

/// The outline of a value's symbol as path data.
fn outline(value: &Published) -> String {
    let Point { x, y } = value.at;
    match value.verdict {
        Verdict::Agrees => {
            let (left, y) = (number(x - HALF), number(y));
            return format!("M{left} {y}a{HALF} {HALF} 0 1 0 5 0a{HALF} {HALF} 0 1 0 -5 0");
        }
        Verdict::Redrawn => {
            let (left, top) = (number(x - HALF), number(y - HALF));
            return format!("M{left} {top}h5v5h-5z");
        }
        Verdict::Differs => {}
    }
    let (left, top) = (number(x - HALF), number(y - HALF));
    let mut path = format!("M{left} {top}l5 5m0 -5l-5 5");
    if let Some(ours) = value.ours {
        path.push_str(&format!("M{} {}L{} {}", number(ours.x), number(ours.y), number(x), number(y)));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Page;

    fn published(verdict: Verdict) -> Published {
        let (at, ours) = (Point::new(10.0, 20.0), Some(Point::new(30.0, 40.0)));
        Published { at, ours, verdict, words: "<b>: 1 & 2".into() }
    }

    fn drawn(published: &[Published]) -> String {
        let page = Page { width: 100.0, height: 50.0, elements: Vec::new() };
        let (id, title, description) = (String::new(), "\"t\"".to_owned(), String::new());
        let (marks, sources, missing) = (Vec::new(), Vec::new(), None);
        let lookups = Default::default();
        layer(&Scene { id, title, description, page, marks, sources, missing, lookups }, published)
    }

    #[test]
    fn a_value_that_differs_is_tied_to_ours() {
        let text = drawn(&[Verdict::Agrees, Verdict::Differs, Verdict::Redrawn].map(published));
        let document = roxmltree::Document::parse(&text).unwrap();
        let classes: Vec<_> = document.descendants().filter_map(|node| node.attribute("class")).collect();
        assert_eq!(classes, ["halo", "redrawn", "agrees", "differs"]);
        assert_eq!(text.matches("M30 40L10 20").count(), 2, "with its halo");
        let titles: Vec<_> = document.descendants().filter(|node| node.has_tag_name("title")).collect();
        assert_eq!(titles.len(), 3);
        assert_eq!(titles[0].text(), Some("<b>: 1 & 2"));
    }

    #[test]
    fn nothing_published_is_an_empty_sheet() {
        assert!(!drawn(&[]).contains("class=\"agrees\""));
    }
}
