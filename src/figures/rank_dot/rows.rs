//! From datasets to the rows of a panel: who has which values, in which order, at which height.

use super::spec::{EntitySpec, Order, RankDotSpec};
use crate::evidence::Lineage;
use crate::figures::FigureError;
use crate::figures::facets::Cell;
use crate::figures::rows::Datasets;
use crate::manifest::RawSpec;

/// A value with its name within the row.
pub struct Value {
    /// Replicate, or text of the score column.
    pub key: String,
    /// The value.
    pub value: f64,
    /// Where it comes from.
    pub lineage: Lineage,
}

/// Ends of an interval.
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Where it comes from.
    pub lineage: Lineage,
}

/// One row of a panel.
pub struct Row<'a> {
    /// Whose row it is.
    pub entity: &'a EntitySpec,
    /// Its height in rows, the first at 1, growing downwards.
    pub y: f64,
    /// Replicates of the first score, in the order of their dataset.
    pub replicates: Vec<Value>,
    /// Interval of the first score.
    pub interval: Option<Interval>,
    /// Mean of each score, in the order of the scores; `None` where it is missing.
    pub means: Vec<Option<Value>>,
}

impl Row<'_> {
    /// Whether there is anything to draw.
    fn is_empty(&self) -> bool {
        self.replicates.is_empty() && self.interval.is_none() && self.means.iter().all(Option::is_none)
    }

    /// Mean of the first score.
    fn score(&self) -> Option<f64> {
        self.means.first()?.as_ref().map(|mean| mean.value)
    }
}

/// The rows of a panel, from the top.
pub fn rows<'a>(
    raw: &RawSpec,
    spec: &'a RankDotSpec,
    cell: &Cell,
    data: &Datasets,
) -> Result<Vec<Row<'a>>, FigureError> {
    record(raw, spec, cell, data)?;
    let mut rows = spec
        .entities
        .iter()
        .map(|entity| row(raw, spec, entity, cell, data))
        .collect::<Result<Vec<_>, _>>()?;
    if spec.order == Order::BestFirst {
        rows.retain(|row| !row.is_empty());
        let height = |row: &Row<'_>| row.score().unwrap_or(f64::NEG_INFINITY);
        rows.sort_by(|a, b| height(b).total_cmp(&height(a)));
    }
    for index in 1..rows.len() {
        let same_family = rows[index].entity.family == rows[index - 1].entity.family;
        rows[index].y = rows[index - 1].y + if same_family { 1.0 } else { spec.family_pitch };
    }
    Ok(rows)
}

/// Records entities and scores without a row in a panel, and rows of the datasets that are of no entity or score.
fn record(raw: &RawSpec, spec: &RankDotSpec, cell: &Cell, data: &Datasets) -> Result<(), FigureError> {
    let means = Some((&spec.means.data, Some(&spec.means.score)));
    let replicates = spec.replicates.as_ref().map(|from| (&from.data, None));
    let interval = spec.interval.as_ref().map(|from| (&from.data, None));
    for (id, score) in [means, replicates, interval].into_iter().flatten() {
        let columns: Vec<&str> = score.into_iter().chain([&spec.entity_column]).map(String::as_str).collect();
        let rows = data.rows(raw, id, &[&spec.conditions, &cell.conditions], &columns)?;
        let entities = spec.entities.iter().map(|entity| &entity.value);
        let rows = data.listed(id, &spec.entity_column, entities, &rows);
        if let Some(score) = score {
            data.listed(id, score, spec.scores.iter().map(|score| &score.value), &rows);
        }
    }
    Ok(())
}

/// What the order of the rows was computed from: the mean of the first score of all of them.
pub fn order_lineage(rows: &[Row<'_>]) -> Lineage {
    let means = rows.iter().filter_map(|row| row.means.first()?.as_ref());
    Lineage::union(means.map(|mean| &mean.lineage))
}

fn row<'a>(
    raw: &RawSpec,
    spec: &RankDotSpec,
    entity: &'a EntitySpec,
    cell: &Cell,
    data: &Datasets,
) -> Result<Row<'a>, FigureError> {
    let of_entity = [(spec.entity_column.clone(), entity.value.clone())].into();
    let conditions = [&spec.conditions, &cell.conditions, &of_entity];
    let values = |id: &str, key: &str, value: &str| -> Result<Vec<Value>, FigureError> {
        let columns = [spec.entity_column.as_str(), key, value];
        let rows = data.rows(raw, id, &conditions, &columns)?;
        let present = rows.iter().filter_map(|row| {
            let key = row.text(key).unwrap_or_default();
            row.number(value).map(|value| Value { key, value, lineage: row.lineage() })
        });
        let values: Vec<Value> = present.collect();
        refuse_twins(raw, id, cell, entity, &values)?;
        Ok(values)
    };
    let replicates = match &spec.replicates {
        Some(from) => values(&from.data, &from.key, &from.value)?,
        None => Vec::new(),
    };
    let mut means = values(&spec.means.data, &spec.means.score, &spec.means.value)?;
    let mut take =
        |score: &str| means.iter().position(|mean| mean.key == score).map(|index| means.swap_remove(index));
    Ok(Row {
        entity,
        y: 1.0,
        replicates,
        interval: interval(raw, spec, entity, cell, data)?,
        means: spec.scores.iter().map(|score| take(&score.value)).collect(),
    })
}

fn interval(
    raw: &RawSpec,
    spec: &RankDotSpec,
    entity: &EntitySpec,
    cell: &Cell,
    data: &Datasets,
) -> Result<Option<Interval>, FigureError> {
    let Some(from) = &spec.interval else { return Ok(None) };
    let of_entity = [(spec.entity_column.clone(), entity.value.clone())].into();
    let conditions = [&spec.conditions, &cell.conditions, &of_entity];
    let columns = [spec.entity_column.as_str(), from.low.as_str(), from.high.as_str()];
    let rows = data.rows(raw, &from.data, &conditions, &columns)?;
    let ends = rows.iter().filter_map(|row| {
        let (low, high) = (row.number(&from.low)?, row.number(&from.high)?);
        Some(Interval { low, high, lineage: row.lineage() })
    });
    let mut ends: Vec<Interval> = ends.collect();
    if ends.len() > 1 {
        return Err(several(raw, &from.data, cell, &format!("the interval of `{}`", entity.value)));
    }
    Ok(ends.pop())
}

/// Two rows for one dot or marker are an error, since nobody could tell which of them is shown.
fn refuse_twins(
    raw: &RawSpec,
    id: &str,
    cell: &Cell,
    entity: &EntitySpec,
    values: &[Value],
) -> Result<(), FigureError> {
    for (index, value) in values.iter().enumerate() {
        if values[..index].iter().any(|other| other.key == value.key) {
            return Err(several(raw, id, cell, &format!("`{}`, `{}`", entity.value, value.key)));
        }
    }
    Ok(())
}

fn several(raw: &RawSpec, id: &str, cell: &Cell, what: &str) -> FigureError {
    let panel = if cell.name.is_empty() { String::new() } else { format!(" in panel `{}`", cell.name) };
    let message = format!("dataset `{id}` has several rows for {what}{panel}");
    FigureError::new(raw, &message).with_hint("narrow the rows with `where`")
}
