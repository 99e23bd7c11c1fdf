//! Uniform integers from 0 to a largest value, by two methods that use the bits differently.
//!
//! Both draw nothing when the largest value is 0, 32 bits a try when it fits 32 bits, and 64 bits a try otherwise.

use super::RandomError;
use super::bits::Bits;

/// Uniform in `low..high`, given a draw of `0..=largest`.
pub(super) fn between(low: i64, high: i64, draw: impl FnOnce(u64) -> u64) -> Result<i64, RandomError> {
    if low >= high {
        return Err(RandomError::EmptyRange { low, high });
    }
    Ok(low.wrapping_add_unsigned(draw(high.abs_diff(low) - 1)))
}

/// Multiply and shift, with rejection of the biased low part (D. Lemire, "Fast Random Integer Generation in an
/// Interval", 2019). Uniform in `0..=largest`.
pub(super) fn multiplied(bits: &mut impl Bits, largest: u64) -> u64 {
    if largest == 0 {
        return 0;
    }
    if let Ok(largest) = u32::try_from(largest) {
        let Some(n) = largest.checked_add(1) else { return u64::from(bits.next_u32()) };
        loop {
            let product = u64::from(bits.next_u32()) * u64::from(n);
            // The remainder is below n: most draws need no division.
            if product as u32 >= n || product as u32 >= n.wrapping_neg() % n {
                return product >> 32;
            }
        }
    }
    let Some(n) = largest.checked_add(1) else { return bits.next_u64() };
    let rejected = n.wrapping_neg() % n;
    loop {
        let product = u128::from(bits.next_u64()) * u128::from(n);
        if product as u64 >= rejected {
            return (product >> 64) as u64;
        }
    }
}

/// Keep as many low bits as `largest` has, and try again while the number is larger. Uniform in `0..=largest`.
pub(super) fn masked(bits: &mut impl Bits, largest: u64) -> u64 {
    if largest == 0 {
        return 0;
    }
    let mask = u64::MAX >> largest.leading_zeros();
    loop {
        let word = if largest <= u64::from(u32::MAX) { u64::from(bits.next_u32()) } else { bits.next_u64() };
        if word & mask <= largest {
            return word & mask;
        }
    }
}
