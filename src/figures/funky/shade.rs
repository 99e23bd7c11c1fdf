//! Shades of a colour: hue and saturation kept, lightness set.

use crate::plot::Colour;

/// The colour with another lightness (0 black, 1 white) in the HLS model; channels are cut off to integers, as the
/// published drawings do.
pub fn with_lightness(colour: Colour, lightness: f64) -> Colour {
    let (hue, saturation) = hue_and_saturation(colour);
    let high = if lightness <= 0.5 {
        lightness * (1.0 + saturation)
    } else {
        lightness + saturation - lightness * saturation
    };
    let low = 2.0 * lightness - high;
    let channel = |hue: f64| {
        let hue = hue.rem_euclid(1.0);
        let value = if hue < 1.0 / 6.0 {
            low + (high - low) * hue * 6.0
        } else if hue < 0.5 {
            high
        } else if hue < 2.0 / 3.0 {
            low + (high - low) * (2.0 / 3.0 - hue) * 6.0
        } else {
            low
        };
        (value * 255.0).clamp(0.0, 255.0) as u8
    };
    if saturation == 0.0 {
        return Colour::grey((lightness * 255.0).clamp(0.0, 255.0) as u8);
    }
    Colour::rgb(channel(hue + 1.0 / 3.0), channel(hue), channel(hue - 1.0 / 3.0))
}

/// Hue from 0 to 1 and saturation of the HLS model.
fn hue_and_saturation(colour: Colour) -> (f64, f64) {
    let [red, green, blue] = colour.channels().map(|channel| f64::from(channel) / 255.0);
    let (high, low) = (red.max(green).max(blue), red.min(green).min(blue));
    let span = high - low;
    if span == 0.0 {
        return (0.0, 0.0);
    }
    let saturation = if high + low <= 1.0 { span / (high + low) } else { span / (2.0 - high - low) };
    let [from_red, from_green, from_blue] = [red, green, blue].map(|channel| (high - channel) / span);
    let sixths = if red == high {
        from_blue - from_green
    } else if green == high {
        2.0 + from_red - from_blue
    } else {
        4.0 + from_green - from_red
    };
    ((sixths / 6.0).rem_euclid(1.0), saturation)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected colours are those of Python's `colorsys` with channels cut off to integers.
    #[test]
    fn shades_are_those_of_the_hls_model() {
        let shade = |text: &str, lightness| {
            with_lightness(Colour::try_from(text.to_owned()).unwrap(), lightness).to_string()
        };
        SHADES
            .iter()
            .for_each(|(colour, lightness, expected)| assert_eq!(shade(colour, *lightness), *expected));
    }

    const SHADES: [(&str, f64, &str); 14] = [
        ("#7a3a61", 0.35, "#783960"),
        ("#7a3a61", 0.6, "#bd74a0"),
        ("#7a3a61", 0.85, "#e6cbdb"),
        ("#233c66", 0.35, "#2d4e84"),
        ("#233c66", 0.6, "#678cca"),
        ("#2d6b66", 0.6, "#6fc2bb"),
        ("#2d6b66", 0.85, "#c9e8e5"),
        ("#b88a2d", 0.35, "#8f6b23"),
        ("#b88a2d", 0.85, "#efe0c1"),
        ("#ff0000", 0.35, "#b20000"),
        ("#ff0000", 0.85, "#ffb2b2"),
        ("#808080", 0.5, "#7f7f7f"),
        ("#000000", 0.5, "#7f7f7f"),
        ("#ffffff", 1.0, "#ffffff"),
    ];
}
