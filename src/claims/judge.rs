//! Finds our number for each claim and judges it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::copies::{Copies, Copy};
use super::find::{Finder, Found};
use super::rule::{discordant, parse};
use super::set::{Row, Unregistered};
use super::spec::fill;
use super::{Alias, Cells, ClaimSet, Counts, Outcome, Published, Rule, Value};
use crate::evidence::{Lineage, Missing, Tier};
use crate::plot::{Mark, Quantity};
use crate::query::Evidence;

/// What there is to judge by.
pub struct Facts<'a> {
    /// Figures by id.
    pub figures: BTreeMap<&'a str, FigureFacts<'a>>,
    /// Datasets by id.
    pub datasets: &'a BTreeMap<String, Result<Evidence, Missing>>,
    /// Finds files that hold the published numbers once more; none where there are no files.
    pub copies: Option<&'a Copies<'a>>,
}

/// The marks of a figure, or why it has none.
#[derive(Clone, Copy, Debug)]
pub struct FigureFacts<'a> {
    /// Marks as drawn.
    pub marks: &'a [Mark],
    /// Why the figure is missing.
    pub missing: Option<&'a Missing>,
    /// Whether all its numbers come from files that belong to the project. Then a claim that finds no mark is stated
    /// wrongly; what was fetched or computed may lack a value that the paper has.
    pub shipped: bool,
}

/// A judged claim.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Identifier within the paper.
    pub id: String,
    /// Where in the paper the value stands.
    pub place: String,
    /// Version of the paper, where several are registered.
    pub version: Option<String>,
    /// Published value, as printed.
    pub value: String,
    /// Artifact that holds the published value.
    pub artifact: String,
    /// Row of that file, from 1.
    pub row: u32,
    /// The row of the published file.
    pub cells: Arc<Cells>,
    /// Other places where the same value is printed.
    pub aliases: Vec<Alias>,
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
    /// Why it is missing or could not be judged, or what was left out of our value.
    pub detail: Option<String>,
    /// Artifacts and needs that a missing value waits for.
    pub needs: Vec<String>,
    /// Figure that draws our value, or would if there were one.
    pub figure: Option<String>,
    /// Mark of that figure that our value was taken from.
    pub mark: Option<OurMark>,
    /// Rows our value was computed from.
    pub lineage: Lineage,
    /// The part of the lineage that the number itself was computed from, where other rows decide only which number it is.
    pub computed: Option<Lineage>,
    /// A file behind our value that holds the published numbers once more.
    pub copy: Option<Copy>,
}

impl Claim {
    /// The published value as a number; `None` for stars and other texts.
    pub fn published_number(&self) -> Option<f64> {
        parse(&self.value).ok()
    }
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
    /// What is wrong with the set, so that it has no claims.
    pub problem: Option<String>,
    /// Artifact that holds the published values; empty when the set cannot be read.
    pub artifact: String,
    /// Datasets that our values may stand in.
    pub datasets: Vec<String>,
    /// Ids of figures that our values may stand in; `{column}` stands for a column of the published values.
    pub figures: Vec<String>,
}

/// Judges every claim of some sets.
pub fn judge(sets: &[ClaimSet], facts: &Facts<'_>) -> Vec<Judged> {
    let mut judged: Vec<Judged> = sets.iter().map(|set| judge_set(set, facts)).collect();
    if let Some(copies) = facts.copies {
        copies.mark_together(sets, &mut judged);
    }
    for (set, judged) in sets.iter().zip(&mut judged) {
        judged.count(set);
    }
    judged
}

impl Judged {
    /// Counts the outcomes. A claim whose row is not there stays in the denominator.
    fn count(&mut self, set: &ClaimSet) {
        let mut counts = Counts::default();
        match (&self.missing, &self.problem) {
            (Some(why), _) => counts.add_many(Outcome::Missing(why.reason), set.expected),
            (None, Some(_)) => counts.add_many(Outcome::Error, set.expected),
            (None, None) => {
                self.claims.iter().for_each(|claim| counts.add(claim.outcome, claim.evidence));
                counts.add_many(Outcome::Error, set.expected.saturating_sub(self.claims.len()));
            }
        }
        self.counts = counts;
    }
}

/// Judges every claim of a set, without counting.
fn judge_set(set: &ClaimSet, facts: &Facts<'_>) -> Judged {
    let finder = Finder::new(facts);
    let (mut claims, mut missing, mut problem) = (Vec::new(), None, None);
    match &set.rows {
        Ok(rows) => {
            claims.extend(rows.iter().map(|row| judge_row(set, row, &finder)));
            if let Some(copies) = facts.copies {
                copies.mark(rows, &mut claims);
            }
            if set.rule == Rule::Order {
                judge_order(rows, &mut claims);
            }
        }
        Err(Unregistered::Missing(why)) if !why.is_error() => {
            missing = Some(why.clone());
        }
        Err(Unregistered::Wrong(why) | Unregistered::Missing(Missing { detail: why, .. })) => {
            problem = Some(why.clone());
        }
    }
    let registered = set.rows.as_ref().map_or(set.expected, |rows| rows.len().max(set.expected));
    let figures = set.ours.iter().filter_map(|ours| ours.figure.clone()).collect();
    let datasets = set.ours.iter().filter_map(|ours| ours.dataset.clone()).collect();
    let (id, place, artifact) = (set.id.clone(), set.place.clone(), set.artifact.clone());
    let counts = Counts::default();
    Judged { id, place, registered, counts, claims, missing, problem, artifact, datasets, figures }
}

fn judge_row(set: &ClaimSet, row: &Row, finder: &Finder<'_>) -> Claim {
    let mut claim = Claim {
        id: row.id.clone(),
        place: fill(&set.place, &row.cells),
        version: row.version.clone(),
        value: row.value.clone(),
        artifact: set.artifact.clone(),
        row: row.row,
        cells: Arc::clone(&row.cells),
        aliases: row.aliases.clone(),
        ours: None,
        difference: None,
        rule: set.rule,
        tolerance: row.tolerance,
        outcome: Outcome::Error,
        evidence: None,
        detail: None,
        needs: Vec::new(),
        figure: set.ours.iter().find_map(|ours| Some(fill(ours.figure.as_ref()?, &row.cells))),
        mark: None,
        lineage: Lineage::default(),
        computed: None,
        copy: None,
    };
    let in_file = |problem: &str| format!("`{}` row {}: {problem}", set.artifact, row.row);
    if let Some(problem) = &row.problem {
        claim.detail = Some(in_file(&problem.to_string()));
        return claim;
    }
    match finder.first(set, row) {
        Ok(Ok(found)) => {
            if let Err(problem) = compare(set, row, &mut claim, found) {
                claim.detail = Some(in_file(&problem));
            }
        }
        Ok(Err(missing)) => {
            claim.outcome = Outcome::Missing(missing.reason);
            claim.detail = Some(missing.detail);
            claim.needs = missing.needs;
        }
        Err(problem) => claim.detail = Some(in_file(&problem)),
    }
    claim
}

/// Applies the rule to what was found. The error says why it does not fit.
fn compare(set: &ClaimSet, row: &Row, claim: &mut Claim, found: Found) -> Result<(), String> {
    claim.evidence = Some(found.lineage.tier().unwrap_or(Tier::Declared));
    let published = Published { value: &row.value, tolerance: row.tolerance, interval: row.interval };
    let verdict = set.rule.judge(&published, &found.value);
    let own_row = row.own.iter().any(|(sha256, row)| found.lineage.contains(*sha256, *row));
    claim.ours = Some(found.value);
    claim.detail = found.remark;
    if let Some((figure, mark)) = found.mark {
        (claim.figure, claim.mark) = (Some(figure), Some(mark));
    }
    (claim.lineage, claim.computed) = (found.lineage, found.computed);
    let verdict = verdict?;
    claim.outcome = Outcome::of_comparison(verdict.holds, &claim.lineage, own_row);
    claim.difference = verdict.difference;
    Ok(())
}

/// Claims whose value stands in another order to the others of its group than the published one differ. Those in the same
/// order are evidence only as far as the numbers of the others are: an order among the published values themselves is drawn
/// once more, and the weakest number that was compared decides the tier.
fn judge_order(rows: &[Row], claims: &mut [Claim]) {
    let mut groups: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        groups.entry(&row.group).or_default().push(index);
    }
    for members in groups.into_values() {
        let numbers = |index: &usize| {
            let claim = &claims[*index];
            if claim.outcome == Outcome::Error {
                return None;
            }
            let published = parse(&claim.value).ok()?;
            Some((*index, (published, claim.ours.as_ref()?.number()?)))
        };
        let (members, values): (Vec<usize>, Vec<(f64, f64)>) = members.iter().filter_map(numbers).unzip();
        let tie = members.iter().filter_map(|index| rows[*index].tolerance).fold(0.0, f64::max);
        let outcomes: Vec<Outcome> = members.iter().map(|index| claims[*index].outcome).collect();
        let lineages: Vec<Lineage> = members.iter().map(|index| claims[*index].lineage.clone()).collect();
        for (place, (index, pairs)) in members.iter().zip(discordant(&values, tie)).enumerate() {
            let claim = &mut claims[*index];
            if members.len() < 2 {
                claim.outcome = Outcome::Error;
                claim.detail = Some("an order needs at least two values".to_owned());
                continue;
            }
            let independent = |other: &usize| *other != place && outcomes[*other] != Outcome::Redrawn;
            let partners: Vec<usize> = (0..members.len()).filter(independent).collect();
            if pairs > 0 {
                claim.outcome = Outcome::Differs;
                claim.detail = Some(format!("other order than {pairs} of {} others", members.len() - 1));
            } else if claim.outcome != Outcome::Redrawn && partners.is_empty() {
                claim.outcome = Outcome::Redrawn;
                claim.detail =
                    Some("all values that it was ordered against are the published ones".to_owned());
            } else if claim.outcome != Outcome::Redrawn {
                let compared = partners.iter().map(|other| &lineages[*other]).chain([&claim.lineage]);
                let compared = Lineage::union(compared);
                let own = rows[*index].own.iter().any(|(sha256, row)| compared.contains(*sha256, *row));
                claim.evidence = compared.tier();
                claim.outcome = Outcome::of_comparison(true, &compared, own);
                (claim.lineage, claim.computed) = (compared, None);
            }
        }
    }
}
