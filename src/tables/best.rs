//! The best of the values that compete, published and ours apart.

use std::collections::BTreeMap;

use super::spec::{Along, Best, Direction};
use super::{Grid, Row};
use crate::claims::published_number;

/// Row and column of a cell.
type Place = (usize, usize);

/// Marks the best values. Equal ones are all the best; a value without competitor is none.
pub(super) fn mark(grid: &mut Grid, best: &Best) {
    let mut contests: BTreeMap<(usize, Vec<String>), Vec<Place>> = BTreeMap::new();
    let of = best.of.as_ref();
    for (row_index, row) in grid.rows.iter().enumerate() {
        for (column_index, column) in grid.columns.iter().enumerate() {
            let line = match best.along {
                Along::Row => (row_index, column.keys[grid.n_group_keys..].to_vec()),
                Along::Column => (column_index, Vec::new()),
            };
            let text = of.and_then(|of| text_of(grid, row, column_index, of));
            let line = (line.0, line.1.into_iter().chain(text).collect());
            contests.entry(line).or_default().push((row_index, column_index));
        }
    }
    for members in contests.into_values() {
        let text = of.and_then(|of| text_of(grid, &grid.rows[members[0].0], members[0].1, of));
        let Some(direction) = best.direction(text.as_ref()) else { continue };
        let published: Vec<Option<f64>> = numbers(grid, &members, |cell| published_number(cell.value.trim()));
        let ours = numbers(grid, &members, |cell| cell.number);
        let (published, ours) = (winners(&published, direction), winners(&ours, direction));
        for (index, (row, column)) in members.into_iter().enumerate() {
            if let Some(cell) = &mut grid.rows[row].cells[column] {
                (cell.best, cell.best_ours) = (published[index], ours[index]);
            }
        }
    }
}

/// The text of a key at a place.
fn text_of(grid: &Grid, row: &Row, column: usize, key: &str) -> Option<String> {
    let of_row = grid.row_keys.iter().position(|known| known.column == key);
    let of_column = grid.column_keys.iter().position(|known| known.column == key);
    let text = of_row.and_then(|index| row.head.keys.get(index));
    text.or_else(|| grid.columns[column].keys.get(of_column?)).cloned()
}

fn numbers(grid: &Grid, members: &[Place], number: impl Fn(&super::Cell) -> Option<f64>) -> Vec<Option<f64>> {
    let of = |(row, column): &Place| grid.rows[*row].cells[*column].as_ref().and_then(&number);
    members.iter().map(of).map(|number: Option<f64>| number.filter(|number| number.is_finite())).collect()
}

fn winners(numbers: &[Option<f64>], direction: Direction) -> Vec<bool> {
    let known = || numbers.iter().flatten().copied();
    let top = match direction {
        Direction::Higher => known().reduce(f64::max),
        Direction::Lower => known().reduce(f64::min),
    };
    let contested = known().count() > 1;
    numbers.iter().map(|number| contested && number.is_some() && *number == top).collect()
}
