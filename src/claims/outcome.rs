//! Outcomes, derived from facts and never assigned by hand.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::evidence::{Lineage, Reason, Tier};

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The rule holds and our number comes from the authors' files or from our own stages.
    Reproduced,
    /// The rule holds and our number comes from other published rows.
    Consistent,
    /// The rule holds and the claim's own row is among the inputs, or the manifest declares the number: proves the
    /// drawing and nothing else.
    Redrawn,
    /// The rule fails.
    Differs,
    /// There is no number to compare.
    Missing(Reason),
    /// The comparison itself failed.
    Error,
}

impl Outcome {
    /// All names, in the order of every table of counts.
    pub const NAMES: [&'static str; 6] =
        ["reproduced", "consistent", "redrawn", "differs", "missing", "error"];

    /// The name used in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::Consistent => "consistent",
            Self::Redrawn => "redrawn",
            Self::Differs => "differs",
            Self::Missing(_) => "missing",
            Self::Error => "error",
        }
    }

    /// The outcome of a comparison. `own_row` tells whether the claim's row is in `lineage`.
    pub fn of_comparison(holds: bool, lineage: &Lineage, own_row: bool) -> Self {
        match (holds, own_row, lineage.tier()) {
            (false, _, _) => Self::Differs,
            (true, true, _) => Self::Redrawn,
            (true, false, Some(Tier::Recomputed | Tier::Raw | Tier::Cached)) => Self::Reproduced,
            (true, false, Some(Tier::Digitised | Tier::Printed)) => Self::Consistent,
            // A number that depends on no cell of any file is nobody's evidence.
            (true, false, Some(Tier::Declared | Tier::Tool) | None) => Self::Redrawn,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Number of claims by outcome; `reproduced` is always split by tier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    by_name: BTreeMap<&'static str, usize>,
    /// Reproduced from raw data or embeddings by our own stages.
    pub recomputed: usize,
    /// Reproduced from the authors' files.
    pub cached: usize,
    /// Missing because the output of a stage is stale: the stage only has to run again.
    pub stale: usize,
}

impl Counts {
    /// Adds one claim.
    pub fn add(&mut self, outcome: Outcome, tier: Option<Tier>) {
        *self.by_name.entry(outcome.name()).or_default() += 1;
        match (outcome, tier) {
            (Outcome::Reproduced, Some(Tier::Recomputed)) => self.recomputed += 1,
            (Outcome::Reproduced, _) => self.cached += 1,
            (Outcome::Missing(Reason::Stale), _) => self.stale += 1,
            _ => {}
        }
    }

    /// Adds claims without a number of ours.
    pub fn add_many(&mut self, outcome: Outcome, n: usize) {
        if n > 0 {
            *self.by_name.entry(outcome.name()).or_default() += n;
        }
    }

    /// The sum of several counts.
    pub fn total_of<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for counts in all {
            for (name, n) in counts.iter() {
                *sum.by_name.entry(name).or_default() += n;
            }
            sum.recomputed += counts.recomputed;
            sum.cached += counts.cached;
            sum.stale += counts.stale;
        }
        sum
    }

    /// Claims with this outcome name.
    pub fn get(&self, name: &str) -> usize {
        self.by_name.get(name).copied().unwrap_or_default()
    }

    /// All claims.
    pub fn total(&self) -> usize {
        self.by_name.values().sum()
    }

    /// Claims whose comparison said something about the paper, for or against.
    pub fn evaluated(&self) -> usize {
        ["reproduced", "consistent", "differs"].into_iter().map(|name| self.get(name)).sum()
    }

    /// Names and counts in the fixed order, zeros included.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        Outcome::NAMES.into_iter().map(|name| (name, self.get(name)))
    }
}

/// All counts in one sentence, with the denominator.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} registered claims: {} reproduced ({} recomputed + {} cached), {} consistent, {} redrawn, \
             {} differ, {} missing, {} in error",
            self.total(),
            self.get("reproduced"),
            self.recomputed,
            self.cached,
            self.get("consistent"),
            self.get("redrawn"),
            self.get("differs"),
            self.get("missing"),
            self.get("error"),
        )
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::evidence::SourceFile;

    fn lineage(tier: Tier) -> Lineage {
        let sha256 = crate::digest::sha256(b"");
        Lineage::row(Arc::new(SourceFile::new("a", sha256, tier)), 1)
    }

    proptest! {
        #[test]
        fn published_rows_never_reproduce(holds: bool, own_row: bool, printed: bool) {
            let tier = if printed { Tier::Printed } else { Tier::Digitised };
            prop_assert_ne!(Outcome::of_comparison(holds, &lineage(tier), own_row), Outcome::Reproduced);
        }

        #[test]
        fn a_failing_rule_always_differs(own_row: bool, tier in 0..4usize) {
            let tier = [Tier::Printed, Tier::Digitised, Tier::Cached, Tier::Recomputed][tier];
            prop_assert_eq!(Outcome::of_comparison(false, &lineage(tier), own_row), Outcome::Differs);
        }
    }

    #[test]
    fn the_own_row_proves_only_the_drawing() {
        assert_eq!(Outcome::of_comparison(true, &lineage(Tier::Cached), true), Outcome::Redrawn);
        assert_eq!(Outcome::of_comparison(true, &lineage(Tier::Cached), false), Outcome::Reproduced);
        assert_eq!(Outcome::of_comparison(true, &lineage(Tier::Digitised), false), Outcome::Consistent);
        assert_eq!(Outcome::of_comparison(true, &Lineage::default(), false), Outcome::Redrawn);
        let constant = lineage(Tier::Cached).declared();
        assert_eq!(Outcome::of_comparison(true, &constant, false), Outcome::Redrawn);
    }
}
