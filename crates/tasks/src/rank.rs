//! Rank percentiles of methods, metric by metric.

mod direction;
mod scores;

use std::path::{Path, PathBuf};

use repro_data::delimited::csv_line;
use repro_stats::rank_percentiles;
use serde::Deserialize;

use crate::TaskError;
use direction::{Direction, is_never_negative};
use scores::{Metric, ScoreTable};

/// A table of methods (rows, named in the first column) by metrics, and what is known of the metrics.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankSpec {
    /// The table, with commas, semicolons or tabs.
    pub scores: PathBuf,
    /// Metrics of which less is better, whatever their names suggest.
    #[serde(default)]
    pub lower_is_better: Vec<String>,
    /// Metrics of which more is better, whatever their names suggest.
    #[serde(default)]
    pub higher_is_better: Vec<String>,
}

/// Rank percentiles in the shape of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranks {
    /// Header of the first column, which may be empty.
    pub corner: String,
    /// Names of the methods.
    pub methods: Vec<String>,
    /// Metrics with the percentile of each method: 1 for the best, 0 for the worst, ties averaged.
    pub metrics: Vec<RankedMetric>,
    /// Remarks for the user.
    pub notes: Vec<String>,
}

impl Ranks {
    /// The table as CSV, in the shape of the one that was read.
    pub fn csv(&self) -> String {
        let names = self.metrics.iter().map(|metric| metric.name.clone());
        let mut text = csv_line([self.corner.clone()].into_iter().chain(names));
        for (row, method) in self.methods.iter().enumerate() {
            let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
            let values = self.metrics.iter().map(|metric| number(metric.percentiles[row]));
            text.push_str(&csv_line([method.clone()].into_iter().chain(values)));
        }
        text
    }
}

/// Percentiles of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedMetric {
    /// Its name.
    pub name: String,
    /// Whether less of it is better.
    pub lower_is_better: bool,
    /// Whether the direction is a guess: neither the user nor the metric's name states it, so higher counts as better.
    pub assumed: bool,
    /// One a method; `None` where it has no value, and for all where fewer than two have one or all are equal.
    pub percentiles: Vec<Option<f64>>,
}

impl RankedMetric {
    /// Whether no method has a rank.
    fn is_empty(&self) -> bool {
        self.percentiles.iter().all(Option::is_none)
    }
}

/// Ranks methods by each metric: (M - rank) / (M - 1) among the M methods that have a value, rank 1 the best.
///
/// # Errors
/// Where the file is not a table with a metric, a value is not a number, a method is named twice, or a metric that the
/// specification names is not in the table, a metric that cannot be negative is, or no metric tells two methods apart.
pub fn rank(spec: &RankSpec) -> Result<Ranks, TaskError> {
    let ScoreTable { corner, methods, metrics, missing } = ScoreTable::read(&spec.scores)?;
    let names: Vec<String> = metrics.iter().map(|metric| metric.name.clone()).collect();
    let named = || spec.lower_is_better.iter().chain(&spec.higher_is_better);
    if let Some(unknown) = named().find(|name| !names.contains(name)) {
        return Err(unknown_metric(&spec.scores, unknown, &names));
    }
    if let Some(both) = spec.lower_is_better.iter().find(|name| spec.higher_is_better.contains(name)) {
        return Err(TaskError::unfit(format!("`{both}` cannot be both lower and higher is better")));
    }
    let mut ranks = Vec::new();
    for metric in metrics {
        let ranked = ranked(metric, &methods, spec).map_err(|problem| of_file(&spec.scores, problem))?;
        ranks.push(ranked);
    }
    if ranks.iter().all(RankedMetric::is_empty) {
        let problem = "nothing can be ranked: no metric has different values for two methods".to_owned();
        return Err(of_file(&spec.scores, TaskError::unfit(problem)));
    }
    let notes = notes(&ranks, &missing);
    Ok(Ranks { corner, methods, metrics: ranks, notes })
}

/// Remarks on metrics that are ranked in part, not at all, or by a guess.
fn notes(metrics: &[RankedMetric], missing: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    if !missing.is_empty() {
        notes.push(format!("missing values get no rank ({}): {}", missing.len(), shown(missing)));
    }
    let names = |which: fn(&RankedMetric) -> bool| -> Vec<String> {
        metrics.iter().filter(|metric| which(metric)).map(|metric| format!("`{}`", metric.name)).collect()
    };
    let assumed = names(|metric| metric.assumed);
    if !assumed.is_empty() {
        notes.push(format!(
            "more is taken as better for {}: their names do not say it; `--lower-is-better` and `--higher-is-better` do",
            shown(&assumed),
        ));
    }
    let empty = names(RankedMetric::is_empty);
    if !empty.is_empty() {
        notes.push(format!("no two methods have different values in {}: no ranks there", shown(&empty)));
    }
    notes
}

/// Names that a remark lists.
const SHOWN: usize = 5;

fn shown(names: &[String]) -> String {
    names[..names.len().min(SHOWN)].join(", ") + if names.len() > SHOWN { ", …" } else { "" }
}

fn ranked(metric: Metric, methods: &[String], spec: &RankSpec) -> Result<RankedMetric, TaskError> {
    let Metric { name, values } = metric;
    let direction = if spec.lower_is_better.contains(&name) {
        Some(Direction::Lower)
    } else if spec.higher_is_better.contains(&name) {
        Some(Direction::Higher)
    } else {
        let direction = Direction::of(&name);
        if direction == Some(Direction::Lower) && is_never_negative(&name) {
            refuse_negative(&name, &values, methods)?;
        }
        direction
    };
    let lower_is_better = direction == Some(Direction::Lower);
    let known: Vec<usize> = (0..values.len()).filter(|row| !values[*row].is_nan()).collect();
    let signed: Vec<f64> =
        known.iter().map(|row| if lower_is_better { -values[*row] } else { values[*row] }).collect();
    let mut percentiles = vec![None; values.len()];
    // Where all are equal no rank says anything.
    let told_apart = signed.iter().any(|value| *value != signed[0]);
    let known = if told_apart { known } else { Vec::new() };
    for (row, own) in known.iter().zip(rank_percentiles(&signed).into_iter().flatten()) {
        percentiles[*row] = Some(own);
    }
    Ok(RankedMetric { name, lower_is_better, assumed: direction.is_none(), percentiles })
}

/// A negative error or distance was negated or is a difference, and then its name says the wrong direction.
fn refuse_negative(name: &str, values: &[f64], methods: &[String]) -> Result<(), TaskError> {
    let Some(row) = values.iter().position(|value| *value < 0.0) else { return Ok(()) };
    let problem = format!(
        "method `{}`, column `{name}`: {} is below 0, which no value of a metric of this name is",
        methods[row], values[row]
    );
    Err(TaskError::unfit(problem).hint(format!(
        "state the direction: `--higher-is-better {name}` if the values are negated, `--lower-is-better {name}` if not"
    )))
}

/// The same failure, with the file that it is about.
fn of_file(path: &Path, error: TaskError) -> TaskError {
    match error {
        TaskError::Unfit { problem, hint } => {
            TaskError::Unfit { problem: format!("`{}`: {problem}", path.display()), hint }
        }
        other => other,
    }
}

fn unknown_metric(path: &Path, unknown: &str, metrics: &[String]) -> TaskError {
    let problem = format!("`{}` has no metric `{unknown}`", path.display());
    TaskError::unfit(problem).hint(format!("its metrics are {}", metrics.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn table(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn ranks(text: &str, lower: &[&str]) -> Result<Ranks, TaskError> {
        let file = table(text);
        let lower_is_better = lower.iter().map(|name| (*name).to_owned()).collect();
        rank(&RankSpec { scores: file.path().to_owned(), lower_is_better, higher_is_better: Vec::new() })
    }

    #[test]
    fn the_published_example() {
        // Test 9 of the published package.
        let text = "method,r2,mse,energy\nA,.9,.04,.3\nB,.7,.07,.5\nC,.5,.10,.8\nD,.3,.15,1.2\n";
        let found = ranks(text, &["energy"]).unwrap();
        assert_eq!(found.methods, ["A", "B", "C", "D"]);
        for metric in &found.metrics {
            let expected = [1.0, 2.0 / 3.0, 1.0 / 3.0, 0.0];
            let close = |(own, wanted): (&Option<f64>, f64)| (own.unwrap() - wanted).abs() < 1e-10;
            assert!(metric.percentiles.iter().zip(expected).all(close), "{metric:?}");
        }
    }

    #[test]
    fn what_has_no_value_has_no_rank() {
        let found = ranks("m,r2,same,one,none\nA,0.5,1,,\nB,,1,2,\nC,0.7,1,,\n", &[]).unwrap();
        assert_eq!(found.metrics[0].percentiles, [Some(0.0), None, Some(1.0)]);
        assert_eq!(found.metrics[1].percentiles, [None; 3]);
        assert_eq!(found.metrics[2].percentiles, [None; 3]);
        assert_eq!(found.metrics[3].percentiles, [None; 3]);
        let missing = "missing values get no rank (6): `B` in `r2`, `A` in `one`, `C` in `one`, `A` in `none`, \
                       `B` in `none`, …";
        assert_eq!(found.notes[0], missing);
        assert!(found.notes[1].starts_with("more is taken as better for `same`, `one`, `none`:"));
        assert_eq!(
            found.notes[2],
            "no two methods have different values in `same`, `one`, `none`: no ranks there"
        );
    }

    #[test]
    fn what_cannot_be_ranked_is_refused() {
        assert!(ranks("m,r2\nA,1\nA,2\n", &[]).unwrap_err().to_string().contains("`A` is there twice"));
        assert!(ranks("m,r2\nA,high\nB,2\n", &[]).unwrap_err().to_string().contains("`r2`"));
        for text in ["m,r2\nA,1\n", "m,r2\nA,\nB,NA\n", "m,r2,mse\nA,1,\nB,1,2\n"] {
            let error = ranks(text, &[]).unwrap_err().to_string();
            assert!(error.contains("nothing can be ranked"), "{text:?}: {error}");
        }
        let error = ranks("m,mse\nA,-0.1\nB,0.2\n", &[]).unwrap_err().to_string();
        assert!(error.contains("method `A`, column `mse`: -0.1 is below 0"), "{error}");
        assert!(ranks("m,mse\nA,-0.1\nB,0.2\n", &["mse"]).is_ok());
        let unknown = ranks("m,r2\nA,1\nB,2\n", &["r3"]).unwrap_err();
        assert!(unknown.to_string().contains("no metric `r3`"));
    }
}
