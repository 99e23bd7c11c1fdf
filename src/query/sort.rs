//! The verb sort.

use std::cmp::Ordering;

use polars::prelude::DataType;

use super::frame::Frame;
use super::{Column, QueryError};

/// Rows in ascending order of columns, the first column first: numbers by size, texts by code point, missing values
/// last. Equal rows keep their order.
pub(super) fn sort(mut frame: Frame, columns: &[String]) -> Result<Frame, QueryError> {
    frame.settle(columns);
    let keys = columns.iter().map(|name| match frame.require(name)?.dtype() {
        DataType::Float64 => Ok(Column::Number(frame.numbers(name)?)),
        _ => Ok(Column::Text(frame.text(name)?)),
    });
    let keys: Vec<Column> = keys.collect::<Result<_, QueryError>>()?;
    let mut order: Vec<usize> = (0..frame.n_rows()).collect();
    order.sort_by(|a, b| {
        keys.iter().fold(Ordering::Equal, |so_far, column| so_far.then_with(|| compare(column, *a, *b)))
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
