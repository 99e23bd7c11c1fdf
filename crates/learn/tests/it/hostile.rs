//! Input that degenerates: a map or a typed error, never a panic or a loop without end.

use proptest::prelude::*;
use repro_learn::knn::{Itself, Metric, Neighbours, nearest};
use repro_learn::pca::{Method, pca};
use repro_learn::umap::{Parameters, Start, embed, fit_curve};
use repro_learn::{Dense, LearnError, MatrixView};

fn quick(neighbours: usize) -> Parameters {
    Parameters { neighbours, epochs: Some(20), ..Parameters::default() }
}

#[test]
fn too_few_rows_are_refused() {
    for rows in 0..3 {
        let matrix = Dense::zeros(rows, 3);
        let error = embed(matrix.view(), &Parameters::default()).unwrap_err();
        assert_eq!(error, LearnError::TooFewRows { rows, needed: 15 });
        let error = nearest(matrix.view(), 3, Metric::Euclidean, Itself::LeftOut).unwrap_err();
        assert_eq!(error, LearnError::TooFewRows { rows, needed: 4 });
    }
    assert!(matches!(pca(Dense::zeros(1, 3).view(), 1, Method::Exact), Err(LearnError::TooFewRows { .. })));
    assert_eq!(embed(Dense::zeros(20, 0).view(), &quick(5)), Err(LearnError::NoColumns));
}

#[test]
fn what_is_not_finite_is_refused_with_its_place() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e101] {
        let matrix = Dense::from_fn(30, 4, |i, j| if (i, j) == (7, 2) { value } else { (i * j) as f64 });
        let wrong = LearnError::NotFinite { row: 7, column: 2 };
        assert_eq!(embed(matrix.view(), &quick(5)), Err(wrong.clone()));
        assert_eq!(pca(matrix.view(), 2, Method::Exact).unwrap_err(), wrong);
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let matrix = Dense::from_fn(30, 4, |i, j| (i * (j + 3) % 7) as f64);
    let good = quick(5);
    for wrong in [
        Parameters { neighbours: 1, ..good },
        Parameters { neighbours: 0, ..good },
        Parameters { dimensions: 0, ..good },
        Parameters { dimensions: 4, ..good },
        Parameters { epochs: Some(0), ..good },
        Parameters { minimum_distance: 2.0, ..good },
        Parameters { minimum_distance: f64::NAN, ..good },
        Parameters { spread: 0.0, ..good },
        Parameters { learning_rate: f64::INFINITY, ..good },
        Parameters { set_operation_ratio: 1.5, ..good },
        Parameters { local_connectivity: -1.0, ..good },
    ] {
        assert!(matches!(embed(matrix.view(), &wrong), Err(LearnError::Parameter { .. })), "{wrong:?}");
    }
    assert!(matches!(pca(matrix.view(), 5, Method::Exact), Err(LearnError::Parameter { .. })));
    assert!(matches!(pca(matrix.view(), 0, Method::Exact), Err(LearnError::Parameter { .. })));
    assert!(fit_curve(1.0, -0.1).is_err());
    assert!(MatrixView::new(&[1.0; 5], 2, 3).is_err() && MatrixView::new(&[1.0; 5], usize::MAX, 3).is_err());
    assert!(Neighbours::new(2, 1, vec![0, 2], vec![0.0, 0.0]).is_err());
    assert!(Neighbours::new(2, 1, vec![0, 1], vec![0.0, f64::NAN]).is_err());
    assert!(Neighbours::new(2, 1, vec![0, 1], vec![0.0]).is_err());
}

#[test]
fn identical_rows_are_spread_out() {
    for start in [Start::Spectral, Start::Pca] {
        for metric in [Metric::Euclidean, Metric::Cosine] {
            for value in [0.0, 2.5] {
                let matrix = Dense::from_fn(40, 3, |_, _| value);
                let map = embed(matrix.view(), &Parameters { start, metric, ..quick(10) }).unwrap();
                assert!(map.values().iter().all(|value| value.is_finite()));
            }
        }
    }
}

#[test]
fn parts_without_connection_are_placed_apart() {
    // Three, and twelve, groups so far apart that no neighbour lies in another.
    for groups in [3_usize, 12] {
        let place = |i: usize, j: usize| ((i % groups) * 1000) as f64 + ((i * 7 + j * 13) % 11) as f64;
        let matrix = Dense::from_fn(groups * 30, 3, place);
        let map = embed(matrix.view(), &Parameters { epochs: Some(200), ..quick(8) }).unwrap();
        let near = nearest(map.view(), 3, Metric::Euclidean, Itself::LeftOut).unwrap();
        for row in 0..map.rows() {
            assert!(
                near.positions(row).iter().all(|at| *at as usize % groups == row % groups),
                "{groups} {row}"
            );
        }
    }
}

#[test]
fn rows_of_zeros_are_at_a_right_angle() {
    let matrix = Dense::from_fn(4, 2, |i, j| [[0.0, 0.0], [1.0, 1e-300], [0.0, 0.0], [-3.0, 0.0]][i][j]);
    let near = nearest(matrix.view(), 3, Metric::Cosine, Itself::LeftOut).unwrap();
    assert_eq!((near.positions(0), near.distances(0)), (&[2, 1, 3][..], &[0.0, 1.0, 1.0][..]));
    assert_eq!((near.positions(1), near.distances(1)), (&[0, 2, 3][..], &[1.0, 1.0, 2.0][..]));
}

/// The graph of these rows has so many eigenvalues 0 that those beside them are rounding.
#[test]
fn eigenvalues_that_are_zero_many_times_settle() {
    let mut cells = vec![1.0; 43];
    for place in [0, 2, 3, 4, 9, 38, 42] {
        cells[place] = -1.0;
    }
    (cells[6], cells[39], cells[41]) = (1e-300, 0.0, 1e-300);
    let matrix = MatrixView::new(&cells, 43, 1).unwrap();
    let parameters = Parameters { start: Start::Spectral, metric: Metric::Cosine, ..quick(3) };
    let map = embed(matrix, &parameters).unwrap();
    assert!(map.values().iter().all(|value| value.is_finite()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_rows_give_finite_places(
        cells in prop::collection::vec(prop::sample::select(vec![0.0, 1.0, -1.0, 1e-300, 1e100, -1e100, 3.7]), 3..120),
        columns in 1_usize..4, neighbours in 2_usize..8, spectral in any::<bool>(), cosine in any::<bool>(),
    ) {
        let rows = cells.len() / columns;
        let matrix = MatrixView::new(&cells[..rows * columns], rows, columns).unwrap();
        let start = if spectral { Start::Spectral } else { Start::Pca };
        let metric = if cosine { Metric::Cosine } else { Metric::Euclidean };
        match embed(matrix, &Parameters { start, metric, ..quick(neighbours) }) {
            Ok(map) => prop_assert!(map.values().iter().all(|value| value.is_finite())),
            Err(error) => prop_assert!(matches!(error, LearnError::TooFewRows { .. }), "{error}"),
        }
    }
}
