//! The shape of CSV text: names of columns, and as many cells in every row.
//!
//! polars renames a column that occurs twice and fills rows that are too short with missing values, without a word.

use std::collections::BTreeSet;

/// Cells of the header, and the number of cells of every row below it.
struct Shape {
    names: Vec<String>,
    rows: Vec<usize>,
}

/// Checks CSV text before it is read; returns its number of rows and the text without empty lines at its end. A row is
/// counted as lineage counts it, from 1 below the header.
pub(super) fn check(bytes: &[u8]) -> Result<(usize, &[u8]), String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let shape = shape(bytes)?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = shape.names.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(match twice.as_str() {
            "" => "the header has two columns without a name".to_owned(),
            name => format!("the header has the column `{name}` twice"),
        });
    }
    let n_columns = shape.names.len();
    let mut n_rows = shape.rows.len();
    let mut text = bytes;
    // Empty lines at the end hold no row, unless an empty line is how a row of one missing cell is written.
    if n_columns > 1 {
        let end = bytes.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
        n_rows = shape.rows.iter().rposition(|n_cells| *n_cells > 0).map_or(0, |last| last + 1);
        text = &bytes[..end];
    }
    let odd = shape.rows[..n_rows].iter().enumerate().find(|(_, n_cells)| (**n_cells).max(1) != n_columns);
    match odd {
        Some((row, 0)) => Err(format!("row {} is an empty line", row + 1)),
        Some((row, n_cells)) => {
            let plural = if *n_cells == 1 { "" } else { "s" };
            Err(format!("row {} has {n_cells} cell{plural}, the header has {n_columns}", row + 1))
        }
        None => Ok((n_rows, text)),
    }
}

/// The cells of all lines, 0 for an empty line. A cell that starts with a quote ends at a comma or line end outside of
/// quotes, any other at the next comma or line end, as polars sees it.
fn shape(bytes: &[u8]) -> Result<Shape, String> {
    let (mut names, mut rows) = (Vec::new(), Vec::new());
    let (mut start, mut n_cells, mut is_header) = (0, 0, true);
    while start < bytes.len() || n_cells > 0 {
        let quoted = bytes.get(start) == Some(&b'"');
        let mut inside = false;
        let end = bytes[start..].iter().position(|byte| {
            inside ^= quoted && *byte == b'"';
            !inside && matches!(byte, b',' | b'\n')
        });
        if end.is_none() && inside {
            let place = if is_header { "the header".to_owned() } else { format!("row {}", rows.len() + 1) };
            return Err(format!("a quote in {place} is not closed"));
        }
        let end = end.map_or(bytes.len(), |length| start + length);
        n_cells += 1;
        let ends_line = bytes.get(end) != Some(&b',');
        let cell = &bytes[start..end];
        let cell = if ends_line { cell.strip_suffix(b"\r").unwrap_or(cell) } else { cell };
        if is_header {
            names.push(unquoted(cell));
        }
        if ends_line {
            if is_header {
                is_header = false;
            } else {
                rows.push(if n_cells == 1 && cell.is_empty() { 0 } else { n_cells });
            }
            n_cells = 0;
        }
        start = end + 1;
    }
    Ok(Shape { names, rows })
}

fn unquoted(cell: &[u8]) -> String {
    let inner = cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\""));
    String::from_utf8_lossy(inner.unwrap_or(cell)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::read::read_any;

    fn refused(text: &str) -> String {
        check(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn odd_shapes_are_refused_with_their_place() {
        assert_eq!(refused("a,b,a\n1,2,3\n"), "the header has the column `a` twice");
        assert_eq!(refused("a,\"a\"\r\n1,2\r\n"), "the header has the column `a` twice");
        assert_eq!(refused("\u{feff}a,a\n1,2\n"), "the header has the column `a` twice");
        assert_eq!(refused("a,,\n1,2,3\n"), "the header has two columns without a name");
        assert_eq!(refused("a,b\n1,2\n3\n"), "row 2 has 1 cell, the header has 2");
        assert_eq!(refused("a,b\n\"1,2\",3\n4,5,6"), "row 2 has 3 cells, the header has 2");
        assert_eq!(refused("a,b\n1,2\n\n3,4\n"), "row 2 is an empty line");
        assert_eq!(refused("a,b\n1,\"2\n3,4\n"), "a quote in row 1 is not closed");
        assert_eq!(refused("a\n1\n1,2\n"), "row 2 has 2 cells, the header has 1");
    }

    #[test]
    fn rows_are_counted_as_they_are_read() {
        for text in [
            "a,b\n1,2\n",
            "a,b\r\n1,2\r\n3,4",
            "a,b\n\"x\ny\",2\n3,\"4,\"\"5\"\n",
            "a,b\n1,2\n\n\n",
            "a,b\r\n1,2\r\n\r\n",
            "a\n1\n\n2\n",
            "a\n1\n2\n\n",
            "a,b\n,\n",
            "a,b\n1,\n",
            "a,b\n",
            "a,b",
            "a,b\n5\" pipe,2\n",
        ] {
            let (n_rows, text) = check(text.as_bytes()).unwrap();
            assert_eq!(read_any(text).unwrap().height(), n_rows, "{:?}", String::from_utf8_lossy(text));
        }
    }
}
