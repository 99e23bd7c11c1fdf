//! Plain CSV text: what needs no knowledge of quotes and exceptions, read in parallel.

use std::collections::BTreeSet;

use polars::prelude::{Column, DataFrame, Float64Chunked, IntoColumn, PolarsResult, StringChunkedBuilder};
use rayon::prelude::*;

use super::decimal::{decimal, parse_number};
use super::frame::PIECES;

/// Bytes that one thread reads at a time, up to the end of a line, or more of a large file. The number does not show in
/// the result.
const BLOCK: usize = 1 << 20;

/// Reads lines of equally many cells, at least two, below a line of different names. A cell is text, an empty one is
/// missing; in the columns called `numbers` it is a finite number or missing. `None` for anything else, such as quotes,
/// carriage returns, lines of other lengths, or text that is not UTF-8: that is for a reader of CSV in all its forms.
/// `None` also where a column of `numbers` holds another text.
pub(super) fn read_plain<'t>(bytes: &'t [u8], numbers: &[&str]) -> Option<PolarsResult<DataFrame>> {
    const BYTE_ORDER_MARK: char = '\u{feff}';
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (header, body) = (std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]);
    let names: Vec<&str> = header.split(',').collect();
    let different: BTreeSet<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    if names.len() < 2
        || different.len() < names.len()
        || header.contains(['"', '\r'])
        || body.is_empty()
        || header.starts_with(BYTE_ORDER_MARK)
    {
        return None;
    }
    // No character has a line end within, so that parts can be checked one by one.
    let text = |block: &'t [u8]| std::str::from_utf8(block).ok().map(|text| (text, n_lines(text)));
    let blocks: Option<Vec<(&str, usize)>> =
        blocks(body, BLOCK.max(body.len().div_ceil(PIECES))).into_par_iter().map(text).collect();
    let blocks = blocks?;
    // Threads write numbers where they belong.
    let n_rows = blocks.iter().map(|(_, n_lines)| n_lines).sum();
    let mut read: Vec<Option<Vec<f64>>> =
        names.iter().map(|name| numbers.contains(name).then(|| vec![0.0; n_rows])).collect();
    let mut rest: Vec<Option<&mut [f64]>> = read.iter_mut().map(Option::as_deref_mut).collect();
    let parts: Vec<(&str, Vec<Cells<'_>>)> =
        blocks.into_iter().map(|(block, n_lines)| (block, cells(&names, &mut rest, n_lines))).collect();
    let texts: Option<Vec<Vec<Cells<'_>>>> =
        parts.into_par_iter().map(|(block, cells)| read_block(cells, block)).collect();
    let mut columns: Vec<Vec<StringChunkedBuilder>> = names.iter().map(|_| Vec::new()).collect();
    for block in texts? {
        for (column, cells) in columns.iter_mut().zip(block) {
            if let Cells::Text(cells) = cells {
                column.push(cells);
            }
        }
    }
    let columns = names.par_iter().zip(read).zip(columns).map(|((name, numbers), texts)| match numbers {
        Some(numbers) => Ok(number_column(name, numbers)),
        None => text_column(name, texts),
    });
    Some(columns.collect::<PolarsResult<Vec<Column>>>().and_then(DataFrame::new_infer_height))
}

/// Cells of a column in a block.
enum Cells<'a> {
    Text(StringChunkedBuilder),
    /// Finite numbers; NaN where there is none.
    Numbers(std::slice::IterMut<'a, f64>),
}

/// The cells of a block's columns; `rest` is what the blocks before it left of the columns of numbers.
fn cells<'a>(names: &[&str], rest: &mut [Option<&'a mut [f64]>], n_lines: usize) -> Vec<Cells<'a>> {
    let cells = |(name, rest): (&&str, &mut Option<&'a mut [f64]>)| match rest.take() {
        None => Cells::Text(StringChunkedBuilder::new((*name).into(), n_lines)),
        Some(numbers) => {
            let (own, others) = numbers.split_at_mut(n_lines);
            *rest = Some(others);
            Cells::Numbers(own.iter_mut())
        }
    };
    names.iter().zip(rest).map(cells).collect()
}

fn number_column(name: &str, numbers: Vec<f64>) -> Column {
    if numbers.par_chunks(BLOCK).any(|numbers| numbers.iter().any(|number| number.is_nan())) {
        let numbers = numbers.into_iter().map(|number| (!number.is_nan()).then_some(number));
        return Column::new(name.into(), numbers.collect::<Vec<Option<f64>>>());
    }
    Float64Chunked::from_vec(name.into(), numbers).into_column()
}

fn text_column(name: &str, blocks: Vec<StringChunkedBuilder>) -> PolarsResult<Column> {
    let mut text = StringChunkedBuilder::new(name.into(), 0).finish();
    for block in blocks {
        text.append_owned(block.finish())?;
    }
    Ok(text.into_column())
}

/// Parts of a text of about `size` bytes, each up to the end of a line.
fn blocks(text: &[u8], size: usize) -> Vec<&[u8]> {
    let mut blocks = Vec::with_capacity(text.len() / size + 1);
    let mut start = 0;
    while start < text.len() {
        let rest = text.get(start + size..).unwrap_or_default();
        let end =
            rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |line| start + size + line + 1);
        blocks.push(&text[start..end]);
        start = end;
    }
    blocks
}

/// Lines of a block, the last of which may lack its end.
fn n_lines(block: &str) -> usize {
    // Sums of few enough bytes for a byte are fast.
    let ends = |bytes: &[u8]| bytes.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>();
    let ends: usize = block.as_bytes().chunks(255).map(|bytes| usize::from(ends(bytes))).sum();
    ends + usize::from(!block.ends_with('\n'))
}

/// Reads whole lines into a block's columns; `None` if one has more or fewer cells than there are columns, a quote or
/// carriage return, or a text where a number is wanted.
fn read_block<'a>(mut columns: Vec<Cells<'a>>, block: &str) -> Option<Vec<Cells<'a>>> {
    let (bytes, n_columns) = (block.as_bytes(), columns.len());
    let (mut start, mut column) = (0, 0);
    while start < bytes.len() || column > 0 {
        let end = match columns.get_mut(column)? {
            Cells::Text(cells) => {
                let end = end_of_cell(bytes, start)?;
                match &block[start..end] {
                    "" => cells.append_null(),
                    text => cells.append_value(text),
                }
                end
            }
            Cells::Numbers(cells) => {
                let (number, end) = match decimal(bytes, start) {
                    Some((number, end)) if matches!(bytes.get(end), None | Some(b',' | b'\n')) => {
                        (number, end)
                    }
                    _ => {
                        let end = end_of_cell(bytes, start)?;
                        match &block[start..end] {
                            "" => (f64::NAN, end),
                            text => (parse_number(text)?, end),
                        }
                    }
                };
                *cells.next()? = number;
                end
            }
        };
        // What is not followed by a comma is the last cell of a line; the last line may lack its end.
        column = match bytes.get(end) {
            Some(b',') => column + 1,
            _ => (column + 1 == n_columns).then_some(0)?,
        };
        start = end + 1;
    }
    Some(columns)
}

/// Where a cell ends: before a comma, a line end, or nothing. `None` for a quote or carriage return within.
fn end_of_cell(bytes: &[u8], start: usize) -> Option<usize> {
    let mut place = start;
    while let Some(end) = next_low(bytes, place) {
        match bytes[end] {
            b',' | b'\n' => return Some(end),
            b'"' | b'\r' => return None,
            _ => place = end + 1,
        }
    }
    Some(bytes.len())
}

/// The next byte from a place on that is at most a comma, as are line ends and quotes, but neither letters nor digits.
fn next_low(bytes: &[u8], from: usize) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const ABOVE: u64 = (b',' as u64 + 1) * ONES;
    let words = bytes.get(from..)?.chunks_exact(8);
    let rest = words.remainder();
    for (index, word) in words.enumerate() {
        let mut eight = [0; 8];
        eight.copy_from_slice(word);
        let word = u64::from_le_bytes(eight);
        // Subtracting borrows from the top bit of a byte that is too small, the lowest of which is told exactly.
        let low = word.wrapping_sub(ABOVE) & !word & (ONES << 7);
        if low != 0 {
            return Some(from + 8 * index + low.trailing_zeros() as usize / 8);
        }
    }
    let before = bytes.len() - rest.len();
    rest.iter().position(|byte| *byte <= b',').map(|place| before + place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evidence::Lineage;
    use crate::query::frame::Frame;
    use crate::query::read::read_any;

    /// What is read here is what the reader of all forms reads.
    fn assert_same(text: &str) -> bool {
        let Some(plain) = read_plain(text.as_bytes(), &[]) else { return false };
        let (plain, any) = (plain.unwrap(), read_any(text.as_bytes()).unwrap());
        assert!(plain.equals_missing(&any), "{text:?}\n{plain:?}\n{any:?}");
        assert_eq!(plain.schema(), any.schema());
        assert_same_numbers(text, any);
        true
    }

    /// Numbers read at once are those that the text read becomes afterwards, and what cannot become numbers is left.
    fn assert_same_numbers(text: &str, any: DataFrame) {
        let names = any.get_column_names_owned();
        let lineage = vec![Lineage::default(); any.height()];
        let mut later = Frame::new(any, lineage.into());
        let at_once = read_plain(text.as_bytes(), &[&names[1], "nothing"]);
        if later.make_numbers(&names[1], &[]).is_err() {
            assert!(at_once.is_none(), "{text:?}");
            return;
        }
        let at_once = at_once.unwrap().unwrap();
        assert!(at_once.equals_missing(&later.data), "{text:?}\n{at_once:?}\n{:?}", later.data);
        assert_eq!(at_once.schema(), later.data.schema());
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
            "a,\"b\n1,2\n",
            "a,b\r\n1,2\n",
            "a,b\n1,2\n3,4\"5\n",
        ];
        for other in others {
            assert!(read_plain(other.as_bytes(), &[]).is_none(), "{other:?}");
        }
        assert!(read_plain(b"a,b\n\xff,2\n", &[]).is_none());
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
        assert!(read_plain(format!("{text}1,2\n").as_bytes(), &[]).is_none());
    }

    #[test]
    fn low_bytes_are_found_wherever_they_are() {
        let text = "-0.:zé~\u{7f}\u{80}ÿ-".repeat(4).into_bytes();
        assert_eq!(next_low(&text, 0), None);
        for low in [0, b'\n', b'\r', b' ', b'"', b'+', b','] {
            for place in 0..text.len() {
                let mut text = text.clone();
                text[place] = low;
                // A second one above, which the first must not hide.
                text.push(b',');
                for from in 0..=place {
                    assert_eq!(next_low(&text, from), Some(place), "{low} {from}");
                }
                assert_eq!(next_low(&text, place + 1), Some(text.len() - 1));
            }
        }
    }

    #[test]
    fn blocks_end_with_lines() {
        for size in 1..9 {
            let parts = blocks(b"a\nbcd\n\nefghij\nk", size);
            assert_eq!(parts.concat(), b"a\nbcd\n\nefghij\nk");
            assert!(parts[..parts.len() - 1].iter().all(|part| part.ends_with(b"\n")));
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
