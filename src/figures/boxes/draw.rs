//! Boxes and brackets in data coordinates: values along x, groups at y = 0, 1, 2, … downwards.

use super::brackets::Bracket;
use super::spec::BoxStyle;
use crate::plot::{Face, Item, Limits, Paint, Stroke};
use crate::stats::Quartiles;

/// A box with whiskers, caps and median at a height; `mark` is its index among the marks.
pub fn boxed(style: &BoxStyle, y: f64, quartiles: &Quartiles, mark: usize) -> Item {
    let Quartiles { low, q1, median, q3, high } = *quartiles;
    let edge = Stroke::solid(style.edge, style.edge_width);
    let half = style.box_width / 2.0;
    let line = |points: [(f64, f64); 2], stroke: &Stroke| Item::Line {
        points: points.to_vec(),
        stroke: stroke.clone(),
    };
    let upright = |x: f64, half: f64, stroke: &Stroke| line([(x, y - half), (x, y + half)], stroke);
    let paint = Paint { stroke: Some(edge.clone()), ..Paint::filled(style.fill) }.with_opacity(style.opacity);
    let corners = vec![(q1, y - half), (q3, y - half), (q3, y + half), (q1, y + half)];
    let items = vec![
        Item::Polygon { points: corners, paint },
        line([(q1, y), (low, y)], &edge),
        line([(q3, y), (high, y)], &edge),
        upright(low, half / 2.0, &edge),
        upright(high, half / 2.0, &edge),
        upright(median, half, &Stroke::solid(style.median, style.median_width)),
    ];
    Item::Mark { marks: mark..mark + 1, items }
}

/// Distances along the value axis: padding and step, from the range of the data.
fn lengths(style: &BoxStyle, (low, high): (f64, f64)) -> (f64, f64) {
    let span = (high - low).max(1e-6);
    (style.bracket_pad * span, style.bracket_step * span)
}

/// A bracket with its stars; its ends point left, towards the boxes.
pub fn bracket(style: &BoxStyle, bracket: &Bracket, range: (f64, f64), mark: usize) -> Item {
    let (pad, step) = lengths(style, range);
    let x = range.1 + pad + bracket.place as f64 * step;
    let tick = style.bracket_tick * step;
    let (first, second) = (bracket.a as f64, bracket.b as f64);
    let (top, bottom) = (first + style.bracket_inset, second - style.bracket_inset);
    let points = vec![(x - tick, top), (x, top), (x, bottom), (x - tick, bottom)];
    let items = vec![
        Item::Line { points, stroke: Stroke::solid(style.bracket, style.bracket_width) },
        Item::Label {
            at: (x + tick, f64::midpoint(first, second)),
            text: bracket.stars.clone(),
            size: style.stars_size,
            face: Face::Bold,
            colour: style.stars,
        },
    ];
    Item::Mark { marks: mark..mark + 1, items }
}

/// Limits with room for the brackets of all pairs, drawn or not.
pub fn limits(style: &BoxStyle, range: (f64, f64), n_groups: usize) -> Limits {
    let (pad, step) = lengths(style, range);
    let n_pairs = (n_groups * n_groups.saturating_sub(1) / 2) as f64;
    Limits::Fixed(range.0 - pad, range.1 + pad + (n_pairs + style.bracket_tail) * step)
}
