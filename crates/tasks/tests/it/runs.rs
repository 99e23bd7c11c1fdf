//! Baselines.

use repro_data::sparse::Matrix;
use repro_learn::Dense;
use repro_stats::random::Generator;
use repro_tasks::evaluation::{EvaluateSpec, evaluate};
use repro_tasks::layout::Mask;
use repro_tasks::masking::{MaskMode, MaskSpec, mask};
use repro_tasks::runs::{Baseline, Model, ModelKind, Python, RunSpec};
use tempfile::TempDir;

use super::support::{FORMS, Form, annotated, dense, matrix, read, truth, write};

const ROWS: usize = 60;
const COLUMNS: usize = 50;

struct Bench {
    folder: TempDir,
    mask: Mask,
    values: Vec<f64>,
    columns: usize,
    holes: Vec<bool>,
}

impl Bench {
    fn new(form: Form, sparse: bool, sidecar: bool) -> Self {
        Self::of(truth(ROWS, COLUMNS), COLUMNS, form, (sparse, sidecar))
    }

    fn of(values: Vec<f64>, columns: usize, form: Form, (sparse, sidecar): (bool, bool)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Mask::new("d", 0.15, 42).unwrap();
        let data = folder.path().join("data");
        let raw = place.raw(&data);
        std::fs::create_dir_all(raw.parent().unwrap()).unwrap();
        write(&raw, &annotated(matrix(&values, columns, form)));
        // Where a mask without sidecar has its -1.
        let masked = place.masked(&data);
        let spec = |sparse, sidecar| MaskSpec {
            raw: raw.clone(),
            masked: masked.clone(),
            fraction: 0.15,
            seed: 42,
            mode: MaskMode::All,
            sparse,
            sidecar,
        };
        mask(&spec(false, false)).unwrap();
        let holes = dense(&read(&masked)).iter().map(|value| *value == -1.0).collect();
        mask(&spec(sparse, sidecar)).unwrap();
        Self { folder, mask: place, values, columns, holes }
    }

    fn run(&self, baseline: Baseline) -> std::path::PathBuf {
        let spec = RunSpec {
            data: self.folder.path().join("data"),
            results: self.folder.path().join("results"),
            mask: self.mask.clone(),
            python: Python::Uv,
            arguments: Vec::new(),
            timeout: None,
        };
        spec.check().unwrap();
        spec.run(&Model { name: baseline.name().to_owned(), kind: ModelKind::Baseline(baseline) }).unwrap()
    }

    /// What a baseline fills in.
    fn filled(&self, baseline: Baseline) -> Vec<f64> {
        dense(&read(&self.run(baseline).join("reconstruction.h5ad")))
    }

    /// Root of the mean squared error of what is filled in.
    fn error(&self, baseline: Baseline) -> f64 {
        let filled = self.filled(baseline);
        let of_holes = |values: &[f64]| -> Vec<f64> {
            values.iter().zip(&self.holes).filter(|(_, hole)| **hole).map(|(value, _)| *value).collect()
        };
        let (ours, truth) = (of_holes(&filled), of_holes(&self.values));
        (ours.iter().zip(&truth).map(|(x, y)| (x - y) * (x - y)).sum::<f64>() / ours.len() as f64).sqrt()
    }

    /// What the baseline should predict, by its definition; None where that is tested elsewhere.
    fn expected(&self, baseline: Baseline) -> Option<Vec<f64>> {
        let (whole, columns) = (&self.values, self.columns);
        let rows = whole.len() / columns;
        let known = |row: usize, column: usize| !self.holes[row * columns + column];
        let mean = |column: usize| {
            let rows: Vec<usize> = (0..rows).filter(|row| known(*row, column)).collect();
            rows.iter().map(|row| whole[row * columns + column]).sum::<f64>() / rows.len() as f64
        };
        let means: Vec<f64> = (0..columns).map(mean).collect();
        let depth = |row: usize| {
            let own = (0..columns).filter(|column| known(row, *column));
            let (sum, expected) = own.fold((0.0, 0.0), |(sum, expected), column| {
                (sum + whole[row * columns + column], expected + means[column])
            });
            sum / expected
        };
        let low_rank =
            if baseline == Baseline::LowRank { low_rank(whole, &self.holes, &means) } else { Vec::new() };
        let value = |place: usize| match baseline {
            _ if !self.holes[place] => Some(whole[place]),
            Baseline::Zero => Some(0.0),
            Baseline::GeneMean => Some(means[place % columns]),
            Baseline::DepthScaledGeneMean => Some(means[place % columns] * depth(place / columns)),
            Baseline::LowRank => Some(low_rank[place].max(0.0)),
            Baseline::NearestCells | Baseline::RandomCount => None,
        };
        (0..whole.len()).map(value).collect()
    }
}

/// The definition of the fit of low rank, with whole matrices.
fn low_rank(values: &[f64], holes: &[bool], means: &[f64]) -> Vec<f64> {
    let (columns, rank) = (means.len(), 20);
    let rows = values.len() / columns;
    let mut generator = Generator::from_seed(0);
    let mut directions = Dense::from_fn(rank, columns, |_, _| generator.standard_normal());
    let mut centred: Vec<f64> = (0..values.len())
        .map(|place| if holes[place] { 0.0 } else { values[place] - means[place % columns] })
        .collect();
    let mut fitted = Vec::new();
    for _ in 0..10 {
        repro_learn::orthonormalise(&mut directions);
        let score = |row: usize, rank: usize| -> f64 {
            centred[row * columns..][..columns].iter().zip(directions.row(rank)).map(|(x, y)| x * y).sum()
        };
        let scores = Dense::from_fn(rows, rank, score);
        let along = |row: usize, column: usize| -> f64 {
            (0..rank).map(|rank| scores.row(row)[rank] * directions.row(rank)[column]).sum()
        };
        fitted = (0..values.len()).map(|place| along(place / columns, place % columns)).collect();
        let turned = |rank: usize, column: usize| -> f64 {
            (0..rows).map(|row| scores.row(row)[rank] * centred[row * columns + column]).sum()
        };
        directions = Dense::from_fn(rank, columns, turned);
        for (place, value) in centred.iter_mut().enumerate().filter(|(place, _)| holes[*place]) {
            *value = fitted[place];
        }
    }
    fitted.iter().enumerate().map(|(place, value)| value + means[place % columns]).collect()
}

#[test]
fn baselines_predict_what_they_say() {
    for form in FORMS {
        for (sparse, sidecar) in [(false, false), (true, false), (false, true)] {
            let bench = Bench::new(form, sparse, sidecar);
            for baseline in Baseline::ALL {
                let folder = bench.run(baseline);
                let reconstruction = read(&folder.join("reconstruction.h5ad"));
                let stays = form != Form::Dense32 && form != Form::Dense64 && form != Form::DenseInt;
                let is_sparse = matches!(reconstruction.x, Some(Matrix::Sparse(_)));
                assert_eq!(is_sparse, stays && (sparse || sidecar), "{form:?}");
                let ours = dense(&reconstruction);
                let stays =
                    |place: usize| (ours[place] - bench.values[place]).abs() <= 1e-6 * bench.values[place];
                assert!((0..ours.len()).all(|place| bench.holes[place] || stays(place)), "{baseline:?}");
                for (place, expected) in bench.expected(baseline).iter().flatten().enumerate() {
                    let near = (ours[place] - expected).abs() <= 1e-6 * expected.abs().max(1e-3);
                    assert!(near, "{form:?} {baseline:?} at {place}: {} is not {expected}", ours[place]);
                }
                let data = bench.folder.path().join("data");
                let evaluation = evaluate(&EvaluateSpec {
                    raw: bench.mask.raw(&data),
                    masked: bench.mask.masked(&data),
                    results: folder,
                    model: baseline.name().to_owned(),
                    dataset: "d".to_owned(),
                    mask_fraction: None,
                    seed: None,
                    metrics: Vec::new(),
                    lenient: false,
                    reorder: false,
                    value_space: None,
                    convert: None,
                });
                assert_eq!(evaluation.unwrap().notes, [""; 0]);
            }
        }
    }
}

#[test]
fn a_matrix_of_low_rank_is_found_again() {
    let (rows, columns) = (300, 200);
    let wave = |place: usize, period: f64| 2.0 + ((place % 97) as f64 / period).fract();
    let value = |place: usize| {
        let (row, column) = (place / columns, place % columns);
        wave(row, 7.3) * wave(column, 11.1) + wave(row, 23.7) * wave(column, 5.9)
    };
    let values = (0..rows * columns).map(value).collect();
    let bench = Bench::of(values, columns, Form::Dense64, (false, false));
    let (low_rank, gene_mean) = (bench.error(Baseline::LowRank), bench.error(Baseline::GeneMean));
    assert!(low_rank < 0.2 * gene_mean, "{low_rank} {gene_mean}");
}

#[test]
fn the_nearest_cells_are_those_of_the_same_kind() {
    // Three kinds of 40 cells whose genes hardly differ within a kind.
    let columns = 50;
    let value = |place: usize| {
        let (row, column) = (place / columns, place % columns);
        1.0 + f64::from(column % 3 == row % 3) * 5.0 + ((row * 7 + column * 3) % 11) as f64 / 1000.0
    };
    let values = (0..120 * columns).map(value).collect();
    let bench = Bench::of(values, columns, Form::Csr, (false, true));
    assert!(bench.error(Baseline::NearestCells) < 0.01, "{}", bench.error(Baseline::NearestCells));
    assert!(bench.error(Baseline::GeneMean) > 1.0);
    assert_eq!(bench.filled(Baseline::NearestCells), bench.filled(Baseline::NearestCells));
}

#[test]
fn random_counts_follow_from_the_seed() {
    let counts = |form| {
        let bench = Bench::new(form, false, false);
        let filled = bench.filled(Baseline::RandomCount);
        let holes = filled.into_iter().zip(&bench.holes).filter(|(_, hole)| **hole);
        holes.map(|(count, _)| count).collect::<Vec<f64>>()
    };
    let drawn = counts(Form::Dense32);
    assert_eq!(drawn, counts(Form::Csr));
    assert!(drawn.iter().all(|count| count.fract() == 0.0 && *count >= 0.0));
    assert!(drawn.contains(&0.0) && drawn.iter().any(|count| *count > 5.0));
}
