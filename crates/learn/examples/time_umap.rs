//! Times neighbours and maps of 5,000 rows of 50 columns: `cargo run --release -p repro-learn --example time_umap`.

use std::io::Write as _;
use std::time::Instant;

use repro_learn::Dense;
use repro_learn::knn::{Itself, Metric, nearest};
use repro_learn::umap::{Parameters, Start, embed_neighbours};
use repro_stats::random::Generator;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut random = Generator::from_seed(0);
    let centres = Dense::from_fn(12, 50, |_, _| 2.0 * random.standard_normal());
    let rows = Dense::from_fn(5000, 50, |i, j| random.standard_normal() + centres.row(i % 12)[j]);
    let begun = Instant::now();
    let neighbours = nearest(rows.view(), 15, Metric::Euclidean, Itself::First)?;
    let mut out = std::io::stdout();
    writeln!(out, "neighbours {:.2} s", begun.elapsed().as_secs_f64())?;
    for start in [Start::Pca, Start::Spectral] {
        let begun = Instant::now();
        embed_neighbours(rows.view(), &neighbours, &Parameters { start, ..Parameters::default() })?;
        writeln!(out, "map from {start:?} {:.2} s", begun.elapsed().as_secs_f64())?;
    }
    Ok(())
}
