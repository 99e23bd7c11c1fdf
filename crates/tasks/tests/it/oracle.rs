//! Scores of whole files, by `tests/oracle/score/oracle.py` of the workspace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use repro_tasks::TaskError;
use repro_tasks::score::{Compat, Preset, ScoreSpec, Scores, score};
use serde_json::{Map, Value};

/// Values by metric.
type Metrics = BTreeMap<String, Option<f64>>;

/// Largest relative difference.
const TOLERANCE: f64 = 1e-9;

/// What rounding leaves of 0.
const NOTHING: f64 = 1e-12;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle/score")
}

fn parsed<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&std::fs::read_to_string(folder().join(name)).unwrap()).unwrap()
}

/// The specification of a case, whose paths are below `inputs`.
fn spec(case: &Map<String, Value>, preset: &str) -> ScoreSpec {
    let inputs = folder().join("inputs");
    let placed = case.iter().map(|(key, value)| match value {
        Value::String(path) if key != "layer" => (key.clone(), inputs.join(path).to_string_lossy().into()),
        other => (key.clone(), other.clone()),
    });
    let mut spec: ScoreSpec = serde_json::from_value(Value::Object(placed.collect())).unwrap();
    let (preset, compat) = preset
        .split_once(" --compat upstream")
        .map_or((preset, None), |(preset, _)| (preset, Some(Compat::Upstream)));
    spec.preset = serde_json::from_value::<Preset>(preset.into()).unwrap();
    spec.compat = compat;
    spec
}

/// Why a case is refused as a whole where the reference has nothing but undefined values.
fn refusal(case: &str, spec: &ScoreSpec) -> Option<&'static str> {
    let strict = spec.preset == Preset::PaperLatentShift && spec.control.is_some();
    match case {
        "stimulus" | "stimulus_unprojected" | "stimulus_fitted" | "blood" => None,
        _ if strict => Some("tests need 30"),
        "one_gene" => Some("no gene set has 5 genes"),
        _ => None,
    }
}

/// An error with its causes.
fn described(error: &TaskError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(own) = cause {
        text = format!("{text}: {own}");
        cause = own.source();
    }
    text
}

/// Mean of a kernel that is 0 for all pairs of different cells.
fn diagonal(scores: &Scores) -> f64 {
    let n = |side: &str| scores.params["n_cells"][side].as_f64().unwrap();
    1.0 / n("true") + 1.0 / n("pred")
}

fn compare(name: &str, expected: &Metrics, scores: &Scores, wrong: &mut Vec<String>) {
    for (metric, expected) in expected {
        let got = scores.metrics.get(metric).map(Value::as_f64);
        let close = |a: f64, b: f64| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()) + NOTHING;
        let right = match (got, *expected) {
            (Some(Some(got)), Some(expected)) => close(got, expected),
            (Some(None), None) => scores.undefined.contains_key(metric),
            // The reference gives up where one value is undefined.
            (Some(Some(_)), None) => scores.left_out.contains_key(metric),
            // The reference gives what remains of a saturated kernel: each cell with itself.
            (Some(None), Some(expected)) => {
                scores.undefined[metric].contains("saturated") && (expected - diagonal(scores)).abs() < 1e-4
            }
            _ => false,
        };
        if !right {
            wrong.push(format!("{name}: {metric}: {got:?} and {expected:?}"));
        }
    }
    // Left out of the reference: what only the order of equal values decides.
    let undecided = |metric: &str| ["_dice_", "_top_", "knn_"].iter().any(|part| metric.contains(part));
    let more =
        scores.metrics.iter().filter(|(metric, value)| value.is_number() && !expected.contains_key(*metric));
    wrong.extend(
        more.filter(|(metric, _)| !undecided(metric))
            .map(|(metric, _)| format!("{name}: {metric} is not expected")),
    );
}

#[test]
fn presets_score_as_the_reference_does() {
    let cases: BTreeMap<String, Map<String, Value>> = parsed("cases.json");
    let expected: BTreeMap<String, BTreeMap<String, Metrics>> = parsed("expected.json");
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (case, presets) in &expected {
        for (preset, metrics) in presets {
            let (name, spec) = (format!("{case}, {preset}"), spec(&cases[case], preset));
            let scores = score(&spec).map_err(|error| described(&error));
            match (scores, refusal(case, &spec)) {
                (Ok(mut scores), None) => {
                    if spec.compat.is_some() {
                        // All else is as without.
                        scores.metrics.retain(|metric, _| metrics.contains_key(metric));
                    }
                    compare(&name, metrics, &scores, &mut wrong);
                    compared += metrics.len();
                }
                (Err(error), Some(reason)) if error.contains(reason) => {}
                (scores, reason) => {
                    wrong.push(format!("{name}: {:?} instead of {reason:?}", scores.map(|_| ())))
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
}
