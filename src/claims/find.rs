//! Looks up our number for a claim: in the marks of a figure or in the rows of a dataset.
//!
//! Many claims ask the same place for the same columns, so each combination is indexed once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::judge::{Facts, FigureFacts, OurMark};
use super::set::Row;
use super::spec::{Ours, fill};
use super::{ClaimSet, Rule, Value};
use crate::evidence::{Lineage, Missing, Reason};
use crate::plot::{Mark, Part, Quantity};
use crate::query::Table;

/// Our number with its lineage.
pub(super) struct Found {
    pub value: Value,
    /// The mark it was taken from, with the figure's id.
    pub mark: Option<(String, OurMark)>,
    pub lineage: Lineage,
    /// The part of it that the value was computed from, where other rows decide only which value it is.
    pub computed: Option<Lineage>,
    /// What was left out of it.
    pub remark: Option<String>,
}

/// What was looked for: a number, a reason why there is none, or why it cannot be looked for.
type Looked = Result<Result<Found, Missing>, String>;

/// Positions of marks or rows by the texts of some columns.
type Index = BTreeMap<Vec<String>, Vec<usize>>;

/// An index belongs to a place (figure or dataset) and to the names of columns.
type IndexKey = (bool, String, Vec<String>);

/// Looks numbers up and remembers where they stand.
pub(super) struct Finder<'a> {
    facts: &'a Facts<'a>,
    indices: RefCell<BTreeMap<IndexKey, Rc<Index>>>,
}

impl<'a> Finder<'a> {
    pub fn new(facts: &'a Facts<'a>) -> Self {
        Self { facts, indices: RefCell::default() }
    }

    /// The first alternative that has a number; else why there is none: a stale number, what the set states, or its first
    /// alternative.
    pub fn first(&self, set: &ClaimSet, row: &Row) -> Looked {
        let (mut first_missing, mut stale) = (None, None);
        for ours in &set.ours {
            match self.find(ours, row, set.rule)? {
                Ok(found) => return Ok(Ok(found)),
                Err(missing) if missing.reason == Reason::Stale => {
                    stale.get_or_insert(missing);
                }
                Err(missing) => {
                    first_missing.get_or_insert(missing);
                }
            }
        }
        // There is a number that only has to be computed again: whatever the set waits for has come.
        if let Some(missing) = stale {
            return Ok(Err(missing));
        }
        if let Some(waits) = set.waits.iter().find(|waits| waits.fits(&row.cells)) {
            return Ok(Err(waits.missing(&row.cells)));
        }
        let nothing = || Missing::new(Reason::NotRun, "nothing computes this value");
        Ok(Err(first_missing.unwrap_or_else(nothing)))
    }

    fn find(&self, ours: &Ours, row: &Row, rule: Rule) -> Looked {
        let cells = &*ours.translated(&row.cells);
        let column = fill(&ours.column, cells);
        let column = ours.columns.get(&column).cloned().unwrap_or(column);
        let names: Vec<String> = ours.matching.keys().cloned().collect();
        if names.contains(&column) {
            return Err(format!(
                "our value stands in `{column}`, so that `match` must not look for it there"
            ));
        }
        let wanted: Vec<String> = ours.matching.values().map(|text| fill(text, cells)).collect();
        if let Some(figure) = &ours.figure {
            if rule.takes_replicates() {
                return Err("several runs stand in a dataset, not in a figure".to_owned());
            }
            let id = fill(figure, cells);
            let facts = self.facts.figures.get(id.as_str());
            let facts = facts.ok_or_else(|| format!("no figure is called `{id}`"))?;
            return match facts.missing {
                Some(missing) if missing.is_error() => Err(format!("figure `{id}` {}", missing.detail)),
                Some(missing) => Ok(Err(missing.clone())),
                None => self.mark(facts, &id, names, &wanted, &column),
            };
        }
        let id = ours.dataset.as_deref().unwrap_or_default();
        match self.facts.datasets.get(id) {
            None => Err(format!("no dataset is called `{id}`")),
            Some(Err(missing)) if missing.is_error() => Err(missing.detail.clone()),
            Some(Err(missing)) => Ok(Err(missing.clone())),
            Some(Ok(evidence)) => {
                let rows = self.rows(&evidence.table, id, names.clone(), &wanted, &column)?;
                let place = Place { table: &evidence.table, dataset: id, names: &names, column: &column };
                match rule.takes_replicates() {
                    true => place.runs(&rows),
                    false => place.row(&rows, rule),
                }
            }
        }
    }

    fn mark(
        &self,
        FigureFacts { marks, shipped, .. }: &FigureFacts<'_>,
        figure: &str,
        names: Vec<String>,
        wanted: &[String],
        column: &str,
    ) -> Looked {
        if let Some(name) = names.iter().find(|name| mark_text(name).is_none()) {
            return Err(format!("marks cannot be matched by `{name}`"));
        }
        let described = || {
            let pairs = names.iter().zip(wanted).map(|(name, text)| format!("{name} `{text}`"));
            pairs.collect::<Vec<_>>().join(", ")
        };
        let key = (true, figure.to_owned(), names.clone());
        let index = self.index(key, marks.len(), |position, name| {
            let text = mark_text(name).map(|text| text(&marks[position]).to_owned());
            Some(text.unwrap_or_default())
        });
        let found = index.get(wanted).map(Vec::as_slice).unwrap_or_default();
        let [position] = found else {
            let n = found.len();
            return match (n, shipped) {
                (0, false) => {
                    let detail = format!("what `{figure}` is drawn from has no {}", described());
                    Ok(Err(Missing::new(Reason::NotRun, detail)))
                }
                (0, true) => Err(format!("`{figure}` has no mark with {}", described())),
                _ => Err(format!("`{figure}` has {n} marks with {}", described())),
            };
        };
        let named = names.iter().any(|name| ["key", "text"].contains(&name.as_str()));
        found_in_mark(&marks[*position], *position, column, figure, named)
    }

    /// Positions of the rows that have the wanted texts.
    fn rows(
        &self,
        table: &Table,
        dataset: &str,
        names: Vec<String>,
        wanted: &[String],
        column: &str,
    ) -> Result<Vec<usize>, String> {
        let needed = names.iter().map(String::as_str).chain([column]);
        if let Some(name) = needed.into_iter().find(|name| !table.has(name)) {
            return Err(format!("dataset `{dataset}` has no column `{name}`"));
        }
        let key = (false, dataset.to_owned(), names);
        let index = self.index(key, table.n_rows(), |position, name| table.text(name, position));
        Ok(index.get(wanted).cloned().unwrap_or_default())
    }

    /// The index of a place over some columns. A position without a text in one of them is in no index.
    fn index(&self, key: IndexKey, n: usize, text: impl Fn(usize, &str) -> Option<String>) -> Rc<Index> {
        if let Some(index) = self.indices.borrow().get(&key) {
            return Rc::clone(index);
        }
        let mut index = Index::new();
        for position in 0..n {
            let texts: Option<Vec<String>> = key.2.iter().map(|name| text(position, name)).collect();
            if let Some(texts) = texts {
                index.entry(texts).or_default().push(position);
            }
        }
        let index = Rc::new(index);
        self.indices.borrow_mut().insert(key, Rc::clone(&index));
        index
    }
}

/// The text of a mark that a claim may be matched by.
fn mark_text(name: &str) -> Option<fn(&Mark) -> &str> {
    Some(match name {
        "mark" => |mark| mark.kind.name(),
        "panel" => |mark| &mark.panel,
        "series" => |mark| &mark.series,
        "key" => |mark| &mark.key,
        "text" => |mark| &mark.text,
        _ => return None,
    })
}

/// The value in a column of a mark; `named` where the mark was found by its key or text.
fn found_in_mark(mark: &Mark, index: usize, column: &str, figure: &str, named: bool) -> Looked {
    let found = |value, quantity: Option<Quantity>| {
        let mut lineage = mark.lineage_of(quantity.map_or(Part::Text, Part::Number)).clone();
        let mut computed = None;
        if let Some(rows) = mark.found_by.as_ref().filter(|_| named) {
            computed = Some(lineage.clone());
            lineage.extend(rows);
        }
        let mark = Some((figure.to_owned(), OurMark { index, quantity }));
        Found { value, mark, lineage, computed, remark: None }
    };
    if column == "text" {
        return Ok(Ok(found(Value::Text(mark.text.clone()), None)));
    }
    let quantity = Quantity::of_column(column).ok_or_else(|| format!("marks have no column `{column}`"))?;
    let absent = || Missing::new(Reason::NotRun, format!("`{figure}` has no {column} here"));
    let number = mark.number(quantity);
    Ok(number.map(|number| found(Value::Number(number), Some(quantity))).ok_or_else(absent))
}

/// A column of a dataset, and the columns that rows were found by.
struct Place<'a> {
    table: &'a Table,
    dataset: &'a str,
    names: &'a [String],
    column: &'a str,
}

impl Place<'_> {
    /// The numbers of all rows, for rules that look at repeated runs.
    fn runs(&self, rows: &[usize]) -> Looked {
        let mut runs: Vec<(usize, f64)> = Vec::new();
        for row in rows {
            let number = self.table.number(self.column, *row);
            let number = number.map_err(|text| format!("our value: {text}; {}", text.hint()))?;
            runs.extend(number.map(|number| (*row, number)));
        }
        if runs.is_empty() {
            return Ok(Err(no_value(self.dataset)));
        }
        if let Some((row, other)) = self.twice(&runs) {
            let (place, [row, other]) = (self.lineage(row).place(), [row + 1, other + 1]);
            let dataset = self.dataset;
            return Err(format!(
                "rows {row} and {other} of `{dataset}` are one run, {place}, which counts once"
            ));
        }
        let without = rows.len() - runs.len();
        let remark = (without > 0)
            .then(|| format!("{without} of {} runs in `{}` have no value", rows.len(), self.dataset));
        let lineages: Vec<Lineage> = runs.iter().map(|(row, _)| self.lineage(*row)).collect();
        let value = Value::Numbers(runs.into_iter().map(|(_, value)| value).collect());
        Ok(Ok(Found { value, mark: None, lineage: Lineage::union(&lineages), computed: None, remark }))
    }

    /// Two rows with the same cells from the same rows of files: one run that a step repeated.
    fn twice(&self, runs: &[(usize, f64)]) -> Option<(usize, usize)> {
        let mut seen: BTreeMap<Vec<Option<String>>, Vec<usize>> = BTreeMap::new();
        for (row, _) in runs {
            let cells = self.table.column_names().map(|name| self.table.text(name, *row)).collect();
            let alike = seen.entry(cells).or_default();
            let lineage = self.lineage(*row);
            if let Some(other) = alike.iter().find(|other| self.lineage(**other) == lineage) {
                return Some((*other, *row));
            }
            alike.push(*row);
        }
        None
    }

    fn row(&self, rows: &[usize], rule: Rule) -> Looked {
        let row = match rows {
            [row] => *row,
            [] => return Ok(Err(no_value(self.dataset))),
            _ => return Err(format!("`{}` has {} rows for this claim", self.dataset, rows.len())),
        };
        let value = match self.table.number(self.column, row) {
            Ok(Some(number)) => Value::Number(number),
            Err(text) if rule == Rule::Stars => Value::Text(text.value),
            Err(text) => return Err(format!("our value: {text}; {}", text.hint())),
            Ok(None) => {
                let detail = format!("`{}` has a missing value here", self.dataset);
                return Ok(Err(Missing::new(Reason::NotRun, detail)));
            }
        };
        Ok(Ok(Found { value, mark: None, lineage: self.lineage(row), computed: None, remark: None }))
    }

    /// Everything that decided the cell, and which row was found.
    fn lineage(&self, row: usize) -> Lineage {
        let mut lineage = self.table.lineage_of(self.column, row).unwrap_or_default();
        for rows in self.names.iter().filter_map(|name| self.table.cell_decided_by(name, row)) {
            lineage.extend(&rows);
        }
        lineage
    }
}

fn no_value(dataset: &str) -> Missing {
    Missing::new(Reason::NotRun, format!("`{dataset}` has no such value"))
}
