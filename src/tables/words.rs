//! Words that several renderings have in common.

use super::{Cell, Grid, Head};
use crate::claims::Outcome;
use crate::evidence::Reason;

/// What stands where the paper prints no value.
pub(super) const NOT_PRINTED: &str = "–";

/// Heads of the fields of a comparison.
pub(super) const FIELDS: [&str; 6] = ["Paper", "Ours", "Delta", "Rule", "Outcome", "Evidence"];

/// One letter for an outcome with a value of ours.
pub(super) fn code(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Reproduced => "R",
        Outcome::Consistent => "C",
        Outcome::Redrawn => "W",
        Outcome::Differs => "D",
        Outcome::Missing(_) => "M",
        Outcome::Error => "E",
    }
}

/// A reason in at most eleven letters.
pub(super) fn short(reason: Reason) -> &'static str {
    match reason {
        Reason::NotFetched => "not fetched",
        Reason::NotShared => "not shared",
        Reason::Gated => "gated",
        Reason::HashMismatch => "wrong hash",
        Reason::UnsupportedFormat => "no reader",
        Reason::NeedsGpu => "needs GPU",
        Reason::Unpinned => "unpinned",
        Reason::Stale => "stale",
        Reason::NotRun => "not run",
        Reason::Unfit => "unfit",
        Reason::FilteredOut => "filtered",
        Reason::AmbiguousInPaper => "ambiguous",
        Reason::NoPublishedValue => "no value",
        Reason::Error => "error",
    }
}

/// What stands in a cell instead of our value.
pub(super) fn instead(cell: &Cell) -> &'static str {
    match cell.outcome {
        Outcome::Missing(reason) => short(reason),
        outcome => outcome.name(),
    }
}

/// A cell in words, for a reader who cannot see it.
pub(super) fn cell(cell: &Cell) -> String {
    let mut words = format!("published {}", cell.published());
    match (&cell.rounded, cell.reason()) {
        (Some(ours), _) => words.push_str(&format!(", ours {ours}")),
        (None, Some(reason)) => return words + ", ours missing: " + reason,
        (None, None) => {}
    }
    if let Some(delta) = &cell.delta {
        words.push_str(&format!(", delta {}", delta.text));
    }
    let evidence = cell.evidence.map(|tier| format!(" ({tier})")).unwrap_or_default();
    format!("{words}, {}{evidence}", cell.outcome)
}

/// Row and column of a cell.
pub(super) fn place(row: &Head, column: &Head) -> String {
    if column.labels.is_empty() { row.words() } else { format!("{}; {}", row.words(), column.words()) }
}

/// Which letters a table uses, in words.
pub(super) fn legend(grid: &Grid) -> Vec<String> {
    let outcomes =
        [Outcome::Reproduced, Outcome::Consistent, Outcome::Redrawn, Outcome::Differs, Outcome::Error];
    let used = |outcome: &Outcome| grid.cells().any(|cell| cell.ours.is_some() && cell.outcome == *outcome);
    let entry = |outcome: Outcome| format!("{} {outcome}", code(outcome));
    outcomes.into_iter().filter(used).map(entry).collect()
}

/// The table in words: what it shows, how large it is, how much of it is ours.
pub(super) fn describe(grid: &Grid) -> String {
    let titles =
        |keys: &[super::Key]| keys.iter().map(|key| key.title.clone()).collect::<Vec<_>>().join(", ");
    let mut words = match &grid.place {
        Some(place) => format!("Table of {place}: ", place = place.trim_end_matches('.')),
        None => "Table: ".to_owned(),
    };
    words.push_str(&format!("{} rows by {}", grid.rows.len(), titles(&grid.row_keys)));
    if !grid.column_keys.is_empty() {
        words.push_str(&format!(", {} columns by {}", grid.columns.len(), titles(&grid.column_keys)));
    }
    let ours = grid.n_ours();
    words.push_str(&format!(
        ". {ours} of {} cells have a value of ours. {}.",
        grid.cells().count(),
        grid.counts
    ));
    if let Some(missing) = &grid.missing {
        words.push_str(&format!(" {}: {}.", missing.reason, missing.detail.trim_end_matches('.')));
    }
    words
}
