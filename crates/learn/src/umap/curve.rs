//! The curve by which distances on the map become memberships.

use crate::error::LearnError;

/// Points at which the curve is fitted.
const POINTS: usize = 300;
const STEPS: usize = 500;

/// Membership 1 / (1 + a d²ᵇ) at distance d.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// Factor of the distance.
    pub a: f64,
    /// Half of its exponent.
    pub b: f64,
}

/// The curve nearest, by least squares at 300 distances from 0 to three times `spread`, to one that is 1 up to
/// `minimum_distance` and then falls exponentially with the scale `spread`. `spread` is positive and `minimum_distance` from 0
/// to `spread`.
pub fn fit_curve(spread: f64, minimum_distance: f64) -> Result<Curve, LearnError> {
    if !(1e-3..=1e3).contains(&spread) {
        return Err(LearnError::Parameter {
            name: "the spread",
            value: spread,
            allowed: "from 0.001 to 1000",
        });
    }
    if !(0.0..=spread).contains(&minimum_distance) {
        let allowed = "from 0 to the spread";
        return Err(LearnError::Parameter { name: "the minimum distance", value: minimum_distance, allowed });
    }
    let points: Vec<(f64, f64)> = (0..POINTS)
        .map(|i| {
            let x = 3.0 * spread * i as f64 / (POINTS - 1) as f64;
            (x, if x < minimum_distance { 1.0 } else { libm::exp((minimum_distance - x) / spread) })
        })
        .collect();
    descend(&points)
}

/// Sum of squares, gradient and the normal matrix (aa, ab, bb) at a curve.
struct Normal {
    cost: f64,
    gradient: [f64; 2],
    matrix: [f64; 3],
}

fn normal(points: &[(f64, f64)], curve: Curve) -> Normal {
    let mut normal = Normal { cost: 0.0, gradient: [0.0; 2], matrix: [0.0; 3] };
    for (x, y) in points {
        let power = if *x > 0.0 { libm::pow(*x, 2.0 * curve.b) } else { 0.0 };
        let value = 1.0 / (1.0 + curve.a * power);
        let by_a = -power * value * value;
        let by_b = if *x > 0.0 { 2.0 * libm::log(*x) * curve.a * by_a } else { 0.0 };
        let residual = value - y;
        normal.cost += residual * residual;
        normal.gradient[0] += by_a * residual;
        normal.gradient[1] += by_b * residual;
        normal.matrix[0] += by_a * by_a;
        normal.matrix[1] += by_a * by_b;
        normal.matrix[2] += by_b * by_b;
    }
    normal
}

/// Levenberg and Marquardt's descent from a = b = 1.
fn descend(points: &[(f64, f64)]) -> Result<Curve, LearnError> {
    let mut curve = Curve { a: 1.0, b: 1.0 };
    let mut damping = 1e-3;
    let mut here = normal(points, curve);
    for _ in 0..STEPS {
        let [aa, ab, bb] = here.matrix;
        let (aa, bb) = (aa * (1.0 + damping), bb * (1.0 + damping));
        let determinant = aa * bb - ab * ab;
        let [ga, gb] = here.gradient;
        let step = [(ab * gb - bb * ga) / determinant, (ab * ga - aa * gb) / determinant];
        let next = Curve { a: curve.a + step[0], b: curve.b + step[1] };
        let there = normal(points, next);
        let settled = step[0].abs() <= 1e-12 * curve.a && step[1].abs() <= 1e-12 * curve.b;
        if next.a > 0.0 && next.b > 0.0 && there.cost <= here.cost {
            (curve, here) = (next, there);
            damping /= 10.0;
        } else {
            damping *= 10.0;
        }
        if settled || damping > 1e12 {
            return Ok(curve);
        }
    }
    Err(LearnError::NoConvergence("the fit of the curve of distances"))
}
