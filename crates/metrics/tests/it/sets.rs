//! Metrics of gene sets, by `tests/oracle/sets.py`.

use std::collections::BTreeMap;

use repro_metrics::{
    Cells, CoexpressionSettings, Correlation, DegSettings, Phase, Real, Recovery, Score, ScoreSettings,
    TestKind, cell_cycle_phases, coexpression, deg_recovery, pathway, score_genes,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
    wide: Vec<Wide>,
}

/// Bins of more genes than are drawn.
#[derive(Deserialize)]
struct Wide {
    dtype: String,
    n_genes: usize,
    matrix: Vec<i32>,
    sets: Vec<Vec<usize>>,
    sizes: Vec<usize>,
    scores: Vec<Vec<Vec<f64>>>,
    s_genes: Vec<usize>,
    g2m_genes: Vec<usize>,
    phases: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    dtype: String,
    n_genes: usize,
    min_cells: usize,
    /// True, predicted, true control and predicted control cells.
    matrices: Vec<Vec<i32>>,
    sets: Vec<Vec<usize>>,
    scores: Vec<Vec<Vec<f64>>>,
    s_genes: Vec<usize>,
    g2m_genes: Vec<usize>,
    phases: Vec<Vec<String>>,
    pathways: Vec<Vec<(usize, f64)>>,
    activities: Vec<Vec<Vec<f64>>>,
    coexpression: BTreeMap<String, Vec<Option<f64>>>,
    top: Vec<usize>,
    recovery: BTreeMap<String, Vec<Expected>>,
}

#[derive(Deserialize)]
struct Expected {
    dice: Vec<f64>,
    pearson: Option<f64>,
    spearman: Option<f64>,
    difference_pearson: f64,
    difference_spearman: f64,
}

fn close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance * expected.abs().max(1e-3), "{what}: {got} and {expected}");
}

fn judge<T: Real>(case: &Case, of: impl Fn(i32) -> T) {
    let cells: Vec<Cells<T>> = case
        .matrices
        .iter()
        .map(|thousandths| {
            let values: Vec<T> = thousandths.iter().map(|value| of(*value)).collect();
            Cells::new(values.len() / case.n_genes, case.n_genes, values).unwrap()
        })
        .collect();
    scores(&case.sets, &[5, 50], &case.scores, &cells[0]);
    for (cells, expected) in cells.iter().zip(&case.phases) {
        phases(case, cells, expected);
    }
    activities(case, &cells);
    for (name, expected) in &case.coexpression {
        correlated(case, &cells, name, expected);
    }
    recovered(case, &cells);
}

fn scores<T: Real>(sets: &[Vec<usize>], sizes: &[usize], scores: &[Vec<Vec<f64>>], cells: &Cells<T>) {
    assert_eq!(sizes.len(), scores.len());
    for (size, expected) in sizes.iter().zip(scores) {
        assert_eq!(sets.len(), expected.len());
        for (genes, expected) in sets.iter().zip(expected) {
            let settings = ScoreSettings { control_size: *size, ..ScoreSettings::default() };
            let got = score_genes(cells, genes, settings).unwrap();
            assert_eq!(got.len(), expected.len());
            for (got, expected) in got.iter().zip(expected) {
                close(*got, *expected, 1e-9, "score");
            }
        }
    }
}

fn judge_wide<T: Real>(case: &Wide, of: impl Fn(i32) -> T) {
    let values: Vec<T> = case.matrix.iter().map(|value| of(*value)).collect();
    let cells = Cells::new(values.len() / case.n_genes, case.n_genes, values).unwrap();
    scores(&case.sets, &case.sizes, &case.scores, &cells);
    same_phases(&cells, &case.s_genes, &case.g2m_genes, &case.phases);
}

fn phases<T: Real>(case: &Case, cells: &Cells<T>, expected: &[String]) {
    // The oracle leaves genes out by the true cells only.
    let truth = &case.matrices[0];
    let enough = |gene: &&usize| {
        truth.iter().skip(**gene).step_by(case.n_genes).filter(|value| **value > 0).count() >= case.min_cells
    };
    let kept = |genes: &[usize]| genes.iter().filter(enough).copied().collect::<Vec<_>>();
    same_phases(cells, &kept(&case.s_genes), &kept(&case.g2m_genes), expected);
}

fn same_phases<T: Real>(cells: &Cells<T>, s_genes: &[usize], g2m_genes: &[usize], expected: &[String]) {
    let phases = cell_cycle_phases(cells, s_genes, g2m_genes).unwrap();
    let name = |phase: &Phase| match phase {
        Phase::S => "S",
        Phase::G2M => "G2M",
        Phase::G1 => "G1",
    };
    assert_eq!(phases.iter().map(name).collect::<Vec<_>>(), expected);
}

fn activities<T: Real>(case: &Case, cells: &[Cells<T>]) {
    let got = pathway(&cells[0], &cells[1], &case.pathways, case.min_cells, 5).unwrap();
    assert_eq!(got.kept, [0, 1, 2]);
    for (got, expected) in [&got.truth, &got.predicted].into_iter().zip(&case.activities) {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().flatten().zip(expected.iter().flatten()) {
            close(*got, *expected, 1e-10, "activity");
        }
    }
}

fn correlated<T: Real>(case: &Case, cells: &[Cells<T>], name: &str, expected: &[Option<f64>]) {
    let kind = if name.starts_with("pearson") { Correlation::Pearson } else { Correlation::Spearman };
    let settings = CoexpressionSettings {
        min_cells: case.min_cells,
        overlap: 5,
        threshold: 0.0,
        upstream_columns: name.ends_with("upstream"),
    };
    let got = coexpression(&cells[0], &cells[1], &case.sets, &[kind], &settings).unwrap();
    let got: BTreeMap<usize, Score> = got.into_iter().flat_map(|got| got.sets).collect();
    for (set, expected) in expected.iter().enumerate() {
        match (got.get(&set), expected) {
            (Some(got), Some(expected)) => close(got.clone().unwrap(), *expected, 1e-9, name),
            (None, None) => {}
            other => panic!("{name} {set}: {other:?}"),
        }
    }
}

fn recovered<T: Real>(case: &Case, cells: &[Cells<T>]) {
    for (name, expected) in &case.recovery {
        let kind = if name == "wilcoxon" { TestKind::Wilcoxon } else { TestKind::TTest };
        let settings =
            DegSettings { kind, top: case.top.clone(), false_discovery_rate: Some(0.05), min_cells: 20 };
        let got = deg_recovery(&cells[0], &cells[2], &cells[1], &cells[3], &settings).unwrap();
        for (got, expected) in [got.with_true_control, got.with_predicted_control].iter().zip(expected) {
            same(got, expected, name);
        }
    }
}

fn same(got: &Recovery, expected: &Expected, what: &str) {
    assert_eq!(got.dice, expected.dice, "{what}");
    let correlations = [
        (&got.log_fold_change_pearson, expected.pearson),
        (&got.log_fold_change_spearman, expected.spearman),
        (&got.mean_difference_pearson, Some(expected.difference_pearson)),
        (&got.mean_difference_spearman, Some(expected.difference_spearman)),
    ];
    for (got, expected) in correlations {
        match expected {
            // Fold changes are stored in single precision.
            Some(expected) => close(got.clone().unwrap(), expected, 1e-6, what),
            None => assert!(got.is_err(), "{what}: {got:?}"),
        }
    }
}

#[test]
fn gene_sets_agree_with_python() {
    let oracle: Oracle = serde_json::from_str(include_str!("../oracle/sets.json")).unwrap();
    assert_eq!((oracle.cases.len(), oracle.wide.len()), (2, 2));
    let (single, double) = (|value| (f64::from(value) / 1000.0) as f32, |value| f64::from(value) / 1000.0);
    for case in oracle.cases {
        match case.dtype.as_str() {
            "float32" => judge(&case, single),
            _ => judge(&case, double),
        }
    }
    for case in oracle.wide {
        match case.dtype.as_str() {
            "float32" => judge_wide(&case, single),
            _ => judge_wide(&case, double),
        }
    }
}
