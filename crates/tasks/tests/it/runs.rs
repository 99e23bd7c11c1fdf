//! Baselines.

use repro_data::sparse::Matrix;
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
    holes: Vec<bool>,
}

impl Bench {
    fn new(form: Form, sparse: bool, sidecar: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Mask::new("d", 0.15, 42).unwrap();
        let data = folder.path().join("data");
        let raw = place.raw(&data);
        std::fs::create_dir_all(raw.parent().unwrap()).unwrap();
        write(&raw, &annotated(matrix(&truth(ROWS, COLUMNS), COLUMNS, form)));
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
        Self { folder, mask: place, holes }
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

    /// What the baseline should predict, by its definition.
    fn expected(&self, baseline: Baseline) -> Vec<f64> {
        let whole = truth(ROWS, COLUMNS);
        let known = |row: usize, column: usize| !self.holes[row * COLUMNS + column];
        let mean = |column: usize| {
            let rows: Vec<usize> = (0..ROWS).filter(|row| known(*row, column)).collect();
            rows.iter().map(|row| whole[row * COLUMNS + column]).sum::<f64>() / rows.len() as f64
        };
        let means: Vec<f64> = (0..COLUMNS).map(mean).collect();
        let depth = |row: usize| {
            let own = (0..COLUMNS).filter(|column| known(row, *column));
            let (sum, expected) = own.fold((0.0, 0.0), |(sum, expected), column| {
                (sum + whole[row * COLUMNS + column], expected + means[column])
            });
            sum / expected
        };
        let value = |place: usize| match baseline {
            _ if !self.holes[place] => whole[place],
            Baseline::Zero => 0.0,
            Baseline::GeneMean => means[place % COLUMNS],
            Baseline::DepthScaledGeneMean => means[place % COLUMNS] * depth(place / COLUMNS),
        };
        (0..ROWS * COLUMNS).map(value).collect()
    }
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
                let pairs = dense(&reconstruction).into_iter().zip(bench.expected(baseline));
                for (place, (ours, expected)) in pairs.enumerate() {
                    let near = (ours - expected).abs() <= 1e-6 * expected.abs();
                    assert!(near, "{form:?} {baseline:?} at {place}: {ours} is not {expected}");
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
