//! The standard normal distribution by the ziggurat method (G. Marsaglia and W. W. Tsang, "The Ziggurat Method for
//! Generating Random Variables", 2000), with 256 layers and magnitudes of 52 bits as in NumPy.

use super::bits::Bits;
use super::normal_tables::{ACCEPTED, DENSITIES, EDGES};

/// Where the tail begins: the right edge of the lowest layer.
const TAIL: f64 = EDGES[255];
/// Of one unit of the 52-bit magnitude.
const UNIT: f64 = 1.0 / (1_u64 << 52) as f64;

/// A draw from N(0, 1). One 64-bit output gives layer (8 bits), sign (1 bit) and magnitude (52 bits); in about one
/// of 100 draws that point lies outside the part of its layer that is surely below the density, and more is drawn.
pub(super) fn standard_normal(bits: &mut impl Bits) -> f64 {
    loop {
        let word = bits.next_u64();
        let layer = (word & 0xff) as usize;
        let magnitude = word >> 9 & ((1 << 52) - 1);
        let x = magnitude as f64 * (EDGES[layer] * UNIT);
        let signed = if word >> 8 & 1 == 1 { -x } else { x };
        if magnitude < ACCEPTED[layer] {
            return signed;
        }
        if layer == 0 {
            // NumPy takes the sign of a tail from another bit than that of the body.
            return if magnitude >> 8 & 1 == 1 { -tail(bits) } else { tail(bits) };
        }
        let height = (DENSITIES[layer - 1] - DENSITIES[layer]) * bits.next_f64() + DENSITIES[layer];
        if height < libm::exp(-0.5 * x * x) {
            return signed;
        }
    }
}

/// A draw from the part beyond [`TAIL`] (G. Marsaglia, "Generating a Variable from the Tail of the Normal
/// Distribution", 1964).
fn tail(bits: &mut impl Bits) -> f64 {
    loop {
        let beyond = -(1.0 / TAIL) * libm::log1p(-bits.next_f64());
        let y = -libm::log1p(-bits.next_f64());
        if y + y > beyond * beyond {
            return TAIL + beyond;
        }
    }
}
