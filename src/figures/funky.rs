//! Figure kind `funky`: a table of bars and circles after the funky heatmap, entities as rows, metrics as columns.

mod layout;
mod shade;
mod spec;
mod table;
mod words;

use crate::error::Failure;
use crate::manifest::RawSpec;
use crate::plot::{Scene, Theme, placeholder};

use self::spec::FunkySpec;
use super::Lookup;
use super::rows::{Datasets, no_values};
use super::spec::points;

/// Ids of the datasets the figure needs.
pub fn datasets(raw: &RawSpec) -> Result<Vec<String>, Failure> {
    let spec: FunkySpec = raw.parse()?;
    let mut ids = vec![spec.bars.data];
    ids.extend(Some(spec.circles.data).filter(|id| !ids.contains(id)));
    Ok(ids)
}

/// Draws the figure. Its colours say which group a column belongs to, which the headers say too, and how large a
/// value is, which length, size and text say too: the accessible theme changes nothing.
pub fn draw(raw: &RawSpec, _theme: Theme, lookup: &mut Lookup<'_>) -> Result<Scene, Failure> {
    let spec: FunkySpec = raw.parse()?;
    spec.check(raw)?;
    let size = points(raw, spec.size)?;
    let mut data = Datasets::default();
    if let Err(missing) = data.add(&datasets(raw)?, lookup)? {
        return Ok(placeholder(&raw.id, &spec.title, size, missing));
    }
    let rows = table::read(raw, &spec, &data)?;
    let is_row = |label: &String| spec.block.iter().any(|block| block.rows.contains(label));
    data.unused("label of a row", spec.labels.keys(), is_row);
    let has_column = |id: &String| spec.column.iter().any(|column| column.group == *id);
    data.unused("group of columns", spec.group.iter().map(|group| &group.id), has_column);
    if rows.iter().all(|row| row.cells.iter().all(Option::is_none)) {
        return Ok(no_values(&data, (&raw.id, &spec.title), size));
    }
    let (page, marks) = layout::draw(&spec, size, &rows);
    Ok(Scene {
        id: raw.id.clone(),
        title: spec.title.clone(),
        description: data.described(words::describe(&spec, &rows, &marks)),
        page,
        marks,
        lookups: data.lookups(),
        sources: data.sources,
        missing: None,
    })
}
