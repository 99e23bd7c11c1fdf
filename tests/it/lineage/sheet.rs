//! CSV files as cells that can be changed one by one.

use super::chance::Chance;

/// The cells of a CSV file.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Numeric columns that pipelines use as keys: their cells are changed like texts.
const NUMERIC_KEYS: [&str; 2] = ["latent", "point"];

impl Sheet {
    /// Reads CSV text without line ends inside quotes.
    pub fn read(text: &str) -> Self {
        let mut lines = text.lines().map(cells);
        let header = lines.next().unwrap();
        Self { header, rows: lines.collect() }
    }

    /// The cells as CSV text.
    pub fn text(&self) -> String {
        let line =
            |cells: &Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n";
        std::iter::once(&self.header).chain(&self.rows).map(line).collect()
    }

    /// The value range of every column with measured numbers; `None` for texts and keys.
    pub fn ranges(&self) -> Vec<Option<Range>> {
        (0..self.header.len()).map(|column| self.range(column)).collect()
    }

    fn range(&self, column: usize) -> Option<Range> {
        if NUMERIC_KEYS.contains(&self.header[column].as_str()) {
            return None;
        }
        let present = self.rows.iter().filter(|row| !row[column].is_empty()).count();
        let numbers: Vec<f64> = self.rows.iter().filter_map(|row| number(&row[column])).collect();
        // A column of published values may contain a text here and there.
        if numbers.is_empty() || numbers.len() * 2 < present {
            return None;
        }
        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let whole = self.rows.iter().all(|row| row[column].is_empty() || row[column].parse::<i64>().is_ok());
        Some(Range { low, high, whole })
    }

    /// Changes all measured numbers of a row to others from the range of their column.
    pub fn change_numbers(&mut self, row: usize, ranges: &[Option<Range>], chance: &mut Chance) {
        for (cell, range) in self.rows[row].iter_mut().zip(ranges) {
            if let (Some(range), Some(_)) = (range, number(cell)) {
                *cell = range.other(cell, chance);
            }
        }
    }

    /// Another text that the column contains, or a new one.
    pub fn other_text(&self, row: usize, column: usize, chance: &mut Chance) -> String {
        let before = &self.rows[row][column];
        let mut others: Vec<&String> =
            self.rows.iter().map(|row| &row[column]).filter(|cell| *cell != before).collect();
        others.sort();
        others.dedup();
        if others.is_empty() || chance.one_in(8) {
            return format!("{before}0");
        }
        others[chance.below(others.len())].clone()
    }
}

/// Smallest and largest number of a column.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    low: f64,
    high: f64,
    whole: bool,
}

impl Range {
    /// Another number of the range; the same text where the range contains a single number.
    fn other(&self, before: &str, chance: &mut Chance) -> String {
        for _ in 0..20 {
            let text = if self.whole {
                let span = (self.high - self.low) as usize + 1;
                format!("{}", self.low as i64 + chance.below(span) as i64)
            } else {
                // Few decimals give ties now and then.
                let decimals = if chance.one_in(2) { 2 } else { 9 };
                let number = self.low + (self.high - self.low) * chance.unit();
                let text = format!("{number:.decimals$}");
                if self.contains(&text) { text } else { format!("{number}") }
            };
            if number(&text) != number(before) {
                return text;
            }
        }
        before.to_owned()
    }

    fn contains(&self, text: &str) -> bool {
        number(text).is_some_and(|number| (self.low..=self.high).contains(&number))
    }
}

/// A finite number from a cell.
pub fn number(cell: &str) -> Option<f64> {
    cell.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut inside) = (Vec::new(), String::new(), false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if inside && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => inside = !inside,
            ',' if !inside => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
