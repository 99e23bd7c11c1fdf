//! Pairs of small matrices, by `tests/oracle/pairs.py`.

use std::collections::BTreeMap;

use repro_metrics::{
    Cells, Gene, Real, TestKind, differential_expression, energy_distance, knn_purity, mmd_rbf, mse, r2,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    dtype: String,
    n_genes: usize,
    truth: Vec<i32>,
    predicted: Vec<i32>,
    control: Vec<i32>,
    r2: f64,
    mse: f64,
    energy_distance: f64,
    mmd_rbf: BTreeMap<String, f64>,
    knn_purity: f64,
    wilcoxon: Vec<Table>,
    #[serde(rename = "t-test")]
    t_test: Vec<Table>,
}

#[derive(Deserialize)]
struct Table {
    names: Vec<usize>,
    scores: Vec<Option<f64>>,
    p_values: Vec<Option<f64>>,
    p_adjusted: Vec<Option<f64>>,
    log_fold_changes: Vec<Option<f64>>,
}

fn oracle() -> Oracle {
    serde_json::from_str(include_str!("../oracle/pairs.json")).unwrap()
}

fn close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance * expected.abs().max(1e-3), "{what}: {got} and {expected}");
}

fn judge<T: Real>(case: &Case, of: impl Fn(i32) -> T) {
    let cells = |thousandths: &[i32]| {
        let values: Vec<T> = thousandths.iter().map(|value| of(*value)).collect();
        Cells::new(values.len() / case.n_genes, case.n_genes, values).unwrap()
    };
    let (truth, predicted, control) = (cells(&case.truth), cells(&case.predicted), cells(&case.control));
    close(r2(&truth, &predicted).unwrap(), case.r2, 1e-9, "r2");
    close(mse(&truth, &predicted).unwrap(), case.mse, 1e-9, "mse");
    close(energy_distance(&truth, &predicted).unwrap(), case.energy_distance, 1e-9, "energy distance");
    for (gamma, expected) in &case.mmd_rbf {
        let got = mmd_rbf(&truth, &predicted, gamma.parse().unwrap()).unwrap();
        close(got, *expected, 1e-9, gamma);
    }
    close(knn_purity(&truth, &control, &predicted, 20).unwrap(), case.knn_purity, 1e-9, "kNN purity");
    let groups = [&truth, &control, &predicted];
    for (kind, tables) in [(TestKind::Wilcoxon, &case.wilcoxon), (TestKind::TTest, &case.t_test)] {
        let ours = differential_expression(&groups, &[(0, 1), (2, 1)], kind).unwrap();
        for (ours, expected) in ours.iter().zip(tables) {
            same_table(ours, expected, kind);
        }
    }
}

/// Equal gene by gene, and in order except between equal scores.
fn same_table(ours: &[Gene], expected: &Table, kind: TestKind) {
    assert_eq!(ours.len(), expected.names.len());
    let place: BTreeMap<usize, usize> =
        ours.iter().enumerate().map(|(place, gene)| (gene.gene, place)).collect();
    for (row, name) in expected.names.iter().enumerate() {
        let gene = &ours[place[name]];
        let what = format!("{kind:?} gene {name}");
        // Scores and fold changes are stored in single precision.
        close(gene.test.score, expected.scores[row].unwrap_or(f64::NAN), 1e-6, &what);
        close(gene.test.p_value, expected.p_values[row].unwrap(), 1e-9, &what);
        close(gene.p_adjusted, expected.p_adjusted[row].unwrap(), 1e-9, &what);
        match expected.log_fold_changes[row] {
            Some(change) => close(f64::from(gene.log_fold_change), change, 1e-6, &what),
            None => assert!(!gene.log_fold_change.is_finite(), "{what}"),
        }
        let here = ours[row].test.score;
        assert!((here - gene.test.score).abs() <= 1e-12 * here.abs(), "{what} in row {row}");
    }
}

#[test]
fn metrics_and_tables_agree_with_python() {
    let mut n = 0;
    for case in oracle().cases {
        match case.dtype.as_str() {
            "float32" => judge(&case, |thousandths| (f64::from(thousandths) / 1000.0) as f32),
            "float64" => judge(&case, |thousandths| f64::from(thousandths) / 1000.0),
            other => panic!("{other}"),
        }
        n += 1;
    }
    assert_eq!(n, 4);
}
