//! Maps keep neighbourhoods as well as umap-learn's (`tests/oracle/maps.json`), with the same bytes for any number of threads.

use repro_learn::Dense;
use repro_learn::knn::{Itself, Metric, nearest};
use repro_learn::umap::{Parameters, Start, embed};
use repro_stats::random::Generator;

/// Neighbours by which a map is judged, as in the oracle.
const K: usize = 15;

fn digits() -> (Dense, Vec<usize>) {
    let bytes = include_bytes!("../oracle/digits.bin");
    let (rows, labels) = bytes.split_at(1797 * 64);
    let rows = Dense::from_fn(1797, 64, |i, j| f64::from(rows[i * 64 + j]));
    (rows, labels.iter().map(|label| usize::from(*label)).collect())
}

fn groups() -> (Dense, Vec<usize>) {
    let mut random = Generator::from_seed(7);
    let centres = Dense::from_fn(10, 20, |_, _| 3.0 * random.standard_normal());
    let rows = Dense::from_fn(1500, 20, |i, j| random.standard_normal() + centres.row(i % 10)[j]);
    (rows, (0..1500).map(|i| i % 10).collect())
}

fn roll() -> (Dense, Vec<usize>) {
    let mut random = Generator::from_seed(8);
    let mut draws = || (0..1500).map(|_| random.random()).collect::<Vec<f64>>();
    let (along, across) = (draws(), draws());
    let rows = Dense::from_fn(1500, 3, |i, j| {
        let angle = 1.5 * std::f64::consts::PI * (1.0 + 2.0 * along[i]);
        [angle * libm::cos(angle), 21.0 * across[i], angle * libm::sin(angle)][j]
    });
    (rows, along.iter().map(|along| (8.0 * along) as usize).collect())
}

/// Trustworthiness after Venna and Kaski (2001): how few of a point's neighbours on the map were none among the rows.
fn trustworthiness(rows: &Dense, map: &Dense) -> f64 {
    let n = rows.rows();
    let original = nearest(rows.view(), n - 1, Metric::Euclidean, Itself::LeftOut).unwrap();
    let mapped = nearest(map.view(), K, Metric::Euclidean, Itself::LeftOut).unwrap();
    let mut penalty = 0;
    let mut rank = vec![0; n];
    for row in 0..n {
        for (place, other) in original.positions(row).iter().enumerate() {
            rank[*other as usize] = place + 1;
        }
        penalty += mapped.positions(row).iter().map(|at| rank[*at as usize].saturating_sub(K)).sum::<usize>();
    }
    1.0 - 2.0 * penalty as f64 / (n * K * (2 * n - 3 * K - 1)) as f64
}

/// Share of neighbours on the map that have the point's label.
fn purity(map: &Dense, labels: &[usize]) -> f64 {
    let mapped = nearest(map.view(), K, Metric::Euclidean, Itself::LeftOut).unwrap();
    let same =
        |row: usize| mapped.positions(row).iter().filter(|at| labels[**at as usize] == labels[row]).count();
    (0..labels.len()).map(same).sum::<usize>() as f64 / (labels.len() * K) as f64
}

#[track_caller]
fn assert_as_good_as_umap_learn(name: &str, rows: &Dense, labels: &[usize]) {
    let oracle: serde_json::Value = serde_json::from_str(include_str!("../oracle/maps.json")).unwrap();
    for (key, start) in [("spectral", Start::Spectral), ("pca", Start::Pca)] {
        let map = embed(rows.view(), &Parameters { start, seed: 1, ..Parameters::default() }).unwrap();
        let (trust, pure) = (trustworthiness(rows, &map), purity(&map, labels));
        let theirs = &oracle["sets"][name][key];
        println!("{name} {key}: {trust:.4} {pure:.4}, theirs {theirs}");
        assert!(trust >= theirs["trustworthiness"].as_f64().unwrap() - 0.02, "{name} {key} {trust}");
        assert!(pure >= theirs["purity"].as_f64().unwrap() - 0.02, "{name} {key} {pure}");
    }
}

#[test]
fn digits_stay_together() {
    let (rows, labels) = digits();
    assert_as_good_as_umap_learn("digits", &rows, &labels);
}

#[test]
fn groups_stay_together() {
    let (rows, labels) = groups();
    assert_as_good_as_umap_learn("groups", &rows, &labels);
}

#[test]
fn a_rolled_strip_keeps_its_neighbourhoods() {
    let (rows, labels) = roll();
    assert_as_good_as_umap_learn("roll", &rows, &labels);
}

#[test]
fn threads_do_not_matter_and_seeds_do() {
    let (rows, _) = groups();
    let rows = Dense::from_fn(400, 20, |i, j| rows.row(i)[j]);
    for start in [Start::Spectral, Start::Pca] {
        for metric in [Metric::Euclidean, Metric::Cosine] {
            let parameters = Parameters { start, metric, epochs: Some(50), seed: 5, ..Parameters::default() };
            let map = |threads: usize, parameters: &Parameters| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| embed(rows.view(), parameters).unwrap())
            };
            let one = map(1, &parameters);
            assert_eq!(one, map(2, &parameters));
            assert_eq!(one, map(7, &parameters));
            assert_ne!(one, map(2, &Parameters { seed: 6, ..parameters }));
        }
    }
}

#[test]
fn bytes_of_a_small_map_are_known() {
    let (rows, _) = groups();
    let rows = Dense::from_fn(300, 20, |i, j| rows.row(i)[j]);
    let map = embed(rows.view(), &Parameters::default()).unwrap();
    // FNV-1a of the coordinates: another machine must draw the same map.
    let hash = map
        .values()
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    assert_eq!(format!("{hash:016x}"), "7d6b46f45f67575c");
}
