//! Sets of genes in the format GMT: a line a set, with its name, a description and the genes, separated by tabs.

use std::collections::BTreeMap;
use std::io::BufRead;

use crate::error::{DataError, DataProblem};

/// Longest line.
const MAX_LINE: usize = 16 << 20;

/// A set of genes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneSet {
    /// Its name, which no other set of the file has.
    pub name: String,
    /// What is said of it, often an address; may be empty.
    pub description: String,
    /// Names of the genes, each once, in the order of the file. There may be none.
    pub genes: Vec<String>,
}

/// The sets of a file, in its order. Lines may end in CR LF; empty lines, empty fields among the genes and genes that
/// are repeated in a line are skipped.
///
/// # Errors
/// Where a set has no name, two have the same, a line has no tab or is longer than 16 MiB, or the text is not UTF-8.
pub fn read(mut reader: impl BufRead) -> Result<Vec<GeneSet>, DataError> {
    let mut sets: Vec<GeneSet> = Vec::new();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let mut number = 0;
    while let Some(line) = line(&mut reader, MAX_LINE)? {
        number += 1;
        let line = if number == 1 { line.trim_start_matches('\u{feff}') } else { &line };
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |why: String| DataError::malformed("", format!("line {number}: {why}"));
        let set = set(line).map_err(|why| wrong(why.to_owned()))?;
        if let Some(before) = lines.insert(set.name.clone(), number) {
            return Err(wrong(format!("the set `{}` is on line {before} too", set.name)));
        }
        sets.push(set);
    }
    Ok(sets)
}

fn set(line: &str) -> Result<GeneSet, &'static str> {
    let mut fields = line.split('\t').map(str::trim);
    let name = fields.next().filter(|name| !name.is_empty()).ok_or("a set without a name")?;
    let description = fields.next().ok_or("no tab")?;
    let mut seen = std::collections::BTreeSet::new();
    let genes = fields.filter(|gene| !gene.is_empty() && seen.insert(*gene)).map(str::to_owned).collect();
    Ok(GeneSet { name: name.to_owned(), description: description.to_owned(), genes })
}

/// The next line without its end; `None` at the end of the text.
pub(crate) fn line(reader: &mut dyn BufRead, limit: usize) -> Result<Option<String>, DataError> {
    let mut bytes = Vec::new();
    let mut part = std::io::Read::take(reader, limit as u64 + 1);
    let read = part.read_until(b'\n', &mut bytes).map_err(crate::elements::unreadable)?;
    if read == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if read > limit {
        return Err(DataError::new("", DataProblem::Limit(format!("a line of more than {limit} bytes"))));
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    String::from_utf8(bytes).map(Some).map_err(|_| crate::elements::not_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(set: &GeneSet) -> Vec<&str> {
        set.genes.iter().map(String::as_str).collect()
    }

    #[test]
    fn ragged_and_empty_sets_are_read() {
        let text = "\u{feff}A\thttps://a\tCD3D\tCD3E\tCD3D\r\n\r\nB\t\tMS4A1\t\t\nC\tnone\nD\t";
        let sets = read(text.as_bytes()).unwrap();
        assert_eq!(sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["A", "B", "C", "D"]);
        assert_eq!(names(&sets[0]), ["CD3D", "CD3E"]);
        assert_eq!(sets[0].description, "https://a");
        assert_eq!(names(&sets[1]), ["MS4A1"]);
        assert!(sets[2].genes.is_empty() && sets[3].genes.is_empty());
        assert!(read(&b""[..]).unwrap().is_empty());
    }

    #[test]
    fn lines_that_are_no_sets_are_refused_by_number() {
        for (text, named) in [
            ("A\tx\tg\nA\ty\th\n", "line 2: the set `A` is on line 1 too"),
            ("A\tx\n\nno tabs here\n", "line 3: no tab"),
            ("\tx\tg\n", "line 1: a set without a name"),
        ] {
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert_eq!(error, named);
        }
        assert!(read(&b"A\tx\t\xff\n"[..]).is_err());
    }

    #[test]
    fn a_line_that_never_ends_is_refused() {
        let endless = std::io::BufReader::new(std::io::repeat(b'a'));
        assert!(matches!(read(endless).unwrap_err().problem, DataProblem::Limit(_)));
    }
}
