//! Scores and what is known of a run, as JSON.

use serde_json::{Map, Value, json};

use super::compare::Compared;
use super::pairs::{Pairs, Score};
use super::{EvaluateSpec, Inputs};
use crate::masking::MaskRecord;

/// The content of `metrics.json`.
pub(super) fn metrics(spec: &EvaluateSpec, metrics: &[(String, Score)], compared: &Compared) -> Value {
    let scores: Map<String, Value> =
        metrics.iter().map(|(name, score)| (name.clone(), number(score))).collect();
    let undefined: Map<String, Value> = metrics
        .iter()
        .filter_map(|(name, score)| Some((name.clone(), Value::from(score.clone().err()?))))
        .collect();
    let (all, nonzero) = (compared.all.n(), compared.nonzero.n());
    let genes = compared.genes.iter().filter(|gene| gene.n() > 0).map(Pairs::pearson);
    let (mut sum, mut defined, mut undefined_genes) = (0.0, 0, 0);
    for score in genes {
        match score {
            Ok(r) => (sum, defined) = (sum + r, defined + 1),
            Err(_) => undefined_genes += 1,
        }
    }
    json!({
        "model": spec.model,
        "dataset": spec.dataset,
        "metrics": scores,
        "undefined": undefined,
        "masked_entries": { "all": all, "zero": all - nonzero, "nonzero": nonzero },
        "nonzero_truth": {
            "mse": number(&compared.nonzero.mse()),
            "mae": number(&compared.nonzero.mae()),
            "pearson_correlation": number(&compared.nonzero.pearson()),
        },
        "per_gene": mean(sum, defined, undefined_genes),
        "per_cell": mean(compared.cells.0, compared.cells.1, compared.undefined_cells),
    })
}

fn mean(sum: f64, defined: u64, undefined: u64) -> Value {
    let mean = if defined > 0 { Some(sum / defined as f64) } else { None };
    json!({ "mean_pearson_correlation": mean, "defined": defined, "undefined": undefined })
}

fn number(score: &Score) -> Value {
    score.as_ref().map_or(Value::Null, |value| Value::from(*value))
}

/// What `metadata.json` is completed with.
pub(super) struct Facts<'a> {
    pub spec: &'a EvaluateSpec,
    pub inputs: &'a Inputs,
    pub record: Option<&'a MaskRecord>,
    pub compared: &'a Compared,
    pub shape: [usize; 2],
}

/// The content of `metadata.json`: what the model wrote, and what this program knows, which replaces what an earlier
/// evaluation wrote.
pub(super) fn metadata(mut keys: Map<String, Value>, facts: &Facts<'_>) -> Value {
    let of_model = json!({
        "model": facts.spec.model,
        "dataset": facts.spec.dataset,
        "n_cells": facts.shape[0],
        "n_genes": facts.shape[1],
    });
    if let Value::Object(of_model) = of_model {
        for (key, value) in of_model {
            keys.entry(key).or_insert(value);
        }
    }
    let record = facts.record;
    let places = record.map(|record| record.mask_sha256).or(facts.compared.places_sha256);
    let own = json!({
        "mask_fraction": record.map(|record| record.mask_fraction).or(facts.spec.mask_fraction),
        "seed": record.map(|record| record.seed).or(facts.spec.seed),
        "n_masked": facts.compared.all.n(),
        "mask_mode": record.map(|record| record.mask_mode.name()),
        "mask_sha256": places,
        "raw_sha256": facts.inputs.raw,
        "masked_sha256": facts.inputs.masked,
        "reconstruction_sha256": facts.inputs.reconstruction,
        "convert": facts.spec.convert,
        "repro_version": env!("CARGO_PKG_VERSION"),
    });
    if let Value::Object(own) = own {
        keys.extend(own);
    }
    Value::Object(keys)
}
