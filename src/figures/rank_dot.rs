//! Figure kind `rank_dot`: one row an entity, its replicates as faint dots, its mean scores as markers, in one panel
//! or a grid of panels.
//!
//! Marks: a `point` a replicate (key = replicate) and a `point` a mean score (key = score), x = value, y = height in
//! rows, the first row at 1; an `interval` (low, high) with the key of the first score; where the order of the rows is
//! computed, a `text` a row with its name and height. The random shift that keeps equal dots apart is drawing and not
//! data: it is no part of y.

mod draw;
mod front;
mod legends;
mod rows;
mod spec;
mod words;

use crate::error::Failure;
use crate::manifest::RawSpec;
use crate::plot::{Figure, Scene, Theme, placeholder};

use self::spec::{RankDotSpec, RowText};
use super::facets::{Cell, cells};
use super::rows::{Datasets, no_values};
use super::spec::points;
use super::{FigureError, Lookup};

/// Ids of the datasets the figure needs.
pub fn datasets(raw: &RawSpec) -> Result<Vec<String>, Failure> {
    Ok(needed(&raw.parse()?))
}

/// Draws the figure.
pub fn draw(raw: &RawSpec, theme: Theme, lookup: &mut Lookup<'_>) -> Result<Scene, Failure> {
    let spec = raw.parse::<RankDotSpec>()?.themed(theme);
    check(raw, &spec)?;
    spec.facets.iter().try_for_each(|facets| facets.check(raw))?;
    let size = points(raw, spec.size)?;
    let mut data = Datasets::default();
    if let Err(missing) = data.add(&needed(&spec), lookup)? {
        return Ok(placeholder(&raw.id, &spec.title, size, missing));
    }
    if let Some(facets) = &spec.facets {
        for id in needed(&spec) {
            facets.record(raw, &id, &spec.conditions, &data)?;
        }
    }
    let has = |family: &String| spec.entities.iter().any(|entity| entity.family.as_ref() == Some(family));
    data.unused("family", spec.families.iter().map(|family| &family.value), has);
    let has = |symbol: &String| spec.entities.iter().any(|entity| entity.symbol.as_ref() == Some(symbol));
    data.unused("symbol", spec.symbols.iter().map(|symbol| &symbol.value), has);
    let cells = cells(spec.facets.as_ref());
    let mut marks = Vec::new();
    let mut panels = Vec::new();
    let mut kept: Vec<(&Cell, Vec<rows::Row<'_>>)> = Vec::new();
    for cell in &cells {
        let rows = rows::rows(raw, &spec, cell, &data)?;
        panels.push(draw::panel(&spec, cell, &cells, &rows, &mut marks));
        kept.push((cell, rows));
    }
    if marks.is_empty() {
        return Ok(no_values(&data, (&raw.id, &spec.title), size));
    }
    let (of_figure, of_panel) = legends::legends(&spec);
    let last_column = panels.iter().map(|panel| panel.column).max().unwrap_or(0);
    if let Some(panel) = panels.iter_mut().find(|panel| panel.row == 0 && panel.column == last_column) {
        panel.legends = of_panel;
    }
    let figure = Figure {
        width: size.0,
        height: size.1,
        panels,
        padding: spec.padding,
        legends: of_figure,
        ..Figure::default()
    };
    Ok(Scene {
        id: raw.id.clone(),
        title: spec.title.clone(),
        description: data.described(words::describe(&spec, &kept)),
        page: figure.draw(),
        marks,
        lookups: data.lookups(),
        sources: data.sources,
        missing: None,
    })
}

/// Ids of the datasets, each once, in order of first use.
fn needed(spec: &RankDotSpec) -> Vec<String> {
    let named = [
        Some(&spec.means.data),
        spec.replicates.as_ref().map(|from| &from.data),
        spec.interval.as_ref().map(|from| &from.data),
    ];
    let mut ids: Vec<String> = Vec::new();
    for id in named.into_iter().flatten() {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}

/// Refuses a spec that contradicts itself.
fn check(raw: &RawSpec, spec: &RankDotSpec) -> Result<(), FigureError> {
    let wrong = |message: &str| Err(FigureError::new(raw, message));
    if spec.scores.is_empty() || spec.entities.is_empty() {
        return wrong("`scores` and `entities` need at least one member");
    }
    let [low, high] = spec.x.limits.ends();
    if low > high {
        return wrong("`x.limits` must be two numbers, the first below the second");
    }
    if spec.padding.is_some_and(|padding| !(0.0..=1000.0).contains(&padding)) {
        return wrong("`padding` must be a length in points, from 0 to 1000");
    }
    let jitter = spec.replicates.as_ref().map_or(0.0, |from| from.jitter);
    let rows = spec.margins.into_iter().flatten().chain([jitter, spec.family_pitch]);
    if rows.into_iter().any(|rows| !(rows.is_finite() && (0.0..=1000.0).contains(&rows))) {
        return wrong("`jitter`, `margins` and `family_pitch` must be numbers of rows from 0 to 1000");
    }
    for (index, entity) in spec.entities.iter().enumerate() {
        if spec.entities[..index].iter().any(|other| other.value == entity.value) {
            return wrong(&format!("entity `{}` is listed twice", entity.value));
        }
        if let Some(family) = entity.family.as_deref()
            && !spec.families.iter().any(|known| known.value == family)
        {
            let known = spec.families.iter().map(|known| known.value.as_str());
            return Err(FigureError::unknown(raw, "family", family, known));
        }
        let symbol = entity.symbol.as_deref().unwrap_or_default();
        let needs_one = spec.rows.show == RowText::Symbol;
        if (needs_one || !symbol.is_empty()) && !spec.symbols.iter().any(|known| known.value == symbol) {
            let known = spec.symbols.iter().map(|known| known.value.as_str());
            return Err(FigureError::unknown(raw, "symbol", symbol, known));
        }
    }
    Ok(())
}
