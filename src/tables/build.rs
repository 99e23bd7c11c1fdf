//! From judged claims to a table.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::Notes;
use super::spec::{Body, SetSpec};
use super::{Cell, Grid, Head, Key, Kind, Row, TableError, best, number};
use crate::claims::{Cells, Claim, Counts, Judged, Outcome, Value};
use crate::evidence::{Lookups, Missing, Reason};
use crate::manifest::{Manifest, RawSpec};

/// The ids of the claim sets that a table shows.
///
/// # Errors
/// A body that cannot be read.
pub fn claim_sets(spec: &RawSpec) -> Result<Vec<String>, TableError> {
    let body: Body = spec.parse()?;
    let mut ids: Vec<String> = body.claims.iter().map(|set| set.id().to_owned()).collect();
    ids.dedup();
    Ok(ids)
}

/// The table of a spec, from the judged claim sets of its paper.
///
/// # Errors
/// A spec that contradicts itself, names a set or column that is not there, or puts two claims into one cell.
pub fn build(spec: &RawSpec, judged: &[Judged], manifest: &Manifest) -> Result<Grid, TableError> {
    let body: Body = spec.parse()?;
    let kind = body.check(spec)?;
    let mut builder = Builder {
        spec,
        body: &body,
        manifest,
        placed: Vec::new(),
        counts: Vec::new(),
        absent: Vec::new(),
        judged,
    };
    for set in &body.claims {
        let known = judged.iter().find(|judged| judged.id == set.id());
        let unknown =
            || TableError::unknown(spec, "claim set", set.id(), judged.iter().map(|set| set.id.as_str()));
        builder.add(set, known.ok_or_else(unknown)?)?;
    }
    builder.grid(kind)
}

/// A table that cannot be built, with the reason in place of its cells.
pub fn broken(spec: &RawSpec, manifest: &Manifest, missing: Missing) -> Grid {
    let title = spec.body().get("title").and_then(|title| title.as_str()).unwrap_or(&spec.id);
    Grid {
        paper: manifest.id().to_owned(),
        id: spec.id.clone(),
        title: title.to_owned(),
        place: None,
        kind: Kind::Comparison,
        row_keys: Vec::new(),
        column_keys: Vec::new(),
        n_group_keys: 0,
        columns: vec![Head::default()],
        rows: Vec::new(),
        notes: Vec::new(),
        needs: Vec::new(),
        remark: None,
        counts: Counts::default(),
        missing: Some(missing),
        lookups: Default::default(),
    }
}

/// A claim and the texts of its keys.
struct Placed<'a> {
    claim: &'a Claim,
    row: Vec<String>,
    column: Vec<String>,
    spread: Option<String>,
}

struct Builder<'a> {
    spec: &'a RawSpec,
    body: &'a Body,
    manifest: &'a Manifest,
    placed: Vec<Placed<'a>>,
    /// Counts of sets without claims.
    counts: Vec<Counts>,
    /// Why sets have no claims.
    absent: Vec<Missing>,
    judged: &'a [Judged],
}

impl<'a> Builder<'a> {
    fn add(&mut self, set: &SetSpec, judged: &'a Judged) -> Result<(), TableError> {
        if judged.claims.is_empty() {
            self.counts.push(judged.counts.clone());
            let missing = judged.missing.clone();
            let problem = judged.problem.as_ref().map(Missing::error);
            self.absent.extend(missing.or(problem).map(|missing| {
                let detail = format!("claim set `{}` has no published values: {}", judged.id, missing.detail);
                Missing { detail, ..missing }
            }));
        }
        for claim in &judged.claims {
            for column in set.conditions() {
                self.require(&judged.id, &claim.cells, column)?;
            }
            let Some(cells) = set.cells(&claim.cells) else { continue };
            let cells = self.derived(&judged.id, cells)?;
            let mut text = |column: &String| self.require(&judged.id, &cells, column).cloned();
            let row = self.body.rows.iter().map(&mut text).collect::<Result<_, _>>()?;
            let columns = self.body.columns.iter().chain(&self.body.entries);
            let column = columns.map(&mut text).collect::<Result<_, _>>()?;
            let spread = self.body.spread.as_ref().map(&mut text).transpose()?;
            let spread = spread.filter(|spread| !spread.trim().is_empty());
            self.placed.push(Placed { claim, row, column, spread });
        }
        Ok(())
    }

    fn require<'c>(&self, set: &str, cells: &'c Cells, column: &str) -> Result<&'c String, TableError> {
        cells.get(column).ok_or_else(|| {
            let what = format!("column of claim set `{set}`");
            TableError::unknown(self.spec, &what, column, cells.keys().map(String::as_str))
        })
    }

    /// The cells with the keys that are made from others.
    fn derived(&self, set: &str, mut cells: Cells) -> Result<Cells, TableError> {
        for (key, derive) in &self.body.derive {
            let from = self.require(set, &cells, &derive.from)?;
            let text = derive.map.get(from).ok_or_else(|| {
                let message = format!("`derive.{key}` has no text for `{from}` of `{}`", derive.from);
                TableError::new(self.spec, &message)
            })?;
            cells.insert(key.clone(), text.clone());
        }
        Ok(cells)
    }

    fn grid(self, kind: Kind) -> Result<Grid, TableError> {
        let (body, manifest) = (self.body, self.manifest);
        let key = |column: &String| Key { column: column.clone(), title: body.title_of(column) };
        let column_keys: Vec<Key> = body.columns.iter().chain(&body.entries).map(key).collect();
        let row_keys: Vec<Key> = body.rows.iter().map(key).collect();
        let columns = match kind {
            Kind::Wide => self.heads(&column_keys, |placed| &placed.column),
            Kind::Comparison => vec![Head::default()],
        };
        let mut grid = Grid {
            paper: manifest.id().to_owned(),
            id: self.spec.id.clone(),
            title: if body.title.trim().is_empty() { self.spec.id.clone() } else { body.title.clone() },
            place: body.place.clone(),
            kind,
            column_keys,
            n_group_keys: body.columns.len(),
            columns,
            rows: Vec::new(),
            notes: Vec::new(),
            needs: Vec::new(),
            remark: body.note.clone(),
            counts: Counts::default(),
            lookups: self.lookups(),
            missing: None,
            row_keys,
        };
        grid.rows = match kind {
            Kind::Wide => self.wide_rows(&grid.row_keys, &grid.columns)?,
            Kind::Comparison => self.comparison_rows(&grid.row_keys),
        };
        self.number_notes(&mut grid);
        grid.counts = self.total();
        if let Some(best) = &body.best {
            best::mark(&mut grid, best);
        }
        grid.missing = self.missing(&grid);
        Ok(grid)
    }

    /// Records texts of conditions, orders, labels and maps that no claim of the table has.
    fn lookups<'p>(&'p self) -> Lookups {
        let mut lookups = Lookups::default();
        let keys: Vec<&String> = self.body.keys().collect();
        let texts_of = |key: &String| -> BTreeSet<&'p String> {
            let place = keys.iter().position(|other| *other == key).unwrap_or(usize::MAX);
            let texts = |placed: &'p Placed<'a>| placed.row.iter().chain(&placed.column).nth(place);
            self.placed.iter().filter_map(texts).collect()
        };
        let orders = self.body.order.iter().map(|(key, texts)| ("`order`", key, texts.iter().collect()));
        let labels = self.body.labels.iter().map(|(key, texts)| ("`labels`", key, texts.keys().collect()));
        let best = self.body.best.iter().filter_map(|best| {
            let texts: Vec<&String> = best.higher.iter().chain(&best.lower).collect();
            Some(("`best`", best.of.as_ref()?, texts))
        });
        for (place, key, texts) in orders.chain(labels).chain(best) {
            let found = texts_of(key);
            let texts: Vec<&String> = texts;
            for text in texts.into_iter().filter(|_| !found.is_empty()) {
                lookups.looked_for(place, key, text, found.contains(text));
            }
        }
        for set in &self.body.claims {
            let claims = self.judged_of(set.id());
            for (column, texts) in set.wanted() {
                for text in texts.0.iter().filter(|_| !claims.is_empty()) {
                    let found = claims.iter().any(|claim| claim.cells.get(column) == Some(text));
                    lookups.looked_for(&format!("`{}`", set.id()), column, text, found);
                }
            }
        }
        lookups
    }

    fn judged_of(&self, set: &str) -> &'a [Claim] {
        let judged = self.judged.iter().find(|judged| judged.id == set);
        judged.map_or(&[][..], |judged| judged.claims.as_slice())
    }

    /// The distinct heads of columns: in the stated order, the columns of a group together.
    fn heads(&self, keys: &[Key], texts: impl for<'p> Fn(&'p Placed<'a>) -> &'p Vec<String>) -> Vec<Head> {
        let mut ranks: BTreeMap<Vec<usize>, Vec<String>> = BTreeMap::new();
        let orders = self.orders(keys, &texts);
        for placed in &self.placed {
            let texts = texts(placed);
            ranks.entry(rank(texts, &orders)).or_insert_with(|| texts.clone());
        }
        ranks.into_values().map(|texts| self.head(keys, &texts)).collect()
    }

    /// The distinct heads of rows: in the order of the file, unless another one is stated.
    fn row_heads(&self, keys: &[Key]) -> Vec<Head> {
        if keys.iter().any(|key| self.body.order.contains_key(&key.column)) {
            return self.heads(keys, |placed| &placed.row);
        }
        let mut seen: BTreeSet<&[String]> = BTreeSet::new();
        let rows = self.placed.iter().map(|placed| &placed.row);
        rows.filter(|row| seen.insert(row)).map(|row| self.head(keys, row)).collect()
    }

    /// For every key its texts in order.
    fn orders(
        &self,
        keys: &[Key],
        texts: impl for<'p> Fn(&'p Placed<'a>) -> &'p Vec<String>,
    ) -> Vec<BTreeMap<String, usize>> {
        let of_key = |(index, key): (usize, &Key)| {
            let stated = self.body.order.get(&key.column).into_iter().flatten();
            let found = self.placed.iter().map(|placed| &texts(placed)[index]);
            let mut order = BTreeMap::new();
            for text in stated.chain(found) {
                let next = order.len();
                order.entry(text.clone()).or_insert(next);
            }
            order
        };
        keys.iter().enumerate().map(of_key).collect()
    }

    fn head(&self, keys: &[Key], texts: &[String]) -> Head {
        let labels = keys.iter().zip(texts).map(|(key, text)| self.body.label(&key.column, text)).collect();
        Head { keys: texts.to_vec(), labels }
    }

    fn wide_rows(&self, keys: &[Key], columns: &[Head]) -> Result<Vec<Row>, TableError> {
        let mut places: BTreeMap<(&[String], &[String]), &Placed<'_>> = BTreeMap::new();
        for placed in &self.placed {
            if let Some(other) = places.insert((&placed.row, &placed.column), placed) {
                let message =
                    format!("claims `{}` and `{}` fall into one cell", other.claim.id, placed.claim.id);
                return Err(TableError::new(self.spec, &message));
            }
        }
        let row = |head: Head| {
            let cell =
                |column: &Head| places.get(&(&head.keys[..], &column.keys[..])).map(|placed| cell(placed));
            let cells = columns.iter().map(cell).collect();
            Row { head, cells }
        };
        Ok(self.row_heads(keys).into_iter().map(row).collect())
    }

    /// One row a claim, in the stated order; claims with equal keys in that of the file.
    fn comparison_rows(&self, keys: &[Key]) -> Vec<Row> {
        let orders = self.orders(keys, |placed| &placed.row);
        let mut sorted: Vec<&Placed<'_>> = self.placed.iter().collect();
        sorted.sort_by_key(|placed| rank(&placed.row, &orders));
        let row =
            |placed: &Placed<'_>| Row { head: self.head(keys, &placed.row), cells: vec![Some(cell(placed))] };
        sorted.into_iter().map(row).collect()
    }

    /// Gives every distinct footnote a number, in order of the cells.
    fn number_notes(&self, grid: &mut Grid) {
        let claims: BTreeMap<&str, &Claim> =
            self.placed.iter().map(|placed| (placed.claim.id.as_str(), placed.claim)).collect();
        let mut notes = Notes::default();
        self.absent.iter().for_each(|missing| notes.of_set(missing, self.manifest));
        for cell in grid.rows.iter_mut().flat_map(|row| row.cells.iter_mut().flatten()) {
            let claim = claims.get(cell.claim.as_str());
            cell.note = claim.and_then(|claim| notes.of_claim(claim, self.manifest));
        }
        (grid.notes, grid.needs) = (notes.notes, notes.needs);
    }

    fn total(&self) -> Counts {
        let mut counts = Counts::default();
        self.placed.iter().for_each(|placed| counts.add(placed.claim.outcome, placed.claim.evidence));
        Counts::total_of(self.counts.iter().chain([&counts]))
    }

    /// Why no cell has a number of ours.
    fn missing(&self, grid: &Grid) -> Option<Missing> {
        if grid.n_ours() > 0 {
            return None;
        }
        if self.placed.is_empty() {
            let nothing =
                || Missing::new(Reason::NoPublishedValue, "no published value belongs to this table");
            return Some(self.absent.first().cloned().unwrap_or_else(nothing));
        }
        let mut reasons: BTreeMap<Reason, usize> = BTreeMap::new();
        for claim in self.placed.iter().map(|placed| placed.claim) {
            if let Outcome::Missing(reason) = claim.outcome {
                *reasons.entry(reason).or_default() += 1;
            }
        }
        let names: Vec<String> = reasons.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
        match reasons.iter().max_by_key(|(_, n)| **n) {
            Some((reason, _)) => {
                let detail = format!("no cell has a number of ours: {}", names.join(", "));
                Some(Missing::new(*reason, detail))
            }
            None => Some(Missing::error("no cell could be judged")),
        }
    }
}

/// Position of every text in the order of its key.
fn rank(texts: &[String], orders: &[BTreeMap<String, usize>]) -> Vec<usize> {
    texts.iter().zip(orders).map(|(text, order)| order.get(text).copied().unwrap_or(usize::MAX)).collect()
}

fn cell(placed: &Placed<'_>) -> Cell {
    let claim = placed.claim;
    let number = claim.ours.as_ref().and_then(Value::number);
    Cell {
        claim: claim.id.clone(),
        value: claim.value.clone(),
        spread: placed.spread.clone(),
        ours: claim
            .ours
            .as_ref()
            .map(|ours| number.map_or_else(|| ours.to_string(), |number| number.to_string())),
        number,
        rounded: claim.ours.as_ref().map(|ours| number::rounded(&claim.value, ours)),
        delta: number::delta(claim),
        rule: claim.rule,
        outcome: claim.outcome,
        evidence: claim.evidence.filter(|_| claim.ours.is_some()),
        detail: claim.detail.clone(),
        note: None,
        best: false,
        best_ours: false,
        lineage: claim.lineage.clone(),
    }
}
