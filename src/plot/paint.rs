//! Colours and strokes.

use std::fmt;

use serde::Deserialize;

/// An opaque colour, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Colour([u8; 3]);

impl Colour {
    /// Black.
    pub const BLACK: Self = Self([0; 3]);
    /// White.
    pub const WHITE: Self = Self([255; 3]);

    /// A grey; 0 is black, 255 white.
    pub const fn grey(level: u8) -> Self {
        Self([level; 3])
    }

    /// A colour from red, green and blue.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Red, green and blue.
    pub const fn channels(self) -> [u8; 3] {
        self.0
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    /// Reads `#rgb` and `#rrggbb`.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits: Option<Vec<u8>> = text
            .strip_prefix('#')
            .and_then(|hex| hex.chars().map(|digit| digit.to_digit(16).map(|d| d as u8)).collect());
        match digits.as_deref() {
            Some([r, g, b]) => Ok(Self([r * 17, g * 17, b * 17])),
            Some([a, b, c, d, e, f]) => Ok(Self([a * 16 + b, c * 16 + d, e * 16 + f])),
            _ => Err(format!("`{text}` is no colour; write `#rrggbb`")),
        }
    }
}

/// How the ends of a line are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cap {
    /// Ends at the last point.
    #[default]
    Butt,
    /// Reaches half a line width beyond.
    Square,
}

/// A pen.
#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub colour: Colour,
    /// Width in points.
    pub width: f64,
    /// Lengths of dashes and gaps in points; empty for a solid line.
    pub dashes: Vec<f64>,
    /// Line ends.
    pub cap: Cap,
}

impl Stroke {
    /// A solid pen.
    pub fn solid(colour: Colour, width: f64) -> Self {
        Self { colour, width, dashes: Vec::new(), cap: Cap::Butt }
    }

    /// A dashed pen; dashes are 3.7 and gaps 1.6 line widths, as matplotlib's `--`.
    pub fn dashed(colour: Colour, width: f64) -> Self {
        Self { dashes: vec![3.7 * width, 1.6 * width], ..Self::solid(colour, width) }
    }

    /// The pen with ends that reach half a line width further, as matplotlib's solid lines.
    pub fn square(self) -> Self {
        Self { cap: Cap::Square, ..self }
    }
}

/// White lines over a fill, so that fills differ by more than their colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hatch {
    /// From lower left to upper right.
    Rising,
    /// From upper left to lower right.
    Falling,
    /// Both diagonals.
    Crossed,
    /// Horizontal.
    Level,
    /// Vertical.
    Upright,
    /// Horizontal and vertical.
    Grid,
    /// Dots.
    Dotted,
}

/// Fill, pen and opacity of a shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Paint {
    /// Fill colour.
    pub fill: Option<Colour>,
    /// Lines over the fill.
    pub hatch: Option<Hatch>,
    /// Pen.
    pub stroke: Option<Stroke>,
    /// Opacity of both, 0 to 1.
    pub opacity: f64,
}

impl Paint {
    /// Filled without an outline.
    pub fn filled(colour: Colour) -> Self {
        Self { fill: Some(colour), hatch: None, stroke: None, opacity: 1.0 }
    }

    /// An outline without a fill.
    pub fn outlined(stroke: Stroke) -> Self {
        Self { fill: None, hatch: None, stroke: Some(stroke), opacity: 1.0 }
    }

    /// The same with lines over the fill.
    pub fn hatched(self, hatch: Option<Hatch>) -> Self {
        Self { hatch, ..self }
    }

    /// The same, more transparent.
    pub fn with_opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_read_and_write() {
        assert_eq!(Colour::try_from("#333".to_owned()).unwrap().to_string(), "#333333");
        assert_eq!(Colour::try_from("#9ec5E8".to_owned()).unwrap().to_string(), "#9ec5e8");
        for wrong in ["", "red", "#12", "#12345g", "#1234567"] {
            assert!(Colour::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
