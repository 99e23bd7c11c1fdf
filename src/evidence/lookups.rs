//! What a manifest looks for in the rows of tables, and what was found.
//!
//! Whoever looks rows up records it here, so that a text that matches nothing, and a row that nothing takes, can be
//! shown without a second implementation of the look-up.

use std::collections::{BTreeMap, BTreeSet};

/// A column of a table or of a step of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Searched {
    /// The table or the step, in words; empty within a step.
    pub place: String,
    /// Name of the column.
    pub column: String,
}

/// The texts that were looked for in columns, with what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookups {
    columns: BTreeMap<Searched, Found>,
    unused: BTreeMap<&'static str, BTreeSet<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
    /// The texts that were looked for, and whether a row has them.
    texts: BTreeMap<String, bool>,
    /// Rows with other texts.
    others: BTreeMap<String, Vec<u32>>,
}

/// Rows that nothing takes, because of their text in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut<'a> {
    /// The column.
    pub searched: &'a Searched,
    /// Number of rows.
    pub rows: usize,
    /// Their different texts; empty for a missing value.
    pub texts: Vec<&'a str>,
}

impl Lookups {
    /// Records that a text was looked for; it counts as found if any of its look-ups found a row.
    pub fn looked_for(&mut self, place: &str, column: &str, text: &str, found: bool) {
        *self.at(place, column).texts.entry(text.to_owned()).or_default() |= found;
    }

    /// Records a row that has none of the texts looked for.
    pub fn left_out(&mut self, place: &str, column: &str, text: &str, row: u32) {
        self.at(place, column).others.entry(text.to_owned()).or_default().push(row);
    }

    /// Records a name that is declared and that nothing refers to, such as a key of a map of labels.
    pub fn unused(&mut self, what: &'static str, name: &str) {
        self.unused.entry(what).or_default().insert(name.to_owned());
    }

    /// Adds the look-ups of one step, which get its name as their place.
    pub fn add_step(&mut self, place: &str, step: Self) {
        for (searched, found) in step.columns {
            self.columns.insert(Searched { place: place.to_owned(), ..searched }, found);
        }
        self.unused.extend(step.unused);
    }

    /// Adds the look-ups of another part of the same item.
    pub fn extend(&mut self, other: Self) {
        for (searched, found) in other.columns {
            let known = self.columns.entry(searched).or_default();
            found.texts.into_iter().for_each(|(text, found)| *known.texts.entry(text).or_default() |= found);
            found
                .others
                .into_iter()
                .for_each(|(text, rows)| known.others.entry(text).or_default().extend(rows));
        }
        for (what, names) in other.unused {
            self.unused.entry(what).or_default().extend(names);
        }
    }

    /// Texts that no row has, by column.
    pub fn unmatched(&self) -> impl Iterator<Item = (&Searched, Vec<&str>)> {
        self.columns.iter().filter_map(|(searched, found)| {
            let texts = found.texts.iter().filter(|(_, found)| !**found).map(|(text, _)| text.as_str());
            let texts: Vec<&str> = texts.collect();
            (!texts.is_empty()).then_some((searched, texts))
        })
    }

    /// Rows whose text was looked for nowhere, by column. A row that two look-ups left out counts once.
    pub fn rows_left_out(&self) -> impl Iterator<Item = LeftOut<'_>> {
        self.columns.iter().filter_map(|(searched, found)| {
            let left = found.others.iter().filter(|(text, _)| !found.texts.contains_key(*text));
            let (texts, rows): (Vec<&str>, Vec<&Vec<u32>>) =
                left.map(|(text, rows)| (text.as_str(), rows)).unzip();
            let rows: BTreeSet<u32> = rows.into_iter().flatten().copied().collect();
            (!rows.is_empty()).then_some(LeftOut { searched, rows: rows.len(), texts })
        })
    }

    /// Names that nothing refers to, by what they are.
    pub fn unused_names(&self) -> impl Iterator<Item = (&'static str, Vec<&str>)> {
        self.unused.iter().map(|(what, names)| (*what, names.iter().map(String::as_str).collect()))
    }

    fn at(&mut self, place: &str, column: &str) -> &mut Found {
        self.columns.entry(Searched { place: place.to_owned(), column: column.to_owned() }).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_up_that_finds_a_row_is_enough() {
        let mut lookups = Lookups::default();
        for (text, found) in [("a", false), ("a", true), ("b", false)] {
            lookups.looked_for("t", "model", text, found);
        }
        let unmatched: Vec<_> = lookups.unmatched().map(|(_, texts)| texts).collect();
        assert_eq!(unmatched, [vec!["b"]]);
    }

    #[test]
    fn a_row_is_left_out_once_and_not_if_its_text_is_taken_elsewhere() {
        let mut lookups = Lookups::default();
        for (text, row) in [("x", 1), ("x", 1), ("y", 2), ("a", 3)] {
            lookups.left_out("t", "model", text, row);
        }
        lookups.looked_for("t", "model", "a", true);
        let left: Vec<_> = lookups.rows_left_out().map(|left| (left.rows, left.texts)).collect();
        assert_eq!(left, [(2, vec!["x", "y"])]);
    }
}
