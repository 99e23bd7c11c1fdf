//! Coordinates of our own: a UMAP of cells of which a file has matrices but no map.

use std::collections::{BTreeMap, BTreeSet};

use repro_learn::pca::{Method, pca};
use repro_learn::umap::{Parameters, Start, embed};
use repro_learn::{Dense, LearnError};
use repro_stats::random::Generator;
use serde::Deserialize;

use super::part::Part;
use super::{Source, framed, not_a_table, numbers};
use crate::query::frame::Frame;
use crate::query::{Column, OneOrMany, QueryError};

/// Up to as many rows or columns principal components are exact.
const EXACT: usize = 512;

/// A UMAP of the rows of one or more matrices with the same labels a row, as scanpy makes it by default: principal
/// components, 15 neighbours, minimum distance 0.5.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Embed {
    /// Matrices that are stacked, as (label, name).
    matrices: Vec<(String, String)>,
    /// Column that takes the labels.
    label: String,
    /// Rows to use: column = texts.
    #[serde(default, rename = "where")]
    wanted: BTreeMap<String, OneOrMany>,
    /// Fewer rows.
    sample: Option<Sample>,
    /// Most principal components; 0 leaves the columns as they are.
    #[serde(default = "components")]
    components: usize,
    #[serde(default = "neighbours")]
    neighbours: usize,
    #[serde(default = "minimum_distance")]
    minimum_distance: f64,
    /// Seed of the layout.
    #[serde(default)]
    seed: u64,
    /// Prefix of the columns of coordinates.
    #[serde(default = "prefix")]
    into: String,
}

/// At most so many rows of each text of a column, drawn by NumPy's generator matrix after matrix, text after text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    by: String,
    at_most: usize,
    /// Texts of which all rows are kept.
    #[serde(default)]
    except: Vec<String>,
    seed: u64,
}

fn components() -> usize {
    50
}

fn neighbours() -> usize {
    15
}

fn minimum_distance() -> f64 {
    0.5
}

fn prefix() -> String {
    "umap".to_owned()
}

impl Embed {
    /// How coordinates came about.
    pub fn note(&self) -> String {
        let first = match self.components {
            0 => String::new(),
            n => format!("at most {n} principal components, "),
        };
        format!(
            "coordinates computed by us ({first}UMAP of {} neighbours, minimum distance {}, seed {}): they are not \
             comparable with published ones, neighbourhoods are",
            self.neighbours, self.minimum_distance, self.seed
        )
    }

    /// The rows with `columns`, the label and the coordinates.
    pub fn frame(&self, source: &Source, part: &Part<'_>, columns: &[String]) -> Result<Frame, QueryError> {
        let refused = |problem: String| not_a_table(&source.artifact, problem);
        let read = |name: &String| {
            let column = part.column(name).map_err(|error| refused(error.to_string()))?;
            Ok((name.clone(), texts(column)))
        };
        let sampled = self.sample.as_ref().map(|sample| &sample.by);
        let names: BTreeSet<&String> = columns.iter().chain(self.wanted.keys()).chain(sampled).collect();
        let labels: BTreeMap<String, Vec<Option<String>>> =
            names.into_iter().map(read).collect::<Result<_, QueryError>>()?;
        let n = labels.values().next().map_or(0, Vec::len);
        if labels.values().any(|column| column.len() != n) {
            return Err(refused("columns of labels differ in length".to_owned()));
        }
        let mut random = Generator::from_seed(self.sample.as_ref().map_or(0, |sample| sample.seed));
        let mut rows: Vec<(&str, usize)> = Vec::new();
        let mut values: Vec<f64> = Vec::new();
        let mut width = None;
        for (label, name) in &self.matrices {
            let matrix = part.matrix(name).map_err(|error| refused(error.to_string()))?;
            if (!labels.is_empty() && matrix.rows() != n)
                || *width.get_or_insert(matrix.columns()) != matrix.columns()
            {
                let problem =
                    format!("`{name}` is {} x {} beside {n} labels", matrix.rows(), matrix.columns());
                return Err(refused(problem));
            }
            for row in self.rows(&labels, matrix.rows(), &mut random)? {
                rows.push((label, row));
                values.extend_from_slice(matrix.row(row));
            }
        }
        let width = width.unwrap_or_default();
        let stacked = Dense::from_fn(rows.len(), width, |i, j| values[i * width + j]);
        let places = self.places(stacked).map_err(|error| refused(error.to_string()))?;
        let mut made = Vec::new();
        for name in columns {
            made.push((
                name.clone(),
                Column::Text(rows.iter().map(|(_, row)| labels[name][*row].clone()).collect()),
            ));
        }
        made.push((
            self.label.clone(),
            Column::Text(rows.iter().map(|(label, _)| Some((*label).to_owned())).collect()),
        ));
        for j in 0..places.columns() {
            let values = (0..places.rows()).map(|i| places.row(i)[j]).collect();
            made.push((format!("{}_{}", self.into, j + 1), numbers(values)));
        }
        // Where a point lies depends on all of them.
        framed(made, vec![source.whole(n); rows.len()].into())
    }

    /// Rows of one matrix that are used.
    fn rows(
        &self,
        labels: &BTreeMap<String, Vec<Option<String>>>,
        n: usize,
        random: &mut Generator,
    ) -> Result<Vec<usize>, QueryError> {
        let is_wanted = |row: &usize| {
            self.wanted
                .iter()
                .all(|(name, texts)| labels[name][*row].as_ref().is_some_and(|text| texts.0.contains(text)))
        };
        let wanted: Vec<usize> = (0..n).filter(is_wanted).collect();
        let Some(sample) = &self.sample else { return Ok(wanted) };
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for row in wanted {
            if let Some(text) = &labels[&sample.by][row] {
                groups.entry(text).or_default().push(row);
            }
        }
        let mut rows = Vec::new();
        for (text, group) in groups {
            if group.len() <= sample.at_most || sample.except.iter().any(|kept| kept == text) {
                rows.extend(group);
                continue;
            }
            let drawn = random.choice_without_replacement(group.len(), sample.at_most);
            let drawn = drawn.map_err(|error| QueryError::Unequal { problem: error.to_string() })?;
            rows.extend(drawn.into_iter().map(|at| group[at]));
        }
        Ok(rows)
    }

    fn places(&self, stacked: Dense) -> Result<Dense, LearnError> {
        let parameters = Parameters {
            neighbours: self.neighbours,
            minimum_distance: self.minimum_distance,
            seed: self.seed,
            start: Start::Spectral,
            ..Parameters::default()
        };
        let smaller = stacked.rows().min(stacked.columns());
        let components = self.components.min(smaller.saturating_sub(1));
        if components == 0 {
            return embed(stacked.view(), &parameters);
        }
        let method = if smaller <= EXACT { Method::Exact } else { Method::Randomised { seed: self.seed } };
        embed(pca(stacked.view(), components, method)?.scores.view(), &parameters)
    }
}

fn texts(column: Column) -> Vec<Option<String>> {
    match column {
        Column::Text(texts) => texts,
        Column::Number(numbers) => {
            numbers.into_iter().map(|number| number.map(|number| number.to_string())).collect()
        }
    }
}
