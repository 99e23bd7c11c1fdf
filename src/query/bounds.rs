//! Limits of what a step may produce: a small manifest can ask for more rows than any memory holds, and the system would end
//! the program without a word. The size of a result is known before the result is made.

use std::collections::HashMap;

use super::QueryError;

/// Most rows of the result of `join`, `melt` and `append`.
const MOST_ROWS: u64 = 5_000_000;

/// Most cells of such a result.
const MOST_CELLS: u64 = 50_000_000;

/// Most runs of rows in the lineages of a join's result, 8 bytes each.
const MOST_RUNS: u64 = 100_000_000;

/// Most bytes of a column that `unite` writes.
const MOST_BYTES: u64 = 1 << 30;

/// An error if a result of this many rows and columns is too large; `from` names what it is made of, with sizes.
pub(super) fn table(rows: u64, columns: usize, from: impl FnOnce() -> String) -> Result<(), QueryError> {
    if rows <= MOST_ROWS && rows.saturating_mul(columns as u64) <= MOST_CELLS {
        return Ok(());
    }
    let found = format!("{rows} rows of {columns} columns");
    let limit = format!("{MOST_ROWS} rows and {MOST_CELLS} cells");
    Err(QueryError::TooLarge { from: from(), found, limit })
}

/// An error if the lineages of a join's rows together hold too many runs of rows.
pub(super) fn lineages(runs: u64, from: impl FnOnce() -> String) -> Result<(), QueryError> {
    if runs <= MOST_RUNS {
        return Ok(());
    }
    let found = format!("rows that depend on {runs} runs of rows of files");
    Err(QueryError::TooLarge { from: from(), found, limit: format!("{MOST_RUNS} runs") })
}

/// An error if a column of text is too large.
pub(super) fn text(bytes: u64, from: impl FnOnce() -> String) -> Result<(), QueryError> {
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let found = format!("a column of {bytes} bytes");
    Err(QueryError::TooLarge { from: from(), found, limit: format!("{MOST_BYTES} bytes") })
}

/// Number of pairs of a left and a right row with the same key, without making them. A key with a missing part has no
/// partner. Every column has one cell per row.
pub(super) fn matches(left: &[Vec<Option<String>>], right: &[Vec<Option<String>>]) -> u64 {
    let n_rows = |columns: &[Vec<Option<String>>]| columns.first().map_or(0, Vec::len) as u64;
    // Nearly every join is small enough whatever its keys are.
    let most = n_rows(left).saturating_mul(n_rows(right));
    if most <= MOST_ROWS {
        return most;
    }
    let mut counts: HashMap<Vec<&str>, u64> = HashMap::new();
    for key in keys(right) {
        *counts.entry(key).or_default() += 1;
    }
    keys(left).fold(0, |sum, key| sum.saturating_add(counts.get(&key).copied().unwrap_or(0)))
}

fn keys(columns: &[Vec<Option<String>>]) -> impl Iterator<Item = Vec<&str>> {
    let n_rows = columns.first().map_or(0, Vec::len);
    (0..n_rows).filter_map(move |row| columns.iter().map(|column| column.get(row)?.as_deref()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: impl Iterator<Item = Option<String>>) -> Vec<Vec<Option<String>>> {
        vec![cells.collect()]
    }

    #[test]
    fn pairs_are_counted_per_key() {
        let cell = |row: u32| (!row.is_multiple_of(3)).then(|| (row % 2).to_string());
        let (left, right) = (column((0..6000).map(cell)), column((0..3000).map(cell)));
        // Of 6 rows in a row, 2 have the key 0 and 2 the key 1.
        assert_eq!(matches(&left, &right), 2000 * 1000 * 2);
        let (small, one) = (column([None].into_iter()), column([Some("a".to_owned())].into_iter()));
        assert_eq!(matches(&small, &one), 1);
    }

    #[test]
    fn limits_hold_for_rows_and_for_cells() {
        assert!(table(MOST_ROWS, 10, String::new).is_ok());
        assert!(table(MOST_ROWS, 11, String::new).is_err());
        assert!(table(MOST_ROWS + 1, 1, String::new).is_err());
        assert!(table(u64::MAX, 9, String::new).is_err());
        assert!(lineages(MOST_RUNS + 1, String::new).is_err() && text(MOST_BYTES + 1, String::new).is_err());
    }
}
