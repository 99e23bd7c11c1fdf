//! Hatches as SVG patterns.

use super::paint::{Colour, Hatch};
use super::xml::{Tag, number};

/// Side of a tile in points; diagonals leave and enter tiles at its corners.
const TILE: f64 = 6.0;
/// Width of the lines in points.
const LINE: f64 = 1.0;

/// A pattern on the page's own grid, so that neighbouring shapes continue each other's lines.
pub fn pattern(id: &str, colour: Colour, hatch: Hatch) -> String {
    let tag = Tag::new("pattern")
        .attribute("id", id)
        .attribute("patternUnits", "userSpaceOnUse")
        .number("width", TILE)
        .number("height", TILE)
        .open();
    let ground = Tag::new("rect").number("width", TILE).number("height", TILE);
    let ground = ground.attribute("fill", &colour.to_string()).close();
    format!("{tag}{ground}{}</pattern>", lines(hatch))
}

fn lines(hatch: Hatch) -> String {
    let white = Colour::WHITE.to_string();
    if hatch == Hatch::Dotted {
        let dot =
            Tag::new("circle").number("cx", TILE / 2.0).number("cy", TILE / 2.0).number("r", TILE / 5.0);
        return dot.attribute("fill", &white).close();
    }
    let tag = Tag::new("path").attribute("d", &path(hatch)).attribute("fill", "none");
    tag.attribute("stroke", &white).number("stroke-width", LINE).close()
}

fn path(hatch: Hatch) -> String {
    let line = |from: (f64, f64), to: (f64, f64)| {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(|fraction| number(fraction * TILE));
        format!("M{x1} {y1}L{x2} {y2}")
    };
    // A diagonal's ends are cut at the corners of its tile; pieces of the neighbours' diagonals fill the corners.
    let rising =
        || line((0.0, 1.0), (1.0, 0.0)) + &line((-0.5, 0.5), (0.5, -0.5)) + &line((0.5, 1.5), (1.5, 0.5));
    let falling =
        || line((0.0, 0.0), (1.0, 1.0)) + &line((0.5, -0.5), (1.5, 0.5)) + &line((-0.5, 0.5), (0.5, 1.5));
    let level = || line((0.0, 0.5), (1.0, 0.5));
    let upright = || line((0.5, 0.0), (0.5, 1.0));
    match hatch {
        Hatch::Rising => rising(),
        Hatch::Falling => falling(),
        Hatch::Crossed => rising() + &falling(),
        Hatch::Level => level(),
        Hatch::Upright => upright(),
        Hatch::Grid => level() + &upright(),
        Hatch::Dotted => String::new(),
    }
}
