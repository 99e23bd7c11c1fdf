//! Figure kind `box`: horizontal boxes of groups of values, with significance brackets.

mod brackets;
mod draw;
mod spec;
mod words;

use crate::error::Failure;
use crate::evidence::Lineage;
use crate::manifest::RawSpec;
use crate::plot::{
    Axis, Figure, Item, Limits, Mark, MarkKind, Panel, Reading, Scene, Share, Theme, Ticks, placeholder,
};
use crate::stats::Quartiles;

use self::brackets::Bracket;
use self::spec::{BoxPanelSpec, BoxSpec};
use super::rows::{Datasets, Row, no_values};
use super::spec::{Where, points};
use super::{FigureError, Lookup};

/// Ids of the datasets the figure may need; that of the brackets is only read when no test can be made.
pub fn datasets(raw: &RawSpec) -> Result<Vec<String>, Failure> {
    let spec: BoxSpec = raw.parse()?;
    let mut ids = value_datasets(raw, &spec)?;
    ids.extend(spec.brackets.map(|brackets| brackets.data).filter(|id| !ids.contains(id)));
    Ok(ids)
}

/// Draws the figure.
pub fn draw(raw: &RawSpec, _theme: Theme, lookup: &mut Lookup<'_>) -> Result<Scene, Failure> {
    let spec: BoxSpec = raw.parse()?;
    let size = points(raw, spec.size)?;
    let mut data = Datasets::default();
    if let Err(missing) = data.add(&value_datasets(raw, &spec)?, lookup)? {
        return Ok(placeholder(&raw.id, &spec.title, size, missing));
    }
    let panels: Vec<PanelData<'_>> =
        spec.panel.iter().map(|panel| PanelData::read(raw, &spec, panel, &data)).collect::<Result<_, _>>()?;
    if panels.iter().all(|panel| panel.groups.iter().all(|group| group.quartiles.is_none())) {
        return Ok(no_values(&data, (&raw.id, &spec.title), size));
    }
    let tested = panels.iter().all(|panel| panel.paired);
    let mut known = Datasets::default();
    if let Some(brackets) = spec.brackets.as_ref().filter(|_| !tested) {
        // Without its brackets the figure would say that no difference is significant.
        if let Err(missing) = known.add(std::slice::from_ref(&brackets.data), lookup)? {
            return Ok(placeholder(&raw.id, &spec.title, size, missing));
        }
    }
    let mut marks = Vec::new();
    let mut drawn = Vec::new();
    let mut origins = Vec::new();
    for panel in &panels {
        let (brackets, origin) = brackets::of_panel(raw, &spec, panel, &known)?;
        drawn.push(draw_panel(&spec, panel, &brackets, &mut marks));
        origins.push(origin);
    }
    let figure = Figure {
        width: size.0,
        height: size.1,
        panels: drawn,
        share_x: Share::None,
        share_y: Share::None,
        heading: spec.heading.as_ref().map(|heading| heading.build()),
        ..Figure::default()
    };
    let mut lookups = data.lookups();
    lookups.extend(known.lookups());
    Ok(Scene {
        id: raw.id.clone(),
        title: spec.title.clone(),
        description: data.described(words::describe(&panels, &origins, &marks)),
        page: figure.draw(),
        marks,
        lookups,
        sources: data.sources.into_iter().chain(known.sources).collect(),
        missing: None,
    })
}

fn value_datasets(raw: &RawSpec, spec: &BoxSpec) -> Result<Vec<String>, FigureError> {
    let mut ids: Vec<String> = Vec::new();
    for panel in &spec.panel {
        let id = panel_dataset(raw, spec, panel)?;
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    Ok(ids)
}

fn panel_dataset<'a>(
    raw: &RawSpec,
    spec: &'a BoxSpec,
    panel: &'a BoxPanelSpec,
) -> Result<&'a str, FigureError> {
    let id = panel.data.as_deref().or(spec.data.as_deref());
    id.ok_or_else(|| FigureError::new(raw, "missing key `data`"))
}

/// The values of a panel.
struct PanelData<'a> {
    spec: &'a BoxPanelSpec,
    conditions: [&'a Where; 2],
    groups: Vec<GroupData<'a>>,
    /// Whether every group's values can be paired.
    paired: bool,
}

/// The values of a group.
struct GroupData<'a> {
    value: &'a str,
    label: &'a str,
    /// Values with their pairing key, if there is one, and their rows.
    values: Vec<(Option<String>, f64)>,
    lineage: Lineage,
    quartiles: Option<Quartiles>,
}

impl<'a> PanelData<'a> {
    fn read(
        raw: &RawSpec,
        spec: &'a BoxSpec,
        panel: &'a BoxPanelSpec,
        data: &Datasets,
    ) -> Result<Self, FigureError> {
        let conditions = [&spec.conditions, &panel.conditions];
        let columns = [spec.group_column.as_str(), spec.value_column.as_str()];
        let id = panel_dataset(raw, spec, panel)?;
        let rows = data.rows(raw, id, &conditions, &columns)?;
        data.listed(id, &spec.group_column, spec.groups.iter().map(|group| &group.value), &rows);
        let pair_by = spec.pair_by.as_deref();
        let groups = spec
            .groups
            .iter()
            .map(|group| -> Result<GroupData<'a>, FigureError> {
                let of_group = |row: &&Row<'_>| row.text(&spec.group_column).as_ref() == Some(&group.value);
                let mut values = Vec::new();
                let mut lineage = Lineage::default();
                for row in rows.iter().filter(of_group) {
                    let Some((value, rows)) = row.value(raw, &spec.value_column)? else { continue };
                    values.push((pair_by.and_then(|column| row.text(column)), value));
                    lineage.extend(&rows);
                }
                let numbers: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
                let quartiles = Quartiles::of(&numbers);
                Ok(GroupData { value: &group.value, label: group.label(), values, lineage, quartiles })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let has_column = pair_by.is_some_and(|column| rows.iter().all(|row| row.has(column)));
        let paired =
            has_column && groups.iter().flat_map(|group| &group.values).all(|(key, _)| key.is_some());
        for group in groups.iter().filter(|_| paired) {
            let mut keys: Vec<&String> = group.values.iter().filter_map(|(key, _)| key.as_ref()).collect();
            keys.sort();
            if let Some(twice) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
                let message = format!(
                    "group `{}` has several values to pair at `{}` in panel `{}`",
                    group.value, twice[0], panel.title
                );
                return Err(FigureError::new(raw, &message).with_hint("narrow the rows with `where`"));
            }
        }
        Ok(Self { spec: panel, conditions, groups, paired })
    }

    /// Smallest and largest value of all groups.
    fn range(&self) -> Option<(f64, f64)> {
        let values = self.groups.iter().flat_map(|group| &group.values).map(|(_, value)| *value);
        values.fold(None, |range, value| {
            Some(range.map_or((value, value), |(low, high): (f64, f64)| (low.min(value), high.max(value))))
        })
    }
}

fn draw_panel(spec: &BoxSpec, panel: &PanelData<'_>, brackets: &[Bracket], marks: &mut Vec<Mark>) -> Panel {
    let name = if spec.panel.len() > 1 { panel.spec.title.as_str() } else { "" };
    let mut items = Vec::new();
    for (index, group) in panel.groups.iter().enumerate() {
        let Some(quartiles) = group.quartiles else { continue };
        let mark = Mark::new(MarkKind::Box, name, group.label, group.label, group.lineage.clone());
        let item = draw::boxed(&spec.style, index as f64, &quartiles, marks.len());
        marks.push(Mark {
            y: Some(quartiles.median),
            low: Some(quartiles.low),
            q1: Some(quartiles.q1),
            q3: Some(quartiles.q3),
            high: Some(quartiles.high),
            reading: Reading::Horizontal { y: index as f64 },
            ..mark
        });
        items.push(item);
    }
    let range = panel.range();
    for bracket in brackets {
        let Some(range) = range else { continue };
        let mark = Mark::new(MarkKind::Bracket, name, "", &bracket.key(panel), bracket.lineage.clone());
        items.push(draw::bracket(&spec.style, bracket, range, marks.len()));
        marks.push(Mark { text: bracket.stars.clone(), ..mark });
    }
    axes(spec, panel, items)
}

/// The panel around its items.
fn axes(spec: &BoxSpec, panel: &PanelData<'_>, items: Vec<Item>) -> Panel {
    let labels = panel.groups.iter().enumerate().map(|(index, group)| (index as f64, group.label.to_owned()));
    let has_brackets = spec.pair_by.is_some() || spec.brackets.is_some();
    Panel {
        name: panel.spec.title.clone(),
        row: panel.spec.row,
        column: panel.spec.column,
        title: panel.spec.title.clone(),
        title_size: spec.panel_title_size,
        x: Axis {
            title: panel.spec.axis_title.clone(),
            tick_size: spec.tick_size,
            grid: spec.grid,
            limits: match panel.range() {
                Some(range) if has_brackets => draw::limits(&spec.style, range, panel.groups.len()),
                _ => Limits::Data,
            },
            ..Axis::default()
        },
        y: Axis {
            ticks: Ticks::At(labels.collect()),
            tick_size: spec.group_size,
            // The first group stands at the top, as in a table.
            limits: Limits::Fixed(panel.groups.len() as f64 - 0.5, -0.5),
            ..Axis::default()
        },
        closed: spec.closed,
        items,
        legends: Vec::new(),
    }
}
