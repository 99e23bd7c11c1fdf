//! A `funky` figure in words.

use super::spec::FunkySpec;
use super::table::TableRow;
use crate::figures::words::{count, short};
use crate::plot::{Mark, MarkKind};

/// Chart type, rows in order, columns, and the highest bar of every column of bars.
pub fn describe(spec: &FunkySpec, rows: &[TableRow<'_>], marks: &[Mark]) -> String {
    let of_kind = |kind: MarkKind| marks.iter().filter(|mark| mark.kind == kind).count();
    let labels: Vec<&str> = rows.iter().map(|row| spec.label(row.key)).collect();
    let columns: Vec<&str> = spec.column.iter().map(|column| column.label()).collect();
    let mut sentences = vec![
        format!(
            "Table of {} and {}; a bar is as long as its value, a circle as large as its value within the column, \
             and both have their value printed.",
            count(of_kind(MarkKind::Bar), "bar"),
            count(of_kind(MarkKind::Circle), "circle")
        ),
        format!("{} from the top: {}.", count(rows.len(), "row"), labels.join(", ")),
        format!("{} from the left: {}.", count(columns.len(), "column"), columns.join(", ")),
    ];
    for column in &spec.column {
        let bars = marks.iter().filter(|mark| mark.kind == MarkKind::Bar && mark.series == column.label());
        if let Some(best) = bars.max_by(|a, b| a.y.unwrap_or_default().total_cmp(&b.y.unwrap_or_default())) {
            let value = short(best.y.unwrap_or_default());
            sentences.push(format!("Longest bar of {}: {}, {value}.", column.label(), best.key));
        }
    }
    sentences.join(" ")
}
