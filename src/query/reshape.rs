//! Verbs that keep values as they are: filter, rename, select, number_rows, set, recode, unite, melt, to_number,
//! drop_missing, join, append.

use std::collections::BTreeMap;

use polars::prelude::{DataFrameJoinOps, DataType, JoinArgs, JoinType, MaintainOrderJoin, PlSmallStr};
use serde::Deserialize;

use super::frame::Frame;
use super::step::OneOrMany;
use super::{Column, QueryError, Table};
use crate::evidence::Lookups;

/// Keeps rows whose columns hold one of the wanted texts.
pub(super) fn filter(
    frame: &Frame,
    wanted: &BTreeMap<String, OneOrMany>,
    seen: &mut Lookups,
) -> Result<Frame, QueryError> {
    let mut keep = vec![true; frame.n_rows()];
    for (column, texts) in wanted {
        fulfil(&mut keep, column, &texts.0, frame.text(column)?, seen);
    }
    frame.take(&positions(&keep))
}

/// Unmarks the rows whose cell is none of the texts, and records which texts the marked rows have.
pub(super) fn fulfil(
    marked: &mut [bool],
    column: &str,
    texts: &[String],
    cells: Vec<Option<String>>,
    seen: &mut Lookups,
) {
    // Where no row is left, an earlier condition is the one that matches nothing.
    let any = marked.contains(&true);
    let mut found = vec![false; texts.len()];
    for (marked, cell) in marked.iter_mut().zip(cells).filter(|(marked, _)| **marked) {
        let place = cell.and_then(|cell| texts.iter().position(|text| *text == cell));
        place.into_iter().for_each(|place| found[place] = true);
        *marked = place.is_some();
    }
    for (text, found) in texts.iter().zip(found).filter(|_| any) {
        seen.looked_for("", column, text, found);
    }
}

/// Renames columns; all new names are free once the old ones are gone.
pub(super) fn rename(mut frame: Frame, names: &BTreeMap<String, String>) -> Result<Frame, QueryError> {
    for (new, old) in names {
        frame.require(old)?;
        if frame.has(new) {
            return Err(QueryError::ColumnExists { column: new.clone() });
        }
        frame.data.rename(old, new.into())?;
    }
    Ok(frame)
}

/// Keeps columns, in the given order.
pub(super) fn select(frame: &Frame, names: &[String]) -> Result<Frame, QueryError> {
    for name in names {
        frame.require(name)?;
    }
    Ok(Frame { data: frame.data.select(names)?, lineage: frame.lineage.clone() })
}

/// Numbers the rows from 1 in a new column of text, so that a row keeps its place in the file through later verbs.
pub(super) fn numbered(mut frame: Frame, column: &str) -> Result<Frame, QueryError> {
    if frame.has(column) {
        return Err(QueryError::ColumnExists { column: column.to_owned() });
    }
    let numbers = (1..=frame.n_rows()).map(|row| Some(row.to_string())).collect();
    frame.set(column, Column::Text(numbers))?;
    Ok(frame)
}

/// Sets columns to one text each.
pub(super) fn set(mut frame: Frame, values: &BTreeMap<String, String>) -> Result<Frame, QueryError> {
    for (name, value) in values {
        frame.set(name, Column::Text(vec![Some(value.clone()); frame.n_rows()]))?;
    }
    Ok(frame)
}

/// Turns text columns into numbers.
pub(super) fn to_number(mut frame: Frame, columns: &[String]) -> Result<Frame, QueryError> {
    columns.iter().try_for_each(|name| frame.make_numbers(name))?;
    Ok(frame)
}

/// Drops rows with a missing value.
pub(super) fn drop_missing(frame: &Frame, columns: &[String]) -> Result<Frame, QueryError> {
    let mut keep = vec![true; frame.n_rows()];
    for name in columns {
        let column = frame.require(name)?;
        let present: Vec<bool> = match column.dtype() {
            DataType::String => frame.text(name)?.iter().map(Option::is_some).collect(),
            _ => frame.numbers(name)?.iter().map(Option::is_some).collect(),
        };
        keep.iter_mut().zip(present).for_each(|(keep, present)| *keep &= present);
    }
    frame.take(&positions(&keep))
}

/// Translates the texts of a column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recode {
    column: String,
    /// Column that takes the result; the same column when absent.
    into: Option<String>,
    /// Old text = new text.
    map: BTreeMap<String, String>,
    /// What other texts become; they stay as they are when absent.
    otherwise: Option<String>,
    /// What happens to rows with other texts.
    #[serde(default)]
    others: Others,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Others {
    #[default]
    Keep,
    Drop,
}

impl Recode {
    pub fn apply(&self, mut frame: Frame, seen: &mut Lookups) -> Result<Frame, QueryError> {
        if self.others == Others::Drop {
            let known = OneOrMany(self.map.keys().cloned().collect());
            let wanted = BTreeMap::from([(self.column.clone(), known)]);
            frame = filter(&frame, &wanted, &mut Lookups::default())?;
        }
        let cells = frame.text(&self.column)?;
        let mut found: BTreeMap<&String, bool> = self.map.keys().map(|key| (key, false)).collect();
        cells.iter().flatten().for_each(|cell| {
            found.get_mut(cell).into_iter().for_each(|found| *found = true);
        });
        found.into_iter().for_each(|(key, found)| seen.looked_for("", &self.column, key, found));
        let known = |cell: &String| self.map.get(cell).or(self.otherwise.as_ref()).cloned();
        let translate = |cell: Option<String>| cell.map(|cell| known(&cell).unwrap_or(cell));
        let translated = cells.into_iter().map(translate).collect();
        frame.set(self.into.as_ref().unwrap_or(&self.column), Column::Text(translated))?;
        Ok(frame)
    }
}

/// Columns to rows: every column not in `keep` (or every one of `columns`) becomes rows of (name, value).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Melt {
    keep: Vec<String>,
    columns: Option<Vec<String>>,
    name: String,
    value: String,
}

impl Melt {
    pub fn apply(&self, frame: &Frame) -> Result<Frame, QueryError> {
        let names = frame.data.get_column_names_owned();
        let others =
            names.iter().map(PlSmallStr::as_str).filter(|name| !self.keep.iter().any(|kept| kept == name));
        let melted: Vec<&str> = match &self.columns {
            Some(columns) => columns.iter().map(String::as_str).collect(),
            None => others.collect(),
        };
        // Columns of one block may be text in one and numbers in another, so cells melt as text.
        let mut result: Option<Frame> = None;
        for column in melted {
            let mut block = select(frame, &self.keep)?;
            block.set(&self.name, Column::Text(vec![Some(column.to_owned()); frame.n_rows()]))?;
            block.set(&self.value, Column::Text(frame.text(column)?))?;
            match &mut result {
                Some(result) => result.stack(block)?,
                None => result = Some(block),
            }
        }
        match result {
            Some(result) => Ok(result),
            None => frame.take(&[]),
        }
    }
}

/// Adds the columns of another dataset where the key columns agree; rows without partner are dropped.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Join {
    pub dataset: String,
    on: Vec<String>,
    columns: Vec<String>,
}

/// Joins the texts of columns, in the given order; missing where one of them is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unite {
    into: String,
    columns: Vec<String>,
    separator: String,
}

impl Unite {
    pub fn apply(&self, mut frame: Frame) -> Result<Frame, QueryError> {
        let columns: Vec<_> = self.columns.iter().map(|name| frame.text(name)).collect::<Result<_, _>>()?;
        let united = (0..frame.n_rows()).map(|row| {
            let cells: Option<Vec<&str>> = columns.iter().map(|column| column[row].as_deref()).collect();
            cells.map(|cells| cells.join(&self.separator))
        });
        let united = united.collect();
        frame.set(&self.into, Column::Text(united))?;
        Ok(frame)
    }
}

/// Adds the rows of another dataset below, columns by name; a column that only one side has is missing on the other.
pub(super) fn append(mut frame: Frame, name: &str, other: Option<&Table>) -> Result<Frame, QueryError> {
    let unknown = || QueryError::UnknownDataset { name: name.to_owned() };
    frame.stack(other.map(Frame::from_table).ok_or_else(unknown)?)?;
    Ok(frame)
}

/// Columns that carry row positions through a join.
const LEFT: &str = "\u{1}left";
const RIGHT: &str = "\u{1}right";

impl Join {
    pub fn apply(
        &self,
        mut frame: Frame,
        joined: Option<&Table>,
        seen: &mut Lookups,
    ) -> Result<Frame, QueryError> {
        let unknown = || QueryError::UnknownDataset { name: self.dataset.clone() };
        let mut other = joined.map(Frame::from_table).ok_or_else(unknown)?;
        let wanted: Vec<String> = self.on.iter().chain(&self.columns).cloned().collect();
        other = select(&other, &wanted)?;
        for name in &self.on {
            // Keys compare as text, whatever a verb has made of them.
            let text = frame.text(name)?;
            frame.set(name, Column::Text(text))?;
            let text = other.text(name)?;
            other.set(name, Column::Text(text))?;
        }
        if let Some(column) = self.columns.iter().find(|column| frame.has(column)) {
            return Err(QueryError::ColumnExists { column: column.clone() });
        }
        number_rows(&mut frame, LEFT)?;
        number_rows(&mut other, RIGHT)?;
        let mut arguments = JoinArgs::new(JoinType::Inner);
        arguments.maintain_order = MaintainOrderJoin::LeftRight;
        let data = frame.data.join(&other.data, &self.on, &self.on, arguments, None)?;
        let mut result = Frame { data, lineage: Default::default() };
        let rows = |column| -> Result<Vec<usize>, QueryError> {
            Ok(result.numbers(column)?.into_iter().flatten().map(|row| row as usize).collect())
        };
        let partnered = rows(LEFT)?;
        self.record_lonely(&frame, &partnered, seen)?;
        let pairs = partnered.into_iter().zip(rows(RIGHT)?);
        result.lineage = pairs
            .map(|(left, right)| {
                let mut lineage = frame.lineage.get(left).unwrap_or_default();
                lineage.extend(&other.lineage.get(right).unwrap_or_default());
                lineage
            })
            .collect();
        for column in [LEFT, RIGHT] {
            result.data.drop_in_place(column)?;
        }
        Ok(result)
    }
}

impl Join {
    /// Records the rows that are dropped since the other dataset has no partner for them.
    fn record_lonely(
        &self,
        frame: &Frame,
        partnered: &[usize],
        seen: &mut Lookups,
    ) -> Result<(), QueryError> {
        let mut lonely = vec![true; frame.n_rows()];
        partnered.iter().for_each(|row| lonely[*row] = false);
        let lonely = positions(&lonely);
        if lonely.is_empty() {
            return Ok(());
        }
        let dropped = frame.take(&lonely)?;
        let columns: Vec<_> = self.on.iter().map(|name| dropped.text(name)).collect::<Result<_, _>>()?;
        let name = self.on.join(", ");
        for (index, row) in lonely.into_iter().enumerate() {
            let cells: Vec<&str> =
                columns.iter().map(|column| column[index].as_deref().unwrap_or_default()).collect();
            seen.left_out("", &name, &cells.join(", "), u32::try_from(row).unwrap_or(u32::MAX));
        }
        Ok(())
    }
}

fn number_rows(frame: &mut Frame, name: &str) -> Result<(), QueryError> {
    let rows = (0..frame.n_rows()).map(|row| Some(row as f64)).collect();
    frame.set(name, Column::Number(rows))
}

/// Positions of `true`.
fn positions(keep: &[bool]) -> Vec<usize> {
    keep.iter().enumerate().filter(|(_, keep)| **keep).map(|(row, _)| row).collect()
}
