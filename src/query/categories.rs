//! A column as the numbers of its different texts.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

/// Rows that one thread reads at a time. A fixed number: results never depend on how many threads there are.
const BLOCK: usize = 1 << 15;
/// No text. A block has fewer different texts than that.
const NONE: u32 = u32::MAX;

/// The different texts of some rows of a column, and which of them every row has.
#[derive(Clone, Debug)]
pub struct Categories {
    texts: Vec<String>,
    blocks: Vec<Block>,
}

/// A block of rows.
#[derive(Clone, Debug)]
struct Block {
    /// For every different text of the block, where it stands among those of all.
    places: Vec<usize>,
    /// For every row the index of its place.
    indices: Vec<u32>,
}

impl Categories {
    /// Reads the rows at these positions; `cell` is the text of a row, `None` for a missing value.
    pub(super) fn read<'a>(positions: &[u32], cell: impl Fn(u32) -> Option<Cow<'a, str>> + Sync) -> Self {
        let blocks: Vec<(Vec<Cow<'a, str>>, Vec<u32>)> =
            positions.par_chunks(BLOCK).map(|positions| read_block(positions, &cell)).collect();
        let different: BTreeSet<&str> =
            blocks.iter().flat_map(|(texts, _)| texts).map(AsRef::as_ref).collect();
        let texts: Vec<String> = different.into_iter().map(str::to_owned).collect();
        let place = |text: Cow<'a, str>| texts.partition_point(|other| other.as_str() < text.as_ref());
        let block =
            |(texts, indices): (Vec<_>, _)| Block { places: texts.into_iter().map(place).collect(), indices };
        let blocks = blocks.into_iter().map(block).collect();
        Self { texts, blocks }
    }

    /// The different texts in ascending order.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// For an index of the positions asked for, which text that row has; `None` for a missing value.
    pub fn get(&self, index: usize) -> Option<usize> {
        let block = self.blocks.get(index / BLOCK)?;
        block.places.get(*block.indices.get(index % BLOCK)? as usize).copied()
    }
}

/// The texts of a block in order of first appearance, and for every row the index of its text.
fn read_block<'a>(
    positions: &[u32],
    cell: impl Fn(u32) -> Option<Cow<'a, str>>,
) -> (Vec<Cow<'a, str>>, Vec<u32>) {
    let mut known: HashMap<Cow<'a, str>, u32> = HashMap::new();
    let mut texts: Vec<Cow<'a, str>> = Vec::new();
    // Few texts that come again and again are found here, without a hash that no file can fool.
    let mut recent = [0; 256];
    let index = |position: &u32| {
        let Some(text) = cell(*position) else { return NONE };
        let recent = &mut recent[usize::from(slot(text.as_bytes()))];
        if texts.get(*recent as usize) != Some(&text) {
            *recent = *known.entry(text).or_insert_with_key(|text| {
                texts.push(text.clone());
                texts.len() as u32 - 1
            });
        }
        *recent
    };
    let indices = positions.iter().map(index).collect();
    (texts, indices)
}

/// A number that often differs between different texts.
fn slot(text: &[u8]) -> u8 {
    let end = |back: usize| text.len().checked_sub(back).map_or(0, |place| text[place]);
    end(1).wrapping_mul(5) ^ end(2).wrapping_mul(83) ^ end(3).wrapping_mul(151) ^ text.len() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Lineage;
    use crate::query::{Column, Table};

    #[test]
    fn categories_are_the_texts_in_order() {
        let n = 2 * BLOCK + 3;
        // The last block alone has a text that stands before all others.
        let text = |row: usize| match row {
            row if row == n - 1 => Some("a".to_owned()),
            row if row % 5 == 0 => None,
            row => Some(format!("t{}", row % 3)),
        };
        let numbers = (0..n).map(|row| Some((row % 2) as f64 / 2.0)).collect();
        let columns = vec![
            ("text".to_owned(), Column::Text((0..n).map(text).collect())),
            ("number".to_owned(), Column::Number(numbers)),
        ];
        let table = Table::new(columns, vec![Lineage::default(); n]).unwrap();
        let all: Vec<u32> = (0..n as u32).collect();
        let categories = table.categories("text", &all).unwrap();
        assert_eq!(categories.texts(), ["a", "t0", "t1", "t2"]);
        let found = |row: usize| categories.get(row).map(|index| categories.texts()[index].clone());
        assert!((0..n).all(|row| found(row) == text(row)));
        let numbers = table.categories("number", &[3, 2]).unwrap();
        assert_eq!(numbers.texts(), ["0", "0.5"]);
        assert_eq!([0, 1, 2].map(|index| numbers.get(index)), [Some(1), Some(0), None]);
        assert!(table.categories("nothing", &all).is_none());
    }
}
