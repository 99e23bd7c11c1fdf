//! Whether lower or higher values of a metric are better, as its name suggests.

/// Which end of a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
}

/// Words of metrics of which less is better.
const LOWER: &[&str] = &[
    "mse",
    "mae",
    "rmse",
    "nrmse",
    "msle",
    "rmsle",
    "mape",
    "sse",
    "rss",
    "error",
    "errors",
    "err",
    "loss",
    "mmd",
    "distance",
    "dist",
    "energy",
    "wasserstein",
    "emd",
    "sinkhorn",
    "frechet",
    "fid",
    "divergence",
    "kl",
    "kld",
    "js",
    "jsd",
    "nll",
    "bce",
    "crossentropy",
    "perplexity",
    "ppl",
    "brier",
    "ece",
    "crps",
    "aic",
    "bic",
    "runtime",
    "latency",
];

/// Words of metrics of which more is better.
const HIGHER: &[&str] = &[
    "r2",
    "r²",
    "rsquared",
    "pearson",
    "spearman",
    "kendall",
    "correlation",
    "corr",
    "pcc",
    "scc",
    "ccc",
    "cosine",
    "accuracy",
    "acc",
    "precision",
    "recall",
    "sensitivity",
    "specificity",
    "f1",
    "auc",
    "auroc",
    "auprc",
    "aupr",
    "roc",
    "ap",
    "map",
    "mrr",
    "ndcg",
    "mcc",
    "kappa",
    "dice",
    "jaccard",
    "iou",
    "ari",
    "nmi",
    "ami",
    "purity",
    "silhouette",
    "asw",
    "lisi",
    "similarity",
    "likelihood",
    "elbo",
];

/// Words of families of metrics of which more is better, unless another word says what was measured: `coexpression_mse`.
const FAMILIES: &[&str] = &["coexpression", "pathway", "cytokine", "cellcycle", "proportion", "coverage"];

/// First words that negate what follows, as scikit-learn (`neg_mean_squared_error`) and the tables of the paper
/// (`rev_distributional_mse`) write it. Anywhere else they leave the direction open.
const NEGATING: &[&str] = &["neg", "negative", "rev", "reversed"];

/// Words that change what a metric says: its direction is turned round, or the number is about something else than the
/// metric itself. No list has them all, but a name with one of these is not known.
const CHANGING: &[&str] = &[
    // The opposite, or the rest.
    "minus",
    "neg",
    "negative",
    "negated",
    "negation",
    "rev",
    "reverse",
    "reversed",
    "inverse",
    "inverted",
    "inv",
    "reciprocal",
    "flipped",
    "opposite",
    "complement",
    "non",
    "not",
    "without",
    "lack",
    "unexplained",
    "sign",
    "signed",
    // A change or a comparison.
    "drop",
    "decrease",
    "decreased",
    "fall",
    "decline",
    "reduction",
    "reduced",
    "saved",
    "saving",
    "savings",
    "increase",
    "increased",
    "improvement",
    "improved",
    "gain",
    "gained",
    "lift",
    "gap",
    "margin",
    "shift",
    "change",
    "changed",
    "delta",
    "δ",
    "∆",
    "diff",
    "difference",
    "differences",
    "deviation",
    "relative",
    "rel",
    "ratio",
    "fold",
    "versus",
    "vs",
    "against",
    "over",
    "compared",
    "baseline",
    "better",
    "worse",
    "win",
    "wins",
    "regret",
    "skill",
    // Its place among others, or how many are beyond it.
    "percentile",
    "percentiles",
    "quantile",
    "rank",
    "ranks",
    "ranking",
    "ranked",
    "position",
    "order",
    "below",
    "above",
    "under",
    "exceeding",
    "count",
    "number",
    // How sure it is, or when it is reached.
    "std",
    "sd",
    "standard",
    "var",
    "variance",
    "sem",
    "stderr",
    "ci",
    "uncertainty",
    "pvalue",
    "pval",
    "to",
    "until",
    "time",
    "epochs",
    "steps",
];

/// Changing words that belong to the metric's name where it ends with the second word.
const IDIOMS: &[(&str, &str)] = &[("relative", "error"), ("rank", "correlation")];

/// Metrics of `repro score` whose names have a word that would change another metric.
const OURS: &[(&str, Direction)] =
    &[("pearson delta", Direction::Higher), ("cellcycle proportion mean diff", Direction::Lower)];

/// Words of metrics that are sums of squares, of absolute values or of lengths, and so never below 0.
const NOT_NEGATIVE: &[&str] = &[
    "mse",
    "mae",
    "rmse",
    "nrmse",
    "msle",
    "rmsle",
    "mape",
    "sse",
    "rss",
    "error",
    "errors",
    "err",
    "wasserstein",
    "emd",
    "frechet",
    "distance",
    "dist",
];

/// Words of distances whose unbiased estimates may be below 0.
const ESTIMATED: &[&str] = &["energy", "mmd", "sinkhorn"];

/// Endings of words that are written together, such as `energydistance`.
const LOWER_ENDINGS: &[&str] = &["distance", "error", "loss", "divergence"];

impl Direction {
    /// The direction that a name says; `None` where it says none. An arrow decides; else the last word that has a direction:
    /// `distance_correlation` is a correlation, `correlation_distance` a distance. A wrong guess ranks the worst method first
    /// without anybody noticing, so that a name is only believed if no other word or sign may change it.
    pub fn of(name: &str) -> Option<Self> {
        match (name.contains(['↓', '⬇']), name.contains(['↑', '⬆'])) {
            (true, false) => return Some(Self::Lower),
            (false, true) => return Some(Self::Higher),
            _ => {}
        }
        let words = words(name);
        if let Some((_, direction)) = OURS.iter().find(|(known, _)| *known == words.join(" ")) {
            return Some(*direction);
        }
        if is_formula(name) {
            return None;
        }
        match words.split_first() {
            Some((first, rest)) if NEGATING.contains(&first.as_str()) => {
                Self::of_words(rest).map(Self::turned)
            }
            _ => Self::of_words(&words),
        }
    }

    fn of_words(words: &[String]) -> Option<Self> {
        let last = words.last()?.as_str();
        let changes = |word: &str| CHANGING.contains(&word) && !IDIOMS.contains(&(word, last));
        if words.iter().any(|word| changes(word)) {
            return None;
        }
        let known: Vec<Self> = words.iter().filter_map(|word| Self::of_word(word)).collect();
        let is_family = |word: &String| FAMILIES.contains(&word.as_str());
        let Some(found) = known.last().copied() else {
            return words.iter().any(is_family).then_some(Self::Higher);
        };
        // `loss of accuracy` and `r2 error` are about a metric; `cosine distance` is one.
        let is_compound = is_distance(last) || words.join(" ").ends_with("distance correlation");
        (is_compound || known.iter().all(|direction| *direction == found)).then_some(found)
    }

    fn of_word(word: &str) -> Option<Self> {
        if LOWER.contains(&word) || LOWER_ENDINGS.iter().any(|ending| word.ends_with(ending)) {
            Some(Self::Lower)
        } else if HIGHER.contains(&word) {
            Some(Self::Higher)
        } else {
            None
        }
    }

    fn turned(self) -> Self {
        match self {
            Self::Lower => Self::Higher,
            Self::Higher => Self::Lower,
        }
    }
}

/// Whether the metric of this name has no value below 0, as far as the name says.
pub fn is_never_negative(name: &str) -> bool {
    // Whoever writes an arrow has stated the direction.
    if name.contains(['↓', '⬇', '↑', '⬆']) {
        return false;
    }
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    (has(NOT_NEGATIVE) || words.iter().any(|word| word.ends_with("distance"))) && !has(ESTIMATED)
}

/// Whether a word makes a distance or a loss of the measure before it.
fn is_distance(word: &str) -> bool {
    ["dist", "distance", "divergence", "loss"].contains(&word) || word.ends_with("distance")
}

/// Whether a name is a formula (`1-r2`, `-mse`, `1/mse`, `mse - baseline`, `mse < 0.1`): it has a sign of arithmetic, or a
/// minus or a slash that does not join two words, as in `log-loss` and `val/mse`.
fn is_formula(name: &str) -> bool {
    const JOINING: [char; 4] = ['-', '−', '–', '/'];
    let joins = |(at, sign): (usize, &str)| {
        let before = &name[..at];
        let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        // `top-1-accuracy`
        let is_joined = before[..before.len() - word.len()].ends_with(JOINING);
        let is_number = word.chars().all(|c| c.is_ascii_digit());
        (is_joined || !is_number) && name[at + sign.len()..].starts_with(char::is_alphanumeric)
    };
    name.contains(['*', '^', '<', '>', '≤', '≥', '×', '÷', '+', '¬', '~', '!'])
        || !name.match_indices(JOINING).all(joins)
}

/// Words of a name in lower case: parts between other characters than letters and digits, or from one capital to the next
/// (`EnergyDistance`).
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && small) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_have_their_direction() {
        for name in [
            "mse",
            "MSE",
            "RMSE",
            "test_mae",
            "mmd_rbf",
            "Energy dist",
            "energy_distance",
            "EnergyDistance",
            "nll",
            "negative log likelihood",
            "log_loss",
            "mean_squared_error",
            "energydistance",
            "correlation_distance",
            "cellcycle_proportion_mean_diff",
            "Wasserstein-2",
            "KL divergence",
            "score ↓",
            "brier_score",
            "mse_top100",
            "distributional_mse",
            "coexpression_mse",
            "mse-mean",
            "dice loss",
            "negative r2",
            "val/mse",
            "Jensen–Shannon divergence",
            "mean relative error",
            "mse (k=10)",
        ] {
            assert_eq!(Direction::of(name), Some(Direction::Lower), "{name}");
        }
        for name in [
            "r2",
            "R²",
            "R2",
            "pearson_delta",
            "deg_pred_dice_100",
            "knn_purity_norm",
            "distance_correlation",
            "F1",
            "neg_mean_squared_error",
            "rev_distributional_mse",
            "log_likelihood",
            "cellcycle_proportion_same_phase",
            "deg_true_mean_genediff_spearman",
            "mse ↑",
            "AUROC",
            "distributional_r2_score",
            "Pearson delta",
            "coexpression_spearman",
            "pathway_average",
            "accuracy (%)",
            "top-1-accuracy",
            "eval/accuracy",
            "Spearman rank correlation",
        ] {
            assert_eq!(Direction::of(name), Some(Direction::Higher), "{name}");
        }
        for name in ["", "drift", "x", "n_cells", "score", "epoch", "lossy"] {
            assert_eq!(Direction::of(name), None, "{name}");
        }
    }

    #[test]
    fn names_that_change_a_metric_have_no_direction() {
        for name in [
            "1-r2",
            "1 - r2",
            "(1-r2)",
            "1−r2",
            "one minus pearson",
            "unexplained r2",
            "accuracy drop",
            "loss of accuracy",
            "accuracy error",
            "-mse",
            "−mse",
            "- mse",
            "MSE (negated)",
            "mse_neg",
            "mse reduction",
            "mse improvement",
            "mse gain",
            "mse percentile",
            "mse rank",
            "mse delta",
            "delta mse",
            "Δ mse",
            "1/mse",
            "mse/baseline",
            "--mse",
            "top-1 - accuracy",
            "mse standard error",
            "mse - baseline",
            "mse vs baseline",
            "mse < 0.1",
            "mse ratio",
            "relative mse",
            "inverse mse",
            "inverted mse",
            "neg_mse_drop",
            "r2 std",
            "r2 gap",
            "r2 deviation",
            "mse pearson",
            "log10(1-r2)",
            "energy saved",
            "time to accuracy",
        ] {
            assert_eq!(Direction::of(name), None, "{name}");
        }
    }

    #[test]
    fn lengths_and_squares_are_never_negative() {
        for name in ["mse", "RMSE", "mean_squared_error", "cosine distance", "EditDistance", "Wasserstein-2"]
        {
            assert!(is_never_negative(name), "{name}");
        }
        for name in ["r2", "nll", "loss", "energy_distance", "mmd distance", "KL divergence"] {
            assert!(!is_never_negative(name), "{name}");
        }
    }
}
