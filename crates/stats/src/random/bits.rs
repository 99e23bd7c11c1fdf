//! What a distribution needs of a bit generator.

/// A source of uniform random bits.
pub(super) trait Bits {
    /// The next 32 bits. May hand out half of a 64-bit output and keep the other half.
    fn next_u32(&mut self) -> u32;

    /// The next 64 bits, never from a kept half.
    fn next_u64(&mut self) -> u64;

    /// A multiple of 2⁻⁵³ in [0, 1).
    fn next_f64(&mut self) -> f64;
}
