//! A `rank_dot` figure in words.

use super::rows::Row;
use super::spec::RankDotSpec;
use crate::figures::facets::Cell;
use crate::figures::words::{count, short};

/// Chart type, axis, entities with their n, and who is best where.
pub fn describe(spec: &RankDotSpec, panels: &[(&Cell, Vec<Row<'_>>)]) -> String {
    let mut sentences = vec![match panels {
        [_] => "Dot plot, one row an entity.".to_owned(),
        _ => {
            let names: Vec<&str> = panels.iter().map(|(cell, _)| cell.name.as_str()).collect();
            format!(
                "Dot plot, one row an entity, with {}: {}.",
                count(panels.len(), "panel"),
                names.join(", ")
            )
        }
    }];
    let axis = if spec.x.title.is_empty() { &spec.means.value } else { &spec.x.title };
    let scores: Vec<&str> = spec.scores.iter().map(|score| score.label.as_str()).collect();
    sentences.push(format!("Horizontal axis: {axis}. Markers: {}.", scores.join(", ")));
    let rows = || panels.iter().flat_map(|(_, rows)| rows);
    let dots: usize = rows().map(|row| row.replicates.len()).sum();
    if spec.replicates.is_some() {
        sentences.push(format!("Faint dots: {}.", count(dots, "replicate")));
    }
    let intervals = rows().filter(|row| row.interval.is_some()).count();
    if spec.interval.is_some() {
        sentences.push(format!("Thick lines: {}.", count(intervals, "interval")));
    }
    sentences.extend(panels.iter().filter_map(|(cell, rows)| ranking(cell, rows)));
    sentences.join(" ")
}

/// Entities of a panel with their first score, the best first.
fn ranking(cell: &Cell, rows: &[Row<'_>]) -> Option<String> {
    let first = |row: &Row<'_>| row.means.first()?.as_ref().map(|mean| mean.value);
    let mut ranked: Vec<(&str, f64)> =
        rows.iter().filter_map(|row| Some((row.entity.label(), first(row)?))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let list: Vec<String> = ranked.iter().map(|(name, value)| format!("{name} {}", short(*value))).collect();
    let place = if cell.name.is_empty() { String::new() } else { format!(" in {}", cell.name) };
    (!list.is_empty()).then(|| format!("From best to worst{place}: {}.", list.join(", ")))
}
