//! Circles: a published value must not choose the number it is compared with, and one cell is one claim.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::parse;
use super::set::{ClaimSet, Row};
use super::spec::{Ours, Spec, fill, names};
use super::{Cells, ClaimsError};
use crate::digest::Sha256;

/// Refuses a set in which the published value, or a column that gives it away, chooses our row, column or figure.
///
/// A column gives the value away if it is the value's own, or if its numbers have one ratio to the values or one distance from
/// them in all rows, of which at least two differ. So does a text that spells the value in half of the rows.
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
        let chosen: Vec<Chooser> = rows.iter().map(|row| chooser(ours, row)).collect();
        let names: Vec<&String> = chosen.first().into_iter().flat_map(BTreeMap::keys).collect();
        for name in names {
            let texts: Vec<&str> = chosen.iter().map(|texts| texts[name].as_str()).collect();
            let of_row: BTreeMap<u32, &str> =
                rows.iter().map(|row| row.row).zip(texts.iter().copied()).collect();
            let numbers = |row: &Row| of_row.get(&row.row).and_then(|text| parse(text).ok());
            if let Some(how) = gives_away(&spec.value, numbers, rows) {
                return Err(format!(
                    "{name} looks for numbers that {how} the published ones in every row: the published value must not \
                     choose our number"
                ));
            }
            if spelled(rows, &texts) {
                return Err(format!(
                    "{name} looks for texts that spell the published value: it must not choose our number"
                ));
            }
        }
        let together: Vec<String> = chosen.iter().map(|texts| texts.values().cloned().collect()).collect();
        if spelled(rows, &together.iter().map(String::as_str).collect::<Vec<_>>()) {
            return Err(
                "what `ours` looks for spells the published value: it must not choose our number".to_owned()
            );
        }
    }
    Ok(())
}

/// The texts that choose our number for a row, by the key that says so.
type Chooser = BTreeMap<String, String>;

fn chooser(ours: &Ours, row: &Row) -> Chooser {
    let cells = ours.translated(&row.cells);
    let column = fill(&ours.column, &cells);
    // A name that is the same for every row chooses nothing.
    let templates = [(&ours.column, ours.columns.get(&column).unwrap_or(&column), "`ours.column`")];
    let named = templates.into_iter().filter(|(template, ..)| names(template).next().is_some());
    let matched = ours.matching.iter();
    let matched = matched.map(|(name, text)| (format!("`ours.match.{name}`"), fill(text, &cells)));
    let figure = ours.figure.iter().filter(|figure| names(figure).next().is_some());
    let figure = figure.map(|figure| ("`ours.figure`".to_owned(), fill(figure, &cells)));
    named.map(|(_, text, key)| (key.to_owned(), text.clone())).chain(matched).chain(figure).collect()
}

/// Fewest digits of a number that another text holds by chance in few rows only.
const TELLING: usize = 3;

/// Whether texts, one a row, spell the published values: they hold half of them as they are printed, with a decimal point and
/// at least three digits, or are equal to texts (stars) of which at least two differ.
fn spelled(rows: &[Row], texts: &[&str]) -> bool {
    let pairs = || rows.iter().zip(texts.iter().copied());
    let held = pairs().filter(|(row, text)| {
        let value = row.value.trim();
        let digits = value.trim_start_matches(['-', '0', '.']).chars().filter(char::is_ascii_digit).count();
        value.contains('.') && digits >= TELLING && text.contains(value)
    });
    let n = held.count();
    let values: BTreeSet<&str> = rows.iter().map(|row| row.value.as_str()).collect();
    let is_text = |row: &Row| parse(&row.value).is_err();
    let same = values.len() > 1 && pairs().all(|(row, text)| is_text(row) && row.value.trim() == text.trim());
    (n > 0 && 2 * n >= rows.len()) || same
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
    in_step(&pairs?)
}

/// How numbers, each beside a value, follow the values, if they do and at least two values differ.
pub(super) fn in_step(pairs: &[(f64, f64)]) -> Option<&'static str> {
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

/// The rows that state a value: file, by its cells, and row.
fn places(row: &Row) -> impl Iterator<Item = (Sha256, u32)> {
    row.contents.iter().zip(&row.own).map(|(content, (_, number))| (*content, *number))
}

/// Refuses cells that are registered twice, in one set or two, as claims or as an alias and a claim.
pub fn refuse_twins(sets: &mut [ClaimSet]) {
    let mut registered: BTreeMap<_, (bool, String)> = BTreeMap::new();
    // An alias repeats a claim; its cell is spoken for whichever set comes first, but may be the claim's own.
    for set in sets.iter() {
        for row in set.rows.iter().flatten() {
            for (alias, place) in row.aliases.iter().zip(places(row).skip(1)) {
                registered.insert((place, alias.column.clone()), (true, row.id.clone()));
            }
        }
    }
    for set in sets {
        let (column, artifact, id) = (set.column.clone(), set.artifact.clone(), set.id.clone());
        let mut found = BTreeSet::new();
        for row in set.rows.iter_mut().flatten() {
            let Some(place) = places(row).next() else { continue };
            let other = match registered.insert((place, column.clone()), (false, row.id.clone())) {
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
