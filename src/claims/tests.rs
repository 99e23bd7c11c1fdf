//! What holds for every claim, whatever the numbers are.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::set::Row;
use super::spec::Ours;
use super::{Cells, Claim, ClaimSet, Facts, Outcome, Rule, judge};
use crate::digest::{Sha256, sha256};
use crate::evidence::{Lineage, Missing, Reason, SourceFile, Tier};
use crate::query::{Column, Evidence, Table};

const TIERS: [Tier; 4] = [Tier::Printed, Tier::Digitised, Tier::Cached, Tier::Recomputed];

/// What a dataset knows of the one claim: nothing, or a number of a tier, perhaps from the claim's own row.
type Known = Option<(f64, Tier, bool)>;

fn known() -> impl Strategy<Value = Known> {
    prop::option::of((-10..10_i32, 0..4_usize, any::<bool>()))
        .prop_map(|known| known.map(|(n, tier, own)| (f64::from(n) / 10.0, TIERS[tier], own)))
}

fn published_file() -> Sha256 {
    sha256(b"published")
}

fn dataset(known: Known) -> Result<Evidence, Missing> {
    let Some((number, tier, own_row)) = known else {
        return Err(Missing::new(Reason::NotFetched, "not there"));
    };
    let file = if own_row { published_file() } else { sha256(b"other") };
    let source = SourceFile::new("a", file, tier);
    let columns = vec![("value".to_owned(), Column::Number(vec![Some(number)]))];
    let table = Table::new(columns, vec![Lineage::row(Arc::new(source), 1)]).unwrap();
    Ok(Evidence {
        table: Arc::new(table),
        alternative: String::new(),
        left_out: Vec::new(),
        transforms: Vec::new(),
    })
}

/// Judges one claim of 0.5 with a tolerance of 0.2 by datasets in order of preference.
fn judged(datasets: &[Known]) -> Claim {
    let ours = |i: usize| Ours {
        figure: None,
        dataset: Some(i.to_string()),
        column: "value".to_owned(),
        columns: BTreeMap::new(),
        translate: BTreeMap::new(),
        matching: BTreeMap::new(),
    };
    let row = Row {
        id: "set/one".to_owned(),
        value: "0.5".to_owned(),
        row: 1,
        cells: Arc::new(Cells::new()),
        aliases: Vec::new(),
        problem: None,
        version: None,
        own: vec![(published_file(), 1)],
        contents: Vec::new(),
        tolerance: Some(0.2),
        interval: None,
        group: Vec::new(),
    };
    let set = ClaimSet {
        id: "set".to_owned(),
        place: "Table 1".to_owned(),
        expected: 1,
        excluded: Vec::new(),
        rows: Ok(vec![row]),
        problems: Vec::new(),
        artifact: "published".to_owned(),
        column: "value".to_owned(),
        rule: Rule::Abs,
        ours: (0..datasets.len()).map(ours).collect(),
        waits: Vec::new(),
        notes: Default::default(),
    };
    let datasets = datasets.iter().enumerate().map(|(i, known)| (i.to_string(), dataset(*known))).collect();
    let facts = Facts { figures: BTreeMap::new(), datasets: &datasets, copies: None };
    judge(&[set], &facts).remove(0).claims.remove(0)
}

proptest! {
    #[test]
    fn the_outcome_follows_from_the_facts_alone(first in known(), second in known()) {
        let claim = judged(&[first, second]);
        let expected = match first.or(second) {
            None => Outcome::Missing(Reason::NotFetched),
            Some((number, _, _)) if (number - 0.5_f64).abs() > 0.2 => Outcome::Differs,
            Some((_, _, true)) => Outcome::Redrawn,
            Some((_, Tier::Cached | Tier::Recomputed | Tier::Raw, false)) => Outcome::Reproduced,
            Some((_, Tier::Printed | Tier::Digitised, false)) => Outcome::Consistent,
            Some((_, Tier::Declared | Tier::Tool, false)) => Outcome::Redrawn,
        };
        prop_assert_eq!(claim.outcome, expected);
        prop_assert_eq!(judged(&[first, second]).outcome, claim.outcome);
    }

    #[test]
    fn more_evidence_never_hides_a_difference(before in prop::collection::vec(known(), 1..4), i in 0..4_usize, more in known()) {
        prop_assume!(judged(&before).outcome == Outcome::Differs);
        let mut after = before.clone();
        let i = i.min(after.len());
        if i < after.len() && after[i].is_none() {
            after[i] = more;
        } else {
            after.insert(i, more);
        }
        let outcome = judged(&after).outcome;
        prop_assert!(!matches!(outcome, Outcome::Missing(_) | Outcome::Error), "{before:?} {after:?}: {outcome}");
    }

    #[test]
    fn published_numbers_never_reproduce(datasets in prop::collection::vec(known(), 1..4)) {
        let claim = judged(&datasets);
        if claim.outcome == Outcome::Reproduced {
            prop_assert!(claim.evidence >= Some(Tier::Cached));
        }
        if claim.evidence <= Some(Tier::Digitised) {
            prop_assert_ne!(claim.outcome, Outcome::Reproduced);
        }
    }
}
