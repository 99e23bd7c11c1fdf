//! Copies: files of this project that hold the published numbers once more are the published rows, whatever they are called.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::circle::in_step;
use super::judge::{Claim, Judged};
use super::rule::parse;
use super::set::Row;
use super::{ClaimSet, Outcome};
use crate::digest::Sha256;
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
    /// Rows of files that are claims.
    registered: BTreeSet<(Sha256, u32)>,
}

/// Digits of all different published numbers together that a column does not hold by chance: two numbers of six digits, as
/// they are read from drawings, or twelve ranks.
const TELLING: usize = 12;

/// The columns of a file, with the numbers of all rows.
type Columns = Vec<(String, Vec<Number>)>;

/// A published value with its claim.
type Member<'a> = (&'a Row, &'a Claim);

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
    /// Looks among the verified files of a paper, whose claims are in these sets.
    pub fn new(vault: &'a Vault<'a>, sets: &[ClaimSet]) -> Self {
        let rows = sets.iter().flat_map(|set| set.rows.iter().flatten());
        let registered = rows.flat_map(|row| row.own.iter().copied()).collect();
        Self { vault, tables: RefCell::default(), keys: keys(vault.manifest()), registered }
    }

    /// Finds the files that hold what a set publishes, in every row of the set that they are used for, and marks its claims:
    /// what comes from a local copy only redraws the published rows.
    pub fn mark(&self, rows: &[Row], claims: &mut [Claim]) {
        let found = self.found(&rows.iter().zip(claims.iter()).collect::<Vec<_>>());
        found.into_iter().for_each(|(index, copy)| copied(&mut claims[index], copy));
    }

    /// The same for sets that publish one number, or one again and again, and so say nothing by themselves: all of one column
    /// together.
    pub fn mark_together(&self, sets: &[ClaimSet], judged: &mut [Judged]) {
        let mut alike: BTreeMap<(&str, &str), Vec<(usize, usize)>> = BTreeMap::new();
        for (set, registered) in sets.iter().enumerate() {
            let rows = registered.rows.as_deref().unwrap_or_default();
            if rows.windows(2).all(|pair| Number::of(&pair[0].value) == Number::of(&pair[1].value)) {
                let places = alike.entry((&registered.artifact, &registered.column)).or_default();
                places.extend((0..rows.len()).map(|row| (set, row)));
            }
        }
        for places in alike.into_values() {
            let member = |(set, row): &(usize, usize)| {
                Some((sets[*set].rows.as_ref().ok()?.get(*row)?, judged[*set].claims.get(*row)?))
            };
            let Some(members) = places.iter().map(member).collect::<Option<Vec<_>>>() else { continue };
            for (index, copy) in self.found(&members) {
                let (set, row) = places[index];
                copied(&mut judged[set].claims[row], copy);
            }
        }
    }

    /// The claims whose numbers come from a copy, with that copy.
    fn found(&self, members: &[Member<'_>]) -> Vec<(usize, Copy)> {
        let mut used: BTreeMap<&SourceFile, Vec<usize>> = BTreeMap::new();
        for (index, (row, claim)) in members.iter().enumerate().filter(|(_, (_, claim))| claim.ours.is_some())
        {
            // Claims of one file may confirm each other: they are as good a second reading as those of another one.
            let of_file = |file: &SourceFile| row.own.iter().any(|(sha256, _)| *sha256 == file.sha256);
            let is_claim = |file: &SourceFile, row: u32| self.registered.contains(&(file.sha256, row));
            let files = computed(claim).files().filter(|(file, rows)| {
                !of_file(file)
                    || !rows.runs().flat_map(|(first, last)| first..=last).all(|row| is_claim(file, row))
            });
            let files = files.map(|(file, _)| file);
            files.for_each(|file| used.entry(file).or_default().push(index));
        }
        let (mut found, mut single) = (Vec::new(), Vec::new());
        for (file, indices) in used {
            let of_file: Vec<Member<'_>> = indices.iter().map(|index| members[*index]).collect();
            match differ(of_file.iter().map(|(row, _)| row)) {
                true => {
                    let copy = self.copy(file, &of_file);
                    found.extend(
                        copy.iter().flat_map(|copy| indices.iter().map(|index| (*index, copy.clone()))),
                    );
                }
                false => single.extend(indices.into_iter().map(|index| (index, file))),
            }
        }
        found.extend(self.scattered(members, &single));
        found
    }

    /// Files of one number each that together hold the published ones in a column of one name.
    fn scattered(&self, members: &[Member<'_>], single: &[(usize, &SourceFile)]) -> Vec<(usize, Copy)> {
        let mut files = Vec::new();
        for (index, file) in single.iter().copied() {
            let artifact = self.vault.manifest().artifact(&file.artifact);
            let Some(artifact) = artifact.filter(|artifact| !self.is_another_source(artifact)) else {
                continue;
            };
            files.extend(self.columns(artifact).map(|columns| (index, file, artifact, columns)));
        }
        if !differ(files.iter().map(|(index, ..)| &members[*index].0)) {
            return Vec::new();
        }
        let names = files.iter().flat_map(|(.., columns)| columns.iter().map(|(name, _)| name));
        let names: BTreeSet<&String> = names.collect();
        let holds = |name: &String| {
            files.iter().all(|(index, file, _, columns)| {
                let (row, claim) = members[*index];
                let Some((_, cells)) = columns.iter().find(|(column, _)| column == name) else {
                    return false;
                };
                let used = rows_of(computed(claim), file, cells.len() as u32);
                used.iter().any(|used| cells.get(*used as usize - 1) == Some(&Number::of(&row.value)))
            })
        };
        let Some(name) = names.into_iter().find(|name| holds(name)) else { return Vec::new() };
        let copy = |artifact: &Artifact| Copy {
            artifact: artifact.id.clone(),
            column: Some(name.clone()),
            own: true,
        };
        files.iter().map(|(index, _, artifact, _)| (*index, copy(artifact))).collect()
    }

    /// A file that holds the published numbers of these claims.
    fn copy(&self, file: &SourceFile, members: &[Member<'_>]) -> Option<Copy> {
        let published: Vec<Number> = members.iter().map(|(row, _)| Number::of(&row.value)).collect();
        let artifact = self.vault.manifest().artifact(&file.artifact)?;
        let own = !self.is_another_source(artifact);
        let name = |column| Copy { artifact: artifact.id.clone(), column, own };
        let Some(columns) = self.columns(artifact) else {
            let equal = |(row, claim): &Member<'_>| {
                let ours = claim.ours.as_ref().map(|ours| Number::of(&ours.to_string()));
                ours == Some(Number::of(&row.value))
            };
            return members.iter().all(equal).then(|| name(None));
        };
        let keys = self.keys.get(&artifact.id);
        // Sizes are whole numbers; whatever else is called a key is looked at.
        let whole = published.iter().all(Number::is_whole);
        let is_key = |column: &str| whole && keys.is_some_and(|keys| keys.contains(column));
        let n_rows = columns.first().map_or(0, |(_, cells)| u32::try_from(cells.len()).unwrap_or(u32::MAX));
        let used: Vec<Vec<u32>> =
            members.iter().map(|(_, claim)| rows_of(computed(claim), file, n_rows)).collect();
        let column = columns.iter().find(|(column, cells)| {
            // Most columns lack the first number already.
            !is_key(column)
                && cells.contains(&published[0])
                && (aligned(cells, &published, &used) || gathered(cells, &published, &used))
        });
        let found = column.map(|(column, _)| name(Some(column.clone())));
        let values: Vec<_> = columns.iter().filter(|(column, _)| !is_key(column)).collect();
        let turned = || (values.len() > 1 && spread(&values, &published, &used)).then(|| name(None));
        let scaled = || {
            let column = values.iter().find(|(_, cells)| scaled(cells, members, &used));
            column.map(|(column, _)| name(Some(column.clone())))
        };
        found.or_else(turned).or_else(scaled)
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

    /// Whether it is a whole number.
    fn is_whole(&self) -> bool {
        matches!(self, Self::Bits(bits) if f64::from_bits(*bits).fract() == 0.0)
    }

    fn of(text: &str) -> Self {
        match parse(text) {
            // Zero has no sign.
            Ok(number) => Self::Bits((number + 0.0).to_bits()),
            Err(_) => Self::Text(text.trim().to_owned()),
        }
    }
}

/// Marks a claim whose number comes from a copy: what comes from a local one only redraws the published rows.
fn copied(claim: &mut Claim, copy: Copy) {
    if copy.own && matches!(claim.outcome, Outcome::Reproduced | Outcome::Consistent) {
        claim.outcome = Outcome::Redrawn;
    }
    claim.detail.get_or_insert_with(|| copy.words(&claim.artifact));
    claim.copy.get_or_insert(copy);
}

/// Whether at least two of the published numbers differ: one number meets another by chance.
fn differ<'r>(rows: impl Iterator<Item = &'r &'r Row>) -> bool {
    let numbers: BTreeSet<Number> = rows.map(|row| Number::of(&row.value)).collect();
    numbers.len() > 1
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

/// Whether each of our numbers comes from one row, where numbers stand that have one ratio to the published ones or one distance
/// from them: a copy in percent, or moved. Three different numbers of many digits do not by chance.
fn scaled(cells: &[Number], members: &[Member<'_>], used: &[Vec<u32>]) -> bool {
    let pair = |((row, _), used): (&Member<'_>, &Vec<u32>)| {
        let [used] = used.as_slice() else { return None };
        let Number::Bits(bits) = cells.get(*used as usize - 1)? else { return None };
        Some((parse(&row.value).ok()?, f64::from_bits(*bits)))
    };
    let Some(pairs) = members.iter().zip(used).map(pair).collect::<Option<Vec<_>>>() else { return false };
    let published: Vec<Number> = members.iter().map(|(row, _)| Number::of(&row.value)).collect();
    let different: BTreeSet<&Number> = published.iter().collect();
    different.len() >= 3 && is_told(&published, TELLING) && in_step(&pairs).is_some()
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
