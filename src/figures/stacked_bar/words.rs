//! A `stacked_bar` figure in words.

use super::Bar;
use super::spec::{OrderSpec, StackedBarSpec, TotalSpec};
use crate::figures::words::{count, short};

/// Chart type, axis, segments, and every bar with its total, from left to right.
pub fn describe(spec: &StackedBarSpec, bars: &[Bar<'_>]) -> String {
    let segments: Vec<&str> = spec.segments.iter().map(|segment| segment.label()).collect();
    let order = match spec.order {
        OrderSpec::Listed => "",
        OrderSpec::Total => ", the highest first",
    };
    let total = match spec.total {
        TotalSpec::Sum => "sum",
        TotalSpec::Mean => "mean",
    };
    let axis = if spec.y.title.is_empty() { &spec.value_column } else { &spec.y.title };
    let list: Vec<String> = bars.iter().map(|bar| one(spec, bar)).collect();
    format!(
        "Stacked bar chart of {}{order}. Vertical axis: {axis}. Segments from bottom to top: {}; the height of a bar \
         is the {total} of its values. {}.",
        count(bars.len(), "bar"),
        segments.join(", "),
        list.join("; ")
    )
}

/// A bar with its total and values.
fn one(spec: &StackedBarSpec, bar: &Bar<'_>) -> String {
    let Some(total) = bar.total(spec) else { return format!("{} has no value", bar.spec.label()) };
    let values: Vec<String> = bar
        .values
        .iter()
        .map(|value| value.as_ref().map_or("no value".to_owned(), |(value, _)| short(*value)))
        .collect();
    format!("{} {} ({})", bar.spec.label(), short(total), values.join(", "))
}
