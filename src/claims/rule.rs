//! Rules: when does our number agree with the published one?

mod decimal;
mod order;
mod replicates;

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::query::parse_number;

pub(super) use decimal::rounds_to;
pub(super) use order::discordant;

/// A value of ours.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A finite number.
    Number(f64),
    /// A text, such as stars.
    Text(String),
    /// Finite numbers of repeated runs, at least one.
    Numbers(Vec<f64>),
}

impl Value {
    /// The number, or the mean of repeated runs.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Numbers(numbers) => Some(numbers.iter().sum::<f64>() / numbers.len() as f64),
            Self::Text(_) => None,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Numbers(numbers) => {
                let (low, high) = replicates::range(numbers);
                let mean = self.number().unwrap_or(f64::NAN);
                write!(f, "{mean} (mean of {} from {low} to {high})", numbers.len())
            }
        }
    }
}

/// How a published value is compared with ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Ours, rounded half to even to the printed digits, is the printed text.
    Printed,
    /// |ours - value| <= tolerance.
    Abs,
    /// |ours - value| <= tolerance * |value|.
    Rel,
    /// Ours lies in the paper's own interval, ends included.
    Interval,
    /// Ours has the same order relative to all others of its group: no pair with another sign. A pair that differs by
    /// no more than the tolerance is a tie.
    Order,
    /// Same significance class.
    Stars,
    /// Two one-sided t-tests on our runs at level 0.05: their mean lies within the margin (the tolerance) around the
    /// value.
    Equivalence,
    /// The value, as printed, lies between the smallest and the largest of at least three of our runs.
    SeedSpread,
}

/// What the paper says.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a> {
    /// Value as printed.
    pub value: &'a str,
    /// Tolerance or margin.
    pub tolerance: Option<f64>,
    /// The paper's own interval, lower end first.
    pub interval: Option<[f64; 2]>,
}

/// Verdict of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether the rule holds.
    pub holds: bool,
    /// Ours minus published, for numbers.
    pub difference: Option<f64>,
}

impl Rule {
    /// The name used in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::Abs => "abs",
            Self::Rel => "rel",
            Self::Interval => "interval",
            Self::Order => "order",
            Self::Stars => "stars",
            Self::Equivalence => "equivalence",
            Self::SeedSpread => "seed_spread",
        }
    }

    /// Whether the rule needs a tolerance; `None` where it is optional.
    pub fn needs_tolerance(self) -> Option<bool> {
        match self {
            Self::Abs | Self::Rel | Self::Equivalence => Some(true),
            Self::Order => None,
            Self::Printed | Self::Interval | Self::Stars | Self::SeedSpread => Some(false),
        }
    }

    /// Whether the rule looks at repeated runs, not at one number.
    pub fn takes_replicates(self) -> bool {
        matches!(self, Self::Equivalence | Self::SeedSpread)
    }

    /// Why a published value does not fit the rule; `None` if it does. `nan` is what some programs print for a value
    /// that is not defined, and never agrees with a number.
    pub(super) fn refuses(self, published: &str) -> Option<Problem> {
        match self {
            Self::Stars if significance(published).is_some() => None,
            Self::Stars => Some(format!("`{published}` is not a significance class").into()),
            Self::Printed if published == "nan" => None,
            // Both look at the printed digits.
            Self::Printed | Self::SeedSpread => {
                parse(published).err().or_else(|| decimal::bounds(published).err().map(digits))
            }
            _ => parse(published).err(),
        }
    }

    /// Applies the rule to one value. The error says why it does not fit. `Order` looks at a whole group and is
    /// decided by `discordant`; here it only gives the difference.
    pub fn judge(self, published: &Published<'_>, ours: &Value) -> Result<Verdict, String> {
        if self == Self::Stars {
            return stars(published.value, &ours.to_string());
        }
        let number = parse(published.value)?;
        let mean = ours.number().ok_or_else(|| format!("our `{ours}` is not a number"))?;
        let difference = mean - number;
        let tolerance = published.tolerance.unwrap_or_default();
        let holds = match (self, ours) {
            (Self::Abs, _) => difference.abs() <= tolerance,
            (Self::Rel, _) => difference.abs() <= tolerance * number.abs(),
            (Self::Interval, _) => {
                let [low, high] = published.interval.ok_or("the paper gives no interval")?;
                (low..=high).contains(&mean)
            }
            (Self::Printed, _) => decimal::rounds_to(mean, published.value)?,
            (Self::Equivalence, Value::Numbers(runs)) => replicates::equivalent(runs, number, tolerance)?,
            (Self::SeedSpread, Value::Numbers(runs)) => replicates::spans(runs, published.value)?,
            (Self::Equivalence | Self::SeedSpread, _) => return Err("the rule needs several runs".to_owned()),
            (Self::Order | Self::Stars, _) => true,
        };
        Ok(Verdict { holds, difference: Some(difference) })
    }
}

/// A published number; `73%` is 0.73.
pub(super) fn parse(published: &str) -> Result<f64, Problem> {
    let Some(percent) = published.strip_suffix('%') else {
        return parse_number(published).ok_or_else(|| Problem::not_a_number(published));
    };
    parse_number(percent).map(|number| number / 100.0).ok_or_else(|| Problem {
        hint: parse_number(percent.trim()).map(|number| format!("write `{number}%`: blanks are not read")),
        ..Problem::not_a_number(published)
    })
}

/// A published number as claims read it, so that `90%` competes with `0.8`; `None` for other texts.
pub fn published_number(published: &str) -> Option<f64> {
    parse(published).ok()
}

/// A number whose printed digits do not say how exact it is: it has an exponent, or more digits than anybody prints.
fn digits(what: String) -> Problem {
    Problem {
        what,
        hint: Some("write the digits that are printed, or use the rule `abs` or `rel`".to_owned()),
    }
}

fn stars(published: &str, ours: &str) -> Result<Verdict, String> {
    match (significance(published), significance(ours)) {
        (Some(published), Some(ours)) => Ok(Verdict { holds: published == ours, difference: None }),
        (None, _) => Err(format!("`{published}` is not a significance class")),
        (_, None) => Err(format!("our `{ours}` is not a significance class")),
    }
}

/// The number of stars; `n.s.`, also with a remark behind it, is none.
fn significance(text: &str) -> Option<usize> {
    let text = text.trim();
    match text {
        "*" | "**" | "***" | "****" => Some(text.len()),
        _ if text.starts_with("n.s.") || text == "ns" => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(value: &str, tolerance: Option<f64>) -> Published<'_> {
        Published { value, tolerance, interval: None }
    }

    fn holds(rule: Rule, value: &str, ours: f64, tolerance: Option<f64>) -> bool {
        rule.judge(&published(value, tolerance), &Value::Number(ours)).unwrap().holds
    }

    #[test]
    fn printed_counts_trailing_zeros() {
        assert!(holds(Rule::Printed, "0.10", 0.104, None));
        assert!(!holds(Rule::Printed, "0.10", 0.106, None));
        assert!(holds(Rule::Printed, "0.1", 0.106, None));
    }

    #[test]
    fn abs_and_rel_use_the_tolerance() {
        assert!(holds(Rule::Abs, "0.383333332", 23.0 / 60.0, Some(9e-9)));
        assert!(!holds(Rule::Abs, "0.383333332", 23.0 / 60.0, Some(1e-9)));
        assert!(holds(Rule::Rel, "100", 101.0, Some(0.01)));
        assert!(!holds(Rule::Rel, "100", 101.1, Some(0.01)));
    }

    #[test]
    fn an_interval_includes_its_ends() {
        let within = |ours| {
            let published = Published { value: "0.5", tolerance: None, interval: Some([0.4, 0.6]) };
            Rule::Interval.judge(&published, &Value::Number(ours)).unwrap().holds
        };
        assert!(within(0.4) && within(0.6) && !within(0.61));
        assert!(Rule::Interval.judge(&published("0.5", None), &Value::Number(0.5)).is_err());
    }

    #[test]
    fn stars_compare_classes() {
        let judge = |value: &str, ours: &str| {
            Rule::Stars.judge(&published(value, None), &Value::Text(ours.into())).map(|verdict| verdict.holds)
        };
        assert_eq!(judge("n.s. (no bracket drawn)", "n.s."), Ok(true));
        assert_eq!(judge("**", "*"), Ok(false));
        assert!(judge("many", "*").is_err());
    }

    #[test]
    fn runs_are_compared_by_their_mean_or_their_spread() {
        let judge = |rule: Rule, value: &str, tolerance, runs: &[f64]| {
            rule.judge(&published(value, tolerance), &Value::Numbers(runs.to_vec()))
        };
        let runs = [0.30, 0.31, 0.29, 0.32];
        assert!(judge(Rule::Equivalence, "0.31", Some(0.05), &runs).unwrap().holds);
        assert!(!judge(Rule::Equivalence, "0.40", Some(0.05), &runs).unwrap().holds);
        assert!(judge(Rule::SeedSpread, "0.31", None, &runs).unwrap().holds);
        assert!(!judge(Rule::SeedSpread, "0.34", None, &runs).unwrap().holds);
        assert!(judge(Rule::SeedSpread, "0.31", None, &runs[..2]).is_err(), "two runs show no spread");
        let difference = judge(Rule::SeedSpread, "0.31", None, &runs).unwrap().difference.unwrap();
        assert!((difference + 0.005).abs() < 1e-12);
    }

    #[test]
    fn rules_that_do_not_fit_say_why() {
        let judge = |rule: Rule, value, ours| rule.judge(&published(value, Some(1.0)), &ours);
        assert!(judge(Rule::Abs, "AE first", Value::Number(1.0)).is_err());
        assert!(judge(Rule::Abs, "NaN", Value::Number(1.0)).is_err());
        assert!(judge(Rule::Printed, "1e-3", Value::Number(1.0)).is_err());
        assert!(judge(Rule::Abs, "1", Value::Text("*".into())).is_err());
        assert!(judge(Rule::Equivalence, "1", Value::Number(1.0)).is_err());
    }
}
