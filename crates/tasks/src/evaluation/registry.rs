//! Metrics by name.

use super::pairs::{Pairs, Score};
use crate::TaskError;

/// A metric of pairs of true and predicted values.
pub type Metric = fn(&Pairs) -> Score;

/// Metrics by name, in order.
pub struct Registry {
    metrics: Vec<(String, Metric)>,
}

impl Registry {
    /// The metrics of the benchmark.
    pub fn standard() -> Self {
        let all: [(&str, Metric); 3] =
            [("mse", Pairs::mse), ("mae", Pairs::mae), ("pearson_correlation", Pairs::pearson)];
        Self { metrics: all.into_iter().map(|(name, metric)| (name.to_owned(), metric)).collect() }
    }

    /// Adds a metric; an error where there is one of this name.
    pub fn register(&mut self, name: &str, metric: Metric) -> Result<(), TaskError> {
        if self.metrics.iter().any(|(known, _)| known == name) {
            return Err(TaskError::unfit(format!("there is a metric `{name}` already")));
        }
        self.metrics.push((name.to_owned(), metric));
        Ok(())
    }

    /// Names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.metrics.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The metrics of these names, each once and in the order of the registry; all of them for none.
    pub fn select(&self, names: &[String]) -> Result<Vec<(&str, Metric)>, TaskError> {
        if let Some(unknown) = names.iter().find(|name| !self.names().contains(&name.as_str())) {
            return Err(TaskError::unfit(format!("there is no metric `{unknown}`"))
                .hint(format!("the metrics are {}", self.names().join(", "))));
        }
        let wanted = |name: &str| names.is_empty() || names.iter().any(|own| own == name);
        let all = self.metrics.iter().map(|(name, metric)| (name.as_str(), *metric));
        Ok(all.filter(|(name, _)| wanted(name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_and_used_once() {
        let mut registry = Registry::standard();
        assert_eq!(registry.names(), ["mse", "mae", "pearson_correlation"]);
        assert!(registry.register("mae", Pairs::mse).is_err());
        registry.register("again", Pairs::mse).unwrap();
        let chosen = ["again", "mse"].map(str::to_owned);
        let names: Vec<_> = registry.select(&chosen).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["mse", "again"]);
        assert_eq!(registry.select(&[]).unwrap().len(), 4);
        let error = registry.select(&["rmse".to_owned()]).unwrap_err();
        let TaskError::Unfit { hint, .. } = error else { panic!("another error") };
        assert_eq!(hint.unwrap(), "the metrics are mse, mae, pearson_correlation, again");
    }
}
