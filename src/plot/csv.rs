//! The mark table: one row a mark, in drawing order.

use super::mark::Mark;
use crate::data::delimited::csv_line;

/// Columns of the mark table.
pub const HEADER: &str = "panel,series,mark,key,x,y,low,q1,q3,high,size,text,evidence,lineage";

/// Marks as CSV (RFC 4180 quoting, `\n` line ends). Numbers stand in their shortest form that reads back as the
/// same number; what does not apply is empty.
pub fn mark_csv(marks: &[Mark]) -> String {
    let mut csv = format!("{HEADER}\n");
    for mark in marks {
        csv.push_str(&csv_line(cells(mark)));
    }
    csv
}

fn cells(mark: &Mark) -> [String; 14] {
    let lineage = mark.whole_lineage();
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    [
        mark.panel.clone(),
        mark.series.clone(),
        mark.kind.name().to_owned(),
        mark.key.clone(),
        number(mark.x),
        number(mark.y),
        number(mark.low),
        number(mark.q1),
        number(mark.q3),
        number(mark.high),
        number(mark.size),
        mark.text.clone(),
        lineage.tier().map(|tier| tier.name().to_owned()).unwrap_or_default(),
        lineage.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Lineage;
    use crate::plot::MarkKind;

    #[test]
    fn cells_are_quoted_where_needed_and_numbers_exact() {
        let mut mark = Mark::new(MarkKind::Point, "a,b", "say \"so\"", "1", Lineage::default());
        (mark.x, mark.y) = (Some(0.1 + 0.2), Some(-0.5));
        let csv = mark_csv(&[mark]);
        assert_eq!(csv.lines().next(), Some(HEADER));
        let row = "\"a,b\",\"say \"\"so\"\"\",point,1,0.30000000000000004,-0.5,,,,,,,,";
        assert_eq!(csv.lines().nth(1), Some(row));
    }
}
