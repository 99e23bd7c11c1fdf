//! Seeds of any length mixed into a pool of 128 bits, after M. E. O'Neill's `seed_seq` design (2015).

const POOL: usize = 4;
const SHIFT: u32 = 16;
const ABSORB: Constants = Constants { initial: 0x43b0_d7e5, multiplier: 0x931e_8875 };
const EMIT: Constants = Constants { initial: 0x8b51_f9dd, multiplier: 0x58f3_8ded };
const MIX_LEFT: u32 = 0xca01_f9dd;
const MIX_RIGHT: u32 = 0x4973_f715;

struct Constants {
    initial: u32,
    multiplier: u32,
}

/// Entropy spread over a pool of four words, from which any number of state words can be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedSequence {
    pool: [u32; POOL],
}

impl SeedSequence {
    /// From an integer of any size, as its digits to the base 2³², least significant first and without leading
    /// zeros (zero is one digit). The same as NumPy's `SeedSequence` of that integer.
    pub fn from_words(words: &[u32]) -> Self {
        let mut hash = Hash::new(&ABSORB);
        let mut pool = [0; POOL];
        for (slot, word) in pool.iter_mut().zip(words.iter().copied().chain(std::iter::repeat(0))) {
            *slot = hash.of(word);
        }
        for source in 0..POOL {
            for target in (0..POOL).filter(|target| *target != source) {
                pool[target] = mix(pool[target], hash.of(pool[source]));
            }
        }
        for word in words.iter().skip(POOL) {
            for slot in &mut pool {
                *slot = mix(*slot, hash.of(*word));
            }
        }
        Self { pool }
    }

    /// From one integer.
    pub fn from_integer(integer: u128) -> Self {
        Self::from_integers(&[integer])
    }

    /// From a list of integers: their digits one after the other. Not the same as the sum or any other single
    /// integer; the empty list is allowed.
    pub fn from_integers(integers: &[u128]) -> Self {
        let words: Vec<u32> = integers.iter().flat_map(|integer| words(*integer)).collect();
        Self::from_words(&words)
    }

    /// The first `n` 32-bit words. Each call starts anew.
    pub fn state_u32(&self, n: usize) -> Vec<u32> {
        let mut hash = Hash::new(&EMIT);
        self.pool.iter().cycle().take(n).map(|word| hash.of(*word)).collect()
    }

    /// The first `n` 64-bit words, each of two 32-bit words, low half first.
    pub fn state_u64(&self, n: usize) -> Vec<u64> {
        let halves = self.state_u32(2 * n);
        halves.chunks_exact(2).map(|pair| u64::from(pair[0]) | u64::from(pair[1]) << 32).collect()
    }
}

/// Digits to the base 2³², least significant first; one digit for zero.
fn words(mut integer: u128) -> Vec<u32> {
    let mut words = vec![integer as u32];
    integer >>= 32;
    while integer > 0 {
        words.push(integer as u32);
        integer >>= 32;
    }
    words
}

/// A multiplicative hash whose constant changes with every word.
struct Hash {
    constant: u32,
    multiplier: u32,
}

impl Hash {
    fn new(constants: &Constants) -> Self {
        Self { constant: constants.initial, multiplier: constants.multiplier }
    }

    fn of(&mut self, word: u32) -> u32 {
        let word = word ^ self.constant;
        self.constant = self.constant.wrapping_mul(self.multiplier);
        let word = word.wrapping_mul(self.constant);
        word ^ word >> SHIFT
    }
}

fn mix(left: u32, right: u32) -> u32 {
    let word = left.wrapping_mul(MIX_LEFT).wrapping_sub(right.wrapping_mul(MIX_RIGHT));
    word ^ word >> SHIFT
}
