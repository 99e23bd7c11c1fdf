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
const LOWER: [&str; 41] = [
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
    "deviation",
    "diff",
    "runtime",
    "latency",
];

/// Words of metrics of which more is better.
const HIGHER: [&str; 49] = [
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
    "coexpression",
    "pathway",
    "cytokine",
    "cellcycle",
    "proportion",
    "coverage",
];

/// Words that turn the direction of what follows round: the metric was negated, as scikit-learn and tables of ranks do.
const REVERSED: [&str; 7] = ["neg", "negative", "negated", "rev", "reversed", "inverse", "inv"];

/// Endings of words that are written together, such as `energydistance`.
const LOWER_ENDINGS: [&str; 4] = ["distance", "error", "loss", "divergence"];

impl Direction {
    /// The direction that a name says; `None` where it says none. An arrow decides; else the last word that has a direction:
    /// `distance_correlation` is a correlation, `correlation_distance` a distance.
    pub fn of(name: &str) -> Option<Self> {
        match (name.contains(['↓', '⬇']), name.contains(['↑', '⬆'])) {
            (true, false) => return Some(Self::Lower),
            (false, true) => return Some(Self::Higher),
            _ => {}
        }
        let words = words(name);
        let (place, found) =
            words.iter().enumerate().rev().find_map(|(place, word)| Some((place, Self::of_word(word)?)))?;
        let reversed =
            words[..place].iter().filter(|word| REVERSED.contains(&word.as_str())).count() % 2 == 1;
        Some(match (found, reversed) {
            (Self::Lower, false) | (Self::Higher, true) => Self::Lower,
            (Self::Higher, false) | (Self::Lower, true) => Self::Higher,
        })
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
        ] {
            assert_eq!(Direction::of(name), Some(Direction::Higher), "{name}");
        }
        for name in ["", "drift", "x", "n_cells", "score", "epoch", "lossy"] {
            assert_eq!(Direction::of(name), None, "{name}");
        }
    }
}
