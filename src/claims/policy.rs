//! Policies: which outcomes fail a run. A policy turns outcomes into warnings, never the reverse.

use super::{Counts, Outcome};

/// How strictly a run is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Neither a claim that differs nor a missing one fails the run.
    Exploratory,
    /// A claim that differs fails the run, a missing one does not.
    Publication,
    /// A claim that differs or is missing fails the run.
    #[default]
    Strict,
}

impl Policy {
    /// All policies with their names, the mildest first.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Exploratory, "exploratory"), (Self::Publication, "publication"), (Self::Strict, "strict")];

    /// Whether an outcome counts for the exit status. Errors always do, whatever the policy.
    pub fn fails(self, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Error => true,
            Outcome::Differs => self != Self::Exploratory,
            Outcome::Missing(_) => self == Self::Strict,
            Outcome::Reproduced | Outcome::Consistent | Outcome::Redrawn => false,
        }
    }

    /// What the policy turned into warnings, in words; `None` when nothing.
    pub fn forgiven(self, counts: &Counts) -> Option<String> {
        let forgiven = |name, outcome| (!self.fails(outcome)).then(|| counts.get(name)).filter(|n| *n > 0);
        let differ = forgiven("differs", Outcome::Differs).map(|n| format!("{n} that differ"));
        let missing = forgiven("missing", Outcome::Missing(crate::evidence::Reason::NotRun))
            .map(|n| format!("{n} that are missing"));
        let parts: Vec<String> = [differ, missing].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| format!("claims that do not fail this run: {}", parts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Reason;

    #[test]
    fn a_stricter_policy_fails_everything_that_a_milder_one_fails() {
        let outcomes = [
            Outcome::Reproduced,
            Outcome::Consistent,
            Outcome::Redrawn,
            Outcome::Differs,
            Outcome::Missing(Reason::NotRun),
            Outcome::Error,
        ];
        for outcome in outcomes {
            let fails = [Policy::Exploratory, Policy::Publication, Policy::Strict].map(|p| p.fails(outcome));
            assert!(fails.is_sorted(), "{outcome}: {fails:?}");
        }
    }
}
