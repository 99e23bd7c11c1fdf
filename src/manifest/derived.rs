//! Rows of a file that were computed from other rows of it: checked, and put in order.

use std::collections::{BTreeMap, BTreeSet};

use super::DerivedRow;

/// Checks the derived rows of an artifact as far as the manifest alone shows.
///
/// # Errors
/// Where an entry names no row to derive from, row 0 or itself, where a row has two entries, or where rows are derived from
/// each other in a circle.
pub(super) fn check(derived: &[DerivedRow]) -> Result<(), String> {
    let mut rows = BTreeSet::new();
    for entry in derived {
        let row = entry.row;
        if row == 0 || entry.from.contains(&0) {
            return Err("`derived_rows` counts rows from 1; there is no row 0".to_owned());
        }
        if entry.from.is_empty() {
            return Err(format!("`derived_rows`: row {row} needs at least one row in `from`"));
        }
        if !rows.insert(row) {
            return Err(format!("`derived_rows` lists row {row} twice"));
        }
    }
    in_order(derived).map(drop).map_err(|row| format!("`derived_rows`: row {row} is derived from itself"))
}

/// How far the rows behind a derived row have been followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// They are being followed now.
    Open,
    /// All of them are in the list.
    Done,
}

/// Derived rows in an order in which each comes after those it was computed from.
///
/// # Errors
/// A row that rests on itself.
pub fn in_order(derived: &[DerivedRow]) -> Result<Vec<&DerivedRow>, u32> {
    let entries: BTreeMap<u32, &DerivedRow> = derived.iter().map(|entry| (entry.row, entry)).collect();
    let mut progress: BTreeMap<u32, Progress> = BTreeMap::new();
    let mut ordered = Vec::with_capacity(entries.len());
    for first in entries.values() {
        // A list in place of recursion: a chain may be as long as the file. With each entry, how many of its rows were followed.
        let mut open = vec![(*first, 0)];
        while let Some((entry, followed)) = open.pop() {
            if followed == 0 && progress.get(&entry.row) == Some(&Progress::Done) {
                continue;
            }
            progress.insert(entry.row, Progress::Open);
            let Some(next) = entry.from.get(followed) else {
                progress.insert(entry.row, Progress::Done);
                ordered.push(entry);
                continue;
            };
            open.push((entry, followed + 1));
            match (entries.get(next), progress.get(next)) {
                (_, Some(Progress::Open)) => return Err(*next),
                (Some(next), None) => open.push((next, 0)),
                _ => {}
            }
        }
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(entries: &[(u32, &[u32])]) -> Vec<DerivedRow> {
        entries
            .iter()
            .map(|(row, from)| DerivedRow { row: *row, from: from.to_vec(), how: "x".into() })
            .collect()
    }

    #[test]
    fn derived_rows_are_followed() {
        let derived = rows(&[(2, &[1]), (3, &[2]), (5, &[3, 4])]);
        assert_eq!(check(&derived), Ok(()));
    }

    #[test]
    fn each_row_comes_after_those_behind_it() {
        let order = |entries: &[(u32, &[u32])]| -> Vec<u32> {
            in_order(&rows(entries)).unwrap().iter().map(|entry| entry.row).collect()
        };
        assert_eq!(order(&[(2, &[3, 5]), (3, &[4]), (5, &[3, 1])]), [3, 5, 2]);
        let chain: Vec<DerivedRow> =
            (1..100_000).map(|row| DerivedRow { row, from: vec![row + 1], how: "x".into() }).collect();
        assert_eq!(in_order(&chain).unwrap().len(), chain.len());
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        let refused = |entries: &[(u32, &[u32])], part: &str| {
            let error = check(&rows(entries)).unwrap_err();
            assert!(error.contains(part), "{error}");
        };
        refused(&[(2, &[])], "row 2 needs at least one row");
        refused(&[(2, &[2])], "derived from itself");
        refused(&[(2, &[3]), (3, &[2])], "derived from itself");
        refused(&[(2, &[1, 3]), (3, &[1, 4]), (4, &[2])], "derived from itself");
        refused(&[(2, &[1]), (2, &[1])], "lists row 2 twice");
        refused(&[(0, &[1])], "no row 0");
        refused(&[(1, &[0])], "no row 0");
    }
}
