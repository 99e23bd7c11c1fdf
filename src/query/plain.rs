//! Plain CSV text: what needs no knowledge of quotes and exceptions, read in parallel.

use std::collections::BTreeSet;

use polars::prelude::{Column, DataFrame, IntoColumn, PolarsResult, StringChunked, StringChunkedBuilder};
use rayon::prelude::*;

/// Bytes that one thread reads at a time, up to the end of a line. The number does not show in the result.
const BLOCK: usize = 1 << 20;

/// Reads lines of equally many cells, at least two, below a line of different names. A cell is text, an empty one is
/// missing. `None` for anything else, such as quotes, carriage returns, lines of other lengths, or text that is not
/// UTF-8: that is for a reader of CSV in all its forms.
pub(super) fn read_plain(bytes: &[u8]) -> Option<PolarsResult<DataFrame>> {
    const BYTE_ORDER_MARK: char = '\u{feff}';
    if [b'"', b'\r'].iter().any(|special| bytes.contains(special)) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let (header, body) = text.split_once('\n')?;
    let names: Vec<&str> = header.split(',').collect();
    let different: BTreeSet<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    if names.len() < 2
        || different.len() < names.len()
        || body.is_empty()
        || text.starts_with(BYTE_ORDER_MARK)
    {
        return None;
    }
    let read: Vec<Option<Vec<StringChunked>>> =
        blocks(body, BLOCK).into_par_iter().map(|block| read_block(&names, block)).collect();
    let mut columns: Option<Vec<StringChunked>> = None;
    for block in read {
        let block = block?;
        match &mut columns {
            None => columns = Some(block),
            Some(columns) => {
                let appended =
                    columns.iter_mut().zip(block).try_for_each(|(column, more)| column.append_owned(more));
                if let Err(error) = appended {
                    return Some(Err(error));
                }
            }
        }
    }
    let columns: Vec<Column> = columns?.into_iter().map(IntoColumn::into_column).collect();
    Some(DataFrame::new_infer_height(columns))
}

/// Parts of a text of about `size` bytes, each up to the end of a line.
fn blocks(text: &str, size: usize) -> Vec<&str> {
    let mut blocks = Vec::with_capacity(text.len() / size + 1);
    let mut start = 0;
    while start < text.len() {
        let rest = text.as_bytes().get(start + size..).unwrap_or_default();
        let end =
            rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |line| start + size + line + 1);
        blocks.push(&text[start..end]);
        start = end;
    }
    blocks
}

/// The columns of whole lines; `None` if one has more or fewer cells than there are names.
fn read_block(names: &[&str], block: &str) -> Option<Vec<StringChunked>> {
    // Most lines of a table are about as long as its first one.
    let n_lines = block.len() / (block.find('\n').unwrap_or(0) + 1) + 1;
    let mut columns: Vec<StringChunkedBuilder> =
        names.iter().map(|name| StringChunkedBuilder::new((*name).into(), n_lines)).collect();
    let (mut start, mut column) = (0, 0);
    let mut cell = |column: usize, cell: &str| {
        let column = columns.get_mut(column)?;
        match cell {
            "" => column.append_null(),
            cell => column.append_value(cell),
        }
        Some(())
    };
    for (end, byte) in block.bytes().enumerate() {
        match byte {
            b',' => {
                cell(column, &block[start..end])?;
                column += 1;
            }
            b'\n' => {
                cell(column, &block[start..end])?;
                (column + 1 == names.len()).then_some(())?;
                column = 0;
            }
            _ => continue,
        }
        start = end + 1;
    }
    // The last line may lack its end.
    if start < block.len() || column > 0 {
        cell(column, &block[start..])?;
        (column + 1 == names.len()).then_some(())?;
    }
    Some(columns.into_iter().map(StringChunkedBuilder::finish).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::read::read_any;

    /// What is read here is what the reader of all forms reads.
    fn assert_same(text: &str) -> bool {
        let Some(plain) = read_plain(text.as_bytes()) else { return false };
        let (plain, any) = (plain.unwrap(), read_any(text.as_bytes()).unwrap());
        assert!(plain.equals_missing(&any), "{text:?}\n{plain:?}\n{any:?}");
        assert_eq!(plain.schema(), any.schema());
        true
    }

    #[test]
    fn plain_text_is_read_and_the_rest_is_left_to_others() {
        for plain in
            ["a,b\n1,2\n", "a,b\n1,2", "a,b\n,\n,", "a,b\n1,", "a, b \n x,y z\n", "ä,b\nö,1\n", "a,b\n#,1\n"]
        {
            assert!(assert_same(plain), "{plain:?}");
        }
        let others = [
            "",
            "\n",
            "a",
            "a\n",
            "a,b",
            "a,b\n",
            "a\n1\n",
            "a,a\n1,2\n",
            "a,\n1,2\n",
            "a,b\n1\n",
            "a,b\n1,2,3\n",
            "a,b\n\n1,2\n",
            "a,b\n1,2\n\n",
            "a,b\r\n1,2\r\n",
            "a,b\n\"1\",2\n",
            "\u{feff}a,b\n1,2\n",
        ];
        for other in others {
            assert!(read_plain(other.as_bytes()).is_none(), "{other:?}");
        }
        assert!(read_plain(b"a,b\n\xff,2\n").is_none());
    }

    #[test]
    fn many_blocks_are_one_table() {
        let mut text = "x,y,name\n".to_owned();
        for row in 0..120_000_usize {
            let name =
                if row % 7 == 0 { String::new() } else { format!("a longer name of row {}", row % 1000) };
            text.push_str(&format!("{}.5,-{row},{name}\n", row * 31));
        }
        assert!(text.len() > 3 * BLOCK);
        assert!(assert_same(&text));
        // A line that is short, in the last block.
        assert!(read_plain(format!("{text}1,2\n").as_bytes()).is_none());
    }

    #[test]
    fn blocks_end_with_lines() {
        for size in 1..9 {
            let parts = blocks("a\nbcd\n\nefghij\nk", size);
            assert_eq!(parts.concat(), "a\nbcd\n\nefghij\nk");
            assert!(parts[..parts.len() - 1].iter().all(|part| part.ends_with('\n')));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_read_alike(text in "a,b(,c)?\n([ab1é. ]{0,14}[,\n]){0,12}[ab1é]{0,3}") {
            assert_same(&text);
        }

        #[test]
        fn tables_are_read(cells in prop::collection::vec("[-a-z0-9. #é]{0,16}", 3..60), end in any::<bool>()) {
            let lines: Vec<String> = cells.chunks_exact(3).map(|line| line.join(",")).collect();
            let text = format!("x,y,z\n{}{}", lines.join("\n"), if end { "\n" } else { "" });
            prop_assert!(assert_same(&text));
        }
    }
}
