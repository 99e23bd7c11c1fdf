//! What a claim shows changes only with the cells of its own rows: one row or cell at a time.

use super::chance::Chance;
use super::paper::{Changes, Paper, Wanted};
use super::parallel::in_parallel;
use super::tally::Tally;
use super::{everything_is_asked, shipped};

/// Every row by itself; a sample unless `REPRO_LINEAGE=all` asks for all of them.
#[test]
fn values_change_only_with_the_numbers_of_their_rows() {
    let paper = shipped();
    let step = if everything_is_asked() { 1 } else { 67 };
    let rows: Vec<_> = paper.all_rows().step_by(step).collect();
    let readers = readers(paper);
    let run = |index: usize| {
        let (file, _, row) = rows[index];
        let changes = paper.changed_where(row as u64, |changed| changed == row);
        one_row(paper, &changes, &readers[file], (row, "other numbers in the row"))
    };
    let tally = Tally::of(in_parallel(rows.len(), run));
    eprintln!("single rows: {}", tally.report());
    assert!(tally.moved > rows.len() / 10);
    tally.assert_judged();
    tally.assert_complete();
}

/// Keys, labels and cells that a filter reads. A run that ends in an error shows nothing false, so it does not count.
#[test]
fn values_change_only_with_the_texts_of_their_rows() {
    let paper = shipped();
    let n_runs = if everything_is_asked() { 3000 } else { 120 };
    let readers = readers(paper);
    let cells: Vec<(usize, usize)> = paper
        .files
        .iter()
        .enumerate()
        .filter(|(file, _)| readers[*file] != Wanted::default())
        .flat_map(|(index, file)| {
            let texts = file.ranges.iter().enumerate().filter(|(_, range)| range.is_none());
            texts.map(move |(column, _)| (index, column)).collect::<Vec<_>>()
        })
        .collect();
    let run = |number: usize| {
        let mut chance = Chance::new(5000 + number as u64);
        let (index, column) = cells[number % cells.len()];
        let file = &paper.files[index];
        let position = chance.below(file.sheet.rows.len());
        let mut sheet = file.sheet.clone();
        let text = sheet.other_text(position, column, &mut chance);
        let what = format!(
            "`{text}` instead of `{}` in column `{}` of `{}` row {}",
            sheet.rows[position][column],
            sheet.header[column],
            file.artifact,
            position + 1
        );
        sheet.rows[position][column] = text;
        let row = paper.number_of(index, position);
        one_row(paper, &Changes::from([(index, sheet)]), &readers[index], (row, &what))
    };
    let tally = Tally::of(in_parallel(n_runs, run));
    eprintln!("texts: {}", tally.report());
    assert!(tally.moved > n_runs / 4, "{}", tally.report());
    assert!(tally.failed < tally.runs / 2, "{}", tally.report());
    tally.assert_complete();
}

/// What may read each file.
fn readers(paper: &Paper) -> Vec<Wanted> {
    let all = Wanted::of(paper.claims.values());
    (0..paper.files.len()).map(|file| paper.readers(file, &all)).collect()
}

fn one_row(paper: &Paper, changes: &Changes, wanted: &Wanted, row: (usize, &str)) -> Tally {
    let mut tally = Tally::default();
    let claims = paper.claims.iter().filter(|(_, shown)| wanted.shows(&shown.place));
    tally.one_row(paper, claims, paper.evaluate(changes, wanted), row);
    tally
}
