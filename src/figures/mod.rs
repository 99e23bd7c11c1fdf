//! Figure kinds: rows and a spec in, a scene out. One file a kind.

mod boxes;
mod error;
mod facets;
mod funky;
mod grouped_bar;
mod line;
mod radar;
mod rank_dot;
mod rows;
mod scatter;
mod spec;
mod stacked_bar;
mod words;

use crate::error::Failure;
use crate::evidence;
use crate::manifest::{At, RawSpec};
use crate::plot::{Scene, Theme, placeholder};
pub use crate::query::Evidence;

pub use error::FigureError;

/// Finds a dataset by id: its rows, or why there are none.
pub type Lookup<'a> = dyn FnMut(&str) -> Result<Result<Evidence, evidence::Missing>, Failure> + 'a;

/// A figure kind: its name in manifests, what it needs and how it is drawn.
struct Kind {
    name: &'static str,
    datasets: fn(&RawSpec) -> Result<Vec<String>, Failure>,
    draw: fn(&RawSpec, Theme, &mut Lookup<'_>) -> Result<Scene, Failure>,
}

const KINDS: [Kind; 8] = [
    Kind { name: "line", datasets: line::datasets, draw: line::draw },
    Kind { name: "box", datasets: boxes::datasets, draw: boxes::draw },
    Kind { name: "funky", datasets: funky::datasets, draw: funky::draw },
    Kind { name: "grouped_bar", datasets: grouped_bar::datasets, draw: grouped_bar::draw },
    Kind { name: "rank_dot", datasets: rank_dot::datasets, draw: rank_dot::draw },
    Kind { name: "radar", datasets: radar::datasets, draw: radar::draw },
    Kind { name: "stacked_bar", datasets: stacked_bar::datasets, draw: stacked_bar::draw },
    Kind { name: "scatter", datasets: scatter::datasets, draw: scatter::draw },
];

/// Draws a figure. When a dataset it needs is missing, or holds no value for it, the scene is a placeholder that
/// keeps the reason.
pub fn draw(spec: &RawSpec, theme: Theme, lookup: &mut Lookup<'_>) -> Result<Scene, Failure> {
    check_numbers(spec, &mut Vec::new(), of_table(spec.body()))?;
    (kind(spec)?.draw)(spec, theme, lookup)
}

/// Refuses `nan` and `inf`, which TOML can write: no length, place or limit of a drawing is one of them.
fn check_numbers<'s>(
    spec: &RawSpec,
    way: &mut Vec<At<'s>>,
    values: Vec<(At<'s>, &'s toml::Value)>,
) -> Result<(), FigureError> {
    for (at, value) in values {
        way.push(at);
        match value {
            toml::Value::Float(number) if !number.is_finite() => {
                return Err(FigureError::at(spec, way, &format!("{number} is not a finite number")));
            }
            toml::Value::Array(array) => {
                let values = array.iter().enumerate().map(|(index, value)| (At::Index(index), value));
                check_numbers(spec, way, values.collect())?;
            }
            toml::Value::Table(table) => check_numbers(spec, way, of_table(table))?,
            _ => {}
        }
        way.pop();
    }
    Ok(())
}

fn of_table(table: &toml::Table) -> Vec<(At<'_>, &toml::Value)> {
    table.iter().map(|(key, value)| (At::Key(key), value)).collect()
}

/// The error of a figure that names a dataset which its paper does not have.
pub fn unknown_dataset<'a>(
    spec: &RawSpec,
    name: &str,
    known: impl Iterator<Item = &'a String>,
) -> FigureError {
    FigureError::unknown(spec, "dataset", name, known.map(String::as_str))
}

/// A placeholder for a figure that cannot be drawn, whose spec may not even be readable.
pub fn broken(spec: &RawSpec, missing: evidence::Missing) -> Scene {
    /// In inches.
    const SIZE: [f64; 2] = [6.0, 4.0];
    let title = spec.body().get("title").and_then(|title| title.as_str()).unwrap_or(&spec.id);
    let length = |value: &toml::Value| value.as_float().or(value.as_integer().map(|length| length as f64));
    let size = spec.body().get("size").and_then(|size| match size.as_array()?.as_slice() {
        [width, height] => spec::points(spec, [length(width)?, length(height)?]).ok(),
        _ => None,
    });
    placeholder(&spec.id, title, size.unwrap_or(SIZE.map(|length| length * spec::INCH).into()), missing)
}

/// Ids of the datasets a figure may need, in order of first use.
pub fn datasets(spec: &RawSpec) -> Result<Vec<String>, Failure> {
    (kind(spec)?.datasets)(spec)
}

fn kind(spec: &RawSpec) -> Result<&'static Kind, FigureError> {
    KINDS.iter().find(|kind| kind.name == spec.kind).ok_or_else(|| {
        let names = KINDS.iter().map(|kind| kind.name);
        FigureError::unknown(spec, "figure kind", &spec.kind, names)
    })
}
