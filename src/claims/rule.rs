//! Rules: when does our number agree with the published one?

use serde::{Deserialize, Serialize};

/// A value of ours.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A finite number.
    Number(f64),
    /// A text, such as stars.
    Text(String),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
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
    /// Same significance class.
    Stars,
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
            Self::Stars => "stars",
        }
    }

    /// Whether the rule needs a tolerance.
    pub fn needs_tolerance(self) -> bool {
        matches!(self, Self::Abs | Self::Rel)
    }

    /// Applies the rule to a published value as printed. The error says why it does not fit.
    pub fn judge(self, published: &str, ours: &Value, tolerance: Option<f64>) -> Result<Verdict, String> {
        if self == Self::Stars {
            let ours = ours.to_string();
            return match (significance(published), significance(&ours)) {
                (Some(published), Some(ours)) => Ok(Verdict { holds: published == ours, difference: None }),
                (None, _) => Err(format!("`{published}` is not a significance class")),
                (_, None) => Err(format!("our `{ours}` is not a significance class")),
            };
        }
        let number = published.trim().parse().ok().filter(|number: &f64| number.is_finite());
        let number = number.ok_or_else(|| format!("`{published}` is not a number"))?;
        let Value::Number(ours) = *ours else { return Err(format!("our `{ours}` is not a number")) };
        let difference = ours - number;
        let tolerance = tolerance.unwrap_or_default();
        let holds = match self {
            Self::Abs => difference.abs() <= tolerance,
            Self::Rel => difference.abs() <= tolerance * number.abs(),
            Self::Printed | Self::Stars => rounds_to(ours, published.trim())?,
        };
        Ok(Verdict { holds, difference: Some(difference) })
    }
}

/// Whether a number rounds (half to even, on its exact binary value) to a printed decimal, whose trailing
/// zeros count.
fn rounds_to(number: f64, printed: &str) -> Result<bool, String> {
    if printed.contains(['e', 'E']) {
        return Err(format!("`{printed}` has an exponent; the rule `printed` needs plain digits"));
    }
    let digits = printed.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let rounded = format!("{number:.digits$}");
    let plain = |text: &str| -> Option<f64> { text.parse().ok() };
    Ok(plain(&rounded) == plain(printed))
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

    fn holds(rule: Rule, published: &str, ours: f64, tolerance: Option<f64>) -> bool {
        rule.judge(published, &Value::Number(ours), tolerance).unwrap().holds
    }

    #[test]
    fn printed_counts_trailing_zeros() {
        assert!(holds(Rule::Printed, "0.10", 0.104, None));
        assert!(!holds(Rule::Printed, "0.10", 0.106, None));
        assert!(holds(Rule::Printed, "0.1", 0.106, None));
        assert!(holds(Rule::Printed, "-0.00", 0.001, None));
        // 0.125 is exact in binary: half to even gives 0.12.
        assert!(holds(Rule::Printed, "0.12", 0.125, None));
        assert!(!holds(Rule::Printed, "0.13", 0.125, None));
    }

    #[test]
    fn abs_and_rel_use_the_tolerance() {
        assert!(holds(Rule::Abs, "0.383333332", 23.0 / 60.0, Some(9e-9)));
        assert!(!holds(Rule::Abs, "0.383333332", 23.0 / 60.0, Some(1e-9)));
        assert!(holds(Rule::Rel, "100", 101.0, Some(0.01)));
        assert!(!holds(Rule::Rel, "100", 101.1, Some(0.01)));
    }

    #[test]
    fn stars_compare_classes() {
        let judge = |published: &str, ours: &str| {
            Rule::Stars.judge(published, &Value::Text(ours.into()), None).map(|verdict| verdict.holds)
        };
        assert_eq!(judge("n.s. (no bracket drawn)", "n.s."), Ok(true));
        assert_eq!(judge("**", "*"), Ok(false));
        assert!(judge("many", "*").is_err());
    }

    #[test]
    fn rules_that_do_not_fit_say_why() {
        assert!(Rule::Abs.judge("AE first", &Value::Number(1.0), Some(1.0)).is_err());
        assert!(Rule::Abs.judge("NaN", &Value::Number(1.0), Some(1.0)).is_err());
        assert!(Rule::Printed.judge("1e-3", &Value::Number(1.0), None).is_err());
        assert!(Rule::Abs.judge("1", &Value::Text("*".into()), Some(1.0)).is_err());
    }
}
