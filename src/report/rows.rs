//! Which rows of a claim set stand in the page as HTML, and the others as compact data.
//!
//! A page of 20,000 rows takes browsers seconds to lay out, and nobody reads them. So each set shows its first rows and
//! all that differ; a script makes the others from data when the set is opened or searched. Without a script the page
//! says how many there are and that `report.json` has them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::claim::{Cells, ClaimRow};
use super::model::SetRow;
use crate::claims::Outcome;
use crate::digest::text::visible;

/// Rows of a set that are HTML whatever their outcome.
const FIRST: usize = 30;
/// Further rows that are HTML because they differ or are in error.
const CONSPICUOUS: usize = 100;

/// A claim set on the page.
#[derive(Debug, Serialize)]
pub struct SetPage<'a> {
    /// Rows in HTML, in the order of the set.
    pub rows: Vec<&'a Cells>,
    /// Number of rows that are data only.
    pub n_more: usize,
    /// Those rows as JSON that may stand inside a `script` element.
    pub data: String,
}

impl<'a> SetPage<'a> {
    /// Divides the rows of a set.
    pub fn new(set: &'a SetRow) -> Self {
        let conspicuous = |claim: &ClaimRow| matches!(claim.outcome, Outcome::Differs | Outcome::Error);
        let (mut rows, mut rest, mut extra) = (Vec::new(), Vec::new(), 0);
        for (index, claim) in set.claims.iter().enumerate() {
            if index < FIRST {
                rows.push(&claim.cells);
            } else if conspicuous(claim) && extra < CONSPICUOUS {
                extra += 1;
                rows.push(&claim.cells);
            } else {
                rest.push(&claim.cells);
            }
        }
        let data = if rest.is_empty() { String::new() } else { data(&rest) };
        Self { rows, n_more: rest.len(), data }
    }
}

/// `{"t": texts, "r": rows}`: what repeats is the index of a text.
fn data(rows: &[&Cells]) -> String {
    let mut texts: Vec<&str> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut text = |text| {
        *known.entry(text).or_insert_with(|| {
            texts.push(text);
            texts.len() - 1
        })
    };
    let rows: Vec<Json> = rows
        .iter()
        .map(|row| {
            let [rule, outcome, evidence] = [row.rule.as_str(), row.outcome, row.evidence].map(&mut text);
            let [lineage, detail] = [row.lineage.as_str(), row.detail.as_str()].map(&mut text);
            let Cells { index, key, value, ours, difference, .. } = row;
            json!([index, key, value, ours, difference, rule, outcome, evidence, lineage, detail])
        })
        .collect();
    inert(&shown(json!({ "t": texts, "r": rows })))
}

/// The same with U+FFFD in place of characters that a page obeys: the script would undo an escape.
fn shown(json: Json) -> Json {
    match json {
        Json::String(text) => Json::String(visible(&text).into_owned()),
        Json::Array(items) => items.into_iter().map(shown).collect(),
        Json::Object(members) => members.into_iter().map(|(key, value)| (key, shown(value))).collect(),
        other => other,
    }
}

/// JSON that cannot end the `script` element it stands in, nor open a comment there.
fn inert(json: &Json) -> String {
    json.to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_element() {
        let hostile = json!("</script><!--<script>&\u{2028}");
        let text = inert(&hostile);
        assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), hostile);
    }
}
