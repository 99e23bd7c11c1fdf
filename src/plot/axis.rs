//! An axis: its limits, ticks and how data become places on the page.

use super::text::{self, Face};
use super::ticks::{Tick, ticks};

/// Where the ticks of an axis are.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Ticks {
    /// At round numbers.
    #[default]
    Round,
    /// At given values with given labels.
    At(Vec<Tick>),
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
    /// Limits.
    pub limits: Limits,
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
            limits: Limits::Data,
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
            Limits::Data => range.map_or((0.0, 1.0), |(low, high)| {
                let (low, high) = widened(low, high);
                let margin = 0.05 * (high - low);
                (low - margin, high + margin)
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
                let bins = (length / (self.tick_size * room)).floor().clamp(1.0, 9.0);
                ticks(low, high, bins as usize)
            }
        }
    }

    /// Removes the labels that would overlap their left neighbour on a horizontal axis; the ticks stay.
    pub fn thin(&self, ticks: &mut [Tick], scale: &Scale) {
        let gap = 0.25 * self.tick_size;
        let mut taken = f64::NEG_INFINITY;
        for (value, label) in ticks.iter_mut().filter(|(_, label)| !label.is_empty()) {
            let half = text::width(label, self.tick_size, Face::Regular) / 2.0;
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

/// The linear map from data to a place on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Data at both ends.
    pub data: (f64, f64),
    /// Places of both ends in points.
    pub page: (f64, f64),
}

impl Scale {
    /// The place of a value.
    pub fn place(&self, value: f64) -> f64 {
        let fraction = (value - self.data.0) / (self.data.1 - self.data.0);
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
        let scale = Scale { data: (0.0, 100.0), page: (0.0, 200.0) };
        let mut ticks = axis.ticks((0.0, 100.0), 200.0, 3.0);
        axis.thin(&mut ticks, &scale);
        let labels: Vec<&str> = ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["1", "", "100"]);
    }
}
