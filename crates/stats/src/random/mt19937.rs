//! The Mersenne Twister MT19937 (M. Matsumoto and T. Nishimura, 1998), with the seeding of its authors' 2002 version.

use super::bits::Bits;

const SIZE: usize = 624;
const SHIFTED: usize = 397;
const TWIST: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;

/// The bit generator behind NumPy's `RandomState`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mt19937 {
    state: [u32; SIZE],
    /// Words of `state` already handed out.
    used: usize,
}

impl Mt19937 {
    /// Seeds from one word.
    pub fn from_word(seed: u32) -> Self {
        let mut state = [seed; SIZE];
        for i in 1..SIZE {
            let last = state[i - 1];
            state[i] = (last ^ last >> 30).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Self { state, used: SIZE }
    }

    /// Seeds from a key of any length from 1.
    pub fn from_key(key: &[u32]) -> Self {
        let mut state = Self::from_word(19_650_218).state;
        // Position 0 is never written but holds the last word while the others are mixed with their left neighbours.
        let mut at = 1;
        let advance = |state: &mut [u32; SIZE], at: &mut usize| {
            *at += 1;
            if *at == SIZE {
                state[0] = state[SIZE - 1];
                *at = 1;
            }
        };
        for (i, word) in key.iter().enumerate().cycle().take(SIZE.max(key.len())) {
            let left = state[at - 1];
            let mixed = state[at] ^ (left ^ left >> 30).wrapping_mul(1_664_525);
            state[at] = mixed.wrapping_add(*word).wrapping_add(i as u32);
            advance(&mut state, &mut at);
        }
        for _ in 1..SIZE {
            let left = state[at - 1];
            let mixed = state[at] ^ (left ^ left >> 30).wrapping_mul(1_566_083_941);
            state[at] = mixed.wrapping_sub(at as u32);
            advance(&mut state, &mut at);
        }
        state[0] = UPPER;
        Self { state, used: SIZE }
    }

    /// Replaces the whole state.
    fn twist(&mut self) {
        for i in 0..SIZE {
            let joined = (self.state[i] & UPPER) | (self.state[(i + 1) % SIZE] & !UPPER);
            let twisted = joined >> 1 ^ if joined & 1 == 1 { TWIST } else { 0 };
            self.state[i] = self.state[(i + SHIFTED) % SIZE] ^ twisted;
        }
        self.used = 0;
    }
}

impl Bits for Mt19937 {
    fn next_u32(&mut self) -> u32 {
        if self.used == SIZE {
            self.twist();
        }
        let mut word = self.state[self.used];
        self.used += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        high << 32 | u64::from(self.next_u32())
    }

    fn next_f64(&mut self) -> f64 {
        let high = u64::from(self.next_u32() >> 5);
        let low = u64::from(self.next_u32() >> 6);
        (high << 26 | low) as f64 / (1_u64 << 53) as f64
    }
}
