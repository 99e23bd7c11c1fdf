//! The verb paired_t_test: one row a pair of groups with p and stars.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::frame::Frame;
use super::group::groups;
use super::origins::{Cell, Origins};
use super::{Column, QueryError};
use crate::evidence::{Lineage, Lookups};
use crate::stats::{paired_t_test, stars};

/// Paired two-sided t-test between every two of `groups` in their given order, within `by`, values paired by
/// the text of `pair_by`, which no two values of a group may share. Two groups whose finite values do not have the same pair labels are not compared and give
/// no row; neither do fewer than two pairs.
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

#[derive(Default)]
struct Rows {
    first: Vec<usize>,
    a: Vec<Option<String>>,
    b: Vec<Option<String>>,
    n: Vec<Option<f64>>,
    t: Vec<Option<f64>>,
    p: Vec<Option<f64>>,
    stars: Vec<Option<String>>,
    lineage: Vec<Lineage>,
    cells: Vec<Cell>,
}

impl PairedTTest {
    /// Column of the values.
    pub fn value(&self) -> &str {
        &self.value
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
        let mut rows = Rows::default();
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
                    self.compare(frame, (i, &paired[i]), (j, &paired[j]), &mut rows);
                }
            }
        }
        self.finish(frame, rows)
    }

    /// Two values of a group with one label: nobody could tell which of them has the partner.
    fn twice(&self, frame: &Frame, (group, label): (&String, &String), rows: [usize; 2]) -> QueryError {
        QueryError::Unpaired {
            place: frame.place(rows),
            group: format!("{} `{group}`", self.group),
            label: format!("{} `{label}`", self.pair_by),
        }
    }

    fn compare(&self, frame: &Frame, (i, a): (usize, &Paired), (j, b): (usize, &Paired), rows: &mut Rows) {
        if !a.keys().eq(b.keys()) {
            return;
        }
        let shared: Vec<_> = a.values().zip(b.values()).collect();
        let x: Vec<f64> = shared.iter().map(|(a, _)| a.0).collect();
        let y: Vec<f64> = shared.iter().map(|(_, b)| b.0).collect();
        let Some(test) = paired_t_test(&x, &y) else { return };
        let used = shared.iter().flat_map(|(a, b)| [a.1, b.1]);
        rows.first.push(shared[0].0.1);
        rows.a.push(Some(self.groups[i].clone()));
        rows.b.push(Some(self.groups[j].clone()));
        rows.n.push(Some(x.len() as f64));
        rows.t.push(Some(test.t).filter(|t| t.is_finite()));
        rows.p.push(Some(test.p));
        rows.stars.push(Some(stars(test.p).unwrap_or("n.s.").to_owned()));
        let used: Vec<usize> = used.collect();
        rows.cells.push(frame.origins(&self.value).united(&used));
        rows.lineage.push(frame.lineage.union(used));
    }

    fn finish(&self, frame: &Frame, rows: Rows) -> Result<Frame, QueryError> {
        let mut result = super::reshape::select(&frame.take(&rows.first)?, &self.by)?;
        result.lineage = rows.lineage.into();
        result.set(&format!("{}_a", self.group), Column::Text(rows.a))?;
        result.set(&format!("{}_b", self.group), Column::Text(rows.b))?;
        result.set("n", Column::Number(rows.n))?;
        result.set("t", Column::Number(rows.t))?;
        result.set("p", Column::Number(rows.p))?;
        result.set("stars", Column::Text(rows.stars))?;
        for name in ["t", "p", "stars"] {
            result.set_origins(name, Origins::gathered(rows.cells.clone()));
        }
        Ok(result)
    }
}
