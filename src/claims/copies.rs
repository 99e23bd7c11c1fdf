//! Copies: files of this project that hold the published numbers once more are the published rows, whatever they are called.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::judge::Claim;
use super::rule::parse;
use super::set::Row;
use super::{ClaimSet, Outcome};
use crate::evidence::{Lineage, SourceFile};
use crate::manifest::{Artifact, Manifest, RawSpec, SourceKind};
use crate::query::read_csv;
use crate::store::Vault;

/// The files behind our numbers, read once more as text.
pub struct Copies<'a> {
    vault: &'a Vault<'a>,
    tables: RefCell<BTreeMap<String, Option<Rc<Columns>>>>,
    /// Columns by which rows of published files are called, by artifact.
    keys: BTreeMap<String, BTreeSet<String>>,
}

/// Digits of all different published numbers together that a column does not hold by chance: two numbers of six digits, as
/// they are read from drawings, or twelve ranks.
const TELLING: usize = 12;

/// The columns of a file, with the numbers of all rows.
type Columns = Vec<(String, Vec<Number>)>;

/// A column that holds the published numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The file that holds them.
    pub artifact: String,
    /// Its column; none where our numbers themselves were compared.
    pub column: Option<String>,
    /// Whether the file counts as the published rows themselves. One that was fetched or computed is another source.
    pub own: bool,
}

impl<'a> Copies<'a> {
    /// Looks among the verified files of a paper.
    pub fn new(vault: &'a Vault<'a>) -> Self {
        Self { vault, tables: RefCell::default(), keys: keys(vault.manifest()) }
    }

    /// Finds the files that hold what a set publishes, in every row of the set that they are used for, and marks its claims:
    /// what comes from a local copy only redraws the published rows.
    pub fn mark(&self, set: &ClaimSet, rows: &[Row], claims: &mut [Claim]) {
        let mut used: BTreeMap<&SourceFile, Vec<usize>> = BTreeMap::new();
        for (index, claim) in claims.iter().enumerate().filter(|(_, claim)| claim.ours.is_some()) {
            let own = |file: &SourceFile| rows[index].own.iter().any(|(sha256, _)| *sha256 == file.sha256);
            let files = computed(claim).files().map(|(file, _)| file).filter(|file| !own(file));
            files.for_each(|file| used.entry(file).or_default().push(index));
        }
        let found: Vec<(Vec<usize>, Copy)> = used
            .into_iter()
            .filter_map(|(file, members)| {
                let copy = self.copy(file, &members, rows, claims)?;
                Some((members, copy))
            })
            .collect();
        for (members, copy) in found {
            for index in members {
                let claim = &mut claims[index];
                if copy.own && matches!(claim.outcome, Outcome::Reproduced | Outcome::Consistent) {
                    claim.outcome = Outcome::Redrawn;
                }
                claim.detail.get_or_insert_with(|| copy.words(&set.artifact));
                claim.copy.get_or_insert(copy.clone());
            }
        }
    }

    /// A file that holds the published numbers of these claims.
    fn copy(&self, file: &SourceFile, members: &[usize], rows: &[Row], claims: &[Claim]) -> Option<Copy> {
        let published: Vec<Number> = members.iter().map(|index| Number::of(&rows[*index].value)).collect();
        if published.iter().all(|number| *number == published[0]) {
            return None;
        }
        let artifact = self.vault.manifest().artifact(&file.artifact)?;
        let own = !self.is_another_source(artifact);
        let name = |column| Copy { artifact: artifact.id.clone(), column, own };
        let Some(columns) = self.columns(artifact) else {
            let equal = |index: &usize| {
                let ours = claims[*index].ours.as_ref().map(|ours| Number::of(&ours.to_string()));
                ours == Some(Number::of(&rows[*index].value))
            };
            return members.iter().all(equal).then(|| name(None));
        };
        let keys = self.keys.get(&artifact.id);
        let is_key = |column: &str| keys.is_some_and(|keys| keys.contains(column));
        let n_rows = columns.first().map_or(0, |(_, cells)| u32::try_from(cells.len()).unwrap_or(u32::MAX));
        let used: Vec<Vec<u32>> =
            members.iter().map(|index| rows_of(computed(&claims[*index]), file, n_rows)).collect();
        let column = columns.iter().find(|(column, cells)| {
            // Most columns lack the first number already.
            !is_key(column)
                && cells.contains(&published[0])
                && (aligned(cells, &published, &used) || gathered(cells, &published, &used))
        });
        let found = column.map(|(column, _)| name(Some(column.clone())));
        found.or_else(|| {
            let values: Vec<_> = columns.iter().filter(|(column, _)| !is_key(column)).collect();
            (values.len() > 1 && spread(&values, &published, &used)).then(|| name(None))
        })
    }

    /// Whether a file came from somewhere else: it was fetched, which the lock says, or a stage wrote it.
    fn is_another_source(&self, artifact: &Artifact) -> bool {
        match self.vault.manifest().source(artifact).map(|source| &source.kind) {
            Some(SourceKind::Hub { .. } | SourceKind::Http { .. }) => {
                self.vault.lock().artifact(&artifact.id).is_some()
            }
            Some(SourceKind::Stage) => true,
            Some(SourceKind::Local) | None => false,
        }
    }

    /// The cells of a file as they stand in it; `None` for a file that is not a table.
    fn columns(&self, artifact: &Artifact) -> Option<Rc<Columns>> {
        let read = || {
            if !artifact.to.to_lowercase().ends_with(".csv") {
                return None;
            }
            let file = self.vault.read(artifact).ok()?.ok()?;
            let table = read_csv(&file, artifact).ok()?;
            let numbers = |column: &str| {
                let texts = table.texts(column);
                let text = |row| texts.and_then(|texts| texts.get(row)).unwrap_or_default();
                let cell = |row| Number::of(&text(row));
                (column.to_owned(), (0..table.n_rows()).map(cell).collect())
            };
            Some(Rc::new(table.column_names().map(numbers).collect()))
        };
        self.tables.borrow_mut().entry(artifact.id.clone()).or_insert_with(read).clone()
    }
}

impl Copy {
    /// What a reader should know about a number from this file.
    fn words(&self, published: &str) -> String {
        let place = match &self.column {
            Some(column) => format!("column `{column}` of `{}`", self.artifact),
            None => format!("`{}`", self.artifact),
        };
        match self.own {
            true => format!(
                "{place} repeats the published numbers of `{published}` number for number, so that it counts as the \
                 published rows themselves"
            ),
            false => format!("{place} equals the published numbers of `{published}` number for number"),
        }
    }
}

/// A number however it is written, or a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Number {
    Bits(u64),
    Text(String),
}

impl Number {
    /// Significant digits.
    fn digits(&self) -> usize {
        match self {
            Self::Bits(bits) => {
                let text = format!("{:e}", f64::from_bits(*bits));
                text.chars().take_while(|c| *c != 'e').filter(char::is_ascii_digit).count()
            }
            Self::Text(_) => 1,
        }
    }

    fn of(text: &str) -> Self {
        match parse(text) {
            // Zero has no sign.
            Ok(number) => Self::Bits((number + 0.0).to_bits()),
            Err(_) => Self::Text(text.trim().to_owned()),
        }
    }
}

/// What a number was computed from.
fn computed(claim: &Claim) -> &Lineage {
    claim.computed.as_ref().unwrap_or(&claim.lineage)
}

/// Rows of a file of `n_rows` rows that a lineage holds.
fn rows_of(lineage: &Lineage, file: &SourceFile, n_rows: u32) -> Vec<u32> {
    let rows = lineage.files().find(|(other, _)| *other == file);
    // A file that a stage read counts as a whole, however many rows that is.
    let runs = rows.into_iter().flat_map(|(_, rows)| rows.runs());
    runs.flat_map(|(first, last)| first..=last.min(n_rows)).collect()
}

/// Whether every published number stands in one of the rows that ours was computed from, where different numbers come from
/// different rows: among many rows that all numbers have in common, a few digits are found by chance.
fn aligned(cells: &[Number], published: &[Number], used: &[Vec<u32>]) -> bool {
    let different: BTreeSet<&Number> = published.iter().collect();
    let places: BTreeSet<&Vec<u32>> = used.iter().collect();
    let stands = |(number, rows): (&Number, &Vec<u32>)| {
        rows.iter().any(|row| cells.get(*row as usize - 1) == Some(number))
    };
    places.len() >= different.len() && published.iter().zip(used).all(stands)
}

/// Whether the rows that our numbers were computed from together hold every published number as often as it was published:
/// and nothing else, or numbers of so many digits that they are not there by chance.
fn gathered(cells: &[Number], published: &[Number], used: &[Vec<u32>]) -> bool {
    let rows: BTreeSet<u32> = used.iter().flatten().copied().collect();
    let there = rows.iter().filter_map(|row| cells.get(*row as usize - 1));
    (is_told(published, TELLING) || rows.len() == published.len()) && holds(there, published)
}

/// Whether different numbers have so many digits together.
fn is_told(published: &[Number], digits: usize) -> bool {
    let different: BTreeSet<&Number> = published.iter().collect();
    different.iter().map(|number| number.digits()).sum::<usize>() >= digits
}

/// Whether cells hold every published number as often as it was published.
fn holds<'n>(cells: impl Iterator<Item = &'n Number>, published: &'n [Number]) -> bool {
    let mut left: BTreeMap<&Number, usize> = BTreeMap::new();
    cells.for_each(|cell| *left.entry(cell).or_default() += 1);
    let takes = |number: &Number| match left.get_mut(number) {
        Some(n) if *n > 0 => {
            *n -= 1;
            true
        }
        _ => false,
    };
    published.iter().all(takes)
}

/// Whether the rows that our numbers were computed from hold every published number as often as it was published, in whatever
/// columns: a table that was turned before it was copied. Among many columns, a few digits are found by chance.
fn spread<'n>(columns: &'n [&(String, Vec<Number>)], published: &'n [Number], used: &[Vec<u32>]) -> bool {
    let rows: BTreeSet<u32> = used.iter().flatten().copied().collect();
    let of_column =
        |(_, cells): &'n &(String, Vec<Number>)| rows.iter().filter_map(|row| cells.get(*row as usize - 1));
    let there = columns.iter().flat_map(of_column);
    is_told(published, columns.len() * TELLING) && holds(there, published)
}

/// For each published file the columns that its claims are called by. Names and sizes are read in several places of a paper;
/// that they agree is a second reading and no copy.
fn keys(manifest: &Manifest) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for raw in &manifest.claims {
        let text = |key: &str| raw.body().get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let Some(artifact) = text("artifact") else { continue };
        keys.entry(artifact).or_default().extend(listed(raw));
    }
    keys
}

fn listed(raw: &RawSpec) -> impl Iterator<Item = String> {
    let names = raw.body().get("key").and_then(toml::Value::as_array).into_iter().flatten();
    names.filter_map(toml::Value::as_str).map(str::to_owned)
}
