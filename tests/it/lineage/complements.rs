//! Numbers outside a claim's lineage never change its value.

use std::collections::BTreeMap;

use super::chance::Chance;
use super::paper::{Paper, Rows, Shown, Wanted};
use super::parallel::in_parallel;
use super::tally::{Tally, is_kept};
use super::{everything_is_asked, shipped};

/// The claims by their lineage.
fn by_lineage(paper: &Paper) -> BTreeMap<&Rows, Vec<(&String, &Shown)>> {
    let mut distinct: BTreeMap<&Rows, Vec<_>> = BTreeMap::new();
    for claim in &paper.claims {
        distinct.entry(&claim.1.rows).or_default().push(claim);
    }
    distinct
}

/// Every lineage of several rows by itself: all numbers outside it change. With `REPRO_LINEAGE=all` also every lineage
/// of one row, which otherwise `separated_rows` covers in fewer runs.
#[test]
fn values_do_not_depend_on_numbers_outside_their_lineage() {
    let paper = shipped();
    let distinct = by_lineage(paper);
    let several = |rows: &Rows| rows.len() > 1 || everything_is_asked();
    let runs: Vec<_> = distinct.into_iter().filter(|(rows, _)| several(rows)).collect();
    let run = |seed: usize| {
        let (rows, claims) = &runs[seed];
        let changes = paper.changed_outside(rows, seed as u64);
        let wanted = Wanted::of(claims.iter().map(|(_, shown)| *shown));
        let mut tally = Tally::default();
        tally.unchanged(paper, claims.iter().copied(), paper.evaluate(&changes, &wanted));
        tally
    };
    let tally = Tally::of(in_parallel(runs.len(), run));
    eprintln!("complements: {}", tally.report());
    assert!(tally.compared >= runs.len());
    tally.assert_judged();
    tally.assert_complete();
}

/// Two rows differ in a digit of their numbers, so that in one of these runs the first keeps its cells while those of
/// the second change: together they change everything outside every lineage of one row.
#[test]
fn separated_rows_do_not_depend_on_each_other() {
    let paper = shipped();
    let n_rows = paper.all_rows().count();
    let digits = usize::BITS - n_rows.leading_zeros();
    let halves: Vec<(u32, usize)> = (0..digits).flat_map(|digit| [(digit, 0), (digit, 1)]).collect();
    let run = |index: usize| {
        let (digit, value) = halves[index];
        let kept: Rows = (0..n_rows).filter(|row| (row >> digit) & 1 == value).collect();
        half(paper, &kept, u64::from(digit) * 2 + value as u64)
    };
    let tally = Tally::of(in_parallel(halves.len(), run));
    eprintln!("separated: {}", tally.report());
    tally.assert_judged();
    tally.assert_complete();
}

/// Random halves: every other run keeps whole lineages, so that claims of many rows are compared too.
#[test]
fn values_do_not_depend_on_random_numbers_outside_their_lineage() {
    let paper = shipped();
    let n_rows = paper.all_rows().count();
    let lineages: Vec<&Rows> = by_lineage(paper).into_keys().collect();
    let run = |seed: usize| {
        let mut chance = Chance::new(1000 + seed as u64);
        let mut kept: Rows = Rows::new();
        if seed.is_multiple_of(2) {
            kept.extend((0..n_rows).filter(|_| chance.one_in(2)));
        }
        while kept.len() < n_rows / 2 - n_rows / 20 {
            kept.extend(*chance.of(&lineages));
        }
        half(paper, &kept, seed as u64)
    };
    let runs = if everything_is_asked() { 100 } else { 20 };
    let tally = Tally::of(in_parallel(runs, run));
    eprintln!("halves: {}", tally.report());
    assert!(tally.compared > 100 * runs);
    tally.assert_judged();
    tally.assert_complete();
}

/// Changes all rows that are not kept and compares the claims of which all rows are.
fn half(paper: &Paper, kept: &Rows, seed: u64) -> Tally {
    let after = paper.evaluate(&paper.changed_outside(kept, seed), &paper.everything());
    let mut tally = Tally::default();
    tally.unchanged(paper, paper.claims.iter().filter(|(_, shown)| is_kept(shown, kept)), after);
    tally
}
