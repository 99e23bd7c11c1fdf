//! Finds our number for each claim and judges it.

use std::collections::BTreeMap;

use super::rule::discordant;
use super::set::{Ours, Row};
use super::{ClaimSet, Counts, Outcome, Published, Rule, Value};
use crate::evidence::{Lineage, Missing, Reason, Tier};
use crate::plot::{Mark, Quantity};
use crate::query::{Evidence, Table};

/// What there is to judge by.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Figures by id.
    pub figures: BTreeMap<&'a str, FigureFacts<'a>>,
    /// Datasets by id.
    pub datasets: &'a BTreeMap<String, Result<Evidence, Missing>>,
}

/// The marks of a figure, or why it has none.
#[derive(Clone, Copy, Debug)]
pub struct FigureFacts<'a> {
    /// Marks as drawn.
    pub marks: &'a [Mark],
    /// Why the figure is missing.
    pub missing: Option<&'a Missing>,
}

/// A judged claim.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Identifier within the paper.
    pub id: String,
    /// Where in the paper the value stands.
    pub place: String,
    /// Published value, as printed.
    pub value: String,
    /// Our value.
    pub ours: Option<Value>,
    /// Ours minus published.
    pub difference: Option<f64>,
    /// The rule.
    pub rule: Rule,
    /// Tolerance of the rule.
    pub tolerance: Option<f64>,
    /// The outcome.
    pub outcome: Outcome,
    /// Tier of our value.
    pub evidence: Option<Tier>,
    /// Why it is missing or could not be judged.
    pub detail: Option<String>,
    /// Figure that draws our value, or would if there were one.
    pub figure: Option<String>,
    /// Mark of that figure that our value was taken from.
    pub mark: Option<OurMark>,
    /// Rows our value was computed from.
    pub lineage: Lineage,
}

/// Which part of which mark a value of ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OurMark {
    /// Index among the marks of the figure.
    pub index: usize,
    /// The number; `None` for the mark's text.
    pub quantity: Option<Quantity>,
}

/// A judged claim set.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Identifier within the paper.
    pub id: String,
    /// Where in the paper the values stand.
    pub place: String,
    /// Registered claims; the manifest's count when the file is not there.
    pub registered: usize,
    /// Number of claims by outcome.
    pub counts: Counts,
    /// The claims; empty when the file of published values is not there.
    pub claims: Vec<Claim>,
    /// Why there are no claims.
    pub missing: Option<Missing>,
    /// Ids of figures that our values may stand in; `{column}` stands for a column of the published values.
    pub figures: Vec<String>,
}

/// Our number with its lineage.
struct Found {
    value: Value,
    /// The mark it was taken from, with the figure's id.
    mark: Option<(String, OurMark)>,
    lineage: Lineage,
}

/// Judges every claim of a set.
pub fn judge(set: &ClaimSet, facts: &Facts<'_>) -> Judged {
    let mut counts = Counts::default();
    let (claims, missing) = match &set.rows {
        Ok(rows) => {
            let mut claims: Vec<Claim> = rows.iter().map(|row| judge_row(set, row, facts)).collect();
            if set.rule == Rule::Order {
                judge_order(rows, &mut claims);
            }
            (claims, None)
        }
        Err(missing) => (Vec::new(), Some(missing.clone())),
    };
    claims.iter().for_each(|claim: &Claim| counts.add(claim.outcome, claim.evidence));
    if let Some(missing) = &missing {
        (0..set.expected).for_each(|_| counts.add(Outcome::Missing(missing.reason), None));
    }
    let registered = set.rows.as_ref().map_or(set.expected, Vec::len);
    let figures = set.ours.iter().filter_map(|ours| ours.figure.clone()).collect();
    Judged { id: set.id.clone(), place: set.place.clone(), registered, counts, claims, missing, figures }
}

fn judge_row(set: &ClaimSet, row: &Row, facts: &Facts<'_>) -> Claim {
    let mut claim = Claim {
        id: row.id.clone(),
        place: set.place.clone(),
        value: row.value.clone(),
        ours: None,
        difference: None,
        rule: set.rule,
        tolerance: row.tolerance,
        outcome: Outcome::Missing(Reason::NotRun),
        evidence: None,
        detail: None,
        figure: set.ours.iter().find_map(|ours| Some(fill(ours.figure.as_ref()?, row))),
        mark: None,
        lineage: Lineage::default(),
    };
    let found = match find_first(set, row, facts) {
        Ok(Ok(found)) => found,
        Ok(Err(missing)) => {
            claim.outcome = Outcome::Missing(missing.reason);
            claim.detail = Some(missing.detail);
            return claim;
        }
        Err(problem) => {
            claim.outcome = Outcome::Error;
            claim.detail = Some(problem);
            return claim;
        }
    };
    claim.evidence = found.lineage.tier();
    let published = Published { value: &row.value, tolerance: row.tolerance, interval: row.interval };
    match set.rule.judge(&published, &found.value) {
        Ok(verdict) => {
            let own_row = found.lineage.contains(row.sha256, row.row);
            claim.outcome = Outcome::of_comparison(verdict.holds, &found.lineage, own_row);
            claim.difference = verdict.difference;
        }
        Err(problem) => {
            claim.outcome = Outcome::Error;
            claim.detail = Some(problem);
        }
    }
    claim.ours = Some(found.value);
    if let Some((figure, mark)) = found.mark {
        (claim.figure, claim.mark) = (Some(figure), Some(mark));
    }
    claim.lineage = found.lineage;
    claim
}

/// Claims whose value stands in another order to the others of its group than the published one differ.
fn judge_order(rows: &[Row], claims: &mut [Claim]) {
    let mut groups: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        groups.entry(&row.group).or_default().push(index);
    }
    for members in groups.into_values() {
        let numbers = |index: &usize| {
            let claim = &claims[*index];
            let published: f64 = claim.value.trim().parse().ok()?;
            Some((*index, (published, claim.ours.as_ref()?.number()?)))
        };
        let (members, values): (Vec<usize>, Vec<(f64, f64)>) = members.iter().filter_map(numbers).unzip();
        let tie = members.iter().filter_map(|index| rows[*index].tolerance).fold(0.0, f64::max);
        for (index, pairs) in members.iter().zip(discordant(&values, tie)) {
            let claim = &mut claims[*index];
            if members.len() < 2 {
                claim.outcome = Outcome::Error;
                claim.detail = Some("an order needs at least two values".to_owned());
            } else if pairs > 0 {
                claim.outcome = Outcome::Differs;
                claim.detail = Some(format!("other order than {pairs} of {} others", members.len() - 1));
            }
        }
    }
}

/// The first alternative that has a number; else why the first one has none.
fn find_first(set: &ClaimSet, row: &Row, facts: &Facts<'_>) -> Result<Result<Found, Missing>, String> {
    let mut first_missing = None;
    for ours in &set.ours {
        match find(ours, row, facts, set.rule.takes_replicates())? {
            Ok(found) => return Ok(Ok(found)),
            Err(missing) => {
                first_missing.get_or_insert(missing);
            }
        }
    }
    let nothing = || Missing { reason: Reason::NotRun, detail: "nothing computes this value".into() };
    Ok(Err(first_missing.unwrap_or_else(nothing)))
}

fn find(
    ours: &Ours,
    row: &Row,
    facts: &Facts<'_>,
    replicates: bool,
) -> Result<Result<Found, Missing>, String> {
    let row = &*ours.translated(row);
    let column = fill(&ours.column, row);
    let column = ours.columns.get(&column).cloned().unwrap_or(column);
    let wanted: Vec<(&str, String)> =
        ours.matching.iter().map(|(name, text)| (name.as_str(), fill(text, row))).collect();
    if let Some(figure) = &ours.figure {
        if replicates {
            return Err("several runs stand in a dataset, not in a figure".to_owned());
        }
        let id = fill(figure, row);
        let figure = facts.figures.get(id.as_str()).ok_or_else(|| format!("no figure is called `{id}`"))?;
        return match figure.missing {
            Some(missing) => Ok(Err(missing.clone())),
            None => find_mark(figure.marks, &wanted, &column, &id),
        };
    }
    let id = ours.dataset.as_deref().unwrap_or_default();
    match facts.datasets.get(id) {
        None => Err(format!("no dataset is called `{id}`")),
        Some(Err(missing)) => Ok(Err(missing.clone())),
        Some(Ok(evidence)) if replicates => find_rows(&evidence.table, &wanted, &column, id),
        Some(Ok(evidence)) => find_row(&evidence.table, &wanted, &column, id),
    }
}

/// The one element of `matches`; none is missing, several are an error.
fn only<T>(mut matches: impl Iterator<Item = T>, place: &str) -> Result<Result<T, Missing>, String> {
    match (matches.next(), matches.next()) {
        (Some(only), None) => Ok(Ok(only)),
        (None, _) => {
            Ok(Err(Missing { reason: Reason::NotRun, detail: format!("`{place}` has no such value") }))
        }
        (Some(_), Some(_)) => Err(format!("several values of `{place}` match this claim")),
    }
}

fn find_mark(
    marks: &[Mark],
    wanted: &[(&str, String)],
    column: &str,
    figure: &str,
) -> Result<Result<Found, Missing>, String> {
    for (name, _) in wanted {
        if !["mark", "panel", "series", "key", "text"].contains(name) {
            return Err(format!("marks cannot be matched by `{name}`"));
        }
    }
    let matches = marks.iter().enumerate().filter(|(_, mark)| {
        wanted.iter().all(|(name, text)| match *name {
            "mark" => mark.kind.name() == text,
            "panel" => mark.panel == *text,
            "series" => mark.series == *text,
            "key" => mark.key == *text,
            _ => mark.text == *text,
        })
    });
    let (index, mark) = match only(matches, figure)? {
        Ok(found) => found,
        Err(missing) => return Ok(Err(missing)),
    };
    let found = |value, quantity| Found {
        value,
        mark: Some((figure.to_owned(), OurMark { index, quantity })),
        lineage: mark.lineage.clone(),
    };
    if column == "text" {
        return Ok(Ok(found(Value::Text(mark.text.clone()), None)));
    }
    let quantity = Quantity::of_column(column).ok_or_else(|| format!("marks have no column `{column}`"))?;
    let absent = || Missing { reason: Reason::NotRun, detail: format!("`{figure}` has no {column} here") };
    let number = mark.number(quantity);
    Ok(number.map(|number| found(Value::Number(number), Some(quantity))).ok_or_else(absent))
}

/// Positions of the rows that fulfil all conditions.
fn matching(
    table: &Table,
    wanted: &[(&str, String)],
    column: &str,
    dataset: &str,
) -> Result<Vec<usize>, String> {
    for name in wanted.iter().map(|(name, _)| *name).chain([column]) {
        if table.column(name).is_none() {
            return Err(format!("dataset `{dataset}` has no column `{name}`"));
        }
    }
    let agrees =
        |index: usize, (name, text): &(&str, String)| table.text(name, index).as_deref() == Some(text);
    Ok((0..table.n_rows()).filter(|index| wanted.iter().all(|pair| agrees(*index, pair))).collect())
}

/// The numbers of all matching rows, for rules that look at repeated runs.
fn find_rows(
    table: &Table,
    wanted: &[(&str, String)],
    column: &str,
    dataset: &str,
) -> Result<Result<Found, Missing>, String> {
    let rows = matching(table, wanted, column, dataset)?;
    let runs: Vec<(usize, f64)> =
        rows.into_iter().filter_map(|row| table.number(column, row).map(|value| (row, value))).collect();
    if runs.is_empty() {
        return Ok(Err(Missing { reason: Reason::NotRun, detail: format!("`{dataset}` has no such value") }));
    }
    let lineage = Lineage::union(runs.iter().filter_map(|(row, _)| table.lineage(*row)));
    let value = Value::Numbers(runs.into_iter().map(|(_, value)| value).collect());
    Ok(Ok(Found { value, mark: None, lineage }))
}

fn find_row(
    table: &Table,
    wanted: &[(&str, String)],
    column: &str,
    dataset: &str,
) -> Result<Result<Found, Missing>, String> {
    let index = match only(matching(table, wanted, column, dataset)?.into_iter(), dataset)? {
        Ok(index) => index,
        Err(missing) => return Ok(Err(missing)),
    };
    let lineage = table.lineage(index).cloned().unwrap_or_default();
    let value = match table.number(column, index) {
        Some(number) => Value::Number(number),
        None => match table.text(column, index) {
            Some(text) => Value::Text(text),
            None => {
                let detail = format!("`{dataset}` has a missing value here");
                return Ok(Err(Missing { reason: Reason::NotRun, detail }));
            }
        },
    };
    Ok(Ok(Found { value, mark: None, lineage }))
}

/// Replaces `{column}` by the row's text of that column.
fn fill(template: &str, row: &Row) -> String {
    if !template.contains('{') {
        return template.to_owned();
    }
    row.cells
        .iter()
        .fold(template.to_owned(), |text, (name, cell)| text.replace(&format!("{{{name}}}"), cell))
}
