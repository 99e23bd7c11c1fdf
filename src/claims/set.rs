//! Claim sets: how the rows of one published CSV become claims.
//!
//! What is wrong with one row, or with one set, concerns that row or that set: it is told, and the others are judged.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::alias::{Alias, aliases};
use super::circle::refuse_circles;
use super::problem::Problem;
use super::spec::{IntervalSpec, Ours, Spec, Tolerance, Waits, fill, fulfils, names};
use super::{Cells, ClaimsError, Rule, SetNotes};
use crate::digest::{self, Sha256};
use crate::evidence::{Missing, Reason};
use crate::manifest::{Artifact, DerivedRow, RawSpec, nearest};
use crate::query::{OneOrMany, Table, Texts, parse_number, read_csv};
use crate::store::{ReadError, Vault};

/// Most claims that a set may expect: a number beyond every paper, so that no count of counts overflows.
pub(super) const MOST_CLAIMS: usize = 10_000_000;

/// A registered set: every row that is a claim, ready to be judged.
#[derive(Debug)]
pub struct ClaimSet {
    /// Identifier within the manifest.
    pub id: String,
    /// Where in the paper the values stand.
    pub place: String,
    /// Number of claims the manifest says there are.
    pub expected: usize,
    /// Rows of the file that are no claims, with the reason.
    pub excluded: Vec<DerivedRow>,
    /// The claims, or why none could be registered.
    pub rows: Result<Vec<Row>, Unregistered>,
    /// What is wrong with the set or with rows of it.
    pub problems: Vec<ClaimsError>,
    /// What is worth a warning.
    pub notes: SetNotes,
    /// The file of published values.
    pub(super) artifact: String,
    /// Column of the published values.
    pub(super) column: String,
    pub(super) rule: Rule,
    pub(super) ours: Vec<Ours>,
    pub(super) waits: Vec<Waits>,
}

/// Why a set has no claims.
#[derive(Clone, Debug)]
pub enum Unregistered {
    /// The file of published values is not there.
    Missing(Missing),
    /// The set, or its file, is wrong.
    Wrong(String),
}

/// A published value.
#[derive(Clone, Debug)]
pub struct Row {
    /// Identifier: the set's id and the key columns.
    pub id: String,
    /// Value as printed.
    pub value: String,
    /// Row of the file, from 1.
    pub row: u32,
    /// The row of the published file.
    pub cells: Arc<Cells>,
    /// Where the same value is printed once more.
    pub aliases: Vec<Alias>,
    /// Why the row cannot be judged.
    pub(super) problem: Option<Problem>,
    pub(super) version: Option<String>,
    /// Rows that state this value: its own and those of its aliases, each with the hash of its file.
    pub(super) own: Vec<(Sha256, u32)>,
    /// Hashes of the cells of those files, in the same order.
    pub(super) contents: Vec<Sha256>,
    pub(super) tolerance: Option<f64>,
    pub(super) interval: Option<[f64; 2]>,
    /// Group within which the rule `order` compares.
    pub(super) group: Vec<String>,
}

/// The rows of a published file that are not derived from others, with their numbers.
pub(super) struct Published<'a> {
    pub artifact: &'a Artifact,
    pub rows: Vec<(u32, Cells)>,
    pub sha256: Sha256,
    /// Hash of the cells, which files have in common that differ in line ends alone.
    pub content: Sha256,
    columns: Vec<String>,
}

impl<'a> Published<'a> {
    /// Reads a file; an error if it is not there or not a table. A file that cannot be read, or that is not the pinned
    /// one, is pushed to `problems`.
    pub fn read(
        artifact: &'a Artifact,
        vault: &Vault<'_>,
        problems: &mut Vec<ReadError>,
    ) -> Result<Self, Unregistered> {
        let missing = |reason, what: &str| {
            let missing = Missing::new(reason, format!("`{}` {what}", artifact.id));
            Err(Unregistered::Missing(missing.waiting_for([&artifact.id])))
        };
        match vault.read(artifact) {
            Ok(Ok(file)) => match read_csv(&file, artifact) {
                Ok(table) => Ok(Self::of(artifact, &table, file.source.sha256)),
                Err(error) => Err(Unregistered::Wrong(error.to_string())),
            },
            Ok(Err(absence)) => {
                let (reason, sentence) = vault.absence(artifact, absence);
                let missing = Missing::new(reason, sentence).waiting_for([&artifact.id]);
                Err(Unregistered::Missing(missing))
            }
            Err(problem) if problem.concerns_the_file() => {
                problems.push(problem);
                missing(Reason::HashMismatch, "is not the pinned file")
            }
            Err(error) => {
                problems.push(error);
                missing(Reason::Error, "cannot be read")
            }
        }
    }

    fn of(artifact: &'a Artifact, table: &Table, sha256: Sha256) -> Self {
        let columns: Vec<String> = table.column_names().map(str::to_owned).collect();
        let texts: Vec<_> = columns.iter().map(|name| (name, table.texts(name))).collect();
        let derived: BTreeSet<u32> = artifact.derived_rows.iter().map(|derived| derived.row).collect();
        let cells = |index: usize| -> Cells {
            let cell = |cells: Option<Texts<'_>>| cells?.get(index).map(Cow::into_owned);
            texts.iter().map(|(name, cells)| ((*name).clone(), cell(*cells).unwrap_or_default())).collect()
        };
        let rows = (0..table.n_rows())
            .map(|index| (u32::try_from(index + 1).unwrap_or(u32::MAX), index))
            .filter(|(row, _)| !derived.contains(row))
            .map(|(row, index)| (row, cells(index)));
        let rows: Vec<(u32, Cells)> = rows.collect();
        let content = digest::sha256(format!("{columns:?}{rows:?}").as_bytes());
        Self { artifact, rows, sha256, content, columns }
    }

    /// Refuses a set that names a column which the file does not have.
    pub fn require<'c>(
        &self,
        set: &str,
        mut columns: impl Iterator<Item = &'c String>,
    ) -> Result<(), ClaimsError> {
        match columns.find(|column| !self.columns.contains(column)) {
            Some(column) => {
                let (set, artifact) = (set.to_owned(), self.artifact.id.clone());
                Err(ClaimsError::Column { set, artifact, column: column.clone() })
            }
            None => Ok(()),
        }
    }

    /// Refuses texts, each with the key it belongs to, that name a column which the file does not have.
    pub fn require_names<'t>(
        &self,
        raw: &RawSpec,
        texts: impl IntoIterator<Item = (String, &'t str)>,
    ) -> Result<(), ClaimsError> {
        let known = || self.columns.iter().map(String::as_str);
        let of_text = |(key, text): (String, &'t str)| names(text).map(move |name| (key.clone(), name));
        let mut named = texts.into_iter().flat_map(of_text);
        let Some((key, name)) = named.find(|(_, name)| !known().any(|column| column == *name)) else {
            return Ok(());
        };
        let artifact = &self.artifact.id;
        let error = raw.error(format!("`{key}` names `{{{name}}}`, but `{artifact}` has no column `{name}`"));
        let hint = match nearest(name, known()) {
            Some(column) => format!("did you mean `{{{column}}}`?"),
            None => format!("the columns are `{}`", self.columns.join("`, `")),
        };
        Err(error.with_hint(hint).into())
    }

    /// The rows that fulfil all conditions.
    pub fn chosen(&self, conditions: &BTreeMap<String, OneOrMany>) -> impl Iterator<Item = &(u32, Cells)> {
        self.rows.iter().filter(move |(_, cells)| fulfils(conditions, cells))
    }
}

impl ClaimSet {
    /// Registers the claims of a set. A file that is absent, cannot be read or is not the pinned one leaves the set
    /// without rows; the last two are pushed to `problems`.
    pub fn register(raw: &RawSpec, vault: &Vault<'_>, problems: &mut Vec<ReadError>) -> Self {
        let spec: Spec = match raw.parse() {
            Ok(spec) => spec,
            Err(error) => return Self::unreadable(raw, error.into()),
        };
        let mut set = Self {
            id: raw.id.clone(),
            place: spec.place.clone(),
            expected: spec.expected.clamp(1, MOST_CLAIMS),
            excluded: Vec::new(),
            rows: Ok(Vec::new()),
            problems: Vec::new(),
            notes: SetNotes::default(),
            artifact: spec.artifact.clone(),
            column: spec.value.clone(),
            rule: spec.rule,
            ours: spec.ours.clone(),
            waits: spec.waits.clone(),
        };
        if let Err(problem) = set.fill_in(raw, &spec, vault, problems) {
            set.rows = Err(Unregistered::Wrong(problem.to_string()));
            set.problems.push(problem);
        }
        set
    }

    /// A set whose body cannot be read. It counts with the claims that it expects, or as one if it does not say how
    /// many: a set that vanished would make the others look complete.
    fn unreadable(raw: &RawSpec, problem: ClaimsError) -> Self {
        let expected = raw.body().get("expected").and_then(toml::Value::as_integer);
        let expected = expected.and_then(|expected| usize::try_from(expected).ok()).unwrap_or(1);
        let place = raw.body().get("place").and_then(toml::Value::as_str);
        Self {
            id: raw.id.clone(),
            place: place.unwrap_or(&raw.id).to_owned(),
            expected: expected.clamp(1, MOST_CLAIMS),
            excluded: Vec::new(),
            rows: Err(Unregistered::Wrong(problem.to_string())),
            problems: vec![problem],
            notes: SetNotes::default(),
            artifact: String::new(),
            column: String::new(),
            rule: Rule::Printed,
            ours: Vec::new(),
            waits: Vec::new(),
        }
    }

    fn fill_in(
        &mut self,
        raw: &RawSpec,
        spec: &Spec,
        vault: &Vault<'_>,
        problems: &mut Vec<ReadError>,
    ) -> Result<(), ClaimsError> {
        let manifest = vault.manifest();
        spec.check(raw)?;
        let unknown = || raw.error(format!("no artifact is called `{}`", spec.artifact));
        let artifact = manifest.artifact(&spec.artifact).ok_or_else(unknown)?;
        self.excluded.clone_from(&artifact.derived_rows);
        let published = match Published::read(artifact, vault, problems) {
            Ok(published) => published,
            Err(Unregistered::Wrong(problem)) => {
                return Err(ClaimsError::File { set: self.id.clone(), problem });
            }
            Err(missing) => {
                self.rows = Err(missing);
                return Ok(());
            }
        };
        published.require(&self.id, spec.columns())?;
        published.require_names(raw, spec.templates())?;
        let known = |id: &str| manifest.artifact(id).is_some() || manifest.need(id).is_some();
        let mut rows = self.register_rows(spec, &published, known);
        if let Err(problem) = refuse_circles(spec, &rows) {
            return Err(raw.error(problem).into());
        }
        if rows.len() != spec.expected {
            let (set, artifact) = (self.id.clone(), artifact.id.clone());
            let (found, expected) = (rows.len(), spec.expected);
            self.problems.push(ClaimsError::Count { set, artifact, found, expected });
        }
        for alias in &spec.alias {
            let aliases = aliases(raw, alias, &mut rows, vault, (problems, &mut self.notes));
            self.problems.extend(aliases);
        }
        self.notes.take(&published, &spec.conditions);
        self.notes.look_up(spec, &published, &rows);
        self.require_places(raw, spec, vault, &rows);
        self.rows = Ok(rows);
        Ok(())
    }

    /// Refuses figures and datasets that do not exist, also where another alternative comes before them.
    fn require_places(&mut self, raw: &RawSpec, spec: &Spec, vault: &Vault<'_>, rows: &[Row]) {
        let manifest = vault.manifest();
        let exists = |specs: &[RawSpec], id: &str| specs.iter().any(|spec| spec.id == id);
        for ours in &spec.ours {
            let figure = ours.figure.as_deref().unwrap_or_default();
            // A template is filled in for every row, a plain id needs none.
            let filled: BTreeSet<String> = match figure {
                "" => BTreeSet::new(),
                figure if !figure.contains('{') => BTreeSet::from([figure.to_owned()]),
                figure => rows.iter().map(|row| fill(figure, &ours.translated(&row.cells))).collect(),
            };
            let figures = filled.into_iter().filter(|id| !exists(&manifest.figures, id));
            let dataset = ours.dataset.as_ref().filter(|id| !exists(&manifest.datasets, id));
            let figures = figures.map(|id| format!("no figure is called `{id}`"));
            let wrong = figures.chain(dataset.map(|id| format!("no dataset is called `{id}`")));
            self.problems.extend(
                wrong.map(|message| {
                    ClaimsError::from(raw.error(format!("claim set `{}`: {message}", raw.id)))
                }),
            );
        }
    }

    /// `known` tells whether an artifact or a need has an id.
    fn register_rows(
        &mut self,
        spec: &Spec,
        published: &Published<'_>,
        known: impl Fn(&str) -> bool,
    ) -> Vec<Row> {
        let mut ids = BTreeSet::new();
        let mut rows = Vec::new();
        for (number, cells) in published.chosen(&spec.conditions) {
            let mut row = Row::new(&self.id, spec, *number, cells, published);
            if !ids.insert(row.id.clone()) {
                row.problem = Some(format!("the id `{}` exists already", row.id).into());
                row.id = format!("{}#{number}", row.id);
            }
            let waits = spec.waits.iter().find(|waits| waits.fits(cells)).map(|waits| waits.missing(cells));
            if let Some(need) = waits.iter().flat_map(|missing| &missing.needs).find(|need| !known(need)) {
                row.problem.get_or_insert(format!("no artifact or need is called `{need}`").into());
            }
            if let Some(problem) = &row.problem {
                let (set, artifact) = (self.id.clone(), published.artifact.id.clone());
                let (row, id, problem) = (*number, row.id.clone(), problem.clone());
                self.problems.push(ClaimsError::Row { set, artifact, row, id, problem });
            }
            rows.push(row);
        }
        rows
    }
}

impl Row {
    /// A row as a claim; what is wrong with it is kept in `problem`.
    fn new(set: &str, spec: &Spec, number: u32, cells: &Cells, published: &Published<'_>) -> Self {
        let cell = |column: &str| cells.get(column).cloned().unwrap_or_default();
        let value = cell(&spec.value);
        let mut problem: Option<Problem> =
            value.is_empty().then(|| format!("no value in column `{}`", spec.value).into());
        let mut kept = |checked: Result<f64, Problem>| -> Option<f64> {
            checked.map_err(|error| problem.get_or_insert(error).what.len()).ok()
        };
        let tolerance = match &spec.tolerance {
            None => None,
            Some(Tolerance::Same(tolerance)) => Some(*tolerance),
            Some(Tolerance::Column(column)) => kept(number_in(cells, column, 0.0)),
        };
        let interval = match &spec.interval {
            None => None,
            Some(IntervalSpec::Ends { low, high }) => {
                let names = (low, high);
                let [low, high] = [low, high].map(|column| kept(number_in(cells, column, f64::MIN)));
                let ends = low.zip(high);
                if let Some((low, high)) = ends.filter(|(low, high)| low > high) {
                    let ends = format!("`{}` to `{}`", names.0, names.1);
                    problem.get_or_insert(
                        format!("the interval {ends} ends before it starts: {low} to {high}").into(),
                    );
                }
                ends.map(|(low, high)| [low, high])
            }
            Some(IntervalSpec::Around { half_width }) => {
                let middle = kept(number_in(cells, &spec.value, f64::MIN));
                let half = kept(number_in(cells, half_width, 0.0));
                middle.zip(half).map(|(middle, half)| [middle - half, middle + half])
            }
        };
        if problem.is_none() {
            problem = spec.rule.refuses(&value);
        }
        let texts = |columns: &[String]| columns.iter().map(|column| cell(column)).collect::<Vec<_>>();
        Self {
            id: format!("{set}/{}", texts(&spec.key).join("/")),
            value,
            row: number,
            cells: Arc::new(cells.clone()),
            aliases: Vec::new(),
            problem,
            version: spec.version.as_ref().map(|version| fill(version, cells)),
            own: vec![(published.sha256, number)],
            contents: vec![published.content],
            tolerance,
            interval,
            group: texts(&spec.within),
        }
    }
}

/// A finite number of at least `least` from a column.
fn number_in(cells: &Cells, column: &str, least: f64) -> Result<f64, Problem> {
    let text = cells.get(column).map(String::as_str).unwrap_or_default();
    parse_number(text).filter(|number| *number >= least).ok_or_else(|| {
        let at_least = if least == 0.0 { " of at least 0" } else { "" };
        let what = format!("`{text}` in column `{column}` is not a number{at_least}");
        Problem { what, ..Problem::not_a_number(text) }
    })
}
