//! Scores of reconstructions.

use std::path::Path;

use repro_data::anndata::AnnData;
use repro_data::sparse::Matrix;
use repro_tasks::TaskError;
use repro_tasks::evaluation::{Conversion, EvaluateSpec, Evaluation, ValueSpace, evaluate};
use repro_tasks::masking::{MaskMode, MaskSpec, mask, sidecar_path};
use serde_json::Value;
use tempfile::TempDir;

use super::support::{FORMS, Form, annotated, dense, files, matrix, oracle, predicted, read, truth, write};

struct Bench {
    folder: TempDir,
    spec: EvaluateSpec,
    mask: MaskSpec,
}

impl Bench {
    /// A masked file of these values without a reconstruction.
    fn new(raw: &AnnData, fraction: f64, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let spec = EvaluateSpec {
            raw: path("raw.h5ad"),
            masked: path("masked.h5ad"),
            results: path("results"),
            model: "m".to_owned(),
            dataset: "d".to_owned(),
            mask_fraction: Some(fraction),
            seed: Some(seed),
            metrics: Vec::new(),
            lenient: false,
            reorder: false,
            value_space: None,
            convert: None,
        };
        write(&spec.raw, raw);
        std::fs::create_dir(&spec.results).unwrap();
        let mask = MaskSpec {
            raw: spec.raw.clone(),
            masked: spec.masked.clone(),
            fraction,
            seed,
            mode: MaskMode::All,
            sparse: false,
            sidecar: false,
        };
        make(&mask);
        Self { folder, spec, mask }
    }

    fn of(rows: usize, columns: usize) -> Self {
        Self::new(&annotated(matrix(&truth(rows, columns), columns, Form::Csr)), 0.15, 42)
    }

    fn write(&self, values: &[f64], columns: usize, form: Form) {
        self.write_data(&annotated(matrix(values, columns, form)));
    }

    fn write_data(&self, data: &AnnData) {
        write(&self.spec.results.join("reconstruction.h5ad"), data);
    }

    /// The input with other values where it is masked.
    fn filled(&self, with: impl Fn(usize) -> f64) -> Vec<f64> {
        let masked = dense(&read(&self.spec.masked)).into_iter().enumerate();
        masked.map(|(place, value)| if value == -1.0 { with(place) } else { value }).collect()
    }

    fn evaluate(&self) -> Evaluation {
        evaluate(&self.spec).unwrap()
    }

    fn refused(&self) -> (String, String) {
        let error = evaluate(&self.spec).unwrap_err();
        assert!(!self.spec.results.join("metrics.json").exists(), "{error}");
        match error {
            TaskError::Unfit { problem, hint } => (problem, hint.unwrap_or_default()),
            other => (other.to_string(), String::new()),
        }
    }

    fn metadata(&self) -> Value {
        json(&self.spec.results.join("metadata.json"))
    }
}

fn make(spec: &MaskSpec) {
    mask(spec).unwrap();
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[track_caller]
fn close(ours: &Value, theirs: f64) {
    let ours = ours.as_f64().unwrap();
    assert!((ours - theirs).abs() <= 1e-12 * theirs.abs(), "{ours} is not {theirs}");
}

#[test]
fn scores_are_scipys_however_matrices_are_stored() {
    for case in oracle().scores {
        let (rows, columns) = (case.rows, case.columns);
        let mut first: Option<Value> = None;
        for form in FORMS.into_iter().filter(|form| *form != Form::DenseInt) {
            let raw = annotated(matrix(&truth(rows, columns), columns, form));
            let bench = Bench::new(&raw, case.fraction, case.seed);
            // Multiples of 1/8: 32 bits hold them.
            let values = predicted(rows, columns);
            bench.write(&bench.filled(|place| values[place]), columns, form);
            let evaluation = bench.evaluate();
            assert_eq!(evaluation.notes, [""; 0]);
            let scores = json(&evaluation.path);
            close(&scores["metrics"]["mse"], case.mse);
            close(&scores["metrics"]["mae"], case.mae);
            close(&scores["metrics"]["pearson_correlation"], case.pearson);
            assert_eq!(scores["masked_entries"]["zero"], case.zero);
            assert_eq!(scores["masked_entries"]["nonzero"], case.nonzero);
            close(&scores["nonzero_truth"]["mse"], case.nonzero_mse);
            close(&scores["nonzero_truth"]["pearson_correlation"], case.nonzero_pearson);
            for (part, (mean, defined, undefined)) in [("per_gene", case.genes), ("per_cell", case.cells)] {
                close(&scores[part]["mean_pearson_correlation"], mean);
                assert_eq!(scores[part]["defined"], defined);
                assert_eq!(scores[part]["undefined"], undefined);
            }
            assert_eq!(first.get_or_insert_with(|| scores.clone()), &scores, "{form:?}");
        }
    }
}

#[test]
fn identity_and_a_shift() {
    let bench = Bench::of(60, 50);
    for shift in [0.0, 0.5, 2.0] {
        let whole = truth(60, 50);
        bench.write(&bench.filled(|place| whole[place] + shift), 50, Form::Dense32);
        let scores = bench.evaluate().json;
        close(&scores["metrics"]["mse"], shift * shift);
        close(&scores["metrics"]["mae"], shift);
        close(&scores["metrics"]["pearson_correlation"], 1.0);
    }
}

#[test]
fn files_have_the_keys_of_the_reference_and_ours() {
    let mut bench = Bench::of(60, 50);
    bench.write(&bench.filled(|_| 0.0), 50, Form::Csr);
    bench.spec.metrics = vec!["pearson_correlation".to_owned(), "mse".to_owned()];
    std::fs::write(
        bench.spec.results.join("metadata.json"),
        r#"{"model": "its own", "dataset": "d", "n_cells": 60, "n_genes": 50, "epochs": 3}"#,
    )
    .unwrap();
    let evaluation = bench.evaluate();
    let names: Vec<_> = evaluation.metrics.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["mse", "pearson_correlation"]);
    let scores = json(&evaluation.path);
    assert_eq!((&scores["model"], &scores["dataset"]), (&Value::from("m"), &Value::from("d")));
    assert_eq!(scores["metrics"]["pearson_correlation"], Value::Null);
    assert_eq!(scores["undefined"]["pearson_correlation"], "the predicted values are all equal");
    let metadata = bench.metadata();
    assert_eq!((&metadata["model"], &metadata["epochs"]), (&Value::from("its own"), &Value::from(3)));
    assert_eq!(metadata["mask_mode"], "all");
    assert_eq!(metadata["mask_fraction"], 0.15);
    assert_eq!(metadata["n_masked"], 450);
    let sha256 = metadata["mask_sha256"].clone();
    // Without the record of the mask the -1 say the same.
    std::fs::remove_file(bench.spec.masked.with_extension("json")).unwrap();
    bench.evaluate();
    let metadata = bench.metadata();
    assert_eq!((&metadata["mask_sha256"], &metadata["mask_mode"]), (&sha256, &Value::Null));
    assert_eq!((&metadata["seed"], &metadata["epochs"]), (&Value::from(42), &Value::from(3)));
}

#[test]
fn entries_that_are_still_masked_are_an_error_unless_lenient() {
    let mut bench = Bench::of(60, 50);
    let whole = truth(60, 50);
    bench.write(&bench.filled(|place| if place < 1000 { -1.0 } else { whole[place] }), 50, Form::Dense32);
    let (problem, hint) = bench.refused();
    assert!(problem.contains(" of 450 masked entries of ") && problem.ends_with("are still -1"), "{problem}");
    assert!(hint.contains("--lenient"));
    bench.spec.lenient = true;
    assert!(bench.evaluate().notes[0].ends_with("are still -1: they are scored as they are"));
}

#[test]
fn predictions_that_are_no_numbers_are_an_error() {
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let bench = Bench::of(60, 50);
        bench.write(&bench.filled(|place| if place < 1500 { wrong } else { 1.0 }), 50, Form::Dense32);
        assert!(bench.refused().0.ends_with("are not a finite number"));
    }
}

#[test]
fn entries_that_were_not_masked_should_stay() {
    let bench = Bench::of(60, 50);
    let mut values = bench.filled(|_| 1.0);
    let kept = dense(&read(&bench.spec.masked));
    let place = kept.iter().position(|value| *value != -1.0).unwrap();
    values[place] += 1.0;
    bench.write(&values, 50, Form::Dense32);
    let notes = bench.evaluate().notes;
    assert!(notes[0].starts_with("1 entries of") && notes[0].ends_with("differ from the input"), "{notes:?}");
}

#[test]
fn a_mask_of_other_values_is_an_error() {
    let bench = Bench::of(60, 50);
    bench.write(&bench.filled(|_| 1.0), 50, Form::Dense32);
    let mut values = truth(60, 50);
    values.iter_mut().for_each(|value| *value += 1.0);
    write(&bench.spec.raw, &annotated(matrix(&values, 50, Form::Csr)));
    assert!(bench.refused().0.contains("raw.h5ad` is not the true matrix that"));
    let record = bench.spec.masked.with_extension("json");
    let before = std::fs::read(&record).unwrap();
    std::fs::remove_file(&record).unwrap();
    assert!(bench.refused().0.contains("the mask is of other values"));
    write(&bench.spec.raw, &annotated(matrix(&truth(60, 50), 50, Form::Csr)));
    // A record of another masked file.
    let mut other = bench.mask.clone();
    other.seed = 1;
    make(&other);
    std::fs::write(&record, before).unwrap();
    bench.write(&bench.filled(|_| 1.0), 50, Form::Dense32);
    let problem = bench.refused().0;
    assert!(problem.contains("masked.h5ad` is not the masked matrix that"), "{problem}");
    assert!(problem.contains("Expected: ") && problem.contains("Computed: "), "{problem}");
    std::fs::write(&record, "{").unwrap();
    assert!(evaluate(&bench.spec).is_err());
}

#[test]
fn names_and_shapes_must_be_those_of_the_input() {
    let mut bench = Bench::of(60, 50);
    let whole = predicted(60, 50);
    let right = annotated(matrix(&bench.filled(|place| whole[place]), 50, Form::Dense32));
    bench.write_data(&right);
    let expected = bench.evaluate().json;
    std::fs::remove_file(bench.spec.results.join("metrics.json")).unwrap();
    bench.write(&truth(60, 40), 40, Form::Dense32);
    assert!(bench.refused().0.contains("has 60 cells and 40 genes"));
    bench.write(&truth(50, 50), 50, Form::Dense32);
    bench.spec.reorder = true;
    assert!(bench.refused().0.contains("has 50 cells and 50 genes"));
    let cells: Vec<usize> = (0..60).map(|i| i * 7 % 60).collect();
    let genes: Vec<usize> = (0..50).map(|i| i * 3 % 50).collect();
    let own: Vec<usize> = (0..50).collect();
    for form in [Form::Dense32, Form::Csr, Form::CsrTwice, Form::Csc] {
        for (columns, what) in [(&genes, "gene"), (&own, "cell")] {
            let x = matrix(&dense(&right), 50, form).subset(&cells, columns).unwrap();
            let (obs, var) = (right.obs.take(&cells).unwrap(), right.var.take(columns).unwrap());
            bench.write_data(&AnnData { x: Some(x), obs, var, ..AnnData::default() });
            bench.spec.reorder = false;
            let (problem, hint) = bench.refused();
            assert!(problem.contains("in another order: cell 1 is `cell7` instead of `cell1`"), "{problem}");
            assert!(hint.contains("--reorder"), "{what}");
            bench.spec.reorder = true;
            assert_eq!(bench.evaluate().json, expected, "{form:?}");
            std::fs::remove_file(bench.spec.results.join("metrics.json")).unwrap();
        }
    }
    let mut twice = right.clone();
    let mut names = twice.var.index().to_vec();
    names[9] = "gene3".to_owned();
    twice.var = repro_data::frame::DataFrame::new(names);
    bench.write_data(&twice);
    assert!(bench.refused().0.contains("occurs twice"));
    let mut other = right.clone();
    other.var = repro_data::frame::DataFrame::new(super::support::names("other", 50));
    bench.write_data(&other);
    assert!(bench.refused().0.contains("has other genes: gene 0 is `other0` instead of `gene0`"));
}

#[test]
fn values_of_another_space_are_an_error() {
    let mut bench = Bench::of(60, 50);
    let whole = truth(60, 50);
    let logarithms: Vec<f64> =
        bench.filled(|place| whole[place]).iter().map(|value| libm::log1p(*value)).collect();
    bench.write(&logarithms, 50, Form::Dense64);
    bench.spec.value_space = Some(ValueSpace::Lognorm);
    let (problem, hint) = bench.refused();
    assert!(problem.contains("the space lognorm, the truth is whole numbers"), "{problem}");
    assert!(hint.contains("--convert expm1"));
    bench.spec.convert = Some(Conversion::Expm1);
    let evaluation = bench.evaluate();
    assert!(evaluation.json["metrics"]["mse"].as_f64().unwrap() < 1e-25);
    assert_eq!(evaluation.notes, [""; 0]);
    std::fs::remove_file(bench.spec.results.join("metrics.json")).unwrap();
    bench.spec.convert = None;
    bench.spec.value_space = None;
    let metadata = bench.spec.results.join("metadata.json");
    std::fs::write(&metadata, r#"{"value_space": "lognorm"}"#).unwrap();
    assert!(bench.refused().0.contains("the space lognorm"));
    std::fs::write(&metadata, r#"{"value_space": "logits"}"#).unwrap();
    assert!(bench.refused().1.contains("`counts` or `lognorm`"));
    for broken in ["[]", "{", ""] {
        std::fs::write(&metadata, broken).unwrap();
        assert!(bench.refused().0.contains("is not a JSON object"));
    }
    std::fs::write(&metadata, r#"{"value_space": "counts"}"#).unwrap();
    bench.write(&bench.filled(|_| 1.0), 50, Form::Dense32);
    bench.evaluate();
}

#[test]
fn what_is_missing_or_empty_is_named() {
    let bench = Bench::of(20, 20);
    assert!(bench.refused().0.ends_with("reconstruction.h5ad`"));
    bench.write(&bench.filled(|_| 1.0), 20, Form::Dense32);
    let mut spec = bench.spec.clone();
    spec.metrics = vec!["rmse".to_owned()];
    let TaskError::Unfit { hint, .. } = evaluate(&spec).unwrap_err() else { panic!("another error") };
    assert_eq!(hint.as_deref(), Some("the metrics are mse, mae, pearson_correlation"));
    std::fs::remove_file(&bench.spec.raw).unwrap();
    assert!(bench.refused().0.contains("raw.h5ad"));
    let bench = Bench::new(&annotated(matrix(&truth(20, 20), 20, Form::Csr)), 0.0, 42);
    bench.write(&truth(20, 20), 20, Form::Dense32);
    assert!(bench.refused().0.contains("there is nothing to score"));
    let bench = Bench::of(20, 20);
    std::fs::write(bench.spec.results.join("reconstruction.h5ad"), "no HDF5").unwrap();
    bench.refused();
}

#[test]
fn a_sidecar_says_what_is_masked() {
    let mut values = truth(40, 30);
    values.iter_mut().step_by(7).for_each(|value| *value -= 1.0);
    let bench = Bench::of(40, 30);
    write(&bench.spec.raw, &annotated(matrix(&values, 30, Form::Csr)));
    let spec = MaskSpec { sidecar: true, ..bench.mask.clone() };
    make(&spec);
    assert!(matches!(read(&bench.spec.masked).x, Some(Matrix::Sparse(_))));
    bench.write(&values, 30, Form::Csr);
    let evaluation = bench.evaluate();
    assert_eq!(evaluation.json["metrics"]["mse"], 0.0);
    assert_eq!(evaluation.json["masked_entries"]["all"], 180);
    assert_eq!(evaluation.notes, [""; 0]);
    std::fs::remove_file(bench.spec.results.join("metrics.json")).unwrap();
    // One masked entry more than the record says.
    let sidecar = sidecar_path(&bench.spec.masked);
    let mut bytes = std::fs::read(&sidecar).unwrap();
    let last = bytes.len() - 4;
    bytes[last] ^= 1;
    std::fs::write(&sidecar, bytes).unwrap();
    assert!(bench.refused().0.contains("masked.mask.npy` is not the mask that its record describes"));
    std::fs::remove_file(&sidecar).unwrap();
    assert!(bench.refused().0.contains("masked.mask.npy"));
    assert_eq!(files(&bench.spec.results), ["metadata.json", "reconstruction.h5ad"]);
    assert!(bench.folder.path().exists());
}
