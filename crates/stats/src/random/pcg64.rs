//! PCG64: a linear congruential generator modulo 2¹²⁸ with the output function XSL-RR (M. E. O'Neill,
//! "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms", HMC-CS-2014-0905).

use super::SeedSequence;
use super::bits::Bits;

const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// The bit generator behind NumPy's `default_rng`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pcg64 {
    state: u128,
    increment: u128,
    /// High half of the last 64-bit output whose low half was handed out.
    half: Option<u32>,
}

impl Pcg64 {
    /// Seeds state and stream from four 64-bit words.
    pub fn new(seed: &SeedSequence) -> Self {
        let words = seed.state_u64(4);
        let [state, stream] = [0, 2].map(|i| u128::from(words[i]) << 64 | u128::from(words[i + 1]));
        let mut pcg = Self { state: 0, increment: stream << 1 | 1, half: None };
        pcg.step();
        pcg.state = pcg.state.wrapping_add(state);
        pcg.step();
        pcg
    }

    fn step(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }
}

impl Bits for Pcg64 {
    fn next_u32(&mut self) -> u32 {
        self.half.take().unwrap_or_else(|| {
            let both = self.next_u64();
            self.half = Some((both >> 32) as u32);
            both as u32
        })
    }

    fn next_u64(&mut self) -> u64 {
        self.step();
        let folded = (self.state >> 64) as u64 ^ self.state as u64;
        folded.rotate_right((self.state >> 122) as u32)
    }

    fn next_f64(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
