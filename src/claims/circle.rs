//! Circles: a published value must not choose the number it is compared with, and one cell is one claim.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::parse;
use super::set::{ClaimSet, Row};
use super::spec::{Ours, Spec, fill, names};
use super::{Cells, ClaimsError};

/// Refuses a set in which the published value, or a column that gives it away, chooses our row, column or figure.
///
/// A column gives the value away if it is the value's own, or if its numbers have one ratio to the values or one distance from
/// them in all rows, of which at least two differ.
pub(super) fn refuse_circles(spec: &Spec, rows: &[Row]) -> Result<(), String> {
    for ours in &spec.ours {
        for (key, column) in named_columns(ours) {
            if column == spec.value {
                return Err(format!(
                    "`ours.{key}` names `{{{column}}}`, the published value itself, which must not choose our number"
                ));
            }
            let numbers = |row: &Row| row.cells.get(&column).and_then(|text| parse(text).ok());
            if let Some(how) = gives_away(&spec.value, numbers, rows) {
                return Err(format!(
                    "`ours.{key}` names `{{{column}}}`, whose numbers {how} the published ones in every row: the published \
                     value must not choose our number"
                ));
            }
        }
        // Translated texts and texts put together from several columns may spell the value, too.
        for (column, text) in &ours.matching {
            let numbers = |row: &Row| parse(&fill(text, &ours.translated(&row.cells))).ok();
            if let Some(how) = gives_away(&spec.value, numbers, rows) {
                return Err(format!(
                    "`ours.match` looks for numbers in `{column}` that {how} the published ones in every row: the published \
                     value must not choose our number"
                ));
            }
        }
    }
    Ok(())
}

/// Columns of the claim's row that say where our number stands, each with the key that names it.
fn named_columns(ours: &Ours) -> Vec<(&'static str, String)> {
    let matched = ours.matching.values().map(|text| ("match", text));
    let texts =
        matched.chain([("column", &ours.column)]).chain(ours.figure.iter().map(|text| ("figure", text)));
    texts.flat_map(|(key, text)| names(text).map(move |name| (key, name.to_owned()))).collect()
}

/// How numbers give the values away, if they do.
fn gives_away(value: &str, number: impl Fn(&Row) -> Option<f64>, rows: &[Row]) -> Option<&'static str> {
    let published = |cells: &Cells| parse(cells.get(value)?).ok();
    let pairs: Option<Vec<(f64, f64)>> =
        rows.iter().map(|row| published(&row.cells).zip(number(row))).collect();
    let pairs = pairs?;
    let (first_value, first) = *pairs.first()?;
    if pairs.iter().all(|(value, _)| *value == first_value) {
        return None;
    }
    // Decimals that were written with a few digits differ a little from the multiples they stand for.
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    let distance = first - first_value;
    if pairs.iter().all(|(value, other)| near(*other, value + distance)) {
        return Some(if distance == 0.0 { "equal" } else { "have one distance from" });
    }
    let ratio = pairs.iter().find(|(value, _)| *value != 0.0).map(|(value, other)| other / value)?;
    (ratio != 0.0 && pairs.iter().all(|(value, other)| near(*other, value * ratio)))
        .then_some("have one ratio to")
}

/// Refuses cells that are registered twice, in one set or two, as claims or as an alias and a claim.
pub fn refuse_twins(sets: &mut [ClaimSet]) {
    let mut registered: BTreeMap<_, (bool, String)> = BTreeMap::new();
    // An alias repeats a claim; its cell is spoken for whichever set comes first, but may be the claim's own.
    for set in sets.iter() {
        for row in set.rows.iter().flatten() {
            for (alias, own) in row.aliases.iter().zip(row.own.iter().skip(1)) {
                registered.insert((*own, alias.column.clone()), (true, row.id.clone()));
            }
        }
    }
    for set in sets {
        let (column, artifact, id) = (set.column.clone(), set.artifact.clone(), set.id.clone());
        let mut found = BTreeSet::new();
        for row in set.rows.iter_mut().flatten() {
            let Some(own) = row.own.first() else { continue };
            let other = match registered.insert((*own, column.clone()), (false, row.id.clone())) {
                None => continue,
                Some((true, other)) if other == row.id => continue,
                Some((true, other)) => format!("an alias of `{other}`"),
                Some((false, other)) => format!("claim `{other}`"),
            };
            let problem = format!("column `{column}` of this row is {other} already; one cell is one claim");
            row.problem.get_or_insert(problem.clone().into());
            found.insert((row.row, row.id.clone(), problem));
        }
        set.problems.extend(found.into_iter().map(|(row, claim, problem)| ClaimsError::Row {
            set: id.clone(),
            artifact: artifact.clone(),
            row,
            id: claim,
            problem: problem.into(),
        }));
    }
}
