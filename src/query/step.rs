//! The verbs of a pipeline and their dispatch.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::frame::Frame;
use super::{QueryError, Table, arithmetic, bootstrap, group, reshape, sort, test, unique};
use crate::evidence::Lookups;

/// One step, written `{ verb = … }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Step {
    /// Keep the rows whose columns hold one of the given texts.
    Filter(BTreeMap<String, OneOrMany>),
    /// New name = old name.
    Rename(BTreeMap<String, String>),
    /// Keep these columns, in this order.
    Select(Vec<String>),
    /// Number the rows from 1, in a new column.
    NumberRows(String),
    /// Set a column to one text.
    Set(BTreeMap<String, String>),
    /// Translate the texts of a column.
    Recode(reshape::Recode),
    /// Columns to rows.
    Melt(reshape::Melt),
    /// Numbers from text; a text that is not a number is an error unless it is listed as missing.
    ToNumber(reshape::ToNumber),
    /// Drop rows with a missing value in one of these columns.
    DropMissing(OneOrMany),
    /// Add the columns of another dataset where key columns agree.
    Join(reshape::Join),
    /// Add the rows of another dataset below.
    Append(String),
    /// Join the texts of columns.
    Unite(reshape::Unite),
    /// Rows in order of columns.
    Sort(OneOrMany),
    /// Weighted sum of columns.
    Linear(arithmetic::Linear),
    /// Position between smallest and largest within groups.
    MinMax(arithmetic::MinMax),
    /// Refuse a key that two rows share.
    Unique(unique::Unique),
    /// Rank percentile within groups, ties averaged, missing values left out.
    RankPercentile(group::RankPercentile),
    /// Mean within groups, missing values left out.
    Mean(group::Mean),
    /// Number of rows within groups.
    Count(group::Count),
    /// Interval of the mean within groups by resampling, missing values left out.
    BootstrapMean(bootstrap::BootstrapMean),
    /// Paired two-sided t-test between groups.
    PairedTTest(test::PairedTTest),
}

/// A text or a list of texts, written `"a"` or `["a", "b"]`.
#[derive(Clone, Debug)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string or an array of strings")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![text.to_owned()]))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(OneOrMany(texts))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl Step {
    /// Name of the verb, for messages.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Filter(_) => "filter",
            Self::Rename(_) => "rename",
            Self::Select(_) => "select",
            Self::NumberRows(_) => "number_rows",
            Self::Set(_) => "set",
            Self::Recode(_) => "recode",
            Self::Melt(_) => "melt",
            Self::ToNumber(_) => "to_number",
            Self::DropMissing(_) => "drop_missing",
            Self::Join(_) => "join",
            Self::Append(_) => "append",
            Self::Unite(_) => "unite",
            Self::Sort(_) => "sort",
            Self::Linear(_) => "linear",
            Self::MinMax(_) => "min_max",
            Self::Unique(_) => "unique",
            Self::RankPercentile(_) => "rank_percentile",
            Self::Mean(_) => "mean",
            Self::Count(_) => "count",
            Self::BootstrapMean(_) => "bootstrap_mean",
            Self::PairedTTest(_) => "paired_t_test",
        }
    }

    /// Applies the verb and says in words what it left out.
    pub fn counted(
        &self,
        frame: Frame,
        joined: Option<&Table>,
        seen: &mut Lookups,
    ) -> Result<(Frame, Vec<String>), QueryError> {
        let mut left_out: Vec<String> = self.without_value(&frame).into_iter().collect();
        let (n_rows, most) = (frame.n_rows(), self.may_leave_out(&frame));
        let frame = self.apply(frame, joined, seen)?;
        if let Some((most, what)) = most.filter(|(most, _)| frame.n_rows() < *most) {
            left_out.push(format!("{} of {most} {what}", most - frame.n_rows()));
        }
        let lonely: usize = match self {
            Self::Join(_) => seen.rows_left_out().map(|left| left.rows).sum(),
            _ => 0,
        };
        if lonely > 0 {
            left_out.push(format!("{lonely} of {n_rows} rows without a partner"));
        }
        Ok((frame, left_out))
    }

    /// Rows that the verb leaves out because they have no value, in words; `None` for none.
    fn without_value(&self, frame: &Frame) -> Option<String> {
        let column = match self {
            Self::MinMax(scale) => scale.value(),
            Self::RankPercentile(rank) => rank.value(),
            Self::Mean(mean) => mean.value(),
            Self::BootstrapMean(bootstrap) => bootstrap.value(),
            Self::PairedTTest(test) => test.value(),
            _ => return None,
        };
        let n = frame.n_missing(column);
        (n > 0).then(|| format!("{n} of {} rows without `{column}`", frame.n_rows()))
    }

    /// What the manifest adds to the numbers of a file by this step, in words: coefficients, labels and constants.
    pub fn transform(&self) -> Option<String> {
        match self {
            Self::Set(values) => {
                let set = values.iter().map(|(column, text)| format!("`{column}` is set to `{text}`"));
                Some(set.collect::<Vec<_>>().join(", "))
            }
            Self::Recode(recode) => Some(recode.words()),
            Self::Linear(linear) => Some(linear.words()),
            Self::MinMax(scale) => Some(scale.words()),
            _ => None,
        }
    }

    /// What the verb may leave out of a frame: how many, and what they are called; `None` for a verb that keeps all.
    fn may_leave_out(&self, frame: &Frame) -> Option<(usize, &'static str)> {
        match self {
            Self::Recode(recode) if !recode.drops_rows() => None,
            Self::Recode(_) | Self::Filter(_) | Self::DropMissing(_) => Some((frame.n_rows(), "rows")),
            Self::PairedTTest(test) => Some((test.n_pairs(frame), "pairs of groups")),
            _ => None,
        }
    }

    /// The dataset that a join or an append needs.
    pub fn joined_dataset(&self) -> Option<&str> {
        match self {
            Self::Join(join) => Some(&join.dataset),
            Self::Append(dataset) => Some(dataset),
            _ => None,
        }
    }

    /// Applies the verb; `joined` is the table of [`Self::joined_dataset`], and `seen` gets what it looks for in rows.
    pub(super) fn apply(
        &self,
        frame: Frame,
        joined: Option<&Table>,
        seen: &mut Lookups,
    ) -> Result<Frame, QueryError> {
        match self {
            Self::Filter(wanted) => reshape::filter(frame, wanted, seen),
            Self::Rename(names) => reshape::rename(frame, names),
            Self::Select(names) => reshape::select(&frame, names),
            Self::NumberRows(column) => reshape::numbered(frame, column),
            Self::Set(values) => reshape::set(frame, values),
            Self::Recode(recode) => recode.apply(frame, seen),
            Self::Melt(melt) => melt.apply(&frame),
            Self::ToNumber(numbers) => numbers.apply(frame),
            Self::DropMissing(columns) => reshape::drop_missing(&frame, &columns.0),
            Self::Join(join) => join.apply(frame, joined, seen),
            Self::Append(dataset) => reshape::append(frame, dataset, joined),
            Self::Unite(unite) => unite.apply(frame),
            Self::Sort(columns) => sort::sort(frame, &columns.0),
            Self::Linear(linear) => linear.apply(frame),
            Self::MinMax(scale) => scale.apply(frame, seen),
            Self::Unique(unique) => unique.apply(frame, seen),
            Self::RankPercentile(rank) => rank.apply(frame, seen),
            Self::Mean(mean) => mean.apply(frame),
            Self::Count(count) => count.apply(frame),
            Self::BootstrapMean(bootstrap) => bootstrap.apply(frame),
            Self::PairedTTest(test) => test.apply(frame, seen),
        }
    }
}
