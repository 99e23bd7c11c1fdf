//! A picture of many small shapes: each is stamped with anti-aliased edges, in time linear in their number.

use super::element::Outline;
use super::geometry::Point;
use super::paint::Colour;

/// Positions of a stamp within a pixel, along each axis: a shape lies at most 1/16 pixel beside its place.
const PHASES: usize = 8;
/// Samples of a pixel's coverage along each axis.
const SAMPLES: usize = 8;
/// A stamp wider than this many pixels has a single phase: half a pixel is then no visible part of it.
const WIDE: f64 = 48.0;

/// Pixels being painted: red, green, blue and opacity from 0 to 1, the colours multiplied by the opacity.
///
/// Colours are blended as they are encoded (sRGB, not linear light), as matplotlib and browsers do.
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 4]>,
}

/// A painted picture: rows from the top, four bytes a pixel: red, green, blue, opacity (not multiplied).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Raster {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `4 * width * height` bytes.
    pub bytes: Vec<u8>,
}

/// A shape in one colour, its pixel coverage precomputed for every phase.
pub(super) struct Stamp {
    colour: [f32; 3],
    /// Pixels along an edge of the square around the shape.
    extent: usize,
    /// Pixels from the square's left upper corner to the shape's middle.
    middle: f64,
    phases: usize,
    /// Opacity of every pixel, phase by phase (down, then across), row by row.
    masks: Vec<f32>,
}

impl Stamp {
    /// A stamp of an outline around the origin; lengths in pixels.
    pub fn new(outline: &Outline, reach: f64, colour: Colour, opacity: f64) -> Self {
        let phases = if 2.0 * reach > WIDE { 1 } else { PHASES };
        let middle = reach.ceil().max(0.0) + 1.0;
        let extent = 2 * middle as usize + 1;
        let mut masks = Vec::with_capacity(phases * phases * extent * extent);
        for phase in 0..phases * phases {
            let shift = |phase: usize| (phase as f64 + 0.5) / phases as f64;
            let (x, y) = (middle + shift(phase % phases), middle + shift(phase / phases));
            for pixel in 0..extent * extent {
                let corner = ((pixel % extent) as f64 - x, (pixel / extent) as f64 - y);
                masks.push((coverage(outline, corner) * opacity) as f32);
            }
        }
        let colour = colour.channels().map(|channel| f32::from(channel) / 255.0);
        Self { colour, extent, middle, phases, masks }
    }
}

/// Part of the pixel with its left upper corner at `corner` that lies within the outline.
fn coverage(outline: &Outline, corner: (f64, f64)) -> f64 {
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

impl Canvas {
    /// A transparent canvas.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[0.0; 4]; width * height] }
    }

    /// Paints a stamp with its shape's middle at a place, in pixels from the left upper corner. What lies outside is
    /// cut off; a place that is not finite is nowhere.
    pub fn paint(&mut self, stamp: &Stamp, x: f64, y: f64) {
        let reach = stamp.middle + 1.0;
        let near = |place: f64, size: usize| place > -reach && place < size as f64 + reach;
        if !(near(x, self.width) && near(y, self.height)) {
            return;
        }
        let phase = |place: f64| {
            let part = ((place - place.floor()) * stamp.phases as f64) as usize;
            part.min(stamp.phases - 1)
        };
        let size = stamp.extent * stamp.extent;
        let first = (phase(y) * stamp.phases + phase(x)) * size;
        let mask = &stamp.masks[first..first + size];
        let (left, top) = ((x.floor() - stamp.middle) as isize, (y.floor() - stamp.middle) as isize);
        let from = left.max(0) as usize;
        let to = (left + stamp.extent as isize).clamp(0, self.width as isize) as usize;
        for (row, opacities) in mask.chunks_exact(stamp.extent).enumerate() {
            let Ok(row) = usize::try_from(top + row as isize) else { continue };
            if row >= self.height || from >= to {
                continue;
            }
            let pixels = &mut self.pixels[row * self.width + from..row * self.width + to];
            let opacities = &opacities[(from as isize - left) as usize..];
            for (pixel, opacity) in pixels.iter_mut().zip(opacities) {
                let rest = 1.0 - opacity;
                for (channel, colour) in pixel.iter_mut().zip(stamp.colour) {
                    *channel = *channel * rest + colour * opacity;
                }
                pixel[3] = pixel[3] * rest + opacity;
            }
        }
    }

    /// The picture, its channels rounded to `levels` values each (2 to 256).
    pub fn finish(&self, levels: u16) -> Raster {
        let top = f32::from(levels.clamp(2, 256) - 1);
        let byte = |value: f32| ((value.clamp(0.0, 1.0) * top).round() / top * 255.0).round() as u8;
        let mut bytes = Vec::with_capacity(4 * self.pixels.len());
        for [red, green, blue, opacity] in &self.pixels {
            let alpha = byte(*opacity);
            // A pixel nobody sees has one colour, so that empty space takes no room in the file.
            let shown = |channel: f32| if alpha == 0 { 0 } else { byte(channel / opacity) };
            bytes.extend([shown(*red), shown(*green), shown(*blue), alpha]);
        }
        Raster { width: self.width, height: self.height, bytes }
    }
}

impl Raster {
    /// Red, green, blue and opacity of a pixel.
    #[cfg(test)]
    fn pixel(&self, x: usize, y: usize) -> [u8; 4] {
        let first = 4 * (y * self.width + x);
        [0, 1, 2, 3].map(|channel| self.bytes[first + channel])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc(radius: f64, colour: Colour, opacity: f64) -> Stamp {
        let outline = Outline::Circle { centre: Point::default(), radius };
        Stamp::new(&outline, radius, colour, opacity)
    }

    /// Sum of all opacities in pixels.
    fn area(raster: &Raster) -> f64 {
        raster.bytes.chunks_exact(4).map(|pixel| f64::from(pixel[3]) / 255.0).sum()
    }

    /// Middle of all opacity in pixels.
    fn middle(raster: &Raster) -> (f64, f64) {
        let (mut x, mut y) = (0.0, 0.0);
        for (index, pixel) in raster.bytes.chunks_exact(4).enumerate() {
            let weight = f64::from(pixel[3]) / 255.0 / area(raster);
            x += weight * ((index % raster.width) as f64 + 0.5);
            y += weight * ((index / raster.width) as f64 + 0.5);
        }
        (x, y)
    }

    #[test]
    fn a_disc_has_its_area_and_its_place() {
        for (x, y) in [(10.0, 10.0), (10.3, 9.71), (12.99, 8.5)] {
            let mut canvas = Canvas::new(20, 20);
            canvas.paint(&disc(4.0, Colour::BLACK, 1.0), x, y);
            let raster = canvas.finish(256);
            assert!((area(&raster) - 16.0 * std::f64::consts::PI).abs() < 0.3, "{}", area(&raster));
            let found = middle(&raster);
            assert!((found.0 - x).abs() < 0.08 && (found.1 - y).abs() < 0.08, "{found:?} for {x} {y}");
        }
    }

    #[test]
    fn colours_blend_as_they_are_encoded() {
        let mut canvas = Canvas::new(9, 9);
        canvas.paint(&disc(6.0, Colour::rgb(200, 0, 0), 0.5), 4.5, 4.5);
        assert_eq!(canvas.finish(256).pixel(4, 4), [200, 0, 0, 128]);
        canvas.paint(&disc(6.0, Colour::rgb(0, 100, 0), 0.5), 4.5, 4.5);
        // Over: opacity 1 - 0.5 * 0.5; red 0.25 * 200 / 0.75, green 0.5 * 100 / 0.75.
        assert_eq!(canvas.finish(256).pixel(4, 4), [67, 67, 0, 191]);
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let mut canvas = Canvas::new(8, 6);
        let stamp = disc(2.0, Colour::BLACK, 1.0);
        let places =
            [(-100.0, 3.0), (1e300, 3.0), (f64::NAN, 3.0), (3.0, f64::INFINITY), (-5.0, -5.0), (13.0, 11.0)];
        places.iter().for_each(|(x, y)| canvas.paint(&stamp, *x, *y));
        assert_eq!(area(&canvas.finish(256)), 0.0);
        for (x, y) in [(0.0, 0.0), (8.0, 0.0), (0.0, 6.0), (8.0, 6.0)] {
            canvas.paint(&stamp, x, y);
        }
        assert!((area(&canvas.finish(256)) - 4.0 * std::f64::consts::PI).abs() < 0.3);
    }

    #[test]
    fn polygons_are_stamped_too() {
        let corners = [(-3.0, -3.0), (3.0, -3.0), (0.0, 3.0)].map(|(x, y)| Point::new(x, y));
        let mut canvas = Canvas::new(10, 10);
        canvas.paint(&Stamp::new(&Outline::Polygon(corners.to_vec()), 3.0, Colour::BLACK, 1.0), 5.0, 5.0);
        // An edge lies half a sample beside its place at most: 6 pixels of 1/16.
        let found = area(&canvas.finish(256));
        assert!((found - 18.0).abs() < 0.4, "{found}");
    }
}
