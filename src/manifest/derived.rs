//! Rows of a file that were computed from other rows of it: checked, and followed to the rows they rest on.

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
    for (row, from) in sources(derived) {
        if from.contains(&row) {
            return Err(format!("`derived_rows`: row {row} is derived from itself"));
        }
    }
    Ok(())
}

/// For each derived row all rows it rests on, through other derived rows, in ascending order.
pub fn sources(derived: &[DerivedRow]) -> BTreeMap<u32, BTreeSet<u32>> {
    let direct: BTreeMap<u32, &[u32]> =
        derived.iter().map(|entry| (entry.row, entry.from.as_slice())).collect();
    let followed = |row: u32| {
        let mut found = BTreeSet::new();
        let mut open: Vec<u32> = direct.get(&row).map(|from| from.to_vec()).unwrap_or_default();
        while let Some(next) = open.pop() {
            if found.insert(next) {
                open.extend(direct.get(&next).into_iter().flat_map(|from| from.iter()));
            }
        }
        (row, found)
    };
    direct.keys().map(|row| followed(*row)).collect()
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
        assert_eq!(sources(&derived)[&5], BTreeSet::from([1, 2, 3, 4]));
        assert_eq!(sources(&derived)[&2], BTreeSet::from([1]));
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
        refused(&[(2, &[1]), (2, &[1])], "lists row 2 twice");
        refused(&[(0, &[1])], "no row 0");
        refused(&[(1, &[0])], "no row 0");
    }
}
