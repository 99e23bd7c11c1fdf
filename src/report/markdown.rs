//! The report as Markdown for pull requests: verdict, sums, what differs, what is missing.

use super::ReportModel;
use super::html::thousands;
use super::matrix::agreeing;
use super::model::PaperModel;
use crate::claims::{Counts, Outcome};
use crate::digest::text::is_obeyed;

/// Longest document in bytes; hosts cut or refuse longer ones.
const LIMIT: usize = 60_000;
/// Rows of what is missing that a paper gets.
const LEDGER: usize = 20;

/// Writes the Markdown; it says where it was cut.
pub fn markdown(model: &ReportModel) -> String {
    let mut document = Document::default();
    document.block(format!("# Tracking report\n\n**{}**\n", text(&model.verdict)));
    document.block(matrix(model));
    document.rows(differing(model));
    for paper in model.papers.iter().filter(|paper| !paper.ledger.is_empty()) {
        document.rows(ledger(paper));
    }
    document.rows(figures(model));
    document.rows(warnings(model));
    document.finish(model)
}

/// A text under construction that does not grow beyond its limit.
#[derive(Default)]
struct Document {
    text: String,
    left_out: usize,
}

/// A heading with a table's head, and its rows.
type Rows = (String, Vec<String>);

impl Document {
    /// Room for the last lines is kept.
    fn fits(&self, more: &str) -> bool {
        self.text.len() + more.len() + 400 <= LIMIT
    }

    fn block(&mut self, block: String) {
        if self.fits(&block) {
            self.text.push_str(&block);
            self.text.push('\n');
        } else {
            self.left_out += block.lines().count();
        }
    }

    /// As many rows as fit, in order.
    fn rows(&mut self, (head, rows): Rows) {
        if rows.is_empty() {
            return;
        }
        if !self.fits(&head) {
            self.left_out += rows.len();
            return;
        }
        self.text.push_str(&head);
        for row in rows {
            if self.left_out == 0 && self.fits(&row) {
                self.text.push_str(&row);
            } else {
                self.left_out += 1;
            }
        }
        self.text.push('\n');
    }

    fn finish(mut self, model: &ReportModel) -> String {
        if self.left_out > 0 {
            let rows = if self.left_out == 1 { "row was" } else { "rows were" };
            self.text.push_str(&format!(
                "**Cut:** {} {rows} left out to stay below {} kB; `report.html` and `report.json` have all.\n\n",
                self.left_out,
                LIMIT / 1000
            ));
        }
        self.text.push_str(&format!(
            "Counts are over registered claims. *agrees* is reproduced or consistent: on evidence that does not contain \
             the published value itself. Written by repro {}.\n",
            model.version
        ));
        self.text
    }
}

fn matrix(model: &ReportModel) -> String {
    let mut table = "## Claims\n\n| figure or section | figures | registered | agrees |".to_owned();
    Outcome::NAMES.iter().for_each(|name| table.push_str(&format!(" {name} |")));
    table.push_str("\n|---|--:|--:|--:|");
    Outcome::NAMES.iter().for_each(|_| table.push_str("--:|"));
    table.push('\n');
    let mut row = |name: &str, figures: (usize, usize), counts: &Counts| {
        table.push_str(&format!("| {name} | {} of {} |", figures.0, figures.1));
        table.push_str(&format!(" {} | {} |", counts.total(), agreeing(counts)));
        counts.iter().for_each(|(_, n)| table.push_str(&format!(" {n} |")));
        table.push('\n');
    };
    for paper in &model.papers {
        for group in &paper.groups {
            let name = format!("{}: {}", text(&paper.id), text(&group.title));
            row(&name, (group.figures_drawn, group.figures_registered), &group.counts);
        }
    }
    row("**All**", (model.figures_drawn, model.figures_registered), &model.counts);
    table
}

fn differing(model: &ReportModel) -> Rows {
    let head =
        "## Differs\n\n| claim | published | ours | difference | rule | |\n|---|--:|--:|--:|---|---|\n";
    let rows = model.papers.iter().flat_map(|paper| {
        let claims = paper.claim_sets.iter().flat_map(|set| &set.claims);
        let wrong = claims.filter(|claim| matches!(claim.outcome, Outcome::Differs | Outcome::Error));
        wrong.map(|claim| {
            let cells = &claim.cells;
            let name = code(&format!("{}/{}", paper.id, cells.id));
            let [value, ours, difference] =
                [&cells.value, &cells.ours, &cells.difference].map(|cell| text(cell));
            let (rule, outcome, detail) = (text(&cells.rule), cells.outcome, text(&cells.detail));
            format!("| {name} | {value} | {ours} | {difference} | {rule} | {outcome} {detail} |\n")
        })
    });
    (head.to_owned(), rows.collect())
}

fn ledger(paper: &PaperModel) -> Rows {
    let head = format!(
        "## Missing in {}\n\n{} of {} registered claims; one may wait for several things.\n\n\
         | waits for | why | what unlocks it | claims | figures | tables |\n|---|---|---|--:|--:|--:|\n",
        text(&paper.id),
        thousands(paper.counts.get("missing") as u64),
        thousands(paper.registered as u64),
    );
    let mut rows: Vec<String> = paper
        .ledger
        .iter()
        .take(LEDGER)
        .map(|entry| {
            let name = if entry.id.is_empty() { String::new() } else { format!("{} ", code(&entry.id)) };
            let reasons: Vec<&str> = entry.reasons.iter().map(|reason| reason.name()).collect();
            let mut unlock: Vec<String> = Vec::new();
            unlock.extend(entry.unlock.as_ref().map(|command| code(command)));
            unlock.extend(entry.place.as_ref().map(|place| text(place)));
            unlock.extend(entry.size.as_ref().map(|size| format!("size {}", text(size))));
            unlock.extend(entry.license.as_ref().map(|license| format!("licence {}", text(license))));
            unlock.extend(entry.gpu.then(|| "a GPU".to_owned()));
            unlock.extend(entry.paid.then(|| "costs money".to_owned()));
            format!(
                "| {name}{} | {} | {} | {} | {} | {} |\n",
                text(&entry.what),
                reasons.join(", "),
                unlock.join(", "),
                entry.claims,
                entry.figures.len(),
                entry.tables.len()
            )
        })
        .collect();
    if paper.ledger.len() > LEDGER {
        rows.push(format!("| and {} more entries | | | | | |\n", paper.ledger.len() - LEDGER));
    }
    (head, rows)
}

fn figures(model: &ReportModel) -> Rows {
    let head = "## Figures\n\n| figure | state | evidence | marks | agrees | redrawn (not evidence) |\n|---|---|---|--:|--:|--:|\n";
    let rows = model.papers.iter().flat_map(|paper| {
        paper.figures.iter().map(|figure| {
            let (agrees, redrawn) = (agreeing(&figure.counts), figure.counts.get("redrawn"));
            format!(
                "| {} | {} | {} | {} | {agrees} of {} | {redrawn} |\n",
                code(&format!("{}/{}", paper.id, figure.id)),
                figure.state,
                figure.evidence.unwrap_or("none"),
                figure.marks,
                figure.counts.total()
            )
        })
    });
    (head.to_owned(), rows.collect())
}

fn warnings(model: &ReportModel) -> Rows {
    let head = "## Warnings\n\nNo outcome changes by them; `repro check` prints them.\n\n".to_owned();
    let papers = model.papers.iter().flat_map(|paper| &paper.warnings);
    let rows =
        model.warnings.iter().chain(papers).map(|warning| format!("- {}\n", text(&warning.to_string())));
    (head, rows.collect())
}

/// A text in which nothing is markup and no line ends, not longer than a cell should be.
fn text(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut safe = String::with_capacity(text.len());
    for character in text.chars().take(LONGEST) {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                safe.push('\\');
                safe.push(character);
            }
            '@' => safe.push_str("&#64;"),
            _ if hides(character) => safe.push(' '),
            _ => safe.push(character),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        safe.push('\u{2026}');
    }
    safe
}

/// A text in a code element; backquotes would end where one in the text does.
fn code(content: &str) -> String {
    format!("<code>{}</code>", text(content))
}

/// Control characters, line ends and characters that turn the direction of reading.
pub fn hides(character: char) -> bool {
    is_obeyed(character) || matches!(character, '\n' | '\t' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_markup() {
        assert_eq!(text("a|b\n<img> `x` @me"), "a\\|b &lt;img&gt; \\`x\\` &#64;me");
        assert_eq!(text(&"x".repeat(400)).chars().count(), 301);
        assert_eq!(code("a`b"), "<code>a\\`b</code>");
    }

    #[test]
    fn rows_beyond_the_limit_are_counted() {
        let mut document = Document::default();
        let rows: Vec<String> = (0..100_000).map(|row| format!("| {row} |\n")).collect();
        document.rows(("h\n".to_owned(), rows));
        assert!(document.text.len() < LIMIT && document.left_out > 50_000);
    }
}
