//! The verb sort.

use std::cmp::Ordering;

use super::frame::Frame;
use super::{Column, QueryError, Table};

/// Rows in ascending order of columns, the first column first: numbers by size, texts by code point, missing values
/// last. Equal rows keep their order.
pub(super) fn sort(frame: Frame, columns: &[String]) -> Result<Frame, QueryError> {
    columns.iter().try_for_each(|name| frame.require(name).map(drop))?;
    let table: Table = frame.clone().into_table()?;
    let mut order: Vec<usize> = (0..table.n_rows()).collect();
    order.sort_by(|a, b| {
        let compared = columns.iter().filter_map(|name| table.column(name));
        compared.fold(Ordering::Equal, |so_far, column| so_far.then_with(|| compare(column, *a, *b)))
    });
    frame.take(&order)
}

fn compare(column: &Column, a: usize, b: usize) -> Ordering {
    match column {
        Column::Number(values) => last(values[a], values[b], f64::total_cmp),
        Column::Text(values) => last(values[a].as_ref(), values[b].as_ref(), |a, b| a.cmp(b)),
    }
}

/// Missing values last.
fn last<T>(a: Option<T>, b: Option<T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(&a, &b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
