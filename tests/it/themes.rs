//! The accessible theme: colours that stay apart for every colour vision, and lines that stand out from the page.

use repro::plot::{Colour, Theme};

/// Least CIEDE2000 difference of two categories, for every colour vision; 1 is just noticeable side by side. Okabe and
/// Ito's palette reaches 10.9 by the same measure.
const APART: f64 = 12.0;
/// Least contrast of graphical objects with their ground (WCAG 2.1, 1.4.11).
const CONTRAST: f64 = 3.0;

type Vector = [f64; 3];
type Matrix = [Vector; 3];

const NORMAL: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// Full protanopia, deuteranopia and tritanopia in linear sRGB, from Machado, Oliveira and Fernandes (2009), "A
/// physiologically-based model for simulation of color vision deficiency", severity 1.0.
const PROTANOPIA: Matrix =
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]];
const DEUTERANOPIA: Matrix =
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]];
const TRITANOPIA: Matrix =
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]];
/// Linear sRGB to CIE XYZ at D65 (IEC 61966-2-1), divided by the white point.
const XYZ: Matrix = [
    [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
    [0.2126729, 0.7151522, 0.0721750],
    [0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883],
];

fn palette() -> Vec<Colour> {
    (0..8).map(|index| Theme::Accessible.colour(index, Colour::WHITE)).collect()
}

fn product(matrix: &Matrix, vector: Vector) -> Vector {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

/// Linear light of an sRGB colour.
fn linear(colour: Colour) -> Vector {
    colour.channels().map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { libm::pow((channel + 0.055) / 1.055, 2.4) }
    })
}

/// CIELAB coordinates of linear light.
fn lab(light: Vector) -> Vector {
    let [x, y, z] = product(&XYZ, light.map(|channel| channel.clamp(0.0, 1.0))).map(|share| {
        if share > 216.0 / 24389.0 { libm::cbrt(share) } else { (24389.0 / 27.0 * share + 16.0) / 116.0 }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Contrast with white (WCAG 2.1, "contrast ratio").
fn contrast(colour: Colour) -> f64 {
    let [red, green, blue] = linear(colour);
    1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
}

/// CIEDE2000 with all weights 1 (Sharma, Wu and Dalal, 2005).
fn difference([l1, a1, b1]: Vector, [l2, a2, b2]: Vector) -> f64 {
    let to7 = |c: f64| libm::sqrt(libm::pow(c, 7.0) / (libm::pow(c, 7.0) + libm::pow(25.0, 7.0)));
    let sine = |degrees: f64| libm::sin(degrees.to_radians());
    let cosine = |degrees: f64| libm::cos(degrees.to_radians());
    let g = 0.5 * (1.0 - to7((libm::hypot(a1, b1) + libm::hypot(a2, b2)) / 2.0));
    let polar = |a: f64, b: f64| {
        let a = a * (1.0 + g);
        (libm::hypot(a, b), libm::atan2(b, a).to_degrees().rem_euclid(360.0))
    };
    let ((c1, h1), (c2, h2)) = (polar(a1, b1), polar(a2, b2));
    let grey = c1 * c2 == 0.0;
    let turn = match h2 - h1 {
        _ if grey => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let mean_hue = match h1 + h2 {
        sum if grey => sum,
        sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => (sum + 360.0) / 2.0,
        sum => (sum - 360.0) / 2.0,
    };
    let (lightness, chroma) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
    let t = 1.0 - 0.17 * cosine(mean_hue - 30.0)
        + 0.24 * cosine(2.0 * mean_hue)
        + 0.32 * cosine(3.0 * mean_hue + 6.0)
        - 0.20 * cosine(4.0 * mean_hue - 63.0);
    let from_middle = (lightness - 50.0) * (lightness - 50.0);
    let dl = (l2 - l1) / (1.0 + 0.015 * from_middle / libm::sqrt(20.0 + from_middle));
    let dc = (c2 - c1) / (1.0 + 0.045 * chroma);
    let dh = 2.0 * libm::sqrt(c1 * c2) * sine(turn / 2.0) / (1.0 + 0.015 * chroma * t);
    let bell = (mean_hue - 275.0) / 25.0;
    let rotation = -2.0 * to7(chroma) * sine(60.0 * libm::exp(-bell * bell));
    libm::sqrt(dl * dl + dc * dc + dh * dh + rotation * dc * dh)
}

/// Pairs of the data that Sharma, Wu and Dalal publish with their paper.
#[test]
fn the_difference_is_that_of_the_published_pairs() {
    let pairs = [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, -1.0, 2.0], [50.0, 0.0, 0.0], 2.3669),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        ([50.0, 2.5, 0.0], [56.0, -27.0, -3.0], 31.9030),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ([22.7233, 20.0904, -46.6940], [23.0331, 14.9730, -42.5619], 2.0373),
        ([2.0776, 0.0795, -1.1350], [0.9033, -0.0636, -0.5514], 0.9082),
    ];
    for (a, b, expected) in pairs {
        assert!((difference(a, b) - expected).abs() < 1e-4, "{a:?} {b:?}: {}", difference(a, b));
        assert!((difference(b, a) - expected).abs() < 1e-4);
    }
}

#[test]
fn categories_stay_apart_for_every_colour_vision() {
    let visions =
        [("normal", NORMAL), ("protan", PROTANOPIA), ("deutan", DEUTERANOPIA), ("tritan", TRITANOPIA)];
    for (name, vision) in visions {
        let seen: Vec<Vector> =
            palette().into_iter().map(|colour| lab(product(&vision, linear(colour)))).collect();
        for (first, a) in seen.iter().enumerate() {
            for (second, b) in seen.iter().enumerate().skip(first + 1) {
                let apart = difference(*a, *b);
                assert!(apart >= APART, "{name}: colours {first} and {second} differ by {apart:.1}");
            }
        }
    }
}

#[test]
fn lines_and_marker_edges_stand_out_from_the_page() {
    for colour in palette() {
        assert!(contrast(colour) >= CONTRAST, "{colour} has {:.2}", contrast(colour));
    }
    assert!((contrast(Colour::BLACK) - 21.0).abs() < 1e-9);
}

#[test]
fn hatches_differ_where_colours_do_and_combine_without_repeats() {
    let looks: std::collections::BTreeSet<_> = (0..64)
        .map(|index| {
            (Theme::Accessible.colour(index, Colour::WHITE).to_string(), Theme::Accessible.hatch(index))
        })
        .collect();
    assert_eq!(looks.len(), 64);
    let first: std::collections::BTreeSet<_> = (0..8).map(|index| Theme::Accessible.hatch(index)).collect();
    assert_eq!(first.len(), 8);
    assert!((0..64).all(|index| Theme::Faithful.hatch(index).is_none()));
}
