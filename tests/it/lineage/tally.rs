//! What many runs with changed cells found.

use std::collections::BTreeMap;

use repro::error::Failure;

use super::paper::{Claims, Paper, Rows, Shown};

/// The findings of some runs.
#[derive(Debug, Default)]
pub struct Tally {
    pub runs: usize,
    /// Runs that ended in an error of the pipeline or of a figure.
    pub failed: usize,
    /// Values that were compared.
    pub compared: usize,
    /// Values that a run no longer had.
    pub lost: usize,
    /// Values that moved although no row of their lineage had changed, by claim set: number and first example.
    pub wrong: BTreeMap<String, Wrong>,
    /// Values that moved together with a row of their lineage.
    pub moved: usize,
    /// The first errors.
    pub errors: Vec<String>,
}

/// Faults of a claim set.
#[derive(Debug, Default)]
pub struct Wrong {
    pub claims: std::collections::BTreeSet<String>,
    pub example: String,
}

impl Tally {
    /// Compares the values of claims before and after a run that changed no row of their lineage.
    pub fn unchanged<'a>(
        &mut self,
        paper: &Paper,
        kept: impl Iterator<Item = (&'a String, &'a Shown)>,
        after: Result<Claims, Failure>,
    ) {
        self.runs += 1;
        let Some(after) = self.judged(after) else { return };
        for (id, before) in kept {
            match after.get(id) {
                None => self.lost += 1,
                Some(after) => {
                    self.compared += 1;
                    if after.value != before.value {
                        self.wrong(paper, id, Some(before), Some(after), "numbers outside");
                    }
                }
            }
        }
    }

    /// Compares all claims before and after a change of one row: what moves has the row in its lineage. A claim that
    /// has no value any more shows nothing false.
    pub fn one_row<'a>(
        &mut self,
        paper: &Paper,
        claims: impl Iterator<Item = (&'a String, &'a Shown)>,
        after: Result<Claims, Failure>,
        (row, what): (usize, &str),
    ) {
        self.runs += 1;
        let Some(mut after) = self.judged(after) else { return };
        let has_row = |shown: Option<&Shown>| shown.is_some_and(|shown| shown.rows.contains(&row));
        let compare = |tally: &mut Self, id: &String, before: Option<&Shown>, after: Option<&Shown>| {
            tally.compared += 1;
            if before.map(|shown| &shown.value) == after.map(|shown| &shown.value) {
                return;
            }
            if has_row(before) || has_row(after) {
                tally.moved += 1;
            } else if after.is_none() {
                tally.lost += 1;
            } else {
                tally.wrong(paper, id, before, after, what);
            }
        };
        for (id, before) in claims {
            let now = after.remove(id);
            compare(self, id, Some(before), now.as_ref());
        }
        for (id, now) in after {
            compare(self, &id, None, Some(&now));
        }
    }

    fn judged(&mut self, after: Result<Claims, Failure>) -> Option<Claims> {
        match after {
            Ok(after) => Some(after),
            Err(error) => {
                self.failed += 1;
                if self.errors.len() < 5 {
                    self.errors.push(error.to_string());
                }
                None
            }
        }
    }

    fn wrong(&mut self, paper: &Paper, id: &str, before: Option<&Shown>, after: Option<&Shown>, what: &str) {
        let shown = |shown: Option<&Shown>| match shown {
            Some(shown) => format!("{} from {}", shown.value, paper.named(&shown.rows)),
            None => "nothing".to_owned(),
        };
        let set = before.or(after).map_or(String::new(), |shown| shown.set.clone());
        let wrong = self.wrong.entry(set).or_default();
        if wrong.claims.insert(id.to_owned()) && wrong.claims.len() == 1 {
            wrong.example = format!("`{id}` shows {}, then {} ({what})", shown(before), shown(after));
        }
    }

    /// The findings of all.
    pub fn of(tallies: impl IntoIterator<Item = Self>) -> Self {
        tallies.into_iter().fold(Self::default(), Self::with)
    }

    /// The findings of both.
    fn with(mut self, other: Self) -> Self {
        self.runs += other.runs;
        self.failed += other.failed;
        self.compared += other.compared;
        self.lost += other.lost;
        self.moved += other.moved;
        self.errors.extend(other.errors);
        self.errors.truncate(5);
        for (set, wrong) in other.wrong {
            let known = self.wrong.entry(set).or_default();
            known.claims.extend(wrong.claims);
            if known.example.is_empty() {
                known.example = wrong.example;
            }
        }
        self
    }

    /// Fails where a lineage lacks rows.
    pub fn assert_complete(&self) {
        assert!(self.wrong.is_empty(), "{}", self.report());
    }

    /// Fails where more than one of twenty runs, or of the values to compare, came to nothing.
    pub fn assert_judged(&self) {
        assert!(self.failed * 20 <= self.runs, "too few runs were judged: {}", self.report());
        assert!(self.lost * 20 <= self.compared, "too few values were compared: {}", self.report());
    }

    /// All findings as text.
    pub fn report(&self) -> String {
        let Self { runs, failed, compared, lost, moved, .. } = self;
        let mut text = format!(
            "{runs} runs, {failed} failed, {compared} values compared, {lost} lost, {moved} moved with their rows\n"
        );
        for (set, wrong) in &self.wrong {
            text.push_str(&format!("{set}: {} claims lack rows: {}\n", wrong.claims.len(), wrong.example));
        }
        for error in &self.errors {
            text.push_str(&format!("error: {error}\n"));
        }
        text
    }
}

/// Whether rows are among others.
pub fn is_kept(shown: &Shown, kept: &Rows) -> bool {
    shown.rows.is_subset(kept)
}
