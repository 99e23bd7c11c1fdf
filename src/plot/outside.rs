//! Marks that nobody sees, since all that is drawn of them lies outside of their axes.

use std::ops::Range;

use super::element::{Element, Group};
use super::geometry::Rect;
use super::scene::Scene;

/// In points; what reaches into the axes by less is a matter of rounding.
const NOTHING: f64 = 1e-6;

impl Scene {
    /// How many marks are cut off by their axes as a whole. Points of a picture are not looked at one by one.
    pub fn n_marks_outside(&self) -> usize {
        let mut visible = vec![None; self.marks.len()];
        look(&self.page.elements, None, &mut visible);
        visible.into_iter().filter(|visible| *visible == Some(false)).count()
    }
}

/// Notes for each mark whether a part of it can be seen; `None` stays where nothing of it is cut.
fn look(elements: &[Element], around: Option<&Range<usize>>, visible: &mut [Option<bool>]) {
    for element in elements {
        let Element::Group(Group { marks, clip, children, .. }) = element else { continue };
        let marks = marks.as_ref().or(around);
        match (marks, clip) {
            (Some(marks), Some(clip)) => note(children, clip, visible.get_mut(marks.clone())),
            _ => look(children, marks, visible),
        }
    }
}

/// Notes whether parts that are cut by `clip` can be seen: one part per mark, or parts of all marks together.
fn note(parts: &[Element], clip: &Rect, marks: Option<&mut [Option<bool>]>) {
    let Some(marks) = marks else { return };
    let seen: Vec<bool> =
        parts.iter().filter_map(Element::bounds).map(|bounds| reaches(&bounds, clip)).collect();
    let add = |mark: &mut Option<bool>, seen: bool| *mark = Some(mark.unwrap_or(false) || seen);
    if seen.len() == marks.len() {
        marks.iter_mut().zip(seen).for_each(|(mark, seen)| add(mark, seen));
    } else if !seen.is_empty() {
        let any = seen.contains(&true);
        marks.iter_mut().for_each(|mark| add(mark, any));
    }
}

/// Whether a part of `bounds` lies in `clip`. A shape that has no height or width may lie on the edge.
fn reaches(bounds: &Rect, clip: &Rect) -> bool {
    let along = |bounds: (f64, f64), clip: (f64, f64)| {
        let common = bounds.1.min(clip.1) - bounds.0.max(clip.0);
        common > NOTHING || (bounds.1 - bounds.0 <= NOTHING && common >= -NOTHING)
    };
    along((bounds.left, bounds.right), (clip.left, clip.right))
        && along((bounds.top, bounds.bottom), (clip.top, clip.bottom))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_touches_the_axes_is_outside_unless_it_is_flat() {
        let clip = Rect::sized(0.0, 0.0, 10.0, 10.0);
        for (bounds, expected) in [
            (Rect::sized(2.0, 2.0, 1.0, 1.0), true),
            (Rect::sized(-5.0, -5.0, 6.0, 6.0), true),
            (Rect::sized(-5.0, -5.0, 50.0, 50.0), true),
            (Rect::sized(2.0, 10.0, 1.0, 5.0), false),
            (Rect::sized(2.0, 12.0, 1.0, 5.0), false),
            (Rect::sized(2.0, 10.0, 1.0, 0.0), true),
            (Rect::sized(2.0, 10.1, 1.0, 0.0), false),
        ] {
            assert_eq!(reaches(&bounds, &clip), expected, "{bounds:?}");
        }
    }
}
