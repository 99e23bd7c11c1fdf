//! LaTeX: `longtable` with rules of `booktabs`, and nothing else beyond the kernel.

use std::ops::Range;

use super::notes::letter;
use super::{Cell, Grid, Kind, Row, words};
use crate::digest::text::is_obeyed;

/// More columns than this go into a further table below.
const MOST_COLUMNS: usize = 12;
/// Heads of rows with more characters than this are broken into lines.
const LONG: usize = 32;

/// The table as LaTeX source to be included in a document that loads `booktabs` and `longtable`. A cell has the
/// published value above ours and the difference; letters for outcomes are explained below. Characters that no engine
/// is sure to have are written by their number.
pub fn latex(grid: &Grid) -> String {
    let mut text = "% Needs the packages booktabs and longtable.\n".to_owned();
    text.push_str(
        "\\providecommand{\\charactercode}[1]{\\ifdefined\\Umathchar\\char\"#1\\relax\\else[U+#1]\\fi}\n",
    );
    text.push_str("\\begingroup\n\\small\n");
    let place = grid.place.as_ref().map(|place| format!(" ({})", escaped(place))).unwrap_or_default();
    let caption = format!("{}{place}", escaped(&grid.title));
    if grid.rows.is_empty() {
        let missing = grid.missing.as_ref();
        let why =
            missing.map(|missing| format!("{}: {}", missing.reason, missing.detail)).unwrap_or_default();
        text.push_str(&format!("\\noindent {caption}. Missing: {}\\par\n", escaped(&why)));
    }
    for (index, columns) in blocks(grid).into_iter().enumerate() {
        text.push_str(&block(grid, columns, if index == 0 { &caption } else { "" }));
    }
    text.push_str(&below(grid));
    text + "\\endgroup\n"
}

/// Whole groups of columns, as many as go side by side; a group that is too wide is divided.
fn blocks(grid: &Grid) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    if grid.rows.is_empty() {
        return blocks;
    }
    for group in grid.groups(grid.n_group_keys.min(1)) {
        let pieces =
            group.clone().step_by(MOST_COLUMNS).map(|start| start..group.end.min(start + MOST_COLUMNS));
        for piece in pieces {
            match blocks.last_mut() {
                Some(block) if block.len() + piece.len() <= MOST_COLUMNS => block.end = piece.end,
                _ => blocks.push(piece),
            }
        }
    }
    blocks
}

fn block(grid: &Grid, columns: Range<usize>, caption: &str) -> String {
    let n_heads = grid.row_keys.len();
    let n_cells = if grid.kind == Kind::Comparison { words::FIELDS.len() } else { columns.len() };
    let long = |index: usize| grid.rows.iter().any(|row| row.head.labels[index].chars().count() > LONG);
    let width = 0.3 / n_heads.max(1) as f64;
    let heads: String = (0..n_heads)
        .map(|index| if long(index) { format!("p{{{width:.3}\\linewidth}}") } else { "l".to_owned() })
        .collect();
    let mut text = format!("\\begin{{longtable}}{{{heads}{}}}\n", "c".repeat(n_cells));
    if !caption.is_empty() {
        text.push_str(&format!("\\caption{{{caption}}}\\\\\n"));
    }
    text.push_str("\\toprule\n");
    text.push_str(&head(grid, columns.clone()));
    text.push_str("\\midrule\n\\endhead\n");
    for (group_index, group) in grid.row_groups(1).into_iter().enumerate() {
        if group_index > 0 && n_heads > 1 {
            text.push_str("\\addlinespace\n");
        }
        group.for_each(|index| text.push_str(&line(grid, index, columns.clone())));
    }
    text + "\\bottomrule\n\\end{longtable}\n"
}

/// Heads of columns, one line a level, with a rule below each group.
fn head(grid: &Grid, columns: Range<usize>) -> String {
    let titles = grid.row_keys.iter().map(|key| escaped(&key.title));
    if grid.kind == Kind::Comparison {
        let cells: Vec<String> = titles.chain(words::FIELDS.map(str::to_owned)).collect();
        return cells.join(" & ") + " \\\\\n";
    }
    let n_heads = grid.row_keys.len();
    let levels = grid.column_keys.len();
    let mut text = String::new();
    for level in 0..levels {
        let last = level + 1 == levels;
        let mut cells: Vec<String> =
            if last { titles.clone().collect() } else { vec![String::new(); n_heads] };
        let mut rules = Vec::new();
        for run in grid.groups(level + 1) {
            let run = run.start.max(columns.start)..run.end.min(columns.end);
            if run.is_empty() {
                continue;
            }
            let label = escaped(&grid.columns[run.start].labels[level]);
            cells.push(if last { label } else { format!("\\multicolumn{{{}}}{{c}}{{{label}}}", run.len()) });
            let first = n_heads + run.start - columns.start + 1;
            rules.push(format!("\\cmidrule(lr){{{first}-{}}}", first + run.len() - 1));
        }
        text.push_str(&format!("{} \\\\\n", cells.join(" & ")));
        if !last {
            text.push_str(&format!("{}\n", rules.concat()));
        }
    }
    text
}

fn line(grid: &Grid, index: usize, columns: Range<usize>) -> String {
    let row = &grid.rows[index];
    let levels = grid.row_keys.len();
    let label = |level: usize| {
        let starts = level + 1 == levels || grid.row_groups(level + 1).iter().any(|run| run.start == index);
        if starts { escaped(&row.head.labels[level]) } else { String::new() }
    };
    let mut cells: Vec<String> = (0..levels).map(label).collect();
    cells.extend(values(grid, row, columns));
    format!("{} \\\\\n", cells.join(" & "))
}

fn values(grid: &Grid, row: &Row, columns: Range<usize>) -> Vec<String> {
    let cells = row.cells.get(columns).unwrap_or_default().iter();
    match grid.kind {
        Kind::Wide => cells.map(|cell| cell.as_ref().map_or("--".to_owned(), stacked)).collect(),
        Kind::Comparison => cells.flatten().flat_map(fields).collect(),
    }
}

fn stacked(cell: &Cell) -> String {
    let mut lines = vec![strong(&cell.published(), cell.best)];
    match &cell.rounded {
        Some(ours) => {
            lines.push(strong(ours, cell.best_ours));
            let delta = cell.delta.as_ref().map(|delta| escaped(&delta.text) + " ").unwrap_or_default();
            lines.push(format!("{delta}{}{}", words::code(cell.outcome), reference(cell)));
        }
        None => lines.push(format!("\\textit{{{}}}{}", words::instead(cell), reference(cell))),
    }
    format!("\\shortstack{{{}}}", lines.join("\\\\"))
}

fn fields(cell: &Cell) -> [String; 6] {
    let ours = match &cell.rounded {
        Some(ours) => strong(ours, cell.best_ours),
        None => format!("\\textit{{{}}}", words::instead(cell)),
    };
    [
        strong(&cell.published(), cell.best),
        ours + &reference(cell),
        cell.delta.as_ref().map(|delta| escaped(&delta.text)).unwrap_or_default(),
        escaped(cell.rule.name()),
        cell.outcome.name().to_owned(),
        cell.evidence.map(|tier| tier.name().to_owned()).unwrap_or_default(),
    ]
}

/// What the letters mean, the remark, and the footnotes.
fn below(grid: &Grid) -> String {
    let mut text = String::new();
    let legend = words::legend(grid).join(", ");
    if grid.kind == Kind::Wide && !legend.is_empty() {
        text.push_str(&format!(
            "\\noindent\\footnotesize Each cell: published, ours, difference with outcome ({legend}).\\par\n"
        ));
    }
    if let Some(remark) = &grid.remark {
        text.push_str(&format!("\\noindent\\footnotesize {}\\par\n", escaped(remark)));
    }
    if !grid.notes.is_empty() {
        text.push_str("\\begin{itemize}\n\\footnotesize\n");
        for (index, note) in grid.notes.iter().enumerate() {
            text.push_str(&format!("\\item[\\textsuperscript{{{}}}] {}\n", index + 1, escaped(note)));
        }
        for (index, need) in grid.needs.iter().enumerate() {
            text.push_str(&format!("\\item[{}] {}\n", letter(index), escaped(need)));
        }
        text.push_str("\\end{itemize}\n");
    }
    text
}

fn reference(cell: &Cell) -> String {
    cell.note.map(|note| format!("\\textsuperscript{{{note}}}")).unwrap_or_default()
}

fn strong(text: &str, strong: bool) -> String {
    let text = escaped(text);
    if strong { format!("\\textbf{{{text}}}") } else { text }
}

/// A text that LaTeX sets as it is, on one line.
fn escaped(text: &str) -> String {
    text.chars().map(character).collect()
}

fn character(character: char) -> String {
    let named = match character {
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '<' => "\\textless{}",
        '>' => "\\textgreater{}",
        '|' => "\\textbar{}",
        '`' => "\\textasciigrave{}",
        '"' => "{\\char34}",
        // After a line break these would be read as its arguments, and two hyphens as a dash.
        '[' => "{[}",
        ']' => "{]}",
        '*' => "{*}",
        '-' => "{-}",
        '\u{2212}' => "$-$",
        '±' => "$\\pm$",
        '×' => "$\\times$",
        '·' => "$\\cdot$",
        '²' => "\\textsuperscript{2}",
        '³' => "\\textsuperscript{3}",
        '°' => "\\textdegree{}",
        '↑' => "$\\uparrow$",
        '↓' => "$\\downarrow$",
        '→' => "$\\rightarrow$",
        '≤' => "$\\leq$",
        '≥' => "$\\geq$",
        'α' => "$\\alpha$",
        'β' => "$\\beta$",
        'γ' => "$\\gamma$",
        'µ' | 'μ' => "$\\mu$",
        '–' => "\\textendash{}",
        '—' => "\\textemdash{}",
        '…' => "\\ldots{}",
        '‘' => "\\textquoteleft{}",
        '’' => "\\textquoteright{}",
        '“' => "\\textquotedblleft{}",
        '”' => "\\textquotedblright{}",
        '\u{a0}' => "~",
        '{' | '}' | '$' | '&' | '#' | '%' | '_' => return format!("\\{character}"),
        '\n' | '\t' => " ",
        _ if is_obeyed(character) => " ",
        ' '..='~' | 'À'..='ÿ' => return character.to_string(),
        _ => return format!("\\charactercode{{{:04X}}}", u32::from(character)),
    };
    named.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_text() {
        assert_eq!(
            escaped("50 % of a_b & #1 ~ {$}"),
            "50 \\% of a\\_b \\& \\#1 \\textasciitilde{} \\{\\$\\}"
        );
        assert_eq!(escaped("a\\b[*]"), "a\\textbackslash{}b{[}{*}{]}");
        assert_eq!(escaped("−0.1 ± ש"), "$-$0.1 $\\pm$ \\charactercode{05E9}");
    }
}
