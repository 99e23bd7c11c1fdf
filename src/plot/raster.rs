//! A picture of many small shapes: each is stamped with anti-aliased edges, in time linear in their number.

use rayon::prelude::*;

use super::element::Outline;
use super::geometry::Point;
use super::paint::Colour;

/// Positions of a stamp within a pixel, along each axis: a shape lies at most 1/16 pixel beside its place.
const PHASES: usize = 8;
/// Samples of a pixel's coverage along each axis.
const SAMPLES: usize = 8;
/// Rows that one thread paints at a time, of a number that leaves their pixels in the processor's cache.
const BAND: usize = 32;
/// Places that one thread computes at a time. Neither number shows in the picture.
const BLOCK: usize = 1 << 15;
/// A stamp wider than this many pixels has a single phase: half a pixel is then no visible part of it.
const WIDE: f64 = 48.0;

/// A pixel being painted: red, green, blue and opacity from 0 to 1, the colours multiplied by the opacity.
///
/// Colours are blended as they are encoded (sRGB, not linear light), as matplotlib and browsers do.
type Pixel = [f32; 4];

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
    /// Red, green, blue and a one, by which opacity is painted as if it were a colour.
    colour: [f32; 4],
    /// Pixels along an edge of the square around the shape.
    extent: usize,
    /// Pixels from the square's left upper corner to the shape's middle.
    middle: f64,
    phases: usize,
    /// Opacity of every pixel, phase by phase (down, then across), row by row.
    masks: Vec<f32>,
    /// For every row of every phase, the first pixel that is covered and the one after the last.
    covered: Vec<(u16, u16)>,
}

/// A stamp at its place: the pixels from the canvas's left upper corner to the square's.
#[derive(Clone, Copy)]
struct Placed {
    left: i32,
    top: i32,
    stamp: u16,
    phase: u16,
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
        let covered = masks.chunks_exact(extent).map(|row| {
            let first = row.iter().position(|opacity| *opacity > 0.0).unwrap_or(0);
            let end = row.iter().rposition(|opacity| *opacity > 0.0).map_or(0, |last| last + 1);
            (first as u16, end as u16)
        });
        let covered = covered.collect();
        let [red, green, blue] = colour.channels().map(|channel| f32::from(channel) / 255.0);
        Self { colour: [red, green, blue, 1.0], extent, middle, phases, masks, covered }
    }

    /// Where the stamp lies on a canvas with its shape's middle at a place, in pixels from the left upper corner;
    /// `None` outside, and for a place that is not finite.
    fn place(&self, index: u16, (x, y): (f64, f64), (width, height): (usize, usize)) -> Option<Placed> {
        let reach = self.middle + 1.0;
        let near = |place: f64, size: usize| place > -reach && place < size as f64 + reach;
        if !(near(x, width) && near(y, height)) {
            return None;
        }
        let phase = |place: f64| {
            let part = ((place - place.floor()) * self.phases as f64) as usize;
            part.min(self.phases - 1)
        };
        let corner = |place: f64| (place.floor() - self.middle) as i32;
        let phase = phase(y) * self.phases + phase(x);
        Some(Placed { left: corner(x), top: corner(y), stamp: index, phase: phase as u16 })
    }

    /// Paints the part of a placed stamp that lies in a band of rows, the first of which is row `first` of the canvas.
    fn paint(&self, placed: &Placed, band: &mut [Pixel], first: usize, width: usize) {
        let top = i64::from(placed.top) - first as i64;
        let n_rows = (band.len() / width.max(1)) as i64;
        let shown = (-top).clamp(0, self.extent as i64)..(n_rows - top).clamp(0, self.extent as i64);
        let left = i64::from(placed.left);
        let inside = (0, width as i64);
        let phase = usize::from(placed.phase) * self.extent;
        for row in shown {
            let of_stamp = phase + row as usize;
            let (from, to) = self.covered[of_stamp];
            let place = |column: u16| (left + i64::from(column)).clamp(inside.0, inside.1);
            let (start, end) = (place(from), place(to));
            if start >= end {
                continue;
            }
            let first = (top + row) as usize * width;
            let pixels = &mut band[first + start as usize..first + end as usize];
            let mask = of_stamp * self.extent;
            let opacities = &self.masks[mask + (start - left) as usize..mask + (end - left) as usize];
            for (pixel, opacity) in pixels.iter_mut().zip(opacities) {
                let rest = 1.0 - opacity;
                let [red, green, blue, alpha] = *pixel;
                *pixel = [
                    red * rest + self.colour[0] * opacity,
                    green * rest + self.colour[1] * opacity,
                    blue * rest + self.colour[2] * opacity,
                    alpha * rest + self.colour[3] * opacity,
                ];
            }
        }
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

/// Pixels as they are stored; those that nobody sees have one colour, so that empty space takes no room in a file.
fn store(pixels: &[Pixel], bytes: &mut [u8]) {
    // Adding a half and cutting off rounds what is not negative.
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    for (bytes, [red, green, blue, opacity]) in bytes.chunks_exact_mut(4).zip(pixels) {
        let alpha = byte(*opacity);
        let shown = match alpha {
            0 => [0; 4],
            _ => [byte(red / opacity), byte(green / opacity), byte(blue / opacity), alpha],
        };
        bytes.copy_from_slice(&shown);
    }
}

impl Raster {
    /// A picture on which stamps were painted, later ones above earlier ones. `place` says for a point which stamp it
    /// is, and where in pixels from the left upper corner the shape's middle lies. What lies outside is cut off; a place
    /// that is not finite is nowhere, and so is a stamp that is not there.
    ///
    /// Bands of rows are painted in parallel. Each pixel is painted by one thread in the order of the points.
    pub fn painted<P: Sync>(
        (width, height): (usize, usize),
        stamps: &[Stamp],
        points: &[P],
        place: impl Fn(&P) -> (usize, f64, f64) + Sync,
    ) -> Self {
        let n_bands = height.div_ceil(BAND);
        let in_bands = |points: &[P]| {
            let mut bands: Vec<Vec<Placed>> = vec![Vec::new(); n_bands];
            for point in points {
                let (index, x, y) = place(point);
                let (Some(stamp), Ok(index)) = (stamps.get(index), u16::try_from(index)) else { continue };
                let Some(placed) = stamp.place(index, (x, y), (width, height)) else { continue };
                let end =
                    usize::try_from(placed.top + stamp.extent as i32 - 1).map_or(0, |row| row / BAND + 1);
                let end = end.min(n_bands);
                let first = (usize::try_from(placed.top).unwrap_or(0) / BAND).min(end);
                bands[first..end].iter_mut().for_each(|band| band.push(placed));
            }
            bands
        };
        let blocks: Vec<Vec<Vec<Placed>>> = points.par_chunks(BLOCK).map(in_bands).collect();
        let mut bytes = vec![0; 4 * width * height];
        let bands = bytes.par_chunks_mut((4 * BAND * width).max(1)).enumerate();
        bands.for_each_init(Vec::new, |pixels: &mut Vec<Pixel>, (index, bytes)| {
            pixels.clear();
            pixels.resize(bytes.len() / 4, [0.0; 4]);
            for placed in blocks.iter().flat_map(|block| &block[index]) {
                stamps[usize::from(placed.stamp)].paint(placed, pixels, index * BAND, width);
            }
            store(pixels, bytes);
        });
        Self { width, height, bytes }
    }
}

/// What becomes of a byte when there are `levels` values for it (2 to 256).
pub(super) fn rounded(levels: u16) -> [u8; 256] {
    let top = f64::from(levels.clamp(2, 256) - 1);
    let mut table = [0; 256];
    for (byte, rounded) in (0_u8..=255).zip(&mut table) {
        *rounded = ((f64::from(byte) / 255.0 * top).round() / top * 255.0).round() as u8;
    }
    table
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

    /// A picture with stamps at places, painted at once.
    fn painted(width: usize, height: usize, stamps: &[(&Stamp, f64, f64)]) -> Raster {
        let mut pixels = vec![[0.0; 4]; width * height];
        for (stamp, x, y) in stamps {
            if let Some(placed) = stamp.place(0, (*x, *y), (width, height)) {
                stamp.paint(&placed, &mut pixels, 0, width);
            }
        }
        let mut bytes = vec![0; 4 * pixels.len()];
        store(&pixels, &mut bytes);
        Raster { width, height, bytes }
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
            let raster = painted(20, 20, &[(&disc(4.0, Colour::BLACK, 1.0), x, y)]);
            assert!((area(&raster) - 16.0 * std::f64::consts::PI).abs() < 0.3, "{}", area(&raster));
            let found = middle(&raster);
            assert!((found.0 - x).abs() < 0.08 && (found.1 - y).abs() < 0.08, "{found:?} for {x} {y}");
        }
    }

    #[test]
    fn colours_blend_as_they_are_encoded() {
        let (red, green) = (disc(6.0, Colour::rgb(200, 0, 0), 0.5), disc(6.0, Colour::rgb(0, 100, 0), 0.5));
        let middle = |stamp| (stamp, 4.5, 4.5);
        assert_eq!(painted(9, 9, &[middle(&red)]).pixel(4, 4), [200, 0, 0, 128]);
        // Over: opacity 1 - 0.5 * 0.5; red 0.25 * 200 / 0.75, green 0.5 * 100 / 0.75.
        assert_eq!(painted(9, 9, &[middle(&red), middle(&green)]).pixel(4, 4), [67, 67, 0, 191]);
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let stamp = disc(2.0, Colour::BLACK, 1.0);
        let area = |places: &[(f64, f64)]| {
            let stamps: Vec<_> = places.iter().map(|(x, y)| (&stamp, *x, *y)).collect();
            area(&painted(8, 6, &stamps))
        };
        let places =
            [(-100.0, 3.0), (1e300, 3.0), (f64::NAN, 3.0), (3.0, f64::INFINITY), (-5.0, -5.0), (13.0, 11.0)];
        assert_eq!(area(&places), 0.0);
        let corners = [(0.0, 0.0), (8.0, 0.0), (0.0, 6.0), (8.0, 6.0)];
        assert!((area(&corners) - 4.0 * std::f64::consts::PI).abs() < 0.3);
    }

    #[test]
    fn polygons_are_stamped_too() {
        let corners = [(-3.0, -3.0), (3.0, -3.0), (0.0, 3.0)].map(|(x, y)| Point::new(x, y));
        let stamp = Stamp::new(&Outline::Polygon(corners.to_vec()), 3.0, Colour::BLACK, 1.0);
        // An edge lies half a sample beside its place at most: 6 pixels of 1/16.
        let found = area(&painted(10, 10, &[(&stamp, 5.0, 5.0)]));
        assert!((found - 18.0).abs() < 0.4, "{found}");
    }

    /// Painting in bands and blocks is painting the whole canvas point after point.
    #[test]
    fn bands_are_parts_of_the_whole_picture() {
        let stamps = [
            disc(2.6, Colour::rgb(200, 30, 0), 0.65),
            disc(9.5, Colour::rgb(0, 90, 200), 0.3),
            // Larger than a band, with a single phase.
            disc(40.0, Colour::rgb(10, 200, 90), 0.1),
        ];
        let (width, height) = (70, 3 * BAND + 5);
        // A generator of its own: multiples of a prime, around the canvas too.
        let point = |i: usize| {
            let unit = |factor: usize| (i * factor % 10_007) as f64 / 10_007.0;
            let stamp = if i.is_multiple_of(97) { 2 } else { i % 2 };
            // Now and then a stamp that is not there.
            (
                if i.is_multiple_of(1001) { 3 } else { stamp },
                110.0 * unit(7919) - 20.0,
                150.0 * unit(6007) - 20.0,
            )
        };
        let points: Vec<_> = (0..BLOCK + 500).map(point).collect();
        let at_once: Vec<_> =
            points.iter().filter_map(|(index, x, y)| Some((stamps.get(*index)?, *x, *y))).collect();
        let expected = painted(width, height, &at_once);
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| Raster::painted((width, height), &stamps, &points, |point| *point));
            assert!(found == expected, "{threads} threads");
        }
        assert!(area(&expected) > 0.0);
    }

    #[test]
    fn bytes_are_rounded_to_the_nearest_level() {
        assert!(rounded(256).into_iter().eq(0..=255));
        for (levels, known) in
            [(2, vec![0, 255]), (16, (0..16).map(|level| 17 * level).collect::<Vec<i32>>())]
        {
            for (byte, found) in (0..).zip(rounded(levels)) {
                let nearest = known.iter().map(|level| (level - byte).abs()).min();
                assert!(known.contains(&i32::from(found)), "{byte} {found}");
                assert_eq!(Some((i32::from(found) - byte).abs()), nearest);
            }
        }
    }
}
