//! From what pipelines and figures looked for in rows to findings.

use super::finding::{Check, Finding, Section, Subject, counted, some};
use crate::evidence::Lookups;
use crate::manifest::RawSpec;
use crate::plot::Scene;
use crate::query::{Chosen, Table};
use crate::tables::Grid;

/// Findings about a resolved dataset.
///
/// `others` tells whether one of the datasets it is computed from has alternatives that are not in use: rows that are not
/// in the present one may be in another, so its texts without a row are not certain.
pub fn dataset(paper: &str, raw: &RawSpec, table: &Table, chosen: &Chosen, others: bool) -> Vec<Finding> {
    let subject = Subject { paper: paper.to_owned(), section: Section::Dataset, id: raw.id.clone() };
    let mut findings = unmatched(raw, &subject, &chosen.lookups);
    for finding in findings.iter_mut().filter(|_| others) {
        finding.message.push_str("; another alternative of its inputs, which is not in use, may have it");
    }
    findings.extend(chosen.lookups.rows_left_out().map(|left| {
        let message = format!(
            "dataset `{}`, {}: {} dropped without a partner, with `{}` {}",
            raw.id,
            left.searched.place,
            are(left.rows, "row"),
            left.searched.column,
            some(left.texts.iter().copied())
        );
        let finding = Finding::new(Check::RowsDropped, subject.clone(), message).at(Some(raw.line()));
        finding.naming(left.texts).counting(left.rows)
    }));
    if table.n_rows() == 0 {
        let message = format!("dataset `{}` has no rows", raw.id);
        findings.push(Finding::new(Check::NoRows, subject, message).at(Some(raw.line())));
    }
    findings
}

/// Findings about a figure that was drawn, or that found no value.
pub fn figure(paper: &str, raw: &RawSpec, scene: &Scene) -> Vec<Finding> {
    let subject = Subject { paper: paper.to_owned(), section: Section::Figure, id: raw.id.clone() };
    let mut findings = unmatched(raw, &subject, &scene.lookups);
    findings.extend(scene.lookups.rows_left_out().map(|left| {
        let message = format!(
            "figure `{}`: {} of {} not shown, with `{}` {}",
            raw.id,
            counted(left.rows, "row"),
            format_args!("{} {}", left.searched.place, if left.rows == 1 { "is" } else { "are" }),
            left.searched.column,
            some(left.texts.iter().copied())
        );
        let finding = Finding::new(Check::RowsNotShown, subject.clone(), message).at(Some(raw.line()));
        finding.naming(left.texts).counting(left.rows)
    }));
    let (outside, all) = (scene.n_marks_outside(), scene.marks.len());
    if outside > 0 {
        let message = format!(
            "figure `{}`: {outside} of {} outside of the axes and cannot be seen",
            raw.id,
            if all == 1 { "1 mark lies".to_owned() } else { format!("{all} marks lie") }
        );
        let finding = Finding::new(Check::MarksOutside, subject, message).at(Some(raw.line_with("limits")));
        findings.push(finding.counting(outside).with_hint("widen `limits` of the axis, or leave them out"));
    }
    findings
}

/// Findings about a table.
pub fn table(paper: &str, raw: &RawSpec, grid: &Grid) -> Vec<Finding> {
    let subject = Subject { paper: paper.to_owned(), section: Section::Table, id: raw.id.clone() };
    unmatched(raw, &subject, &grid.lookups)
}

/// Findings about texts that match no row and names that nothing refers to.
pub(super) fn unmatched(raw: &RawSpec, subject: &Subject, lookups: &Lookups) -> Vec<Finding> {
    let (what, id) = (subject.section.name(), &raw.id);
    let unmatched = lookups.unmatched().map(|(searched, texts)| {
        let (place, column) = (&searched.place, &searched.column);
        let message =
            format!("{what} `{id}`, {place}: no row has `{column}` {}", some(texts.iter().copied()));
        let line = raw.line_with(texts.first().copied().unwrap_or_default());
        Finding::new(Check::NoMatch, subject.clone(), message).at(Some(line)).naming(texts)
    });
    let unused = lookups.unused_names().map(|(of, names)| {
        let message = format!("{what} `{id}`: nothing refers to the {of} {}", some(names.iter().copied()));
        let line = raw.line_with(names.first().copied().unwrap_or_default());
        Finding::new(Check::UnusedName, subject.clone(), message).at(Some(line)).naming(names)
    });
    unmatched.chain(unused).collect()
}

fn are(n: usize, one: &str) -> String {
    format!("{} {}", counted(n, one), if n == 1 { "is" } else { "are" })
}
