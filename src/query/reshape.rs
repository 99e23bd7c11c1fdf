//! Verbs that keep values as they are: filter, rename, select, number_rows, set, recode, unite, melt, to_number,
//! drop_missing, join, append.

use std::collections::BTreeMap;

use polars::prelude::{DataFrameJoinOps, DataType, JoinArgs, JoinType, MaintainOrderJoin, PlSmallStr};
use serde::Deserialize;

use super::decimal::parse_number;
use super::frame::Frame;
use super::origins::Origins;
use super::step::OneOrMany;
use super::{Column, QueryError, Table, bounds};
use crate::evidence::{Lineages, Lookups, Tier};

/// Keeps rows whose columns hold one of the wanted texts.
pub(super) fn filter(
    mut frame: Frame,
    wanted: &BTreeMap<String, OneOrMany>,
    seen: &mut Lookups,
) -> Result<Frame, QueryError> {
    frame.settle(wanted.keys());
    let mut keep = vec![true; frame.n_rows()];
    for (column, texts) in wanted {
        fulfil(&mut keep, column, &texts.0, frame.text(column)?, seen);
    }
    let mut kept = frame.take(&positions(&keep))?;
    for column in wanted.keys() {
        spelled(&mut kept, column, |_| true)?;
    }
    Ok(kept)
}

/// Marks numbers that the manifest spells to choose rows by them as declared: whoever judges them judges the choice.
fn spelled(frame: &mut Frame, column: &str, is_listed: impl Fn(&str) -> bool) -> Result<(), QueryError> {
    let is_spelled =
        |cell: Option<String>| cell.is_some_and(|cell| is_listed(&cell) && parse_number(&cell).is_some());
    let spelled = Origins::written(frame.text(column)?.into_iter().map(is_spelled).collect());
    let origins = frame.origins(column).replaced_by(spelled);
    frame.set_origins(column, origins);
    Ok(())
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
        frame.rename(old, new)?;
    }
    Ok(frame)
}

/// Keeps columns, in the given order.
pub(super) fn select(frame: &Frame, names: &[String]) -> Result<Frame, QueryError> {
    for name in names {
        frame.require(name)?;
    }
    frame.select(names)
}

/// Numbers the rows from 1 in a new column of text, so that a row keeps its place in the file through later verbs.
///
/// In a file as it was read, a row has its number whatever the other rows hold. Behind any verb that takes or orders rows,
/// every row that was counted decides the number.
pub(super) fn numbered(mut frame: Frame, column: &str) -> Result<Frame, QueryError> {
    if frame.has(column) {
        return Err(QueryError::ColumnExists { column: column.to_owned() });
    }
    let numbers = (1..=frame.n_rows()).map(|row| Some(row.to_string())).collect();
    frame.set(column, Column::Text(numbers))?;
    if !frame.lineage.is_whole_file() {
        let counted = frame.lineage.union(0..frame.n_rows());
        frame.set_origins(column, Origins::decided_by(counted, frame.n_rows()));
    }
    Ok(frame)
}

/// Sets columns to one text each.
pub(super) fn set(mut frame: Frame, values: &BTreeMap<String, String>) -> Result<Frame, QueryError> {
    for (name, value) in values {
        frame.set(name, Column::Text(vec![Some(value.clone()); frame.n_rows()]))?;
        frame.set_origins(name, Origins::declared(frame.n_rows()));
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
    /// The labels in words.
    pub fn words(&self) -> String {
        let changed = self.map.iter().filter(|(old, new)| old != new);
        let labels = changed.map(|(old, new)| format!("`{old}` becomes `{new}`"));
        let others = self.otherwise.iter().map(|text| format!("other texts become `{text}`"));
        let labels: Vec<String> = labels.chain(others).collect();
        let into = self.into.as_ref().unwrap_or(&self.column);
        match labels.is_empty() {
            true => format!("`{into}` is `{}`", self.column),
            false => format!("in `{into}`, {}", labels.join(", ")),
        }
    }

    /// Whether rows with other texts are dropped.
    pub fn drops_rows(&self) -> bool {
        self.others == Others::Drop
    }

    pub fn apply(&self, mut frame: Frame, seen: &mut Lookups) -> Result<Frame, QueryError> {
        if self.others == Others::Drop {
            let known = OneOrMany(self.map.keys().cloned().collect());
            let wanted = BTreeMap::from([(self.column.clone(), known)]);
            frame = filter(frame, &wanted, &mut Lookups::default())?;
        }
        let cells = frame.text(&self.column)?;
        let mut found: BTreeMap<&String, bool> = self.map.keys().map(|key| (key, false)).collect();
        cells.iter().flatten().for_each(|cell| {
            found.get_mut(cell).into_iter().for_each(|found| *found = true);
        });
        found.into_iter().for_each(|(key, found)| seen.looked_for("", &self.column, key, found));
        let known = |cell: &String| self.map.get(cell).or(self.otherwise.as_ref()).cloned();
        // A cell that the map replaces is the manifest's: whoever judges it judges what the manifest says.
        let written = |cell: &Option<String>| {
            cell.as_ref().is_some_and(|cell| known(cell).is_some_and(|text| text != *cell))
        };
        let written = Origins::written(cells.iter().map(written).collect());
        let translate = |cell: Option<String>| cell.map(|cell| known(&cell).unwrap_or(cell));
        let translated = cells.into_iter().map(translate).collect();
        let origins = frame.origins(&self.column).replaced_by(written);
        let into = self.into.as_ref().unwrap_or(&self.column);
        if *into != self.column {
            spelled(&mut frame, &self.column, |cell| self.map.contains_key(cell))?;
        }
        frame.set(into, Column::Text(translated))?;
        frame.set_origins(into, origins);
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
        let (n_rows, n_melted) = (frame.n_rows(), melted.len());
        bounds::table((n_rows as u64).saturating_mul(n_melted as u64), self.keep.len() + 2, || {
            format!("{n_melted} columns of {n_rows} rows each")
        })?;
        // Columns of one block may be text in one and numbers in another, so cells melt as text.
        let mut result: Option<Frame> = None;
        for column in melted {
            let mut block = select(frame, &self.keep)?;
            block.set(&self.name, Column::Text(vec![Some(column.to_owned()); frame.n_rows()]))?;
            // A name of a column is no cell, and the manifest may have given it.
            block.set_origins(&self.name, Origins::declared(frame.n_rows()));
            block.set(&self.value, Column::Text(frame.text(column)?))?;
            block.set_origins(&self.value, frame.origins(column));
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
        let length = |cell: &Option<String>| cell.as_ref().map_or(0, String::len) as u64;
        let cells: u64 = columns.iter().flatten().map(length).sum();
        let separators = (self.separator.len() * columns.len().saturating_sub(1)) as u64;
        bounds::text(cells.saturating_add(separators.saturating_mul(frame.n_rows() as u64)), || {
            format!("the texts of {} columns of {} rows", columns.len(), frame.n_rows())
        })?;
        let united = (0..frame.n_rows()).map(|row| {
            let cells: Option<Vec<&str>> = columns.iter().map(|column| column[row].as_deref()).collect();
            cells.map(|cells| cells.join(&self.separator))
        });
        let united = united.collect();
        let parts: Vec<Origins> = self.columns.iter().map(|name| frame.origins(name)).collect();
        let origins = Origins::combined(&parts.iter().collect::<Vec<_>>(), frame.n_rows());
        frame.set(&self.into, Column::Text(united))?;
        frame.set_origins(&self.into, origins);
        Ok(frame)
    }
}

/// Adds the rows of another dataset below, columns by name; a column that only one side has is missing on the other.
pub(super) fn append(mut frame: Frame, name: &str, other: Option<&Table>) -> Result<Frame, QueryError> {
    let unknown = || QueryError::UnknownDataset { name: name.to_owned() };
    let other = other.map(Frame::from_table).ok_or_else(unknown)?;
    let (rows, more) = (frame.n_rows(), other.n_rows());
    let added = other.data.get_column_names().into_iter().filter(|name| !frame.has(name)).count();
    bounds::table((rows as u64).saturating_add(more as u64), frame.data.width() + added, || {
        format!("{rows} rows and the {more} rows of `{name}`")
    })?;
    frame.stack(other)?;
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
        frame.settle(&self.on);
        other.settle(&self.on);
        // Keys compare as text, whatever a verb has made of them.
        let texts =
            |frame: &Frame| self.on.iter().map(|name| frame.text(name)).collect::<Result<Vec<_>, _>>();
        let (left, right) = (texts(&frame)?, texts(&other)?);
        let sizes =
            format!("{} rows joined with {} rows of `{}`", frame.n_rows(), other.n_rows(), self.dataset);
        let width = frame.data.width() + self.columns.len();
        bounds::table(bounds::matches(&left, &right), width, || sizes.clone())?;
        for name in &self.on {
            frame.make_text(name)?;
            other.make_text(name)?;
        }
        if let Some(column) = self.columns.iter().find(|column| frame.has(column)) {
            return Err(QueryError::ColumnExists { column: column.clone() });
        }
        number_rows(&mut frame, LEFT)?;
        number_rows(&mut other, RIGHT)?;
        let mut arguments = JoinArgs::new(JoinType::Inner);
        arguments.maintain_order = MaintainOrderJoin::LeftRight;
        let data = frame.data.join(&other.data, &self.on, &self.on, arguments, None)?;
        let mut result = Frame::new(data, Default::default());
        let rows = |column| -> Result<Vec<usize>, QueryError> {
            Ok(result.numbers(column)?.into_iter().flatten().map(|row| row as usize).collect())
        };
        let (left, right) = (rows(LEFT)?, rows(RIGHT)?);
        self.record_lonely(&frame, &left, seen)?;
        let runs = |lineage: &Lineages, rows: &[usize]| {
            rows.iter().map(|row| lineage.n_runs(*row) as u64).sum::<u64>()
        };
        bounds::lineages(runs(&frame.lineage, &left) + runs(&other.lineage, &right), || sizes)?;
        result.lineage = left
            .iter()
            .zip(&right)
            .map(|(left, right)| {
                let mut lineage = frame.lineage.get(*left).unwrap_or_default();
                lineage.extend(&other.lineage.get(*right).unwrap_or_default());
                lineage
            })
            .collect();
        result.inherit(&frame, &left);
        result.inherit(&other.select(&self.columns)?, &right);
        // What stands in a tool alone, such as a gene set, is no number of a file, whichever row it is joined to.
        let in_tool = |row: &usize| other.lineage.get(*row).and_then(|of| of.tier()) == Some(Tier::Declared);
        let in_tools = Origins::written(right.iter().map(in_tool).collect());
        for column in self.columns.iter().filter(|_| !in_tools.is_empty()) {
            result.set_origins(column, result.origins(column).replaced_by(in_tools.clone()));
        }
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
