//! Sentences of figure descriptions.

/// A number with about four significant digits, for reading.
pub fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = libm::log10(value.abs()).floor();
    if !(-4.0..6.0).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    let decimals = (3.0 - magnitude).clamp(0.0, 7.0) as usize;
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.to_owned()
}

/// `1 panel`, `2 panels`.
pub fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(short(0.0), "0");
        assert_eq!(short(-15.368_123), "-15.37");
        assert_eq!(short(0.000_316_2), "0.0003162");
        assert_eq!(short(128.0), "128");
        assert_eq!(short(1.0e-9), "1.000e-9");
        assert_eq!(short(0.9166667), "0.9167");
    }
}
