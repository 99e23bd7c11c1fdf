//! Times energy distance and MMD on random points: `pairs N DIMENSIONS`.

use std::io::Write;
use std::time::Instant;

use repro_metrics::{Cells, energy_distance, mmd_rbf};
use repro_stats::random::Generator;

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let [n, dimensions] = numbers[..] else { return };
    let mut generator = Generator::from_seed(1);
    let mut cells = || {
        let values = (0..n * dimensions).map(|_| generator.standard_normal()).collect();
        Cells::new(n, dimensions, values).ok()
    };
    let (Some(x), Some(y)) = (cells(), cells()) else { return };
    for (name, metric) in [
        ("energy_distance", Box::new(|| energy_distance(&x, &y)) as Box<dyn Fn() -> _>),
        ("mmd_rbf", Box::new(|| mmd_rbf(&x, &y, 0.5))),
    ] {
        let begun = Instant::now();
        let value = metric();
        let _ = writeln!(std::io::stdout(), "{name} {value:?} {:.2} s", begun.elapsed().as_secs_f64());
    }
}
