//! Random pipelines and figures: each verb and each kind of figure many times.

mod case;
mod figures;
mod schema;
mod steps;

use std::collections::BTreeMap;
use std::sync::Mutex;

use self::case::Case;
use self::figures::KINDS;
use self::steps::VERBS;
use super::chance::Chance;
use super::everything_is_asked;
use super::paper::{Changes, Paper, Rows};
use super::parallel::in_parallel;
use super::tally::{Tally, is_kept};

/// What one case found.
#[derive(Default)]
struct Found {
    tally: Tally,
    /// Whether a value moved when its own rows changed.
    moves: bool,
}

#[test]
fn random_pipelines_name_all_rows() {
    let n_cases = if everything_is_asked() { 6000 } else { 640 };
    let asked: Option<usize> = std::env::var("REPRO_LINEAGE_CASE").ok().map(|case| case.parse().unwrap());
    let refused = Mutex::new(BTreeMap::<String, usize>::new());
    let cases: Vec<usize> = asked.map_or((0..n_cases).collect(), |case| vec![case]);
    let run = |index: usize| {
        let number = cases[index];
        let case = Case::new(number);
        if asked.is_some() {
            eprintln!("{}", case.manifest);
        }
        let folder = tempfile::tempdir().unwrap();
        match case.open(folder.path()) {
            Ok(paper) if !paper.claims.is_empty() => Some((number, case, examined(&paper, number))),
            Ok(_) => None,
            Err(error) => {
                let text: String =
                    error.to_string().chars().filter(|character| !character.is_ascii_digit()).collect();
                *refused.lock().unwrap().entry(text.chars().take(110).collect()).or_default() += 1;
                None
            }
        }
    };
    let found: Vec<(usize, Case, Found)> = in_parallel(cases.len(), run).into_iter().flatten().collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, case, _) in &found {
        case.verbs.iter().chain([&case.kind]).for_each(|name| *uses.entry(name).or_default() += 1);
    }
    let moves = found.iter().filter(|(.., found)| found.moves).count();
    let (n_wrong, wrong) = faults(&found);
    let n_found = found.len();
    let tally = Tally::of(found.into_iter().map(|(.., found)| found.tally));
    eprintln!(
        "{n_found} cases, {moves} move, {n_wrong} wrong; {uses:?}\nrefused: {:#?}",
        refused.lock().unwrap()
    );
    eprintln!("random: {}", Tally { wrong: BTreeMap::new(), ..tally }.report());
    assert!(n_wrong == 0, "{n_wrong} of {n_found} cases\n{}", wrong.join("\n"));
    if asked.is_none() {
        let names = VERBS.iter().map(|(name, _)| *name).chain(KINDS.iter().map(|(name, _)| *name));
        let rare: Vec<&str> = names.filter(|name| uses.get(name).is_none_or(|n| *n < 50)).collect();
        assert!(rare.is_empty(), "used fewer than 50 times: {rare:?}");
        assert!(moves * 2 >= n_found, "a value moved in {moves} of {n_found} cases");
    }
}

/// The number of cases with a lineage that lacks rows, and one example per kind of figure, mark and quantity, or per
/// case for cells of the dataset.
fn faults(found: &[(usize, Case, Found)]) -> (usize, Vec<String>) {
    let mut faults: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let wrong = || found.iter().filter(|(.., found)| !found.tally.wrong.is_empty());
    for (number, case, found) in wrong() {
        for (set, wrong) in &found.tally.wrong {
            for id in &wrong.claims {
                let parts: Vec<&str> = id.split('/').collect();
                let what = match set.as_str() {
                    "marks" => format!("{}: {} {}", case.kind, parts[1], parts.last().unwrap()),
                    _ => format!("cells of case {number}"),
                };
                let example = || (0, format!("case {number} ({}): {}", case.verbs.join(" "), wrong.example));
                faults.entry(what).or_insert_with(example).0 += 1;
            }
        }
    }
    let lines = faults.into_iter().map(|(what, (n, example))| format!("{what}, {n} times; {example}"));
    (wrong().count(), lines.collect())
}

/// Runs a paper with other cells.
fn examined(paper: &Paper, number: usize) -> Found {
    let mut chance = Chance::new(91_000 + number as u64);
    let mut found = Found::default();
    let mut lineages: Vec<&Rows> = paper.claims.values().map(|shown| &shown.rows).collect();
    lineages.sort();
    lineages.dedup();
    for kept in chance.some(&lineages, lineages.len().min(4), 4) {
        complement(paper, kept, &mut chance, &mut found.tally);
    }
    let rows: Vec<_> = paper.all_rows().filter(|(file, ..)| is_input(paper, *file)).collect();
    let half: Rows = rows.iter().filter(|_| chance.one_in(2)).map(|(.., row)| *row).collect();
    complement(paper, &half, &mut chance, &mut found.tally);
    for _ in 0..2 {
        let (_, _, row) = *chance.of(&rows);
        let changes = paper.changed_where(chance.below(1000) as u64, |changed| changed == row);
        let after = paper.evaluate(&changes, &paper.everything());
        found.tally.one_row(paper, paper.claims.iter(), after, (row, "other numbers in the row"));
    }
    for _ in 0..4 {
        one_text(paper, &rows, &mut chance, &mut found.tally);
    }
    let all: Rows = paper.claims.values().flat_map(|shown| shown.rows.iter().copied()).collect();
    let changes = paper.changed_where(number as u64, |row| all.contains(&row));
    if let Ok(after) = paper.evaluate(&changes, &paper.everything()) {
        found.moves =
            paper.claims.iter().any(|(id, shown)| after.get(id).is_some_and(|now| now.value != shown.value));
    }
    found
}

fn is_input(paper: &Paper, file: usize) -> bool {
    ["main", "more", "side"].contains(&paper.files[file].artifact.as_str())
}

fn complement(paper: &Paper, kept: &Rows, chance: &mut Chance, tally: &mut Tally) {
    let after = paper.evaluate(&paper.changed_outside(kept, chance.below(1000) as u64), &paper.everything());
    tally.unchanged(paper, paper.claims.iter().filter(|(_, shown)| is_kept(shown, kept)), after);
}

/// Changes one text, or one number to a missing value or back.
fn one_text(paper: &Paper, rows: &[(usize, usize, usize)], chance: &mut Chance, tally: &mut Tally) {
    let (file, position, row) = *chance.of(rows);
    let mut sheet = paper.files[file].sheet.clone();
    let column = chance.below(sheet.header.len());
    let text = match paper.files[file].ranges[column] {
        None => sheet.other_text(position, column, chance),
        Some(_) if sheet.rows[position][column].is_empty() => "2.75".to_owned(),
        Some(_) => String::new(),
    };
    let what = format!(
        "`{text}` instead of `{}` in column `{}` of `{}` row {}",
        sheet.rows[position][column],
        sheet.header[column],
        paper.files[file].artifact,
        position + 1
    );
    sheet.rows[position][column] = text;
    let after = paper.evaluate(&Changes::from([(file, sheet)]), &paper.everything());
    tally.one_row(paper, paper.claims.iter(), after, (row, &what));
}
