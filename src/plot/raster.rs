//! A picture of many small shapes: each is stamped with anti-aliased edges, in time linear in their number.
//!
//! Shapes are painted from the highest to the lowest, each where those above it let light through. What lies under
//! enough others is not painted at all, so that a dense cloud costs little more than its surface.

use rayon::prelude::*;

use super::stamp::{Placed, Stamp};
use super::tile::{ACROSS, DOWN, Tile};

/// Places that one thread computes at a time. No such number shows in the picture.
const BLOCK: usize = 1 << 15;
/// Stamps after which a tile is asked whether it takes any more.
const PATIENCE: usize = 64;

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

/// The stamps of a block of points, tile after tile; within a tile in the order of the points.
struct Sorted {
    placed: Vec<Placed>,
    /// For every tile, where its stamps begin; and the end of the last.
    starts: Vec<u32>,
}

/// A rectangle of tiles.
#[derive(Clone, Copy)]
struct Tiles {
    /// The one at the left upper corner.
    first: u32,
    across: u16,
    down: u16,
}

impl Tiles {
    /// Those that a square touches, of `n_across` by `n_down`.
    fn touched((left, top): (i16, i16), extent: usize, (n_across, n_down): (usize, usize)) -> Self {
        let touched = |first: i16, size: usize, n: usize| {
            let last = i32::from(first) + extent as i32 - 1;
            let end = usize::try_from(last).map_or(0, |last| (last / size + 1).min(n));
            let start = usize::try_from(first).unwrap_or(0) / size;
            (start.min(end), end)
        };
        let (across, down) = (touched(left, ACROSS, n_across), touched(top, DOWN, n_down));
        Self {
            first: (down.0 * n_across + across.0) as u32,
            across: (across.1 - across.0) as u16,
            down: (down.1 - down.0) as u16,
        }
    }

    /// Calls a function for every tile.
    fn each(self, n_across: usize, mut then: impl FnMut(usize)) {
        let first = self.first as usize;
        // As most are.
        if (self.across, self.down) == (1, 1) {
            return then(first);
        }
        for row in 0..usize::from(self.down) {
            for column in 0..usize::from(self.across) {
                then(first + row * n_across + column);
            }
        }
    }
}

impl Sorted {
    /// Sorts the stamps of points by the tiles that they touch.
    fn new(placed: &[Placed], stamps: &[Stamp], (width, height): (usize, usize)) -> Self {
        let (n_across, n_down) = (width.div_ceil(ACROSS), height.div_ceil(DOWN));
        let mut starts = vec![0_u32; n_across * n_down + 1];
        let count = |placed: &Placed| {
            let extent = stamps[usize::from(placed.stamp)].extent();
            let tiles = Tiles::touched((placed.left, placed.top), extent, (n_across, n_down));
            tiles.each(n_across, |tile| starts[tile + 1] += 1);
            tiles
        };
        let tiles: Vec<Tiles> = placed.iter().map(count).collect();
        for tile in 0..n_across * n_down {
            starts[tile + 1] += starts[tile];
        }
        let mut next = starts.clone();
        let mut sorted = vec![Placed::default(); starts.last().map_or(0, |end| *end as usize)];
        for (placed, tiles) in placed.iter().zip(tiles) {
            tiles.each(n_across, |tile| {
                sorted[next[tile] as usize] = *placed;
                next[tile] += 1;
            });
        }
        Self { placed: sorted, starts }
    }

    fn tile(&self, tile: usize) -> &[Placed] {
        &self.placed[self.starts[tile] as usize..self.starts[tile + 1] as usize]
    }
}

impl Raster {
    /// A picture on which stamps were painted, later ones above earlier ones. `place` says for a point which stamp it
    /// is, and where in pixels from the left upper corner the shape's middle lies. What lies outside is cut off; a place
    /// that is not finite is nowhere, and so is a stamp that is not there.
    ///
    /// Bands of tiles are painted in parallel, each pixel by one thread in the order of the points.
    pub fn painted<P: Sync>(
        (width, height): (usize, usize),
        stamps: &[Stamp],
        points: &[P],
        place: impl Fn(&P) -> (usize, f64, f64) + Sync,
    ) -> Self {
        let sorted = |points: &[P]| {
            let mut placed = Vec::with_capacity(points.len());
            placed.extend(points.iter().filter_map(|point| {
                let (index, x, y) = place(point);
                stamps.get(index)?.place(u16::try_from(index).ok()?, (x, y), (width, height))
            }));
            Sorted::new(&placed, stamps, (width, height))
        };
        let blocks: Vec<Sorted> = points.par_chunks(BLOCK).map(sorted).collect();
        let mut bytes = vec![0; 4 * width * height];
        bytes.par_chunks_mut((4 * DOWN * width).max(1)).enumerate().for_each(|(down, bytes)| {
            pulp::Arch::new().dispatch(Band { bytes, width, down, blocks: &blocks, stamps });
        });
        Self { width, height, bytes }
    }
}

/// A row of tiles to be painted.
struct Band<'a> {
    bytes: &'a mut [u8],
    /// Pixels in a row of the picture.
    width: usize,
    /// Number of bands above this one.
    down: usize,
    blocks: &'a [Sorted],
    stamps: &'a [Stamp],
}

/// Compiled for the widest vectors that the processor has: they multiply and add the same numbers.
impl pulp::WithSimd for Band<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self { bytes, width, down, blocks, stamps } = self;
        let n_rows = bytes.len() / (4 * width);
        let n_across = width.div_ceil(ACROSS);
        for across in 0..n_across {
            let corner = (across * ACROSS, down * DOWN);
            let mut tile = Tile::empty(corner, (width - corner.0, n_rows));
            let blocks = blocks.iter().rev();
            let placed = blocks.flat_map(|block| block.tile(down * n_across + across).iter().rev());
            for (painted, placed) in placed.enumerate() {
                if painted.is_multiple_of(PATIENCE) && !tile.is_open() {
                    break;
                }
                tile.paint(&stamps[usize::from(placed.stamp)], *placed);
            }
            for (row, bytes) in bytes.chunks_exact_mut(4 * width).enumerate() {
                tile.store(row, &mut bytes[4 * corner.0..(4 * (corner.0 + ACROSS)).min(4 * width)]);
            }
        }
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
    use crate::plot::{Colour, Outline, Point};

    fn disc(radius: f64, colour: Colour, opacity: f64) -> Stamp {
        let outline = Outline::Circle { centre: Point::default(), radius };
        Stamp::new(&outline, radius, colour, opacity)
    }

    /// A picture with stamps at places.
    fn painted(width: usize, height: usize, stamps: &[(&Stamp, f64, f64)]) -> Raster {
        let (kinds, points): (Vec<Stamp>, Vec<(usize, f64, f64)>) = stamps
            .iter()
            .enumerate()
            .map(|(index, (stamp, x, y))| (Stamp::clone(stamp), (index, *x, *y)))
            .unzip();
        Raster::painted((width, height), &kinds, &points, |point| *point)
    }

    /// The same from the lowest stamp to the highest, each over the whole canvas; channels from 0 to 255.
    fn painted_upwards(width: usize, height: usize, stamps: &[(&Stamp, f64, f64)]) -> Vec<[f64; 4]> {
        let mut pixels = vec![[0.0; 4]; width * height];
        for (stamp, x, y) in stamps {
            let Some(placed) = stamp.place(0, (*x, *y), (width, height)) else { continue };
            for (row, opacities) in stamp.mask(placed).chunks_exact(stamp.extent()).enumerate() {
                for (column, opacity) in opacities.iter().enumerate() {
                    let place = |first: i16, index: usize| usize::try_from(i32::from(first) + index as i32);
                    let (Ok(x), Ok(y)) = (place(placed.left, column), place(placed.top, row)) else {
                        continue;
                    };
                    if x < width && y < height {
                        let [red, green, blue] = stamp.ink();
                        let opacity = f64::from(*opacity);
                        let over = |below: f64, ink: f32| below * (1.0 - opacity) + f64::from(ink) * opacity;
                        let [r, g, b, a] = pixels[y * width + x];
                        pixels[y * width + x] = [over(r, red), over(g, green), over(b, blue), over(a, 1.0)];
                    }
                }
            }
        }
        let shown = |[red, green, blue, opacity]: [f64; 4]| match opacity {
            0.0 => [0.0; 4],
            _ => [red / opacity, green / opacity, blue / opacity, opacity].map(|channel| 255.0 * channel),
        };
        pixels.into_iter().map(shown).collect()
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

    /// Downwards in tiles and blocks, leaving out what nobody sees, is upwards point after point.
    #[test]
    fn tiles_are_parts_of_the_whole_picture() {
        let stamps = [
            disc(2.6, Colour::rgb(200, 30, 0), 0.65),
            disc(9.5, Colour::rgb(0, 90, 200), 0.3),
            // Larger than a tile, with a single phase.
            disc(40.0, Colour::rgb(10, 200, 90), 0.1),
        ];
        let (width, height) = (ACROSS + 6, 3 * DOWN + 5);
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
        for n in [300, BLOCK + 500] {
            let points: Vec<_> = (0..n).map(point).collect();
            let known: Vec<_> =
                points.iter().filter_map(|(index, x, y)| Some((stamps.get(*index)?, *x, *y))).collect();
            let expected = painted_upwards(width, height, &known);
            let in_pool = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| Raster::painted((width, height), &stamps, &points, |point| *point))
            };
            let found = in_pool(1);
            // Rounding, and what a pixel counted as opaque leaves out: half a level each.
            for (found, expected) in found.bytes.chunks_exact(4).zip(&expected) {
                let near = |(a, b): (&u8, &f64)| (f64::from(*a) - b).abs() < 1.01;
                // What nobody sees has no colour.
                let hidden = found == [0; 4] && expected[3] < 1.0;
                assert!(hidden || found.iter().zip(expected).all(near), "{found:?} {expected:?}");
            }
            assert!(area(&found) > 0.0);
            assert!([2, 5].into_iter().all(|threads| in_pool(threads) == found));
        }
    }

    #[test]
    fn a_colour_of_a_shape_is_no_other_shape() {
        let red = disc(3.3, Colour::rgb(200, 0, 0), 0.5);
        let blue = disc(3.3, Colour::rgb(0, 0, 100), 0.5);
        let at = |stamp| painted(9, 9, &[(stamp, 4.2, 4.9)]);
        assert_eq!(at(&red.coloured(Colour::rgb(0, 0, 100))), at(&blue));
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
