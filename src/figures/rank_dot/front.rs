//! What stands in front of the rows: names or symbols, names of families, label of the row of panels.

use super::draw::name_mark;
use super::rows::{Row, order_lineage};
use super::spec::{Order, RankDotSpec, RowText};
use crate::figures::facets::Cell;
use crate::plot::{self, Anchor, Coordinate, Element, Face, Item, Mark, Marker, Paint, Point, Text};

/// Distance of names and symbols from the axes: a tick and matplotlib's distance from it.
const GAP: f64 = 7.0;

/// Adds all names of a panel, each row's as a mark when the order of the rows is computed.
pub fn names(
    spec: &RankDotSpec,
    cell: &Cell,
    rows: &[Row<'_>],
    items: &mut Vec<Item>,
    marks: &mut Vec<Mark>,
) {
    let lineage = order_lineage(spec, rows);
    for row in rows {
        let name = attached(Coordinate::Data(row.y), row_name(spec, row));
        if spec.order == Order::BestFirst && !lineage.is_empty() {
            let first = marks.len();
            marks.push(name_mark(&cell.name, row, lineage.clone()));
            items.push(Item::Mark { marks: first..first + 1, items: vec![name] });
        } else {
            items.push(name);
        }
    }
    let mut taken = GAP + rows.iter().map(|row| row_width(spec, row)).fold(0.0, f64::max);
    if spec.rows.family_names {
        taken += family_names(spec, rows, taken + 0.5 * spec.rows.size, items) + 0.5 * spec.rows.size;
    }
    if !cell.row_label.is_empty() {
        let at = Point::new(-taken - 1.3 * spec.facet_size, 0.0);
        let text = Text { face: Face::Bold, ..Text::new(&cell.row_label, spec.facet_size, at) };
        let text = text.anchored(Anchor::Middle).turned(90.0);
        items.push(attached(Coordinate::Axes(0.5), Element::Text(text)));
    }
}

fn attached(y: Coordinate, element: Element) -> Item {
    Item::Attached { at: (Coordinate::Axes(0.0), y), elements: vec![element] }
}

fn row_name(spec: &RankDotSpec, row: &Row<'_>) -> Element {
    match spec.rows.show {
        RowText::Label => {
            let size = spec.rows.size;
            let at = Point::new(-GAP, plot::ASCENT / 2.0 * size);
            Element::Text(Text::new(row.entity.label(), size, at).anchored(Anchor::End))
        }
        RowText::Symbol => {
            let name = row.entity.symbol.as_deref();
            let symbol = spec.symbols.iter().find(|symbol| Some(symbol.value.as_str()) == name);
            let marker = symbol.map_or(Marker::Circle, |symbol| symbol.marker);
            let size = spec.rows.symbol_size;
            let at = Point::new(-GAP - size / 2.0, 0.0);
            marker.draw(at, symbol_size(marker, size), &Paint::filled(spec.family_colour(row.entity)))
        }
    }
}

/// Size at which a marker is as wide as a disc of this size; a marker's own size may be its side.
pub fn symbol_size(marker: Marker, size: f64) -> f64 {
    if marker == Marker::Diamond { size * std::f64::consts::FRAC_1_SQRT_2 } else { size }
}

fn row_width(spec: &RankDotSpec, row: &Row<'_>) -> f64 {
    match spec.rows.show {
        RowText::Label => plot::width(row.entity.label(), spec.rows.size, Face::Regular),
        RowText::Symbol => spec.rows.symbol_size,
    }
}

/// Adds the bold name of every family half-way down its rows, ending `distance` before the axes; returns the width
/// of the widest.
fn family_names(spec: &RankDotSpec, rows: &[Row<'_>], distance: f64, items: &mut Vec<Item>) -> f64 {
    let mut widest = 0.0_f64;
    for together in rows.chunk_by(|a, b| a.entity.family == b.entity.family) {
        let (Some(first), Some(last)) = (together.first(), together.last()) else { continue };
        let family = first.entity.family.as_deref();
        let family = spec.families.iter().find(|known| Some(known.value.as_str()) == family);
        let Some(family) = family else { continue };
        let name = family.label.as_deref().unwrap_or(&family.value);
        let size = spec.rows.size;
        let at = Point::new(-distance, plot::ASCENT / 2.0 * size);
        let text = Text { face: Face::Bold, ..Text::new(name, size, at) }.anchored(Anchor::End);
        widest = widest.max(plot::width(name, size, Face::Bold));
        items.push(attached(Coordinate::Data(f64::midpoint(first.y, last.y)), Element::Text(text)));
    }
    widest
}
