//! Themes: a figure's own colours, or colours that stay apart for readers with a colour vision deficiency.

use super::marker::Marker;
use super::paint::{Colour, Hatch};

/// Which colours and markers tell categories apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Those of the manifest, which are the paper's.
    #[default]
    Faithful,
    /// Eight colours that stay apart, and a different marker or hatch for every category.
    Accessible,
}

/// The five colours of Okabe and Ito's palette (2008) that have a contrast of 3:1 on white, then three darker ones in
/// place of its sky blue, orange and yellow, found by search among the colours of that contrast: the least
/// CIEDE2000 difference of two colours, with or without a colour vision deficiency, is 12.2, that of the original 10.9.
const PALETTE: [Colour; 8] = [
    Colour::rgb(0, 114, 178),
    Colour::rgb(213, 94, 0),
    Colour::rgb(0, 158, 115),
    Colour::rgb(204, 121, 167),
    Colour::rgb(0, 0, 0),
    Colour::rgb(0, 0, 153),
    Colour::rgb(136, 0, 0),
    Colour::rgb(102, 68, 85),
];

const MARKERS: [Marker; 8] = [
    Marker::Circle,
    Marker::Square,
    Marker::TriangleUp,
    Marker::Diamond,
    Marker::FilledCross,
    Marker::TriangleDown,
    Marker::FilledPlus,
    Marker::Star,
];

/// The first fill is plain.
const HATCHES: [Option<Hatch>; 8] = [
    None,
    Some(Hatch::Rising),
    Some(Hatch::Falling),
    Some(Hatch::Crossed),
    Some(Hatch::Level),
    Some(Hatch::Upright),
    Some(Hatch::Grid),
    Some(Hatch::Dotted),
];

impl Theme {
    /// Colour of a category by its position in the legend; `faithful` is that of the manifest. The accessible palette
    /// starts again after eight.
    pub fn colour(self, index: usize, faithful: Colour) -> Colour {
        match self {
            Self::Faithful => faithful,
            Self::Accessible => PALETTE[index % PALETTE.len()],
        }
    }

    /// Marker of a category by its position in the legend; `faithful` is that of the manifest. Markers start again
    /// after eight, shifted against the colours, so that no pair of both repeats before the 64th category.
    pub fn marker(self, index: usize, faithful: Marker) -> Marker {
        match self {
            Self::Faithful => faithful,
            Self::Accessible => MARKERS[(index + index / PALETTE.len()) % MARKERS.len()],
        }
    }

    /// Lines over the fill of a category, for bars and areas, by its position in the legend; combined with the
    /// colours as markers are.
    pub fn hatch(self, index: usize) -> Option<Hatch> {
        match self {
            Self::Faithful => None,
            Self::Accessible => HATCHES[(index + index / PALETTE.len()) % HATCHES.len()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pair_of_colour_and_marker_repeats() {
        let look = |index| {
            let colour = Theme::Accessible.colour(index, Colour::BLACK);
            (colour.to_string(), format!("{:?}", Theme::Accessible.marker(index, Marker::Circle)))
        };
        let looks: std::collections::BTreeSet<_> = (0..64).map(look).collect();
        assert_eq!(looks.len(), 64);
    }

    #[test]
    fn the_faithful_theme_changes_nothing() {
        let red = Colour::rgb(255, 0, 0);
        assert_eq!(Theme::Faithful.colour(3, red), red);
        assert_eq!(Theme::Faithful.marker(3, Marker::Star), Marker::Star);
    }
}
