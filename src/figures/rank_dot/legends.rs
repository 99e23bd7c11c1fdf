//! Legends: markers of scores, colours of entities and families, symbols.

use super::draw::score_paint;
use super::front::symbol_size;
use super::spec::{Explains, FamilySpec, LegendSpec, RankDotSpec, ScoreSpec};
use crate::plot::{Entry, Legend, Marker, Paint, Place, Spot, Stroke};

/// Legends of the figure and of the last panel of the first row.
pub fn legends(spec: &RankDotSpec) -> (Vec<Legend>, Vec<Legend>) {
    let build = |of_figure: bool| {
        let wanted = spec.legends.iter().filter(move |legend| legend.of_figure == of_figure);
        wanted.map(|legend| build(spec, legend)).collect()
    };
    (build(true), build(false))
}

fn build(spec: &RankDotSpec, legend: &LegendSpec) -> Legend {
    let entries = match legend.explains {
        Explains::Scores => spec.scores.iter().map(|score| score_entry(spec, legend, score)).collect(),
        Explains::Entities => {
            let entities = spec.entities.iter();
            entities.map(|entity| Entry::patch(entity.label(), Paint::filled(entity.colour))).collect()
        }
        Explains::Symbols => {
            let size = spec.rows.symbol_size;
            let paint = Paint::filled(legend.colour);
            let symbols = spec.symbols.iter();
            symbols
                .map(|symbol| {
                    let size = symbol_size(symbol.marker, size);
                    Entry::marker(&symbol.value, symbol.marker, size, paint.clone())
                })
                .collect()
        }
        Explains::Families => spec.families.iter().filter_map(|family| family_entry(spec, family)).collect(),
    };
    let [x, y] = legend.at;
    let [across, down] = legend.anchor;
    let spot = Spot { at: (x, y), anchor: (across, down) };
    Legend {
        title: legend.title.clone(),
        entries,
        columns: legend.columns,
        size: legend.size,
        frame: false,
        place: if legend.without_room { Place::Over(spot) } else { Place::At(spot) },
    }
}

fn score_entry(spec: &RankDotSpec, legend: &LegendSpec, score: &ScoreSpec) -> Entry {
    let size = score.legend_size.unwrap_or(score.size);
    let edge_width = score.legend_edge_width.unwrap_or(score.edge_width);
    let entry =
        Entry::marker(&score.label, score.marker, size, score_paint(score, legend.colour, edge_width));
    // Intervals belong to the first score.
    let first = spec.scores.first().is_some_and(|first| first.value == score.value);
    let interval = spec.interval.as_ref().filter(|_| first);
    Entry { line: interval.map(|interval| Stroke::solid(legend.colour, interval.width)), ..entry }
}

fn family_entry(spec: &RankDotSpec, family: &FamilySpec) -> Option<Entry> {
    let member = spec.entities.iter().find(|entity| entity.family.as_deref() == Some(&family.value))?;
    let name = family.legend_label.as_deref().or(family.label.as_deref()).unwrap_or(&family.value);
    let size = spec.rows.symbol_size;
    Some(Entry::marker(name, Marker::Circle, size, Paint::filled(member.colour)))
}
