//! Verbs that keep values as they are: filter, rename, select, number_rows, set, recode, unite, melt, to_number,
//! drop_missing, join, append.

use std::collections::BTreeMap;

use polars::prelude::{DataFrameJoinOps, DataType, JoinArgs, JoinType, MaintainOrderJoin, PlSmallStr};
use serde::Deserialize;

use super::frame::Frame;
use super::step::OneOrMany;
use super::{Column, QueryError, Table};

/// Keeps rows whose columns hold one of the wanted texts.
pub(super) fn filter(frame: &Frame, wanted: &BTreeMap<String, OneOrMany>) -> Result<Frame, QueryError> {
    let mut keep = vec![true; frame.n_rows()];
    for (column, texts) in wanted {
        for (keep, cell) in keep.iter_mut().zip(frame.text(column)?) {
            *keep &= cell.is_some_and(|cell| texts.0.contains(&cell));
        }
    }
    frame.take(&positions(&keep))
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

/// Turns text columns into numbers. An empty cell is missing, and so is a text that is listed; any other text that is not a
/// number is an error. Written `"x"`, `["x", "y"]` or `{ columns = ["x"], missing = ["NA"] }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a column, an array of columns, or `{ columns = [\"x\"], missing = [\"NA\"] }`"
)]
pub(super) enum ToNumber {
    /// Columns without texts for missing values.
    Columns(OneOrMany),
    /// Columns with such texts.
    Listed(ListedMissing),
}

/// Columns that become numbers, and the texts in them that stand for missing values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedMissing {
    columns: OneOrMany,
    #[serde(default)]
    missing: Vec<String>,
}

impl ToNumber {
    pub fn apply(&self, mut frame: Frame) -> Result<Frame, QueryError> {
        let (columns, missing) = match self {
            Self::Columns(columns) => (columns, &[][..]),
            Self::Listed(listed) => (&listed.columns, listed.missing.as_slice()),
        };
        columns.0.iter().try_for_each(|name| frame.make_numbers(name, missing))?;
        Ok(frame)
    }

    /// The columns, if no text in them stands for a missing value; then they may be read as numbers.
    pub fn plain(&self) -> Option<&Vec<String>> {
        match self {
            Self::Columns(columns) => Some(&columns.0),
            Self::Listed(_) => None,
        }
    }
}

/// Drops rows with a missing value.
pub(super) fn drop_missing(frame: &Frame, columns: &[String]) -> Result<Frame, QueryError> {
    let mut keep = vec![true; frame.n_rows()];
    for name in columns {
        let column = frame.require(name)?;
        let present: Vec<bool> = match column.dtype() {
            DataType::String => {
                let present = |cell: &Option<String>| cell.as_ref().is_some_and(|cell| !cell.is_empty());
                frame.text(name)?.iter().map(present).collect()
            }
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
    /// Whether rows with other texts are dropped.
    pub fn drops_rows(&self) -> bool {
        self.others == Others::Drop
    }

    pub fn apply(&self, mut frame: Frame) -> Result<Frame, QueryError> {
        if self.others == Others::Drop {
            let known = OneOrMany(self.map.keys().cloned().collect());
            frame = filter(&frame, &BTreeMap::from([(self.column.clone(), known)]))?;
        }
        let known = |cell: &String| self.map.get(cell).or(self.otherwise.as_ref()).cloned();
        let translate = |cell: Option<String>| cell.map(|cell| known(&cell).unwrap_or(cell));
        let translated = frame.text(&self.column)?.into_iter().map(translate).collect();
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
    pub fn apply(&self, mut frame: Frame, joined: Option<&Table>) -> Result<Frame, QueryError> {
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
        let pairs = rows(LEFT)?.into_iter().zip(rows(RIGHT)?);
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

fn number_rows(frame: &mut Frame, name: &str) -> Result<(), QueryError> {
    let rows = (0..frame.n_rows()).map(|row| Some(row as f64)).collect();
    frame.set(name, Column::Number(rows))
}

/// Positions of `true`.
fn positions(keep: &[bool]) -> Vec<usize> {
    keep.iter().enumerate().filter(|(_, keep)| **keep).map(|(row, _)| row).collect()
}
