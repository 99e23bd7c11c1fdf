//! Verbs that work within groups: rank_percentile, mean and count. Sums run in row order on one thread, so that a
//! result never depends on how many threads there are.

use std::collections::BTreeMap;

use polars::prelude::GroupsType;
use serde::Deserialize;

use super::arithmetic::require_finite;
use super::frame::Frame;
use super::origins::Origins;
use super::reshape::fulfil;
use super::step::OneOrMany;
use super::{Column, QueryError};
use crate::evidence::Lookups;
use crate::stats::rank_percentiles;

/// Row positions of each group, groups in order of their first row.
pub(super) fn groups(frame: &Frame, by: &[String]) -> Result<Vec<Vec<usize>>, QueryError> {
    for name in by {
        frame.require(name)?;
    }
    if by.is_empty() || frame.n_rows() == 0 {
        let all: Vec<usize> = (0..frame.n_rows()).collect();
        return Ok(if all.is_empty() { Vec::new() } else { vec![all] });
    }
    let grouped = frame.data.group_by_stable(by)?;
    Ok(match &**grouped.get_groups() {
        GroupsType::Idx(groups) => groups
            .iter()
            .map(|(_, rows)| {
                let mut rows: Vec<usize> = rows.iter().map(|row| *row as usize).collect();
                rows.sort_unstable();
                rows
            })
            .collect(),
        GroupsType::Slice { groups, .. } => {
            groups.iter().map(|[first, n]| (*first as usize..(*first + *n) as usize).collect()).collect()
        }
    })
}

/// The same in order of the first row with a value, which is the first row of a group that has none: rows without a value
/// decide nothing that is computed from the groups.
pub(super) fn valued_groups(
    frame: &Frame,
    by: &[String],
    values: &[Option<f64>],
) -> Result<Vec<Vec<usize>>, QueryError> {
    let mut groups = groups(frame, by)?;
    let first = |rows: &Vec<usize>| rows.iter().find(|row| values[**row].is_some()).or(rows.first()).copied();
    groups.sort_by_key(first);
    Ok(groups)
}

/// Rows whose columns hold one of the given texts; none when no column is given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Selected(BTreeMap<String, OneOrMany>);

impl Selected {
    /// Columns that are looked at.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// Whether each row is selected.
    pub fn rows(&self, frame: &Frame, seen: &mut Lookups) -> Result<Vec<bool>, QueryError> {
        let mut selected = vec![!self.0.is_empty(); frame.n_rows()];
        for (column, texts) in &self.0 {
            fulfil(&mut selected, column, &texts.0, frame.text(column)?, seen);
        }
        Ok(selected)
    }
}

/// Rank percentile (n - r) / (n - 1) within groups: the best value gets 1, the worst 0, ties the average. The
/// largest value is best except in rows where lower is better; a group is ranked in one direction. Rows with a
/// missing value take no part and keep a missing percentile; so does a group of one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RankPercentile {
    by: Vec<String>,
    value: String,
    into: String,
    /// Rows whose smallest value is best.
    #[serde(default)]
    lower_is_better: Selected,
    /// What a group gets whose values are all equal.
    #[serde(default)]
    all_equal: AllEqual,
}

/// Rank percentile of values that are all equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AllEqual {
    /// The average of the ranks, 0.5.
    #[default]
    Half,
    /// None.
    Missing,
}

impl RankPercentile {
    /// Column of the values.
    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn apply(&self, mut frame: Frame, seen: &mut Lookups) -> Result<Frame, QueryError> {
        frame.settle(self.by.iter().chain(self.lower_is_better.columns()));
        let origins = frame.origins(&self.value);
        let mut cells = vec![Default::default(); frame.n_rows()];
        let mut values = frame.numbers(&self.value)?;
        for (value, turned) in values.iter_mut().zip(self.lower_is_better.rows(&frame, seen)?) {
            *value = value.map(|value| if turned { -value } else { value });
        }
        let mut percentiles = vec![None; values.len()];
        let mut lineage = frame.lineage.to_vec();
        for group in groups(&frame, &self.by)? {
            let ranked: Vec<usize> = group.into_iter().filter(|row| values[*row].is_some()).collect();
            let present: Vec<f64> = ranked.iter().filter_map(|row| values[*row]).collect();
            let all_equal = present.iter().all(|value| Some(value) == present.first());
            if all_equal && self.all_equal == AllEqual::Missing {
                continue;
            }
            let Some(ranks) = rank_percentiles(&present) else { continue };
            // A rank depends on every value it was compared with.
            let inputs = frame.lineage.union(ranked.iter().copied());
            let cell = origins.united(&ranked);
            for (row, percentile) in ranked.iter().zip(ranks) {
                percentiles[*row] = Some(percentile);
                lineage[*row] = inputs.clone();
                cells[*row] = cell.clone();
            }
        }
        frame.set(&self.into, Column::Number(percentiles))?;
        frame.set_origins(&self.into, Origins::gathered(cells));
        frame.lineage = lineage.into();
        Ok(frame)
    }
}

/// Mean within groups; missing values are left out, and a group with fewer than `min_count` values has none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mean {
    by: Vec<String>,
    value: String,
    /// Name of the mean; `value` when absent.
    into: Option<String>,
    #[serde(default = "one")]
    min_count: usize,
}

fn one() -> usize {
    1
}

impl Mean {
    /// Column of the values.
    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn apply(&self, mut frame: Frame) -> Result<Frame, QueryError> {
        frame.settle(&self.by);
        let origins = frame.origins(&self.value);
        let mut cells = Vec::new();
        let values = frame.numbers(&self.value)?;
        let groups = valued_groups(&frame, &self.by, &values)?;
        let mut means = Vec::with_capacity(groups.len());
        let mut lineage = Vec::with_capacity(groups.len());
        for group in &groups {
            let used: Vec<usize> = group.iter().copied().filter(|row| values[*row].is_some()).collect();
            let sum: f64 = used.iter().filter_map(|row| values[*row]).sum();
            means.push((used.len() >= self.min_count.max(1)).then(|| sum / used.len() as f64));
            cells.push(origins.united(&used));
            lineage.push(frame.lineage.union(used));
        }
        require_finite(&frame, &means, |group| groups[group].clone(), "the mean")?;
        let first: Vec<usize> = groups.iter().filter_map(|group| group.first().copied()).collect();
        let mut result = super::reshape::select(&frame.take(&first)?, &self.by)?;
        result.lineage = lineage.into();
        let into = self.into.as_ref().unwrap_or(&self.value);
        result.set(into, Column::Number(means))?;
        result.set_origins(into, Origins::gathered(cells));
        Ok(result)
    }
}

/// Number of rows of each group, one row a group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Count {
    by: Vec<String>,
    into: String,
}

impl Count {
    pub fn apply(&self, mut frame: Frame) -> Result<Frame, QueryError> {
        frame.settle(&self.by);
        let groups = groups(&frame, &self.by)?;
        let counts: Vec<Option<f64>> = groups.iter().map(|group| Some(group.len() as f64)).collect();
        let rows_of = |group: &Vec<usize>| frame.lineage.union(group.iter().copied());
        let lineage: Vec<_> = groups.iter().map(rows_of).collect();
        let first: Vec<usize> = groups.iter().filter_map(|group| group.first().copied()).collect();
        let mut result = super::reshape::select(&frame.take(&first)?, &self.by)?;
        result.lineage = lineage.into();
        result.set(&self.into, Column::Number(counts))?;
        Ok(result)
    }
}
