//! An axis: its limits, ticks and how data become places on the page.

use super::text::{self, Face};
use super::ticks::{Tick, powers_of_two, ticks};

/// Where the ticks of an axis are.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Ticks {
    /// At round numbers; at powers of two on a logarithmic axis.
    #[default]
    Round,
    /// At given values with given labels.
    At(Vec<Tick>),
}

/// How distances on an axis grow with the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Growth {
    /// In proportion.
    #[default]
    Linear,
    /// With the logarithm to base 2; data and limits are above 0.
    Log2,
}

impl Growth {
    /// The number whose distances are those on the page.
    fn apply(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log2 => libm::log2(value),
        }
    }

    /// Limits of an axis without data.
    fn without_data(self) -> (f64, f64) {
        match self {
            Self::Linear => (0.0, 1.0),
            Self::Log2 => (1.0, 2.0),
        }
    }

    /// The value of such a number.
    fn invert(self, number: f64) -> f64 {
        match self {
            Self::Linear => number,
            Self::Log2 => libm::exp2(number),
        }
    }
}

/// Limits of an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Limits {
    /// The data and 5 % of their range on each side.
    #[default]
    Data,
    /// Given; `first > second` turns the axis round.
    Fixed(f64, f64),
}

/// An axis of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Title; empty for none.
    pub title: String,
    /// Font size of the title in points.
    pub title_size: f64,
    /// Ticks.
    pub ticks: Ticks,
    /// Font size of tick labels in points.
    pub tick_size: f64,
    /// Angle of tick labels in degrees, counter-clockwise; turned labels of a horizontal axis end at their tick.
    pub tick_angle: f64,
    /// Limits.
    pub limits: Limits,
    /// How distances grow with the data.
    pub growth: Growth,
    /// Dashed lines across the panel at the ticks.
    pub grid: bool,
    /// Whether tick labels are drawn; an inner axis of a shared grid has none.
    pub labelled: bool,
}

impl Default for Axis {
    /// Text sizes are matplotlib's default of 10 points.
    fn default() -> Self {
        Self {
            title: String::new(),
            title_size: 10.0,
            ticks: Ticks::Round,
            tick_size: 10.0,
            tick_angle: 0.0,
            limits: Limits::Data,
            growth: Growth::Linear,
            grid: false,
            labelled: true,
        }
    }
}

impl Axis {
    /// Limits for data within `range`, `None` for no data.
    pub fn limits(&self, range: Option<(f64, f64)>) -> (f64, f64) {
        match self.limits {
            Limits::Fixed(first, second) if first != second => (first, second),
            Limits::Fixed(value, _) => widened(value, value),
            Limits::Data => range.map_or(self.growth.without_data(), |(low, high)| {
                let (low, high) = widened(self.growth.apply(low), self.growth.apply(high));
                let margin = 0.05 * (high - low);
                (self.growth.invert(low - margin), self.growth.invert(high + margin))
            }),
        }
    }

    /// Ticks within limits on an axis of `length` points. `room` is how many tick-label sizes a tick needs:
    /// 3 across, 2 upwards, as in matplotlib.
    pub fn ticks(&self, limits: (f64, f64), length: f64, room: f64) -> Vec<Tick> {
        let (low, high) = (limits.0.min(limits.1), limits.0.max(limits.1));
        match &self.ticks {
            Ticks::At(given) => {
                given.iter().filter(|(value, _)| (low..=high).contains(value)).cloned().collect()
            }
            Ticks::Round => {
                let bins = (length / (self.tick_size * room)).floor().clamp(1.0, 9.0) as usize;
                match self.growth {
                    Growth::Linear => ticks(low, high, bins),
                    Growth::Log2 => powers_of_two(low, high, bins),
                }
            }
        }
    }

    /// Removes the labels that would overlap their left neighbour on a horizontal axis; the ticks stay.
    pub fn thin(&self, ticks: &mut [Tick], scale: &Scale) {
        let gap = 0.25 * self.tick_size;
        let mut taken = f64::NEG_INFINITY;
        let turned = libm::sin(self.tick_angle.to_radians()).abs();
        for (value, label) in ticks.iter_mut().filter(|(_, label)| !label.is_empty()) {
            // Turned labels lie side by side and need room for the height of their line.
            let half = match turned {
                0.0 => text::width(label, self.tick_size, Face::Regular) / 2.0,
                sine => text::LINE * self.tick_size / sine / 2.0,
            };
            let place = scale.place(*value);
            if place - half < taken + gap {
                label.clear();
            } else {
                taken = place + half;
            }
        }
    }
}

/// A range of at least some extent: a constant gets 5 % of itself on each side.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let largest = low.abs().max(high.abs());
    if largest == 0.0 {
        (-0.05, 0.05)
    } else if high - low <= largest * 1e-15 {
        (low - 0.05 * low.abs(), high + 0.05 * high.abs())
    } else {
        (low, high)
    }
}

/// The map from data to a place on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Data at both ends.
    pub data: (f64, f64),
    /// Places of both ends in points.
    pub page: (f64, f64),
    /// How distances grow with the data.
    pub growth: Growth,
}

impl Scale {
    /// The place of a value.
    pub fn place(&self, value: f64) -> f64 {
        let [value, first, last] = [value, self.data.0, self.data.1].map(|value| self.growth.apply(value));
        let fraction = (value - first) / (last - first);
        self.page.0 + fraction * (self.page.1 - self.page.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_leave_a_margin_and_never_collapse() {
        let axis = Axis::default();
        assert_eq!(axis.limits(Some((0.0, 10.0))), (-0.5, 10.5));
        assert_eq!(axis.limits(None), (0.0, 1.0));
        let (low, high) = axis.limits(Some((3.0, 3.0)));
        assert!(low < 3.0 && high > 3.0);
        let (low, high) = axis.limits(Some((0.0, 0.0)));
        assert!(low < 0.0 && high > 0.0);
    }

    #[test]
    fn labels_that_would_overlap_are_left_out() {
        let given = [1.0, 2.0, 100.0].map(|value| (value, value.to_string()));
        let axis = Axis { ticks: Ticks::At(given.to_vec()), ..Axis::default() };
        let scale = Scale { data: (0.0, 100.0), page: (0.0, 200.0), growth: Growth::Linear };
        let mut ticks = axis.ticks((0.0, 100.0), 200.0, 3.0);
        axis.thin(&mut ticks, &scale);
        let labels: Vec<&str> = ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["1", "", "100"]);
    }

    #[test]
    fn a_logarithmic_axis_has_equal_steps_between_powers() {
        let axis = Axis { growth: Growth::Log2, ..Axis::default() };
        let limits = axis.limits(Some((16.0, 1024.0)));
        assert!((limits.0 - libm::exp2(3.7)).abs() < 1e-9 && (limits.1 - libm::exp2(10.3)).abs() < 1e-9);
        let scale = Scale { data: (16.0, 1024.0), page: (0.0, 60.0), growth: Growth::Log2 };
        assert_eq!([16.0, 32.0, 1024.0].map(|value| scale.place(value)), [0.0, 10.0, 60.0]);
        let labels = |length| axis.ticks(limits, length, 3.0).into_iter().map(|(_, label)| label);
        assert!(labels(300.0).eq(["16", "32", "64", "128", "256", "512", "1024"].map(str::to_owned)));
        assert!(labels(100.0).eq(["16", "64", "256", "1024"].map(str::to_owned)));
        assert!(labels(70.0).eq(["16", "128", "1024"].map(str::to_owned)));
        assert_eq!(axis.limits(None), (1.0, 2.0));
        let (low, high) = axis.limits(Some((1.0, 1.0)));
        assert!(low < 1.0 && high > 1.0);
    }

    #[test]
    fn turned_labels_need_the_height_of_a_line() {
        let given = [0.0, 1.0, 2.0].map(|value| (value, "a long name".to_owned()));
        let axis = Axis { ticks: Ticks::At(given.to_vec()), tick_angle: 30.0, ..Axis::default() };
        let kept = |width: f64| {
            let mut ticks = axis.ticks((0.0, 2.0), width, 3.0);
            axis.thin(&mut ticks, &Scale { data: (0.0, 2.0), page: (0.0, width), growth: Growth::Linear });
            ticks.iter().filter(|(_, label)| !label.is_empty()).count()
        };
        assert_eq!((kept(60.0), kept(40.0)), (3, 2));
    }
}
