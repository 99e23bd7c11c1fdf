//! `repro claims`: judges registered claims, one line each.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde_json::{Value as Json, json};

use super::session::{Session, claims_status};
use super::{Context, ExitCode};
use crate::claims::{Counts, Judged, Outcome, Policy, claim_json};
use crate::error::Failure;
use crate::manifest::Selection;

/// Arguments of `repro claims`.
#[derive(Debug, clap::Args)]
pub struct ClaimsArguments {
    /// Claim sets to judge
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Which outcomes fail the run
    #[arg(long, value_name = "POLICY", default_value = "strict", value_parser = policies())]
    policy: Policy,
}

fn policies() -> impl TypedValueParser<Value = Policy> {
    let help = |name| match name {
        Policy::Exploratory => "nothing that differs or is missing",
        Policy::Publication => "what differs",
        Policy::Strict => "what differs or is missing",
    };
    let values = Policy::ALL.map(|(policy, name)| PossibleValue::new(name).help(help(policy)));
    PossibleValuesParser::new(values).map(|name| {
        let named = Policy::ALL.into_iter().find(|(_, known)| *known == name);
        named.map_or(Policy::default(), |(policy, _)| policy)
    })
}

/// Runs the verb.
pub fn run(arguments: &ClaimsArguments, context: &Context) -> Result<ExitCode, Failure> {
    let selection = Selection::new(&arguments.selectors)?;
    let mut judged: Vec<(&str, Judged)> = Vec::new();
    let mut status = ExitCode::Success;
    for manifest in &context.project.manifests {
        let wanted = |id: &str| selection.contains(manifest.id(), id);
        if !manifest.claims.iter().any(|set| wanted(&set.id)) {
            continue;
        }
        let mut session = Session::open(manifest, context)?;
        session.draw(|_| true);
        judged.extend(session.judge(wanted).into_iter().map(|set| (manifest.id(), set)));
        status = status.worst(session.report_problems(context));
    }
    let known: Vec<String> = context
        .project
        .manifests
        .iter()
        .flat_map(|manifest| manifest.claims.iter().map(move |set| format!("{}/{}", manifest.id(), set.id)))
        .collect();
    selection.check(known.iter().map(String::as_str))?;
    let counts = Counts::total_of(judged.iter().map(|(_, set)| &set.counts));
    if context.json {
        context.out.line(to_json(&judged, &counts).to_string());
    } else {
        for (paper, set) in &judged {
            print_set(paper, set, context);
        }
        context.out.note(counts.to_string());
    }
    if let Some(forgiven) = arguments.policy.forgiven(&counts) {
        context.out.note(forgiven);
    }
    let sets: Vec<Judged> = judged.into_iter().map(|(_, set)| set).collect();
    Ok(status.worst(claims_status(&sets, arguments.policy)))
}

/// The contract of `repro claims --json`.
fn to_json(judged: &[(&str, Judged)], counts: &Counts) -> Json {
    let claims: Vec<Json> = judged
        .iter()
        .flat_map(|(paper, set)| set.claims.iter().map(move |claim| claim_json(paper, claim)))
        .collect();
    json!({ "schema": 1, "counts": counts, "claims": claims })
}

fn print_set(paper: &str, set: &Judged, context: &Context) {
    if let Some(missing) = &set.missing {
        let n = set.registered;
        context.out.line(format!(
            "missing     {paper}/{}  {n} claims, {}: {}",
            set.id, missing.reason, missing.detail
        ));
    }
    for claim in &set.claims {
        let mut line = format!("{:<11} {paper}/{}  {}", claim.outcome, claim.id, claim.value);
        if let Some(ours) = &claim.ours {
            line.push_str(&format!("  ours {ours}"));
        }
        if claim.outcome == Outcome::Differs {
            let rule = claim.rule.name();
            match (claim.difference, claim.tolerance) {
                (Some(difference), Some(tolerance)) => {
                    line.push_str(&format!("  difference {difference:e}, {rule} allows {tolerance:e}"));
                }
                (Some(difference), None) => {
                    line.push_str(&format!("  difference {difference:e}, rule {rule}"))
                }
                _ => line.push_str(&format!("  rule {rule}")),
            }
        }
        if let Outcome::Missing(reason) = claim.outcome {
            line.push_str(&format!("  {reason}"));
        }
        if let Some(detail) = &claim.detail {
            line.push_str(&format!("  {detail}"));
        }
        context.out.line(line);
    }
}
