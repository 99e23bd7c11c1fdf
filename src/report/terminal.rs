//! The ledger in a terminal: never wider than 80 columns, whatever the terminal is.

use super::ReportModel;
use super::columns::{columns, cut, pad, wrap};
use super::matrix::agreeing;
use super::model::PaperModel;
use crate::claims::Counts;

/// Columns.
const WIDTH: usize = 80;
/// Width of the first column of the table of counts.
const NAME: usize = 22;
/// Entries of the ledger that are shown.
const TOP: usize = 10;
/// Headings of the table of counts; the outcomes in their fixed order.
const HEADS: [&str; 8] = ["claims", "agree", "repro", "cons", "redrawn", "differ", "missing", "err"];

/// Writes the status of all papers.
pub fn terminal(model: &ReportModel) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paper in &model.papers {
        describe(paper, &mut lines);
        lines.push(String::new());
    }
    lines.extend(wrap(&format!("All: {}", model.verdict), WIDTH));
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn describe(paper: &PaperModel, lines: &mut Vec<String>) {
    lines.push(cut(&format!("{}: {}", paper.id, paper.title), WIDTH));
    lines.extend(indented(&paper.verdict, 2));
    if !paper.claim_sets.is_empty() {
        lines.push(String::new());
        lines.push(row("", &HEADS.map(str::to_owned)));
        for group in paper.groups.iter().filter(|group| group.registered > 0) {
            lines.push(counted(&group.title, &group.counts));
        }
        lines.push(counted("all", &paper.counts));
    }
    items(paper, lines);
    ledger(paper, lines);
}

fn counted(name: &str, counts: &Counts) -> String {
    let mut cells = vec![counts.total().to_string(), agreeing(counts).to_string()];
    cells.extend(counts.iter().map(|(_, n)| n.to_string()));
    row(name, &cells)
}

/// A name and right-aligned cells as wide as their headings.
fn row(name: &str, cells: &[String]) -> String {
    let mut line = format!("  {}", pad(name, NAME));
    for (cell, head) in cells.iter().zip(HEADS) {
        let wide = head.len().max(5);
        line.push_str(&format!(" {cell:>wide$}"));
    }
    line
}

/// Figures, tables and artifacts: how many there are, and which are not.
fn items(paper: &PaperModel, lines: &mut Vec<String>) {
    let figures: Vec<&str> =
        paper.figures.iter().filter(|item| item.state != "drawn").map(|item| item.id.as_str()).collect();
    let tables: Vec<&str> =
        paper.tables.iter().filter(|item| item.state != "built").map(|item| item.id.as_str()).collect();
    let artifacts: Vec<&str> =
        paper.artifacts.iter().filter(|item| item.state != "ok").map(|item| item.id.as_str()).collect();
    lines.push(String::new());
    for (what, done, all, absent) in [
        ("figures", "drawn", paper.figures.len(), figures),
        ("tables", "built", paper.tables.len(), tables),
        ("artifacts", "verified", paper.artifacts.len(), artifacts),
    ] {
        if all == 0 {
            continue;
        }
        let mut line = format!("  {what:<9} {} of {all} {done}", all - absent.len());
        if !absent.is_empty() {
            line.push_str(&format!("; not: {}", absent.join(", ")));
        }
        lines.push(cut(&line, WIDTH));
    }
}

fn ledger(paper: &PaperModel, lines: &mut Vec<String>) {
    if paper.ledger.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push("  waiting for (claims, figures, tables)".to_owned());
    for entry in paper.ledger.iter().take(TOP) {
        let counts = format!("  {:>6} {:>4} {:>4}  ", entry.claims, entry.figures.len(), entry.tables.len());
        let room = WIDTH - columns(&counts);
        let reason = entry.reasons.first().map(|reason| format!(" [{reason}]")).unwrap_or_default();
        let name = if entry.id.is_empty() { &entry.what } else { &entry.id };
        let name = cut(name, room.saturating_sub(columns(&reason)));
        lines.push(format!("{counts}{name}{reason}"));
        let mut unlock: Vec<String> = Vec::new();
        unlock.extend(entry.unlock.clone());
        unlock.extend(entry.place.clone());
        unlock.extend(entry.size.as_ref().map(|size| format!("size {size}")));
        unlock.extend(entry.license.as_ref().map(|license| format!("licence {license}")));
        unlock.extend(entry.gpu.then(|| "needs a GPU".to_owned()));
        unlock.extend(entry.paid.then(|| "costs money".to_owned()));
        if !unlock.is_empty() {
            let lead = " ".repeat(columns(&counts));
            lines.push(format!("{lead}{}", cut(&unlock.join("; "), room)));
        }
    }
    if paper.ledger.len() > TOP {
        lines.push(format!("  and {} more: `repro report` lists all", paper.ledger.len() - TOP));
    }
}

fn indented(text: &str, by: usize) -> impl Iterator<Item = String> {
    wrap(text, WIDTH - by).into_iter().map(move |line| " ".repeat(by) + &line)
}
