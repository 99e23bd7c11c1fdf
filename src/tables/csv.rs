//! CSV: one row a cell.

use super::{Cell, Grid, Head, Row};
use crate::data::delimited::csv_line;

/// Columns behind the keys.
const FIELDS: [&str; 9] =
    ["published", "ours", "delta", "rule", "outcome", "evidence", "reason", "detail", "claim"];

/// The cells as CSV (RFC 4180 quoting, `\n` line ends), rows from top to bottom and each from left to right: the
/// table's id, the keys of row and column as the published file has them, then the cell. Our numbers stand in their
/// shortest form that reads back as the same number. A cell where the paper prints nothing has the reason
/// `no_published_value` and no claim.
pub fn csv(grid: &Grid) -> String {
    let keys = grid.row_keys.iter().chain(&grid.column_keys).map(|key| column_name(&key.column));
    let header = ["table".to_owned()].into_iter().chain(keys).chain(FIELDS.map(str::to_owned));
    let mut csv = csv_line(header);
    for row in &grid.rows {
        for (column, cell) in grid.columns.iter().zip(&row.cells) {
            csv.push_str(&csv_line(cells(grid, row, column, cell.as_ref())));
        }
    }
    csv
}

/// A key that is called like another column has a prefix.
fn column_name(key: &str) -> String {
    if key == "table" || FIELDS.contains(&key) { format!("key_{key}") } else { key.to_owned() }
}

fn cells<'a>(
    grid: &'a Grid,
    row: &'a Row,
    column: &'a Head,
    cell: Option<&Cell>,
) -> impl Iterator<Item = String> + use<'a> {
    let keys = [&grid.id].into_iter().chain(&row.head.keys).chain(&column.keys).cloned();
    let fields = match cell {
        Some(cell) => fields(cell),
        None => {
            let mut empty = [const { String::new() }; 9];
            empty[6] = "no_published_value".to_owned();
            empty
        }
    };
    keys.chain(fields)
}

fn fields(cell: &Cell) -> [String; 9] {
    let published = match &cell.spread {
        Some(spread) => format!("{} ± {spread}", cell.value),
        None => cell.value.clone(),
    };
    [
        published,
        cell.ours.clone().unwrap_or_default(),
        cell.delta.as_ref().map(|delta| delta.value.to_string()).unwrap_or_default(),
        cell.rule.name().to_owned(),
        cell.outcome.name().to_owned(),
        cell.evidence.map(|tier| tier.name().to_owned()).unwrap_or_default(),
        cell.reason().unwrap_or_default().to_owned(),
        cell.detail.clone().unwrap_or_default(),
        cell.claim.clone(),
    ]
}
