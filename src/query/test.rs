//! The verb paired_t_test: one row a pair of groups with p and stars.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::frame::Frame;
use super::group::groups;
use super::origins::Origins;
use super::{Column, QueryError};
use crate::evidence::Lookups;
use crate::stats::{paired_t_test, stars};

/// Paired two-sided t-test between every two of `groups` in their given order, within `by`, values paired by
/// the text of `pair_by`, which no two values of a group may share. Two groups whose finite values do not have the same
/// pair labels are not compared and give no row; neither do fewer than two pairs. Pairs come in order of the first row used.
///
/// Columns of the result: `by`, then `<group>_a`, `<group>_b`, `n`, `t`, `p`, `stars`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PairedTTest {
    by: Vec<String>,
    group: String,
    groups: Vec<String>,
    pair_by: String,
    value: String,
}

/// Values of one group by pair label, with their row.
type Paired = BTreeMap<String, (f64, usize)>;

/// Two groups that were compared.
struct Pair {
    /// Rows that were used.
    used: Vec<usize>,
    a: String,
    b: String,
    n: usize,
    t: Option<f64>,
    p: f64,
}

impl PairedTTest {
    /// Column of the values.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Number of pairs of groups that could be compared, if all had the same labels.
    pub fn n_pairs(&self, frame: &Frame) -> usize {
        let n = self.groups.len();
        groups(frame, &self.by).map_or(0, |strata| strata.len() * n * n.saturating_sub(1) / 2)
    }

    pub fn apply(&self, mut frame: Frame, seen: &mut Lookups) -> Result<Frame, QueryError> {
        frame.settle(self.by.iter().chain([&self.group, &self.pair_by]));
        let frame = &frame;
        let values = frame.numbers(&self.value)?;
        let group_names = frame.text(&self.group)?;
        for group in &self.groups {
            let found = group_names.iter().flatten().any(|name| name == group);
            seen.looked_for("", &self.group, group, found);
        }
        let pair_labels = frame.text(&self.pair_by)?;
        let mut pairs = Vec::new();
        for stratum in groups(frame, &self.by)? {
            let of_group = |name: &String| -> Result<Paired, QueryError> {
                let mut paired = Paired::new();
                for &row in stratum.iter().filter(|row| group_names[**row].as_ref() == Some(name)) {
                    let Some((label, value)) = pair_labels[row].as_ref().zip(values[row]) else { continue };
                    if let Some((_, other)) = paired.insert(label.clone(), (value, row)) {
                        return Err(self.twice(frame, (name, label), [other, row]));
                    }
                }
                Ok(paired)
            };
            let paired: Vec<Paired> = self.groups.iter().map(of_group).collect::<Result<_, _>>()?;
            for i in 0..self.groups.len() {
                for j in i + 1..self.groups.len() {
                    pairs.extend(self.compare((i, &paired[i]), (j, &paired[j])));
                }
            }
        }
        // Rows without a value or a partner have no say in the order.
        pairs.sort_by_key(|pair: &Pair| pair.used.iter().min().copied());
        self.finish(frame, &pairs)
    }

    /// Two values of a group with one label: nobody could tell which of them has the partner.
    fn twice(&self, frame: &Frame, (group, label): (&String, &String), rows: [usize; 2]) -> QueryError {
        QueryError::Unpaired {
            place: frame.place(rows),
            group: format!("{} `{group}`", self.group),
            label: format!("{} `{label}`", self.pair_by),
        }
    }

    fn compare(&self, (i, a): (usize, &Paired), (j, b): (usize, &Paired)) -> Option<Pair> {
        if !a.keys().eq(b.keys()) {
            return None;
        }
        let shared: Vec<_> = a.values().zip(b.values()).collect();
        let x: Vec<f64> = shared.iter().map(|(a, _)| a.0).collect();
        let y: Vec<f64> = shared.iter().map(|(_, b)| b.0).collect();
        let test = paired_t_test(&x, &y)?;
        Some(Pair {
            used: shared.iter().flat_map(|(a, b)| [a.1, b.1]).collect(),
            a: self.groups[i].clone(),
            b: self.groups[j].clone(),
            n: x.len(),
            t: Some(test.t).filter(|t| t.is_finite()),
            p: test.p,
        })
    }

    fn finish(&self, frame: &Frame, pairs: &[Pair]) -> Result<Frame, QueryError> {
        let first: Vec<usize> = pairs.iter().map(|pair| pair.used[0]).collect();
        let numbers = |of: &dyn Fn(&Pair) -> Option<f64>| Column::Number(pairs.iter().map(of).collect());
        let texts =
            |of: &dyn Fn(&Pair) -> String| Column::Text(pairs.iter().map(|pair| Some(of(pair))).collect());
        let origins = frame.origins(&self.value);
        let cells: Vec<_> = pairs.iter().map(|pair| origins.united(&pair.used)).collect();
        let mut result = super::reshape::select(&frame.take(&first)?, &self.by)?;
        let lineage: Vec<_> =
            pairs.iter().map(|pair| frame.lineage.union(pair.used.iter().copied())).collect();
        result.lineage = lineage.into();
        result.set(&format!("{}_a", self.group), texts(&|pair| pair.a.clone()))?;
        result.set(&format!("{}_b", self.group), texts(&|pair| pair.b.clone()))?;
        for side in ["a", "b"] {
            // The manifest lists the groups.
            result.set_origins(&format!("{}_{side}", self.group), Origins::declared(pairs.len()));
        }
        result.set("n", numbers(&|pair| Some(pair.n as f64)))?;
        result.set("t", numbers(&|pair| pair.t))?;
        result.set("p", numbers(&|pair| Some(pair.p)))?;
        result.set("stars", texts(&|pair| stars(pair.p).unwrap_or("n.s.").to_owned()))?;
        for name in ["t", "p", "stars"] {
            result.set_origins(name, Origins::gathered(cells.clone()));
        }
        Ok(result)
    }
}
