//! Components, neighbours, curves and graphs equal scikit-learn's and umap-learn's (`tests/oracle/learn.py`).

use proptest::prelude::*;
use repro_learn::knn::{Itself, Metric, Neighbours, nearest};
use repro_learn::pca::{Method, pca};
use repro_learn::umap::{fit_curve, fuzzy_graph};
use repro_learn::{Dense, MatrixView};
use repro_stats::random::Generator;
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    pca: Vec<PcaCase>,
    knn: Vec<KnnCase>,
    curve: Vec<[f64; 6]>,
    graphs: Vec<GraphCase>,
}

#[derive(Deserialize)]
struct PcaCase {
    n: usize,
    p: usize,
    k: usize,
    values: Vec<f64>,
    components: Vec<f64>,
    variance: Vec<f64>,
    ratio: Vec<f64>,
    singular_values: Vec<f64>,
    scores: Vec<f64>,
}

#[derive(Deserialize)]
struct KnnCase {
    n: usize,
    p: usize,
    k: usize,
    metric: String,
    values: Vec<f64>,
    positions: Vec<u32>,
    distances: Vec<f64>,
}

#[derive(Deserialize)]
struct GraphCase {
    rows: usize,
    k: usize,
    local_connectivity: f64,
    set_operation_ratio: f64,
    positions: Vec<u32>,
    distances: Vec<f64>,
    starts: Vec<usize>,
    columns: Vec<u32>,
    weights: Vec<f64>,
}

fn oracle() -> Oracle {
    serde_json::from_str(include_str!("../oracle/learn.json")).unwrap()
}

/// All members within `tolerance` of the largest.
#[track_caller]
fn assert_close(ours: &[f64], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len());
    let scale = theirs.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours - theirs).abs() <= tolerance * scale, "{ours:e} is not {theirs:e}");
    }
}

#[test]
fn exact_components_agree_with_scikit_learn_signs_included() {
    for case in oracle().pca {
        let view = MatrixView::new(&case.values, case.n, case.p).unwrap();
        let ours = pca(view, case.k, Method::Exact).unwrap();
        assert_close(&ours.explained_variance, &case.variance, 1e-9);
        assert_close(&ours.explained_variance_ratio, &case.ratio, 1e-9);
        assert_close(&ours.singular_values, &case.singular_values, 1e-9);
        assert_close(ours.components.values(), &case.components, 1e-9);
        assert_close(ours.scores.values(), &case.scores, 1e-9);
    }
}

#[test]
fn a_random_projection_finds_the_same_subspace() {
    let mut random = Generator::from_seed(4);
    let factors = Dense::from_fn(300, 8, |_, j| random.standard_normal() * (8 - j) as f64);
    let loadings = Dense::from_fn(8, 120, |_, _| random.standard_normal());
    let rows = Dense::from_fn(300, 120, |i, j| {
        let signal: f64 = (0..8).map(|k| factors.row(i)[k] * loadings.row(k)[j]).sum();
        signal + 0.1 * random.standard_normal()
    });
    let exact = pca(rows.view(), 8, Method::Exact).unwrap();
    let sketched = pca(rows.view(), 8, Method::Randomised { seed: 1 }).unwrap();
    assert_close(&sketched.explained_variance, &exact.explained_variance, 1e-9);
    assert_close(sketched.components.values(), exact.components.values(), 1e-6);
    assert_eq!(sketched, pca(rows.view(), 8, Method::Randomised { seed: 1 }).unwrap());
}

#[test]
fn components_beyond_the_rank_are_orthonormal() {
    for (n, p) in [(6, 30), (30, 6)] {
        let rows = Dense::from_fn(n, p, |i, j| (i % 2) as f64 * (j + 1) as f64);
        for method in [Method::Exact, Method::Randomised { seed: 0 }] {
            let fit = pca(rows.view(), 5, method).unwrap();
            assert!((fit.explained_variance_ratio[0] - 1.0).abs() < 1e-12);
            for a in 0..5 {
                for b in 0..5 {
                    let product: f64 =
                        fit.components.row(a).iter().zip(fit.components.row(b)).map(|(a, b)| a * b).sum();
                    assert!(
                        (product - f64::from(u8::from(a == b))).abs() < 1e-10,
                        "{n} {p} {a} {b} {product}"
                    );
                }
            }
        }
    }
}

#[test]
fn neighbours_agree_with_scikit_learn() {
    for case in oracle().knn {
        let metric = if case.metric == "cosine" { Metric::Cosine } else { Metric::Euclidean };
        let view = MatrixView::new(&case.values, case.n, case.p).unwrap();
        let ours = nearest(view, case.k, metric, Itself::LeftOut).unwrap();
        for row in 0..case.n {
            assert_eq!(ours.positions(row), &case.positions[row * case.k..][..case.k]);
            assert_close(ours.distances(row), &case.distances[row * case.k..][..case.k], 1e-12);
        }
    }
}

#[test]
fn curves_agree_with_umap_learn() {
    for [spread, least, a, b, exact_a, exact_b] in oracle().curve {
        let curve = fit_curve(spread, least).unwrap();
        assert!(
            (curve.a / exact_a - 1.0).abs() < 1e-8 && (curve.b - exact_b).abs() < 1e-8,
            "{spread} {least} {curve:?}"
        );
        // Its own fit stops early where spread and minimum distance are about equal.
        let tolerance = if least > 0.9 * spread { 1e-5 } else { 1e-6 };
        assert!(
            (curve.a / a - 1.0).abs() < tolerance && (curve.b - b).abs() < tolerance,
            "{spread} {least} {curve:?}"
        );
    }
}

#[test]
fn graphs_agree_with_umap_learn() {
    for case in oracle().graphs {
        let neighbours = Neighbours::new(case.rows, case.k, case.positions, case.distances).unwrap();
        let graph = fuzzy_graph(&neighbours, case.local_connectivity, case.set_operation_ratio).unwrap();
        let all = |of: fn(&(u32, f64)) -> f64| -> Vec<f64> {
            (0..graph.rows())
                .flat_map(|row| {
                    let (columns, weights) = graph.row(row);
                    columns
                        .iter()
                        .copied()
                        .zip(weights.iter().copied())
                        .map(|entry| of(&entry))
                        .collect::<Vec<_>>()
                })
                .collect()
        };
        for (row, pair) in case.starts.windows(2).enumerate() {
            assert_eq!(graph.row(row).0, &case.columns[pair[0]..pair[1]], "row {row}");
        }
        for (ours, theirs) in all(|entry| entry.1).iter().zip(&case.weights) {
            assert!((ours - theirs).abs() < 1e-6, "{ours} is not {theirs}");
        }
    }
}

/// Neighbours by measuring everything.
fn measured(rows: &Dense, k: usize) -> Vec<u32> {
    (0..rows.rows())
        .flat_map(|i| {
            let square =
                |j: usize| rows.row(i).iter().zip(rows.row(j)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
            let mut others: Vec<(f64, u32)> =
                (0..rows.rows()).filter(|j| *j != i).map(|j| (square(j), j as u32)).collect();
            others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            others.into_iter().take(k).map(|(_, at)| at).collect::<Vec<_>>()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// On a grid nearly all distances are ties, far from the origin products have no digits left.
    #[test]
    fn ties_go_to_the_first_row_wherever_the_grid_lies(
        cells in prop::collection::vec(0_i32..4, 12..900), offset in prop::sample::select(vec![0.0, 1e3, 1e8]),
    ) {
        let n = cells.len() / 2;
        let rows = Dense::from_fn(n, 2, |i, j| f64::from(cells[2 * i + j]) + offset);
        let ours = nearest(rows.view(), 5, Metric::Euclidean, Itself::LeftOut).unwrap();
        let found: Vec<u32> = (0..n).flat_map(|row| ours.positions(row).to_vec()).collect();
        prop_assert_eq!(found, measured(&rows, 5));
        let with_itself = nearest(rows.view(), 6, Metric::Euclidean, Itself::First).unwrap();
        for row in 0..n {
            prop_assert_eq!(with_itself.positions(row)[0] as usize, row);
            prop_assert_eq!(&with_itself.positions(row)[1..], ours.positions(row));
        }
    }
}
