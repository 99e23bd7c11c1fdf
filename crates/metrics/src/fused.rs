//! Multiplication and addition in one step.

/// x y + sum, rounded once: the same on every processor, and one instruction on those of the last ten years.
#[inline(always)]
#[expect(clippy::disallowed_methods, reason = "always fused here, never by the compiler's choice")]
pub fn fused(x: f64, y: f64, sum: f64) -> f64 {
    x.mul_add(y, sum)
}
