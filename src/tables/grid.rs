//! The model of a table: heads of rows and columns, cells, notes.

use crate::claims::{Counts, Outcome, Rule};
use crate::evidence::{Lineage, Lookups, Missing, Tier};

/// Kind of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As papers print them: rows against groups of columns.
    Wide,
    /// One row a claim, with rule, outcome and evidence.
    Comparison,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Wide, Self::Comparison];

    /// The name in manifests and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Comparison => "comparison",
        }
    }
}

/// A table, ready to be rendered.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Id of the paper.
    pub paper: String,
    /// Id of the table within its paper.
    pub id: String,
    /// What the table shows.
    pub title: String,
    /// Where in the paper it stands.
    pub place: Option<String>,
    /// Kind.
    pub kind: Kind,
    /// What tells rows apart, the outermost first; at least one.
    pub row_keys: Vec<Key>,
    /// What tells columns apart, the outermost first; empty for a comparison.
    pub column_keys: Vec<Key>,
    /// How many of `column_keys` form groups; the others tell the columns of a group apart.
    pub n_group_keys: usize,
    /// Columns; one without texts for a comparison.
    pub columns: Vec<Head>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Footnotes, each distinct one once, in order of first use; number 1 is the first.
    pub notes: Vec<String>,
    /// What footnotes wait for, called a, b, c and so on, each once in order of first use: what it is, where it lies,
    /// what it would take.
    pub needs: Vec<String>,
    /// A remark below the table.
    pub remark: Option<String>,
    /// Number of claims by outcome, those of claim sets that could not be read included.
    pub counts: Counts,
    /// What the body looks for in the claims.
    pub lookups: Lookups,
    /// Why no cell has a number of ours.
    pub missing: Option<Missing>,
}

/// A column of the published rows that tells rows or columns apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name in the published file.
    pub column: String,
    /// What it is called in the table.
    pub title: String,
}

/// What stands at the head of a row or a column, one text a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Texts of the published rows.
    pub keys: Vec<String>,
    /// What is shown for them.
    pub labels: Vec<String>,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its head.
    pub head: Head,
    /// One a column; `None` where the paper prints no value.
    pub cells: Vec<Option<Cell>>,
}

/// A claim at its place in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Id of the claim within the paper.
    pub claim: String,
    /// Published value, as printed.
    pub value: String,
    /// Spread printed with the value.
    pub spread: Option<String>,
    /// Our value in full; text of a value that is no number.
    pub ours: Option<String>,
    /// Our number.
    pub number: Option<f64>,
    /// Our value for readers: a number rounded to one digit more than printed.
    pub rounded: Option<String>,
    /// Ours minus published.
    pub delta: Option<Delta>,
    /// The rule.
    pub rule: Rule,
    /// The outcome.
    pub outcome: Outcome,
    /// Tier of our value.
    pub evidence: Option<Tier>,
    /// Why it is missing, differs in order, or could not be judged.
    pub detail: Option<String>,
    /// Number of the footnote that tells so, from 1.
    pub note: Option<usize>,
    /// Whether the published value is the best of those it competes with.
    pub best: bool,
    /// Whether ours is the best of ours.
    pub best_ours: bool,
    /// Rows our value was computed from.
    pub lineage: Lineage,
}

/// A difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Delta {
    /// Ours minus published.
    pub value: f64,
    /// For readers: with its sign, one digit more than printed.
    pub text: String,
    /// How large it is: 0 where the rule holds; else 1 up to three times the tolerance (half a unit of the last printed
    /// digit where the rule has none), 2 up to ten times, 3 beyond.
    pub level: u8,
}

impl Cell {
    /// The published value with its spread, for readers.
    pub fn published(&self) -> String {
        let value = self.value.trim().replace('-', "\u{2212}");
        match &self.spread {
            Some(spread) => format!("{value} ± {}", spread.trim()),
            None => value,
        }
    }

    /// The name of the reason of a missing value.
    pub fn reason(&self) -> Option<&'static str> {
        match self.outcome {
            Outcome::Missing(reason) => Some(reason.name()),
            _ => None,
        }
    }
}

impl Head {
    /// The labels in one line.
    pub fn words(&self) -> String {
        self.labels.join(", ")
    }
}

impl Grid {
    /// Id of the table within its paper.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the table shows.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// `drawn`, `missing` if no cell has a number of ours, or `error` if the manifest or a file is wrong.
    pub fn state(&self) -> &'static str {
        match &self.missing {
            Some(missing) if missing.is_error() => "error",
            Some(_) => "missing",
            None => "drawn",
        }
    }

    /// Number of claims by outcome.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// All cells that hold a claim, row by row.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.rows.iter().flat_map(|row| row.cells.iter().flatten())
    }

    /// Cells with a value of ours.
    pub fn n_ours(&self) -> usize {
        self.cells().filter(|cell| cell.ours.is_some()).count()
    }

    /// The weakest tier among our values; `None` if there are none.
    pub fn evidence(&self) -> Option<Tier> {
        self.cells().filter_map(|cell| cell.evidence).min()
    }

    /// Columns as runs with the same texts of the first `level` keys.
    pub fn groups(&self, level: usize) -> Vec<std::ops::Range<usize>> {
        runs(self.columns.len(), |index| {
            &self.columns[index].keys[..level.min(self.columns[index].keys.len())]
        })
    }

    /// Rows as runs with the same texts of the first `level` keys.
    pub fn row_groups(&self, level: usize) -> Vec<std::ops::Range<usize>> {
        runs(self.rows.len(), |index| {
            let keys = &self.rows[index].head.keys;
            &keys[..level.min(keys.len())]
        })
    }
}

/// Neighbours with equal keys.
fn runs<'a>(n: usize, keys: impl Fn(usize) -> &'a [String]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for index in 0..n {
        match runs.last_mut() {
            Some(run) if keys(run.start) == keys(index) => run.end = index + 1,
            _ => runs.push(index..index + 1),
        }
    }
    runs
}
