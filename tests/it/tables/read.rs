//! Reads the cells of a written table back, whatever its format: texts of row and column to text of the cell.

use std::collections::BTreeMap;

use repro::tables::Grid;

/// Labels of the row, labels of the column, and what stands there.
pub type Cells = BTreeMap<(String, String), String>;

/// Records of an RFC 4180 file.
pub fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            _ => cell.push(character),
        }
    }
    assert!(!quoted && record.is_empty() && cell.is_empty(), "the file ends within a record");
    records
}

/// The cells of the CSV by the keys of row and column.
pub fn csv(grid: &Grid, text: &str) -> BTreeMap<(Vec<String>, Vec<String>), BTreeMap<String, String>> {
    let records = records(text);
    let n_rows = 1 + grid.row_keys.len();
    let n_keys = n_rows + grid.column_keys.len();
    let cell = |record: &Vec<String>| {
        let fields = records[0].iter().cloned().zip(record.iter().cloned()).skip(n_keys).collect();
        ((record[1..n_rows].to_vec(), record[n_rows..n_keys].to_vec()), fields)
    };
    records.iter().skip(1).map(cell).collect()
}

/// All text below a node.
fn text_of(node: roxmltree::Node<'_, '_>) -> String {
    node.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect()
}

/// The cells of the HTML; spans of rows and columns are resolved. The fields of a comparison are columns.
pub fn html(grid: &Grid, text: &str) -> Cells {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let table = document.descendants().find(|node| node.has_tag_name("table")).unwrap();
    let span = |node: &roxmltree::Node<'_, '_>, name: &str| -> usize {
        node.attribute(name).map_or(1, |span| span.parse().unwrap())
    };
    let mut places: BTreeMap<(usize, usize), String> = BTreeMap::new();
    let rows: Vec<_> = table.descendants().filter(|node| node.has_tag_name("tr")).collect();
    for (row, node) in rows.iter().enumerate() {
        let mut column = 0;
        for cell in node.children().filter(roxmltree::Node::is_element) {
            assert!(cell.has_tag_name("td") || cell.attribute("scope").is_some(), "a head without scope");
            while places.contains_key(&(row, column)) {
                column += 1;
            }
            for (down, right) in
                (0..span(&cell, "rowspan")).flat_map(|d| (0..span(&cell, "colspan")).map(move |r| (d, r)))
            {
                assert!(places.insert((row + down, column + right), text_of(cell)).is_none());
            }
            column += span(&cell, "colspan");
        }
    }
    let (levels, n_heads) = (grid.column_keys.len().max(1), grid.row_keys.len());
    let head = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
        let texts = rows.flat_map(|row| columns.clone().map(move |column| (row, column)));
        texts.map(|place| places[&place].clone()).collect::<Vec<_>>().join(", ")
    };
    let cells = places.keys().filter(|(row, column)| *row >= levels && *column >= n_heads);
    let keyed = cells.map(|(row, column)| {
        let key = (head(*row..row + 1, 0..n_heads), head(0..levels, *column..column + 1));
        (key, places[&(*row, *column)].clone())
    });
    keyed.collect()
}

/// The cells of the Markdown: a bar that is not escaped separates.
pub fn markdown(grid: &Grid, text: &str) -> Cells {
    let split = |line: &str| -> Vec<String> {
        let line = line.replace("\\|", "\u{1}");
        let cells: Vec<String> =
            line.trim_matches('|').split('|').map(|cell| plain(&cell.replace('\u{1}', "|"))).collect();
        cells
    };
    let lines: Vec<Vec<String>> = text.lines().filter(|line| line.starts_with('|')).map(split).collect();
    let n_heads = grid.row_keys.len();
    let mut cells = Cells::new();
    for line in &lines[2..] {
        assert_eq!(line.len(), lines[0].len(), "{line:?}");
        for (head, cell) in lines[0].iter().zip(line).skip(n_heads) {
            let key = (line[..n_heads].join(", "), head.replace(" / ", ", "));
            assert!(cells.insert(key, cell.clone()).is_none());
        }
    }
    cells
}

/// A text without Markdown's escapes.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.trim().chars();
    while let Some(character) = characters.next() {
        if character == '\\' { plain.extend(characters.next()) } else { plain.push(character) }
    }
    plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#92;", "\\")
        .replace("&amp;", "&")
        .replace("**", "")
}

/// The cells of the LaTeX; heads of groups are repeated, and heads of rows that are left out filled in.
pub fn latex(grid: &Grid, text: &str) -> Cells {
    let mut cells = Cells::new();
    let n_heads = grid.row_keys.len();
    for table in text.split("\\begin{longtable}").skip(1) {
        let table = table.split("\\end{longtable}").next().unwrap();
        let (head, body) = table.split_once("\\toprule\n").unwrap().1.split_once("\\midrule\n").unwrap();
        let head: Vec<Vec<String>> = head.lines().filter(|line| line.ends_with("\\\\")).map(spread).collect();
        let mut before = vec![String::new(); n_heads];
        for line in body.lines().filter(|line| line.ends_with("\\\\")) {
            let line = spread(line);
            assert_eq!(line.len(), head[0].len(), "{line:?}");
            for (index, label) in line[..n_heads].iter().enumerate() {
                if !label.is_empty() {
                    before[index].clone_from(label);
                    before[index + 1..].iter_mut().for_each(String::clear);
                }
            }
            for (column, cell) in line.iter().enumerate().skip(n_heads) {
                let heads: Vec<&str> = head.iter().map(|line| line[column].as_str()).collect();
                cells.insert((before.join(", "), heads.join(", ")), cell.clone());
            }
        }
    }
    cells
}

/// The cells of a line of LaTeX; one over several columns stands in each of them.
fn spread(line: &str) -> Vec<String> {
    let line = line.strip_suffix("\\\\").unwrap().replace("\\&", "\u{1}");
    let mut cells = Vec::new();
    for cell in line.split('&') {
        let cell = cell.trim().replace('\u{1}', "&");
        match cell.strip_prefix("\\multicolumn{") {
            Some(rest) => {
                let (n, text) = rest.split_once("}{c}").unwrap();
                cells.extend(std::iter::repeat_n(bare(text), n.parse().unwrap()));
            }
            None => cells.push(bare(&cell)),
        }
    }
    cells
}

/// A text without the markup of a cell; lines of a stack are separated by a space.
fn bare(text: &str) -> String {
    let text = text.replace("\\\\", " ").replace("$-$", "\u{2212}").replace("$\\pm$", "±");
    let text = text.replace("\\textsuperscript{2}", "²").replace("\\shortstack", "").replace("\\textbf", "");
    text.replace(['{', '}'], "").replace('\\', "")
}

/// The texts of the cells of the SVG, by what their group says of row and column.
pub fn svg(text: &str) -> BTreeMap<String, Vec<String>> {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let mut cells = BTreeMap::new();
    for group in document.descendants().filter(|node| node.tag_name().name() == "g") {
        let child = |name: &'static str| group.children().filter(move |node| node.tag_name().name() == name);
        let Some(title) = child("title").next().and_then(|title| title.text()) else { continue };
        let texts = child("text").filter_map(|text| text.text().map(str::to_owned)).collect();
        if let Some((place, _)) = title.split_once(": published ") {
            assert!(cells.insert(place.to_owned(), texts).is_none(), "{place}");
        }
    }
    cells
}
