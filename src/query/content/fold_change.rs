//! Log fold change of each gene between treated and control cells.

use repro_data::error::DataError;
use repro_learn::Dense;
use repro_stats::{benjamini_hochberg, rank_sum_test};
use serde::Deserialize;

use super::part::{Key, Part};
use super::{Source, framed, not_a_table, numbers, vectors};
use crate::query::frame::Frame;
use crate::query::{Column, QueryError};

/// Binary logarithm of (mean of treated + pseudocount) / (mean of control + pseudocount) for each gene, which are the rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FoldChange {
    /// Way to the treated cells.
    #[serde(default)]
    treated: Vec<Key>,
    /// Way to the control cells.
    #[serde(default)]
    control: Vec<Key>,
    /// Artifact with the control cells, if it is another one.
    control_artifact: Option<String>,
    /// Artifact with the names of the genes, where the matrices have none.
    gene_artifact: Option<String>,
    #[serde(default = "one")]
    pseudocount: f64,
    /// Column that takes the result; `gene` takes the names.
    into: String,
    /// Which genes are kept.
    select: Option<Select>,
}

/// Genes that differ: two-sided rank-sum test, rates of false discovery after Benjamini and Hochberg.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Select {
    /// Largest rate of false discovery.
    rate: f64,
    /// Smallest magnitude of the log fold change.
    magnitude: f64,
    /// Most genes; those of the smallest rates, then of the smallest p.
    at_most: usize,
}

fn one() -> f64 {
    1.0
}

impl FoldChange {
    pub fn artifacts(&self) -> impl Iterator<Item = &str> {
        self.control_artifact.iter().chain(&self.gene_artifact).map(String::as_str)
    }

    pub fn frame(&self, source: &Source, others: &[Source], part: &Part<'_>) -> Result<Frame, QueryError> {
        let other = |id: &String| {
            let found = others.iter().find(|other| other.artifact == *id);
            found.ok_or_else(|| not_a_table(id, "is not there"))
        };
        let refused = |error: DataError| not_a_table(&source.artifact, error);
        let control_source = self.control_artifact.as_ref().map(other).transpose()?.unwrap_or(source);
        let control_part = if self.control_artifact.is_some() { control_source.part() } else { *part };
        let control_part =
            control_part.at(&self.control).map_err(|error| not_a_table(&control_source.artifact, error))?;
        let treated_part = part.at(&self.treated).map_err(refused)?;
        let treated = treated_part.matrix("X").map_err(refused)?;
        let control =
            control_part.matrix("X").map_err(|error| not_a_table(&control_source.artifact, error))?;
        let genes = match self.gene_artifact.as_ref().map(other).transpose()? {
            Some(names) => gene_names(names)?,
            None => treated_part.genes().map_err(refused)?,
        };
        if [treated.columns(), control.columns()].iter().any(|columns| *columns != genes.len()) {
            let (treated, control) = (treated.columns(), control.columns());
            let problem = format!(
                "{treated} columns of treated and {control} of control cells for {} genes",
                genes.len()
            );
            return Err(not_a_table(&source.artifact, problem));
        }
        let changes = self.changes(&treated, &control);
        let kept = match &self.select {
            Some(select) => select.genes(&treated, &control, &changes),
            None => (0..genes.len()).collect(),
        };
        let mut lineage = source.whole(treated.rows());
        lineage.extend(&control_source.whole(control.rows()));
        let names = kept.iter().map(|gene| Some(genes[*gene].clone())).collect();
        let columns = vec![
            ("gene".to_owned(), Column::Text(names)),
            (self.into.clone(), numbers(kept.iter().map(|gene| changes[*gene]).collect())),
        ];
        framed(columns, vec![lineage; kept.len()].into())
    }

    fn changes(&self, treated: &Dense, control: &Dense) -> Vec<f64> {
        let (treated, control) = (treated.column_means(), control.column_means());
        let change = |(treated, control): (f64, f64)| {
            libm::log2((treated + self.pseudocount) / (control + self.pseudocount))
        };
        treated.into_iter().zip(control).map(change).collect()
    }
}

fn gene_names(source: &Source) -> Result<Vec<String>, QueryError> {
    let names = match source.part() {
        Part::Value(value) => vectors::vector(value),
        Part::File(_) => None,
    };
    match names {
        Some(Column::Text(names)) => Ok(names.into_iter().map(Option::unwrap_or_default).collect()),
        _ => Err(not_a_table(&source.artifact, "is no vector of names")),
    }
}

impl Select {
    /// Genes that pass, in their order.
    fn genes(&self, treated: &Dense, control: &Dense, changes: &[f64]) -> Vec<usize> {
        let (treated, control) = (treated.transposed(), control.transposed());
        let p: Vec<f64> = (0..changes.len())
            .map(|gene| rank_sum_test(treated.row(gene), control.row(gene)).unwrap_or(f64::NAN))
            .collect();
        let rates = benjamini_hochberg(&p);
        let passes = |gene: &usize| rates[*gene] <= self.rate && changes[*gene].abs() >= self.magnitude;
        let mut kept: Vec<usize> = (0..changes.len()).filter(passes).collect();
        kept.sort_by(|a, b| rates[*a].total_cmp(&rates[*b]).then(p[*a].total_cmp(&p[*b])));
        kept.truncate(self.at_most);
        kept.sort_unstable();
        kept
    }
}
