//! Lineage is complete: whatever changes what a claim shows is among the rows that the claim names.
//!
//! With the environment variable `REPRO_LINEAGE=all` the tests try every row of every file, not a sample.

mod chance;
mod complements;
mod paper;
mod parallel;
mod random;
mod rows;
mod sheet;
mod sizes;
mod tally;

use std::sync::OnceLock;

use self::paper::Paper;
use crate::support::repository;

/// The shipped paper whose claims have values.
fn shipped() -> &'static Paper {
    static PAPER: OnceLock<Paper> = OnceLock::new();
    PAPER.get_or_init(|| Paper::open(&repository(), "reconeval").unwrap())
}

/// Whether the tests are to try everything, which takes minutes.
fn everything_is_asked() -> bool {
    std::env::var("REPRO_LINEAGE").is_ok_and(|asked| asked == "all")
}

/// A paper without a value of ours has no lineage that could lack rows.
#[test]
fn the_other_shipped_paper_has_no_values() {
    assert!(Paper::open(&repository(), "genept").unwrap().claims.is_empty());
}
