//! HTML: a fragment for a page that brings its own styles.

use super::{Cell, Grid, Kind, Row, words};
use crate::plot::escape;

/// The table as an HTML fragment: one `<div class="published-table">` with a `<table>` (caption, heads with scopes,
/// one `<tbody>` a group of rows), a list of footnotes and a lettered one of what they wait for. Every cell links to its claim
/// (`#<paper>/claim/<claim id>`, percent-encoded) and has its outcome as a class; a difference has the classes
/// `higher` or `lower` and `level-0` to `level-3`. Every text is escaped; nothing is styled here.
pub fn html(grid: &Grid) -> String {
    let mut text = format!(
        "<div class=\"published-table {}\" data-table=\"{}\" data-state=\"{}\">\n<table>\n",
        grid.kind.name(),
        escape(&grid.id),
        grid.state()
    );
    text.push_str(&caption(grid));
    if !grid.rows.is_empty() {
        text.push_str(&head(grid));
        let level = usize::from(grid.row_keys.len() > 1);
        grid.row_groups(level).into_iter().for_each(|rows| text.push_str(&body(grid, rows)));
    }
    text.push_str("</table>\n");
    if let (true, Some(missing)) = (grid.rows.is_empty(), &grid.missing) {
        text.push_str(&format!("<p class=\"missing\">{}: {}</p>\n", missing.reason, escape(&missing.detail)));
    }
    if let Some(remark) = &grid.remark {
        text.push_str(&format!("<p class=\"remark\">{}</p>\n", escape(remark)));
    }
    text.push_str(&notes(grid));
    text.push_str("</div>\n");
    text
}

fn caption(grid: &Grid) -> String {
    let place = grid.place.as_ref().map(|place| format!(" <span class=\"place\">{}</span>", escape(place)));
    format!("<caption>{}{}</caption>\n", escape(&grid.title), place.unwrap_or_default())
}

/// Heads of columns, one row a level.
fn head(grid: &Grid) -> String {
    let levels = grid.column_keys.len().max(1);
    let mut text = "<thead>\n".to_owned();
    for level in 0..levels {
        text.push_str("<tr>");
        if level == 0 {
            for key in &grid.row_keys {
                let rowspan = if levels > 1 { format!(" rowspan=\"{levels}\"") } else { String::new() };
                text.push_str(&format!("<th scope=\"col\"{rowspan}>{}</th>", escape(&key.title)));
            }
        }
        if grid.kind == Kind::Comparison {
            words::FIELDS.iter().for_each(|field| text.push_str(&format!("<th scope=\"col\">{field}</th>")));
        } else {
            for run in grid.groups(level + 1) {
                let label = escape(&grid.columns[run.start].labels[level]);
                let scope = if level + 1 < levels {
                    format!("scope=\"colgroup\" colspan=\"{}\"", run.len())
                } else {
                    "scope=\"col\"".to_owned()
                };
                text.push_str(&format!("<th {scope}><bdi>{label}</bdi></th>"));
            }
        }
        text.push_str("</tr>\n");
    }
    text + "</thead>\n"
}

/// The rows of a group; a head that several of them have in common stands once.
fn body(grid: &Grid, rows: std::ops::Range<usize>) -> String {
    let levels = grid.row_keys.len();
    let mut text = "<tbody>\n".to_owned();
    for index in rows {
        let row = &grid.rows[index];
        text.push_str("<tr>");
        for level in 0..levels {
            let label = escape(&row.head.labels[level]);
            if level + 1 == levels {
                text.push_str(&format!("<th scope=\"row\"><bdi>{label}</bdi></th>"));
            } else if let Some(run) = grid.row_groups(level + 1).into_iter().find(|run| run.start == index) {
                let rowspan =
                    if run.len() > 1 { format!(" rowspan=\"{}\"", run.len()) } else { String::new() };
                text.push_str(&format!("<th scope=\"rowgroup\"{rowspan}><bdi>{label}</bdi></th>"));
            }
        }
        text.push_str(&cells(grid, row));
        text.push_str("</tr>\n");
    }
    text + "</tbody>\n"
}

fn cells(grid: &Grid, row: &Row) -> String {
    let one = |cell: &Option<Cell>| match (cell, grid.kind) {
        (None, _) => {
            let title = "the paper prints no value here";
            format!("<td class=\"empty\" title=\"{title}\">{}</td>", words::NOT_PRINTED)
        }
        (Some(cell), Kind::Wide) => stacked(grid, cell),
        (Some(cell), Kind::Comparison) => fields(grid, cell),
    };
    row.cells.iter().map(one).collect()
}

fn stacked(grid: &Grid, cell: &Cell) -> String {
    let published = span("published", &strong(&cell.published(), cell.best));
    let ours = match &cell.rounded {
        Some(ours) => {
            let outcome = span("outcome", cell.outcome.name());
            [span("ours", &strong(ours, cell.best_ours)), delta(cell), outcome].join(" ")
        }
        None => instead(cell),
    };
    let link = link(grid, cell, &format!("{published} {ours}"));
    format!(
        "<td class=\"{}\" title=\"{}\">{link}{}</td>",
        cell.outcome,
        escape(&words::cell(cell)),
        reference(grid, cell)
    )
}

fn fields(grid: &Grid, cell: &Cell) -> String {
    let published = link(grid, cell, &strong(&cell.published(), cell.best));
    let ours = match &cell.rounded {
        Some(ours) => span("ours", &strong(ours, cell.best_ours)),
        None => instead(cell),
    };
    let evidence = cell.evidence.map(|tier| tier.name()).unwrap_or_default();
    let fields = [
        published,
        ours + &reference(grid, cell),
        delta(cell),
        cell.rule.name().to_owned(),
        cell.outcome.name().to_owned(),
        evidence.to_owned(),
    ];
    fields.map(|field| format!("<td class=\"{}\">{field}</td>", cell.outcome)).concat()
}

fn instead(cell: &Cell) -> String {
    let reason = cell.reason().unwrap_or(cell.outcome.name());
    format!("<span class=\"reason\" title=\"{reason}\">{}</span>", words::instead(cell))
}

fn delta(cell: &Cell) -> String {
    let Some(delta) = &cell.delta else { return String::new() };
    let direction = if delta.value < 0.0 { "lower" } else { "higher" };
    span(&format!("delta {direction} level-{}", delta.level), &escape(&delta.text))
}

fn link(grid: &Grid, cell: &Cell, content: &str) -> String {
    let target = percent_encoded(&format!("{}/claim/{}", grid.paper, cell.claim));
    format!("<a href=\"#{target}\">{content}</a>")
}

fn span(class: &str, content: &str) -> String {
    format!("<span class=\"{class}\">{content}</span>")
}

fn strong(text: &str, strong: bool) -> String {
    let text = escape(text);
    if strong { format!("<strong>{text}</strong>") } else { text }
}

fn note_id(grid: &Grid, number: usize) -> String {
    format!("{}/table/{}/note/{number}", grid.paper, grid.id)
}

fn reference(grid: &Grid, cell: &Cell) -> String {
    let Some(note) = cell.note else { return String::new() };
    format!(" <sup><a href=\"#{}\">{note}</a></sup>", percent_encoded(&note_id(grid, note)))
}

fn notes(grid: &Grid) -> String {
    let item = |(index, note): (usize, &String)| {
        format!("<li id=\"{}\">{}</li>\n", escape(&note_id(grid, index + 1)), escape(note))
    };
    let notes: String = grid.notes.iter().enumerate().map(item).collect();
    let needs: String = grid.needs.iter().map(|need| format!("<li>{}</li>\n", escape(need))).collect();
    let list = |attributes: &str, items: &str| format!("<ol {attributes}>\n{items}</ol>\n");
    let notes = if notes.is_empty() { notes } else { list("class=\"notes\"", &notes) };
    let needs = if needs.is_empty() { needs } else { list("class=\"needs\" type=\"a\"", &needs) };
    notes + &needs
}

/// A fragment identifier (RFC 3986): letters, digits, `-._~/` stay, other bytes become `%XX`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
