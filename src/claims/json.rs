//! A judged claim as other programs read it.

use serde_json::{Value, json};

use super::{Claim, Outcome};
use crate::evidence::Tier;

/// One element of `claims` in `repro claims --json` and in `report.json`.
pub fn claim_json(paper: &str, claim: &Claim) -> Value {
    let reason = match claim.outcome {
        Outcome::Missing(reason) => Some(reason.name()),
        _ => None,
    };
    json!({
        "id": claim.id,
        "paper": paper,
        "place": claim.place,
        "version": claim.version,
        "value": claim.value,
        "ours": claim.ours,
        "difference": claim.difference,
        "rule": claim.rule.name(),
        "tolerance": claim.tolerance,
        "outcome": claim.outcome,
        "evidence": claim.evidence.map(Tier::name),
        "reason": reason,
        "detail": claim.detail,
        "needs": claim.needs,
        "aliases": claim.aliases,
        "published_in": { "artifact": claim.artifact, "row": claim.row },
        "lineage": claim.lineage.to_string(),
        "copy": claim.copy.as_ref().map(|copy| {
            json!({ "artifact": copy.artifact, "column": copy.column, "counts_as_published": copy.own })
        }),
    })
}
