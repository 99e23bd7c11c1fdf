//! Significance classes.

/// The stars of a probability: `***` below 0.001, `**` below 0.01, `*` below 0.05, else `None`, also for NaN.
pub fn stars(p: f64) -> Option<&'static str> {
    match p {
        p if p < 0.001 => Some("***"),
        p if p < 0.01 => Some("**"),
        p if p < 0.05 => Some("*"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_follow_the_usual_classes() {
        assert_eq!(stars(0.000_99), Some("***"));
        assert_eq!(stars(0.001), Some("**"));
        assert_eq!(stars(0.01), Some("*"));
        assert_eq!(stars(0.05), None);
        assert_eq!(stars(f64::NAN), None);
    }
}
