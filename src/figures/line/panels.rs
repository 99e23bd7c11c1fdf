//! From the spec of a `line` figure to its panels: where each stands, which rows it shows, which labels it carries.

use super::spec::{LineSpec, PanelSpec, ScaleSpec, XSpec, YSpec};
use crate::figures::FigureError;
use crate::figures::facets::FacetSpec;
use crate::figures::spec::{AxisLimits, ShareSpec, Where};
use crate::manifest::RawSpec;

/// One panel to be drawn.
pub struct PanelPlan<'a> {
    /// Name in the mark table; empty for the only panel.
    pub name: String,
    /// Title above it.
    pub title: String,
    /// Row from 0.
    pub row: usize,
    /// Column from 0.
    pub column: usize,
    /// Dataset.
    pub data: &'a str,
    /// Conditions on its rows.
    pub conditions: Vec<Where>,
    /// Column that tells series apart.
    pub series_column: &'a str,
    /// Horizontal axis.
    pub x: &'a XSpec,
    /// Vertical axis.
    pub y: &'a YSpec,
    /// Title of the vertical axis.
    pub y_title: String,
    /// Whether the horizontal axis carries tick labels and title.
    pub labelled_x: bool,
    /// Whether the vertical axis carries tick labels and title.
    pub labelled_y: bool,
}

/// The panels of a figure, row by row.
pub fn plan<'a>(raw: &RawSpec, spec: &'a LineSpec) -> Result<Vec<PanelPlan<'a>>, FigureError> {
    let mut plans = match (&spec.facets, spec.panel.as_slice()) {
        (Some(_), [_, ..]) => {
            return Err(FigureError::new(raw, "`panel` and `facets` exclude each other"));
        }
        (Some(facets), []) => {
            facets.check(raw)?;
            facet_plans(raw, spec, facets.rows.as_ref(), facets.columns.as_ref())?
        }
        (None, []) => vec![plan_of(raw, spec, None)?],
        (None, panels) => {
            panels.iter().map(|panel| plan_of(raw, spec, Some(panel))).collect::<Result<_, _>>()?
        }
    };
    let last_row = plans.iter().map(|plan| plan.row).max().unwrap_or(0);
    for plan in &mut plans {
        let inner_x = matches!(spec.share_x, ShareSpec::Column | ShareSpec::All) && plan.row < last_row;
        let inner_y = matches!(spec.share_y, ShareSpec::Row | ShareSpec::All) && plan.column > 0;
        (plan.labelled_x, plan.labelled_y) = (!inner_x, !inner_y);
    }
    Ok(plans)
}

/// Ids of the datasets of panels, each once, in order of first use.
pub fn datasets(plans: &[PanelPlan<'_>]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for plan in plans {
        if !ids.iter().any(|known| known == plan.data) {
            ids.push(plan.data.to_owned());
        }
    }
    ids
}

/// An explicit panel, or the only one.
fn plan_of<'a>(
    raw: &RawSpec,
    spec: &'a LineSpec,
    panel: Option<&'a PanelSpec>,
) -> Result<PanelPlan<'a>, FigureError> {
    let data = panel.and_then(|panel| panel.data.as_deref()).or(spec.data.as_deref());
    let x = panel.and_then(|panel| panel.x.as_ref()).or(spec.x.as_ref());
    let y = panel.and_then(|panel| panel.y.as_ref()).or(spec.y.as_ref());
    let series = panel.and_then(|panel| panel.series_column.as_deref()).or(spec.series_column.as_deref());
    let missing = |key: &str| FigureError::new(raw, &format!("missing key `{key}`"));
    let y = y.ok_or_else(|| missing("y"))?;
    let x = x.ok_or_else(|| missing("x"))?;
    check_log(raw, x)?;
    let title = panel.map(|panel| panel.title.clone()).unwrap_or_default();
    let name =
        panel.filter(|_| spec.panel.len() > 1).map(|panel| panel.name.clone().unwrap_or(title.clone()));
    Ok(PanelPlan {
        name: name.unwrap_or_default(),
        title,
        row: panel.map_or(0, |panel| panel.row),
        column: panel.map_or(0, |panel| panel.column),
        data: data.ok_or_else(|| missing("data"))?,
        conditions: [Some(&spec.conditions), panel.map(|panel| &panel.conditions)]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        series_column: series.ok_or_else(|| missing("series_column"))?,
        x,
        y,
        y_title: y.title.clone(),
        labelled_x: true,
        labelled_y: true,
    })
}

/// A logarithmic axis has neither categories, the first of which stands at 0, nor ends or ticks up to 0.
fn check_log(raw: &RawSpec, x: &XSpec) -> Result<(), FigureError> {
    if x.scale != ScaleSpec::Log2 {
        return Ok(());
    }
    if !x.categories.is_empty() {
        return Err(FigureError::new(raw, "`categories` have no logarithm; leave out `scale`"));
    }
    let ends = x.limits.map(AxisLimits::ends);
    match ends.iter().flatten().chain(&x.ticks).find(|value| !(value.is_finite() && **value > 0.0)) {
        Some(value) => {
            Err(FigureError::new(raw, &format!("{value} on the horizontal axis has no logarithm")))
        }
        None => Ok(()),
    }
}

/// One panel for every pair of values, row by row.
fn facet_plans<'a>(
    raw: &RawSpec,
    spec: &'a LineSpec,
    rows: Option<&'a FacetSpec>,
    columns: Option<&'a FacetSpec>,
) -> Result<Vec<PanelPlan<'a>>, FigureError> {
    let lane = |facet: Option<&'a FacetSpec>| -> Vec<Option<(&'a FacetSpec, &'a String)>> {
        facet.map_or(vec![None], |facet| facet.values.iter().map(|value| Some((facet, value))).collect())
    };
    let mut plans = Vec::new();
    for (row, above) in lane(rows).into_iter().enumerate() {
        for (column, beside) in lane(columns).into_iter().enumerate() {
            let mut plan = plan_of(raw, spec, None)?;
            let named: Vec<(&FacetSpec, &String)> = [above, beside].into_iter().flatten().collect();
            let labels: Vec<String> = named.iter().map(|(facet, value)| facet.label(value)).collect();
            plan.conditions.extend(
                named.iter().map(|(facet, value)| Where::from([(facet.column.clone(), (*value).clone())])),
            );
            (plan.name, plan.row, plan.column) = (labels.join(" / "), row, column);
            if let Some((facet, value)) = beside.filter(|_| row == 0) {
                plan.title = facet.shown(value);
            }
            if let Some((facet, value)) = above {
                plan.y_title = if column == 0 { facet.shown(value) } else { String::new() };
            }
            plans.push(plan);
        }
    }
    Ok(plans)
}
