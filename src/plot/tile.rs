//! A part of a picture being painted, small enough for the processor's cache.

use std::array::from_fn;

use super::stamp::{Placed, SMALL, Stamp};

/// Pixels of a tile across.
pub(super) const ACROSS: usize = 64;
/// Rows of a tile, and of a band of tiles that one thread paints: their pixels stay in the processor's cache.
pub(super) const DOWN: usize = 32;
/// Pixels beside a row that get no light, so that a small stamp is never cut off at the tile's left or right end.
const MARGIN: usize = SMALL;
/// Pixels of a row with those beside it.
const WIDTH: usize = ACROSS + 2 * MARGIN;
/// Transparency below which a pixel counts as opaque: whatever is under it would change a channel by half of one of 255
/// levels at most.
const OPAQUE: f32 = 1.0 / 512.0;

/// A row of pixels being painted: red, green and blue, multiplied by the opacity, and the light that goes through to
/// what lies below, from 0 to 1.
///
/// Colours are blended as they are encoded (sRGB, not linear light), as matplotlib and browsers do.
#[derive(Clone, Copy)]
struct Row {
    colour: [[f32; WIDTH]; 3],
    light: [f32; WIDTH],
}

/// A part of the canvas being painted.
pub(super) struct Tile {
    /// Pixels from the canvas's left upper corner to the tile's.
    left: usize,
    top: usize,
    rows: [Row; DOWN],
}

impl Tile {
    /// A tile without colour, of which `across` and `down` pixels lie on the canvas; the others get no light.
    pub fn empty((left, top): (usize, usize), (across, down): (usize, usize)) -> Self {
        let dark = Row { colour: [[0.0; WIDTH]; 3], light: [0.0; WIDTH] };
        let mut lit = dark;
        lit.light[MARGIN..].iter_mut().take(across.min(ACROSS)).for_each(|light| *light = 1.0);
        let mut rows = [dark; DOWN];
        rows.iter_mut().take(down).for_each(|row| *row = lit);
        Self { left, top, rows }
    }

    /// Paints what a placed stamp shows between those that were painted before, which lie above it.
    #[inline(always)]
    pub fn paint(&mut self, stamp: &Stamp, placed: Placed) {
        let (extent, ink) = (stamp.extent(), stamp.ink());
        let left = i64::from(placed.left) - self.left as i64 + MARGIN as i64;
        let top = i64::from(placed.top) - self.top as i64;
        let inside = |place: i64, size: usize| place.clamp(0, size as i64) as usize;
        let shown = stamp.rows(placed);
        let rows = inside(top + shown.start as i64, DOWN)..inside(top + shown.end as i64, DOWN);
        let above = (rows.start as i64 - top) as usize * extent;
        let rows = self.rows[rows].iter_mut().zip(stamp.mask(placed)[above..].chunks_exact(extent));
        let (start, end) = (inside(left, WIDTH), inside(left + extent as i64, WIDTH));
        if end - start == SMALL && extent == SMALL {
            // Most stamps are, and a length that the compiler knows makes a handful of vector instructions.
            for (row, opacities) in rows {
                if let Some(opacities) = opacities.first_chunk::<SMALL>() {
                    row.paint(start, opacities, ink);
                }
            }
            return;
        }
        let skipped = (start as i64 - left) as usize;
        for (row, opacities) in rows {
            let (groups, rest) = opacities[skipped..][..end - start].as_chunks::<SMALL>();
            for (place, opacities) in (start..).step_by(SMALL).zip(groups) {
                row.paint(place, opacities, ink);
            }
            for (place, opacity) in (end - rest.len()..).zip(rest) {
                row.paint(place, &[*opacity], ink);
            }
        }
    }

    /// Whether there is a pixel that lets light through.
    #[inline(always)]
    pub fn is_open(&self) -> bool {
        self.rows.iter().any(|row| shines(&row.light))
    }

    /// Pixels of a row as they are stored; those that nobody sees have one colour, so that empty space takes no room in
    /// a file.
    #[inline(always)]
    pub fn store(&self, row: usize, bytes: &mut [u8]) {
        // Adding a half and cutting off rounds what is not negative.
        let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        let Row { colour: [red, green, blue], light } = &self.rows[row];
        let pixels = red.iter().zip(green).zip(blue).zip(light).skip(MARGIN);
        for (bytes, (((red, green), blue), light)) in bytes.chunks_exact_mut(4).zip(pixels) {
            let opacity = 1.0 - light;
            let alpha = byte(opacity);
            let shown = match alpha {
                0 => [0; 4],
                _ => [byte(red / opacity), byte(green / opacity), byte(blue / opacity), alpha],
            };
            bytes.copy_from_slice(&shown);
        }
    }
}

impl Row {
    /// Paints a run of pixels; opaque ones stay as they are.
    #[inline(always)]
    fn paint<const N: usize>(&mut self, start: usize, opacities: &[f32; N], ink: [f32; 3]) {
        let Some(lights) = self.light[start..].first_chunk_mut::<N>() else { return };
        let light = *lights;
        if !shines(&light) {
            return;
        }
        // An array a step: loops over single pixels are at times unrolled and then not vectorised.
        let part: [f32; N] = from_fn(|i| light[i] * opacities[i]);
        let left: [f32; N] = from_fn(|i| light[i] - part[i]);
        // Where hardly any light is left, this shape stops all of it.
        let stopped: [f32; N] = from_fn(|i| if left[i] < OPAQUE { light[i] } else { part[i] });
        *lights = from_fn(|i| light[i] - stopped[i]);
        for (colour, ink) in self.colour.iter_mut().zip(ink) {
            if let Some(colours) = colour[start..].first_chunk_mut::<N>() {
                let colour = *colours;
                *colours = from_fn(|i| colour[i] + ink * stopped[i]);
            }
        }
    }
}

/// Whether there is any light.
#[inline(always)]
fn shines(lights: &[f32]) -> bool {
    // Light is never negative, and zero has no bit.
    lights.iter().fold(0, |bits, light| bits | light.to_bits()) != 0
}
