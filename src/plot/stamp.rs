//! A small shape as pixels: its coverage is computed once and painted wherever the shape lies.

use std::ops::Range;
use std::sync::Arc;

use super::element::Outline;
use super::geometry::Point;
use super::paint::Colour;

/// Positions of a stamp within a pixel along each axis, as a power of two: a shape lies at most 1/16 pixel beside its
/// place.
const PHASES: u32 = 3;
/// Samples of a pixel's coverage along each axis.
const SAMPLES: usize = 8;
/// A stamp wider than this many pixels has a single phase: half a pixel is then no visible part of it.
const WIDE: f64 = 48.0;
/// The least extent: smaller shapes have empty pixels at the right and below, since many of one length are painted
/// faster.
pub(super) const SMALL: usize = 8;

/// A shape in one colour.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    ink: [f32; 3],
    coverage: Arc<Coverage>,
}

/// How opaque a shape makes the pixels around it, for every phase.
#[derive(Debug)]
struct Coverage {
    /// Pixels along an edge of the square around the shape.
    extent: usize,
    /// Pixels from the square's left upper corner to the pixel in which the shape's middle lies.
    middle: i32,
    /// Phases along each axis, as a power of two.
    phases: u32,
    /// Opacity of every pixel, phase by phase (down, then across), row by row.
    masks: Vec<f32>,
    /// For every phase, the rows that are not empty.
    rows: Vec<Range<u16>>,
}

/// A stamp's place: the pixels from the canvas's left upper corner to the square's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Placed {
    pub left: i16,
    pub top: i16,
    pub stamp: u16,
    phase: u16,
}

impl Stamp {
    /// A stamp of an outline around the origin that reaches `reach` away from it along both axes; lengths in pixels.
    pub fn new(outline: &Outline, reach: f64, colour: Colour, opacity: f64) -> Self {
        let phases = if 2.0 * reach > WIDE { 0 } else { PHASES };
        let middle = reach.ceil().max(0.0);
        let extent = (2 * middle as usize + 1).max(SMALL);
        let mut masks = Vec::with_capacity((extent * extent) << (2 * phases));
        for phase in 0..1_u32 << (2 * phases) {
            let shift = |phase: u32| (f64::from(phase) + 0.5) / f64::from(1_u32 << phases);
            let (across, down) = (phase & ((1 << phases) - 1), phase >> phases);
            let (x, y) = (middle + shift(across), middle + shift(down));
            for pixel in 0..extent * extent {
                let corner = ((pixel % extent) as f64 - x, (pixel / extent) as f64 - y);
                masks.push((covered_part(outline, corner) * opacity) as f32);
            }
        }
        let rows = masks.chunks_exact(extent * extent).map(|mask| shown_rows(mask, extent)).collect();
        let coverage = Coverage { extent, middle: middle as i32, phases, masks, rows };
        Self { ink: ink(colour), coverage: Arc::new(coverage) }
    }

    /// The same shape in another colour.
    pub fn coloured(&self, colour: Colour) -> Self {
        Self { ink: ink(colour), coverage: Arc::clone(&self.coverage) }
    }

    /// Red, green and blue, 0 to 1.
    pub fn ink(&self) -> [f32; 3] {
        self.ink
    }

    /// Pixels along an edge of the square around the shape.
    pub fn extent(&self) -> usize {
        self.coverage.extent
    }

    /// Where this stamp, the one of number `stamp`, lies on a canvas with its shape's middle at a place, in pixels from
    /// the left upper corner; `None` outside, and for a place that is not finite.
    pub fn place(&self, stamp: u16, (x, y): (f64, f64), (width, height): (usize, usize)) -> Option<Placed> {
        let Coverage { middle, phases, .. } = *self.coverage;
        // Whole pixels that make every place on the canvas positive, so that cutting off its fraction rounds it down.
        let before = middle + 1;
        let near =
            |place: f64, size: usize| place > -f64::from(before) && place < size as f64 + f64::from(before);
        if !(near(x, width) && near(y, height)) {
            return None;
        }
        // The pixel, with the phase within it as its lowest bits.
        let steps = |place: f64| ((place + f64::from(before)) * f64::from(1_u32 << phases)) as i32;
        let (x, y) = (steps(x), steps(y));
        let corner = |steps: i32| i16::try_from((steps >> phases) - before - middle).ok();
        let within = (1 << phases) - 1;
        let phase = ((y & within) << phases | x & within) as u16;
        Some(Placed { left: corner(x)?, top: corner(y)?, stamp, phase })
    }

    /// The rows of a placed stamp that show anything.
    pub fn rows(&self, placed: Placed) -> Range<usize> {
        let Range { start, end } = self.coverage.rows[usize::from(placed.phase)];
        usize::from(start)..usize::from(end)
    }

    /// The opacities of a placed stamp, row by row.
    pub fn mask(&self, placed: Placed) -> &[f32] {
        let size = self.coverage.extent * self.coverage.extent;
        &self.coverage.masks[usize::from(placed.phase) * size..][..size]
    }
}

fn ink(colour: Colour) -> [f32; 3] {
    colour.channels().map(|channel| f32::from(channel) / 255.0)
}

/// The rows of a mask from the first to the last that is not empty.
fn shown_rows(mask: &[f32], extent: usize) -> Range<u16> {
    let shown = |row: &[f32]| row.iter().any(|opacity| *opacity > 0.0);
    let first = mask.chunks_exact(extent).position(shown).unwrap_or(extent);
    let end = mask.chunks_exact(extent).rposition(shown).map_or(first, |last| last + 1);
    first as u16..end as u16
}

/// Part of the pixel with its left upper corner at `corner` that lies within the outline.
fn covered_part(outline: &Outline, corner: (f64, f64)) -> f64 {
    let sample = |index: usize| (index as f64 + 0.5) / SAMPLES as f64;
    let inside = (0..SAMPLES * SAMPLES).filter(|index| {
        let (x, y) = (corner.0 + sample(index % SAMPLES), corner.1 + sample(index / SAMPLES));
        contains(outline, Point::new(x, y))
    });
    inside.count() as f64 / (SAMPLES * SAMPLES) as f64
}

fn contains(outline: &Outline, point: Point) -> bool {
    match outline {
        Outline::Circle { centre, radius } => {
            let (x, y) = (point.x - centre.x, point.y - centre.y);
            x * x + y * y <= radius * radius
        }
        Outline::Rect(rect) | Outline::Rounded { rect, .. } => rect.contains(point),
        // Even-odd rule: a ray to the right crosses the edges an odd number of times.
        Outline::Polygon(corners) | Outline::Line(corners) => {
            let next = corners.iter().cycle().skip(1);
            let crossings = corners.iter().zip(next).filter(|(a, b)| {
                let beside = || a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x);
                (a.y > point.y) != (b.y > point.y) && point.x < beside()
            });
            crossings.count() % 2 == 1
        }
    }
}
