//! Markdown: a table as GitHub renders it, notes as a numbered list.

use super::notes::letter;
use super::{Cell, Grid, Head, Kind, words};
use crate::digest::text::is_obeyed;

/// The table as GitHub-flavoured Markdown. Column heads of several levels stand in one line; every text is escaped, so
/// that it is shown as it is.
pub fn markdown(grid: &Grid) -> String {
    let place = grid.place.as_ref().map(|place| format!(" ({})", escaped(place))).unwrap_or_default();
    let mut text = format!("**{}**{place}\n\n", bold_content(&grid.title));
    if grid.rows.is_empty() {
        let missing = grid.missing.as_ref();
        let why =
            missing.map(|missing| format!("{}: {}", missing.reason, missing.detail)).unwrap_or_default();
        return text + &format!("Missing: {}\n", escaped(&why));
    }
    let titles: Vec<String> = grid.row_keys.iter().map(|key| escaped(&key.title)).collect();
    let heads: Vec<String> = match grid.kind {
        Kind::Wide => grid.columns.iter().map(head).collect(),
        Kind::Comparison => words::FIELDS.map(str::to_owned).to_vec(),
    };
    let rules = titles.iter().map(|_| ":--").chain(heads.iter().map(|_| "--:")).map(str::to_owned);
    let rules: Vec<String> = rules.collect();
    text.push_str(&line(&titles, &heads));
    text.push_str(&line(&rules, &[]));
    for row in &grid.rows {
        let labels: Vec<String> = row.head.labels.iter().map(|label| escaped(label)).collect();
        let cells: Vec<String> = match grid.kind {
            Kind::Wide => row.cells.iter().map(|cell| stacked(cell.as_ref())).collect(),
            Kind::Comparison => row.cells.iter().flatten().flat_map(fields).collect(),
        };
        text.push_str(&line(&labels, &cells));
    }
    if let Some(remark) = &grid.remark {
        text.push_str(&format!("\n{}\n", escaped(remark)));
    }
    for (index, note) in grid.notes.iter().enumerate() {
        let before = if index == 0 { "\n" } else { "" };
        text.push_str(&format!("{before}{}. {}\n", index + 1, escaped(note)));
    }
    for (index, need) in grid.needs.iter().enumerate() {
        let before = if index == 0 { "\n" } else { "" };
        text.push_str(&format!("{before}- {}: {}\n", letter(index), escaped(need)));
    }
    text
}

fn line(first: &[String], second: &[String]) -> String {
    let cells: Vec<&str> = first.iter().chain(second).map(String::as_str).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn head(head: &Head) -> String {
    head.labels.iter().map(|label| escaped(label)).collect::<Vec<_>>().join(" / ")
}

/// Published above ours.
fn stacked(cell: Option<&Cell>) -> String {
    let Some(cell) = cell else { return words::NOT_PRINTED.to_owned() };
    let published = strong(&cell.published(), cell.best);
    let note = reference(cell);
    match &cell.rounded {
        Some(ours) => {
            let ours = strong(ours, cell.best_ours);
            let delta = cell.delta.as_ref().map(|delta| format!("{}, ", delta.text)).unwrap_or_default();
            format!("{published}<br>{ours} ({delta}{}){note}", cell.outcome)
        }
        None => format!("{published}<br>`{}`{note}", cell.reason().unwrap_or(cell.outcome.name())),
    }
}

fn fields(cell: &Cell) -> [String; 6] {
    let ours = match &cell.rounded {
        Some(ours) => strong(ours, cell.best_ours),
        None => format!("`{}`", cell.reason().unwrap_or(cell.outcome.name())),
    };
    [
        strong(&cell.published(), cell.best),
        ours + &reference(cell),
        cell.delta.as_ref().map(|delta| delta.text.clone()).unwrap_or_default(),
        cell.rule.name().replace('_', "\\_"),
        cell.outcome.name().to_owned(),
        cell.evidence.map(|tier| tier.name().to_owned()).unwrap_or_default(),
    ]
}

fn reference(cell: &Cell) -> String {
    cell.note.map(|note| format!(" <sup>{note}</sup>")).unwrap_or_default()
}

fn strong(text: &str, strong: bool) -> String {
    if strong { format!("**{}**", bold_content(text)) } else { escaped(text) }
}

/// Emphasis ends at a space, so outer ones are left out.
fn bold_content(text: &str) -> String {
    escaped(text.trim())
}

/// A text that Markdown shows as it is, on one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Inside a cell, a backslash before a bar is eaten twice: as a character reference it is not.
            '|' => escaped.push_str("\\|"),
            '\\' => escaped.push_str("&#92;"),
            '*' | '_' | '`' | '[' | ']' | '~' | '#' | '$' | '!' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => escaped.push(' '),
            _ if is_obeyed(character) => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_cell() {
        assert_eq!(escaped("a|b\\|c"), "a\\|b&#92;\\|c");
        assert_eq!(escaped("<script>&_*\n"), "&lt;script&gt;&amp;\\_\\* ");
    }
}
