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
    /// Where the lower end comes from.
    pub of_low: Lineage,
    /// Where the upper end comes from.
    pub of_high: Lineage,
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

    /// What decides the place of the row.
    fn placed_by(&self) -> Vec<&Lineage> {
        match self.means.first() {
            Some(Some(mean)) => vec![&mean.lineage],
            _ => {
                let interval = self.interval.iter().map(|interval| &interval.of_low);
                let values = self.replicates.iter().chain(self.means.iter().flatten());
                values.map(|value| &value.lineage).chain(interval).collect()
            }
        }
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

/// What decides the heights of the rows. Where the best comes first, that is the mean of the first score of all rows, and
/// for a row without one whatever it has, since a row without anything has no place; else the manifest lists them.
pub fn order_lineage(spec: &RankDotSpec, rows: &[Row<'_>]) -> Lineage {
    let lineage = Lineage::union(rows.iter().flat_map(Row::placed_by));
    match spec.order {
        Order::BestFirst => lineage,
        Order::Listed => lineage.declared(),
    }
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
        let mut values = Vec::new();
        for row in &rows {
            let Some((value, lineage)) = row.value(raw, value)? else { continue };
            values.push(Value { key: row.text(key).unwrap_or_default(), value, lineage });
        }
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
    let mut ends: Vec<Interval> = Vec::new();
    for row in &rows {
        let (low, high) = (row.value(raw, &from.low)?, row.value(raw, &from.high)?);
        ends.extend(low.zip(high).map(|((low, of_low), (high, of_high))| Interval {
            low,
            high,
            of_low,
            of_high,
        }));
    }
    if let [first, second, ..] = ends.as_slice() {
        let what = format!("the interval of `{}`", entity.value);
        return Err(several(raw, &from.data, cell, &what, [&first.of_low, &second.of_low]));
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
        if let Some(other) = values[..index].iter().find(|other| other.key == value.key) {
            let what = format!("`{}`, `{}`", entity.value, value.key);
            return Err(several(raw, id, cell, &what, [&other.lineage, &value.lineage]));
        }
    }
    Ok(())
}

fn several(raw: &RawSpec, id: &str, cell: &Cell, what: &str, rows: [&Lineage; 2]) -> FigureError {
    let panel = if cell.name.is_empty() { String::new() } else { format!(" in panel `{}`", cell.name) };
    let rows = Lineage::union(rows).place();
    let message = format!("dataset `{id}` has several rows for {what}{panel} ({rows})");
    FigureError::new(raw, &message).with_hint("narrow the rows with `where`")
}
