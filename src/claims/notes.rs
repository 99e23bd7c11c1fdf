//! What is worth a warning about a claim set although its claims can be judged.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::parse;
use super::set::{Published, Row};
use super::spec::{Ours, Spec, fill};
use super::{Cells, Rule};
use crate::evidence::Lookups;
use crate::query::OneOrMany;

/// What a set looks for in its files, which rows it takes, and tolerances that nearly everything would meet.
#[derive(Clone, Debug, Default)]
pub struct SetNotes {
    /// Conditions and keys of maps, with what they match.
    pub lookups: Lookups,
    /// Rows of files of published values, by artifact.
    pub files: BTreeMap<String, FileRows>,
    /// Tolerances above the spread of the published values.
    pub wide: Option<Wide>,
}

/// Rows of a file of published values, from 1. Derived rows are never claims and do not count.
#[derive(Clone, Debug, Default)]
pub struct FileRows {
    /// All of them.
    pub all: BTreeSet<u32>,
    /// Those that a claim or an alias takes.
    pub taken: BTreeSet<u32>,
}

/// Tolerances so large that the values of the set could be exchanged for each other.
#[derive(Clone, Copy, Debug)]
pub struct Wide {
    /// Claims with such a tolerance.
    pub claims: usize,
    /// The largest difference that is allowed.
    pub allowed: f64,
    /// Largest minus smallest published value.
    pub spread: f64,
}

impl SetNotes {
    /// Records what the conditions of a set or an alias match, and the rows that fulfil them.
    pub(super) fn take(&mut self, published: &Published<'_>, conditions: &BTreeMap<String, OneOrMany>) {
        let id = &published.artifact.id;
        let rows = published.rows.iter().map(|(_, cells)| cells).collect();
        record(&mut self.lookups, &format!("`{id}`"), conditions, rows);
        let file = self.files.entry(id.clone()).or_default();
        file.all.extend(published.rows.iter().map(|(row, _)| *row));
        file.taken.extend(published.chosen(conditions).map(|(row, _)| *row));
    }

    /// Records what the other keys of a spec match in the rows of the set, and its tolerances.
    pub(super) fn look_up(&mut self, spec: &Spec, published: &Published<'_>, rows: &[Row]) {
        let id = &published.artifact.id;
        let cells: Vec<&Cells> = rows.iter().map(|row| row.cells.as_ref()).collect();
        for waits in &spec.waits {
            record(&mut self.lookups, &format!("`{id}`, `waits`"), &waits.conditions, cells.clone());
        }
        for ours in &spec.ours {
            self.maps(id, ours, &cells);
        }
        self.wide = wide(spec, published, rows);
    }

    fn maps(&mut self, id: &str, ours: &Ours, cells: &[&Cells]) {
        if cells.is_empty() {
            return;
        }
        for (column, texts) in &ours.translate {
            for text in texts.keys() {
                let found = cells.iter().any(|cells| cells.get(column) == Some(text));
                self.lookups.looked_for(&format!("`{id}`, `translate`"), column, text, found);
            }
        }
        if ours.columns.is_empty() {
            return;
        }
        let filled: BTreeSet<String> =
            cells.iter().map(|cells| fill(&ours.column, &ours.translated(cells))).collect();
        for text in ours.columns.keys() {
            let found = filled.contains(text);
            self.lookups.looked_for(&format!("`{id}`, `columns`"), &ours.column, text, found);
        }
    }
}

/// Records the texts of conditions that no row has. A condition is looked for in the rows that fulfil those before it.
fn record(
    lookups: &mut Lookups,
    place: &str,
    conditions: &BTreeMap<String, OneOrMany>,
    mut rows: Vec<&Cells>,
) {
    for (column, texts) in conditions {
        for text in texts.0.iter().filter(|_| !rows.is_empty()) {
            let found = rows.iter().any(|cells| cells.get(column) == Some(text));
            lookups.looked_for(place, column, text, found);
        }
        rows.retain(|cells| cells.get(column).is_some_and(|cell| texts.0.contains(cell)));
    }
}

/// The tolerances above the spread of the set's published values; of the whole column where the set has only one value,
/// and above that value where the column has no other.
fn wide(spec: &Spec, published: &Published<'_>, rows: &[Row]) -> Option<Wide> {
    let values: Vec<f64> = rows.iter().filter_map(|row| parse(&row.value).ok()).collect();
    let column = || -> Vec<f64> {
        let cells = published.rows.iter().filter_map(|(_, cells)| cells.get(&spec.value));
        cells.filter_map(|cell| parse(cell).ok()).collect()
    };
    let largest = values.iter().map(|value| value.abs()).fold(0.0, f64::max);
    // A single 0 says nothing about what is wide.
    let spread = spread(&values).or_else(|| spread(&column())).or((largest > 0.0).then_some(largest))?;
    let allowed: Vec<f64> = rows.iter().filter_map(|row| allowed(spec.rule, row)).collect();
    let above: Vec<f64> = allowed.into_iter().filter(|allowed| *allowed > spread).collect();
    let allowed = above.iter().copied().fold(0.0, f64::max);
    (!above.is_empty()).then_some(Wide { claims: above.len(), allowed, spread })
}

/// Largest minus smallest; `None` unless there are two different values.
fn spread(values: &[f64]) -> Option<f64> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (high > low).then_some(high - low)
}

/// The difference that the rule allows for a row, where it has a tolerance.
fn allowed(rule: Rule, row: &Row) -> Option<f64> {
    match rule {
        Rule::Rel => Some(row.tolerance? * parse(&row.value).ok()?.abs()),
        Rule::Interval => row.interval.map(|[low, high]| (high - low) / 2.0),
        _ => row.tolerance,
    }
}
