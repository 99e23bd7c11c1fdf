//! Sorting of many short lists of 32-bit keys.

/// Digits of 11 bits: three passes.
const BITS: u32 = 11;
const BUCKETS: usize = 1 << BITS;
/// Below it comparisons are faster than counting.
const SHORT: usize = 1 << 9;

/// Sorts `keys`; `scratch` is overwritten.
pub fn radix_sort(keys: &mut Vec<u32>, scratch: &mut Vec<u32>) {
    if keys.len() < SHORT {
        keys.sort_unstable();
        return;
    }
    let mut counts = [[0_usize; BUCKETS]; 3];
    for key in keys.iter() {
        for (pass, counts) in counts.iter_mut().enumerate() {
            counts[digit(*key, pass)] += 1;
        }
    }
    scratch.clear();
    scratch.resize(keys.len(), 0);
    for (pass, counts) in counts.iter_mut().enumerate() {
        // A digit that all keys share sorts nothing.
        if counts[digit(keys[0], pass)] == keys.len() {
            continue;
        }
        let mut begin = 0;
        for count in counts.iter_mut() {
            begin += std::mem::replace(count, begin);
        }
        for key in keys.iter() {
            let place = &mut counts[digit(*key, pass)];
            scratch[*place] = *key;
            *place += 1;
        }
        std::mem::swap(keys, scratch);
    }
}

fn digit(key: u32, pass: usize) -> usize {
    (key >> (BITS * pass as u32)) as usize % BUCKETS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorts(mut keys in proptest::collection::vec(any::<u32>(), 0..2_000), mask in any::<u32>()) {
            keys.iter_mut().for_each(|key| *key &= mask);
            let mut expected = keys.clone();
            expected.sort_unstable();
            radix_sort(&mut keys, &mut Vec::new());
            prop_assert_eq!(keys, expected);
        }
    }
}
