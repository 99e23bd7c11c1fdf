//! A part of a picture being painted, small enough for the processor's cache.

use std::ops::Range;

use super::stamp::{Placed, SMALL, Stamp};

/// Pixels of a tile across.
pub(super) const ACROSS: usize = 64;
/// Rows of a tile, and of a band of tiles that one thread paints: their pixels stay in the processor's cache.
pub(super) const DOWN: usize = 32;
/// Transparency below which a pixel counts as opaque: whatever is under it would change a channel by half of one of 255
/// levels at most.
const OPAQUE: f32 = 1.0 / 512.0;

/// A row of pixels being painted: red, green and blue, multiplied by the opacity, and the light that goes through to
/// what lies below, from 0 to 1.
///
/// Colours are blended as they are encoded (sRGB, not linear light), as matplotlib and browsers do.
#[derive(Clone, Copy)]
struct Row {
    colour: [[f32; ACROSS]; 3],
    light: [f32; ACROSS],
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
        let dark = Row { colour: [[0.0; ACROSS]; 3], light: [0.0; ACROSS] };
        let mut lit = dark;
        lit.light.iter_mut().take(across).for_each(|light| *light = 1.0);
        let mut rows = [dark; DOWN];
        rows.iter_mut().take(down).for_each(|row| *row = lit);
        Self { left, top, rows }
    }

    /// Paints what a placed stamp shows between those that were painted before, which lie above it.
    pub fn paint(&mut self, stamp: &Stamp, placed: Placed) {
        let extent = stamp.extent() as i64;
        let (left, top) =
            (i64::from(placed.left) - self.left as i64, i64::from(placed.top) - self.top as i64);
        let inside = |place: i64, size: usize| place.clamp(0, size as i64) as usize;
        let (start, end) = (inside(left, ACROSS), inside(left + extent, ACROSS));
        let skipped = (start as i64 - left) as usize;
        for row in inside(top, DOWN)..inside(top + extent, DOWN) {
            let opacities = stamp.row(placed, (row as i64 - top) as usize);
            self.rows[row].paint(start..end, &opacities[skipped..], stamp.ink());
        }
    }

    /// Whether there is a pixel that lets light through.
    pub fn is_open(&self) -> bool {
        self.rows.iter().any(|row| shines(&row.light))
    }

    /// Pixels of a row as they are stored; those that nobody sees have one colour, so that empty space takes no room in
    /// a file.
    pub fn store(&self, row: usize, bytes: &mut [u8]) {
        // Adding a half and cutting off rounds what is not negative.
        let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        let Row { colour: [red, green, blue], light } = &self.rows[row];
        let pixels = red.iter().zip(green).zip(blue).zip(light);
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
    fn paint(&mut self, run: Range<usize>, opacities: &[f32], ink: [f32; 3]) {
        // Most stamps are small: a length that the compiler knows makes a handful of vector instructions.
        match run.len() {
            0 => {}
            SMALL => self.paint_known(run.start..run.start + SMALL, &opacities[..SMALL], ink),
            _ => self.paint_known(run, opacities, ink),
        }
    }

    #[inline(always)]
    fn paint_known(&mut self, run: Range<usize>, opacities: &[f32], ink: [f32; 3]) {
        let lights = &mut self.light[run.clone()];
        if !shines(lights) {
            return;
        }
        let [red, green, blue] = &mut self.colour;
        let colours = (&mut red[run.clone()], &mut green[run.clone()], &mut blue[run]);
        let pixels = lights.iter_mut().zip(colours.0).zip(colours.1).zip(colours.2);
        for ((((light, red), green), blue), opacity) in pixels.zip(opacities) {
            let stopped = *light * opacity;
            // Where hardly any light is left, this shape stops all of it.
            let stopped = if *light - stopped < OPAQUE { *light } else { stopped };
            *light -= stopped;
            *red += ink[0] * stopped;
            *green += ink[1] * stopped;
            *blue += ink[2] * stopped;
        }
    }
}

/// Whether there is any light.
fn shines(lights: &[f32]) -> bool {
    // Light is never negative, and zero has no bit.
    lights.iter().fold(0, |bits, light| bits | light.to_bits()) != 0
}
