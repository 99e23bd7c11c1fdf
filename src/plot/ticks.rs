//! Ticks at round numbers: matplotlib's `MaxNLocator` with steps 1, 2, 2.5, 5 and 10, and its number format.
//!
//! Two differences: a common factor stands in every label (`2.5e7`) instead of at the end of the axis, and no
//! offset is subtracted from numbers that agree in their leading digits.

/// A tick: its value and its label.
pub type Tick = (f64, String);

const STEPS: [f64; 10] = [0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 20.0];

/// Labelled ticks within `low..=high` (finite, `low < high`) in at most `bins` intervals.
pub fn ticks(low: f64, high: f64, bins: usize) -> Vec<Tick> {
    let places = locate(low, high, bins.max(1));
    let tolerance = 1e-10 * (high - low);
    let format = Format::of(&places, low, high);
    places
        .iter()
        .filter(|place| **place >= low - tolerance && **place <= high + tolerance)
        .map(|place| (*place, format.label(*place)))
        .collect()
}

/// Given ticks, all labelled with as many decimals as tell them apart.
pub fn labelled(values: &[f64]) -> Vec<Tick> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let format = Format::of(values, low, high);
    values.iter().map(|value| (*value, format.label(*value))).collect()
}

/// Ticks at powers of two within `low..=high` (`0 < low < high`), every so many that there are at most `bins`
/// intervals.
pub fn powers_of_two(low: f64, high: f64, bins: usize) -> Vec<Tick> {
    let (first, last) = (libm::log2(low).ceil(), libm::log2(high).floor());
    if !(first.is_finite() && last >= first) {
        return Vec::new();
    }
    let step = ((last - first) / bins.max(1) as f64).ceil().max(1.0);
    let count = ((last - first) / step).floor() as usize;
    let tick = |index: usize| {
        let value = libm::exp2(first + index as f64 * step);
        (value, value.to_string())
    };
    (0..=count).map(tick).collect()
}

/// Ten to an integer power.
fn power_of_ten(exponent: f64) -> f64 {
    libm::pow(10.0, exponent)
}

/// Ticks around the interval; the outermost may lie outside.
fn locate(low: f64, high: f64, bins: usize) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return Vec::new();
    }
    let bins = bins as f64;
    let middle = f64::midpoint(low, high);
    let offset = if middle.abs() / span < 100.0 {
        0.0
    } else {
        power_of_ten(libm::log10(middle.abs()).floor()).copysign(middle)
    };
    let scale = power_of_ten(libm::log10(span / bins).floor());
    let (low, high) = (low - offset, high - offset);
    let smallest =
        STEPS.iter().position(|step| step * scale >= (high - low) / bins).unwrap_or(STEPS.len() - 1);
    let mut found = Vec::new();
    for step in STEPS[..=smallest].iter().rev().map(|step| step * scale) {
        found = multiples(low, high, step, offset.abs());
        if found.iter().filter(|place| (low..=high).contains(*place)).count() >= 2 {
            break;
        }
    }
    found.into_iter().map(|place| place + offset).collect()
}

/// Multiples of `step` from just below `low` to just above `high`.
fn multiples(low: f64, high: f64, step: f64, offset: f64) -> Vec<f64> {
    let tolerance = if offset > 0.0 {
        power_of_ten(libm::log10(offset / step) - 12.0).clamp(1e-10, 0.4999)
    } else {
        1e-10
    };
    let base = divided(low, step).0 * step;
    let (whole, rest) = divided(low - base, step);
    let first = if (rest / step - 1.0).abs() < tolerance { whole + 1.0 } else { whole };
    let (whole, rest) = divided(high - base, step);
    let last = if (rest / step).abs() < tolerance { whole } else { whole + 1.0 };
    // An interval holds at most a few dozen ticks; the cap only guards against numbers beyond all scales.
    let count = (last - first).clamp(0.0, 1000.0) as usize;
    (0..=count).map(|index| (first + index as f64) * step + base).collect()
}

/// Whole quotient and remainder, from the exact remainder: 1 / 0.1 has a quotient of 9, not 10.
fn divided(value: f64, step: f64) -> (f64, f64) {
    let remainder = value % step;
    let remainder = if remainder < 0.0 { remainder + step } else { remainder };
    (((value - remainder) / step).round(), remainder)
}

/// How the labels of one axis are written.
struct Format {
    exponent: f64,
    decimals: usize,
}

impl Format {
    /// As many decimals as tell the ticks apart; a power of ten below 1e-4 and from 1e6.
    fn of(places: &[f64], low: f64, high: f64) -> Self {
        let largest = places
            .iter()
            .filter(|place| (low..=high).contains(*place))
            .fold(0.0_f64, |largest, place| largest.max(place.abs()));
        let magnitude = if largest > 0.0 { libm::log10(largest).floor() } else { 0.0 };
        let exponent = if magnitude <= -5.0 || magnitude >= 6.0 { magnitude } else { 0.0 };
        let factor = power_of_ten(exponent);
        let scaled: Vec<f64> = places.iter().map(|place| place / factor).collect();
        let smallest = scaled.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let range = if largest > smallest { largest - smallest } else { largest.abs() };
        let order = if range > 0.0 && range.is_finite() { libm::log10(range).floor() } else { 0.0 };
        let threshold = 1e-3 * power_of_ten(order);
        let mut decimals = (3.0 - order).clamp(0.0, 17.0) as usize;
        while decimals > 0 && scaled.iter().all(|value| rounding(*value, decimals - 1) < threshold) {
            decimals -= 1;
        }
        Self { exponent, decimals }
    }

    fn label(&self, value: f64) -> String {
        let scaled = value / power_of_ten(self.exponent);
        let text = format!("{scaled:.*}", self.decimals);
        let zero = text.chars().all(|character| matches!(character, '0' | '.' | '-'));
        let text = if zero { text.replace('-', "") } else { text };
        let text = if zero || self.exponent == 0.0 { text } else { format!("{text}e{}", self.exponent) };
        // A true minus sign is as wide as a plus and a digit.
        text.replace('-', "\u{2212}")
    }
}

/// Distance of a number from itself rounded to some decimals.
fn rounding(value: f64, decimals: usize) -> f64 {
    let factor = power_of_ten(decimals as f64);
    (value - (value * factor).round_ties_even() / factor).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, bins: usize) -> Vec<String> {
        ticks(low, high, bins).into_iter().map(|(_, label)| label.replace('\u{2212}', "-")).collect()
    }

    /// Expected labels are those of matplotlib 3.11 for the same limits and number of bins.
    #[test]
    fn ticks_are_those_of_matplotlib() {
        assert_eq!(labels(0.0, 1.0, 9), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(0.0, 1.05, 7), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-16.1, 0.7, 6), ["-15", "-10", "-5", "0"]);
        assert_eq!(labels(0.25, 0.9, 5), ["0.4", "0.6", "0.8"]);
        assert_eq!(labels(-4.3438, 1.2936, 5), ["-4", "-2", "0"]);
        assert_eq!(labels(0.276, 0.534, 4), ["0.3", "0.4", "0.5"]);
        // The ends lie outside by a rounding error and are drawn all the same.
        assert_eq!(labels(-0.3, 0.3, 9), ["-0.3", "-0.2", "-0.1", "0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(1000.1, 1000.9, 5), ["1000.2", "1000.4", "1000.6", "1000.8"]);
        assert_eq!(labels(-1.45, -0.3, 8), ["-1.4", "-1.2", "-1.0", "-0.8", "-0.6", "-0.4"]);
        assert_eq!(labels(3.0, 3.0001, 5), ["3.000000", "3.000025", "3.000050", "3.000075", "3.000100"]);
        assert_eq!(labels(0.0, 7.0, 9), ["0", "1", "2", "3", "4", "5", "6", "7"]);
        assert_eq!(labels(0.0, 13.0, 4), ["0", "5", "10"]);
        assert_eq!(labels(-7.6, 2.3, 6), ["-6", "-4", "-2", "0", "2"]);
    }

    #[test]
    fn given_ticks_have_equally_many_decimals() {
        let labels: Vec<String> = labelled(&[0.25, 0.5, 0.75, 1.0]).into_iter().map(|tick| tick.1).collect();
        assert_eq!(labels, ["0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(labelled(&[0.0, 0.2])[0].1, "0.0");
        assert_eq!(labelled(&[7.0]), [(7.0, "7".to_owned())]);
        assert!(labelled(&[]).is_empty());
    }

    #[test]
    fn powers_of_two_are_thinned_evenly() {
        let values: Vec<f64> = powers_of_two(3.0, 300.0, 3).into_iter().map(|tick| tick.0).collect();
        assert_eq!(values, [4.0, 16.0, 64.0, 256.0]);
        assert_eq!(powers_of_two(0.4, 0.6, 5), [(0.5, "0.5".to_owned())]);
        assert!(powers_of_two(5.0, 6.0, 5).is_empty() && powers_of_two(0.0, 6.0, 5).is_empty());
    }

    #[test]
    fn powers_of_ten_stand_in_the_labels() {
        assert_eq!(labels(0.0, 2.5e7, 6), ["0.0", "0.5e7", "1.0e7", "1.5e7", "2.0e7", "2.5e7"]);
        assert_eq!(labels(1e-7, 3e-7, 5), ["1.0e-7", "1.5e-7", "2.0e-7", "2.5e-7", "3.0e-7"]);
    }

    #[test]
    fn impossible_intervals_have_no_ticks() {
        assert!(ticks(1.0, 1.0, 5).is_empty());
        assert!(ticks(f64::MIN, f64::MAX, 5).is_empty());
        assert!(ticks(f64::NAN, 1.0, 5).is_empty());
        assert!(ticks(0.0, 1e300, 5).len() <= 1001);
        assert!(ticks(1e-320, 2e-320, 5).len() <= 1001);
    }
}
