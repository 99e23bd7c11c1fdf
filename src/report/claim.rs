//! A judged claim as the report shows it: whole in JSON, shortened on the page.

use serde::Serialize;
use serde_json::Value as Json;

use crate::claims::{Claim, Outcome, Value, claim_json};
use crate::evidence::{Lineage, Tier};

/// Digits of our value that the page shows; JSON has all of them.
const DIGITS: usize = 10;
/// Longest list of rows that the page shows for one file.
const ROWS: usize = 16;

/// A claim.
#[derive(Debug)]
pub struct ClaimRow {
    /// As in `repro claims --json`.
    pub json: Json,
    /// What the page shows.
    pub cells: Cells,
    /// Outcome, for choosing which rows stand first.
    pub outcome: Outcome,
    /// Tier of our number.
    pub tier: Option<Tier>,
}

/// The texts of a row of the page.
#[derive(Clone, Debug, Serialize)]
pub struct Cells {
    /// Place in the set, from 0.
    pub index: usize,
    /// Identifier within the paper.
    pub id: String,
    /// Identifier without that of the set.
    pub key: String,
    /// Published value as printed.
    pub value: String,
    /// Our value.
    pub ours: String,
    /// Ours minus published.
    pub difference: String,
    /// Rule and tolerance.
    pub rule: String,
    /// Outcome.
    pub outcome: &'static str,
    /// Tier.
    pub evidence: &'static str,
    /// Rows our value comes from, shortened.
    pub lineage: String,
    /// Reason, detail, version and aliases.
    pub detail: String,
}

impl ClaimRow {
    /// The `index`th claim of a set.
    pub fn new(paper: &str, set: &str, index: usize, claim: &Claim) -> Self {
        let key = claim.id.strip_prefix(set).and_then(|key| key.strip_prefix('/')).unwrap_or(&claim.id);
        let rule = match claim.tolerance {
            Some(tolerance) => format!("{} {}", claim.rule.name(), short(tolerance)),
            None => claim.rule.name().to_owned(),
        };
        let cells = Cells {
            index,
            id: claim.id.clone(),
            key: key.to_owned(),
            value: claim.value.clone(),
            ours: claim.ours.as_ref().map(ours).unwrap_or_default(),
            difference: claim.difference.map(difference).unwrap_or_default(),
            rule,
            outcome: claim.outcome.name(),
            evidence: claim.evidence.map(Tier::name).unwrap_or_default(),
            lineage: lineage(&claim.lineage),
            detail: detail(claim),
        };
        Self { json: claim_json(paper, claim), cells, outcome: claim.outcome, tier: claim.evidence }
    }
}

fn ours(value: &Value) -> String {
    match value {
        Value::Number(number) => short(*number),
        other => other.to_string(),
    }
}

/// A number with at most [`DIGITS`] significant digits, in the shorter of both notations.
fn short(number: f64) -> String {
    let rounded: f64 = format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number);
    let (plain, scientific) = (format!("{rounded}"), format!("{rounded:e}"));
    if plain.len() <= scientific.len().max(DIGITS + 2) { plain } else { scientific }
}

fn difference(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { format!("{number:.1e}") }
}

/// The first file with its rows, and how many files there are beyond it.
fn lineage(lineage: &Lineage) -> String {
    let mut files = lineage.files();
    let Some((file, rows)) = files.next() else { return String::new() };
    let listed = rows.to_string();
    let rows = if listed.len() <= ROWS { format!(":{listed}") } else { format!(", {} rows", rows.len()) };
    match files.count() {
        0 => format!("{}{rows}", file.artifact),
        1 => format!("{}{rows}, and 1 more file", file.artifact),
        more => format!("{}{rows}, and {more} more files", file.artifact),
    }
}

fn detail(claim: &Claim) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Outcome::Missing(reason) = claim.outcome {
        parts.push(reason.name().to_owned());
    }
    parts.extend(claim.detail.clone());
    parts.extend(claim.version.as_ref().map(|version| format!("version {version}")));
    parts.extend(claim.aliases.iter().map(|alias| format!("also {}: {}", alias.place, alias.value)));
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shortened_to_ten_digits() {
        assert_eq!(short(23.0 / 60.0), "0.3833333333");
        assert_eq!(short(0.26231876), "0.26231876");
        assert_eq!(short(8.8e-9), "0.0000000088");
        assert_eq!(short(1.0e-30), "1e-30");
        assert_eq!(short(-1234567.0), "-1234567");
        assert_eq!(short(f64::NAN), "NaN");
    }

    #[test]
    fn no_difference_is_a_plain_zero() {
        assert_eq!(
            (difference(0.0), difference(-0.0), difference(-0.00123)),
            ("0".into(), "0".into(), "-1.2e-3".into())
        );
    }
}
