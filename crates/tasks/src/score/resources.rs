//! Gene sets, pathways, cell cycle and cytokines as columns of the matrices.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::BufReader;
use std::path::Path;

use repro_data::gmt;
use repro_digest::file;
use repro_metrics::Weights;

use super::settings::Settings;
use super::spec::ScoreSpec;
use crate::TaskError;
use crate::table::Table;

/// Lines of the published list of cell cycle genes that belong to the S phase; the rest belongs to G2 and M.
const S_GENES: usize = 43;

/// Fewest genes of a signature.
const SIGNATURE: usize = 5;

/// Columns by name of a set, in ascending order of the names.
pub type Named<T> = Vec<(String, T)>;

/// Columns of the genes of both phases.
pub struct CellCycleGenes {
    /// Of the S phase.
    pub s: Vec<usize>,
    /// Of G2 and M.
    pub g2m: Vec<usize>,
}

/// What the user gave.
#[derive(Default)]
pub struct Resources {
    /// Columns of each gene set.
    pub gene_sets: Option<Named<Vec<usize>>>,
    /// Columns and weights of each pathway.
    pub pathways: Option<Named<Weights>>,
    /// Columns of the cell cycle.
    pub cell_cycle: Option<CellCycleGenes>,
    /// Columns of each signature.
    pub cytokines: Option<Named<Vec<usize>>>,
}

/// Column of a gene by its name.
pub type Places<'a> = HashMap<&'a str, usize>;

impl Resources {
    /// Reads all files that are named.
    pub fn read(spec: &ScoreSpec, settings: &Settings, places: &Places<'_>) -> Result<Self, TaskError> {
        let gene_sets = spec.gene_sets.as_deref().map(|path| gene_sets(path, settings.overlap, places));
        let pathways = spec.pathways.as_deref().map(|path| pathways(path, settings.overlap, places));
        let cell_cycle = spec.cell_cycle.as_deref().map(|path| cell_cycle(path, places));
        let cytokines = spec.cytokines.as_deref().map(|path| {
            let limit = settings.cytokine_false_discovery_rate;
            cytokines(path, spec.cytokine_celltype.as_deref(), limit, places)
        });
        Ok(Self {
            gene_sets: gene_sets.transpose()?,
            pathways: pathways.transpose()?,
            cell_cycle: cell_cycle.transpose()?,
            cytokines: cytokines.transpose()?,
        })
    }
}

fn gene_sets(path: &Path, overlap: usize, places: &Places<'_>) -> Result<Named<Vec<usize>>, TaskError> {
    let file = file::open(path).map_err(TaskError::file("read", path))?;
    let sets = gmt::read(BufReader::new(file)).map_err(TaskError::data(path))?;
    let found: BTreeMap<String, Vec<usize>> =
        sets.iter().map(|set| (set.name.clone(), columns(&set.genes, places))).collect();
    if found.values().all(|columns| columns.len() < overlap) {
        let names = sets.iter().flat_map(|set| set.genes.iter().map(String::as_str));
        return Err(no_overlap(path, &format!("no gene set has {overlap} genes"), names, places));
    }
    Ok(found.into_iter().collect())
}

fn pathways(path: &Path, overlap: usize, places: &Places<'_>) -> Result<Named<Weights>, TaskError> {
    let table = Table::read(path)?;
    let (sources, targets, weights) =
        (table.texts("source")?, table.texts("target")?, table.numbers("weight")?);
    let mut found: BTreeMap<String, BTreeMap<usize, f64>> = BTreeMap::new();
    for ((source, target), weight) in sources.iter().zip(&targets).zip(weights) {
        if !weight.is_finite() {
            return Err(table.refused(&format!("`{source}` has no weight for `{target}`")));
        }
        let own = found.entry(source.clone()).or_default();
        if let Some(column) = places.get(target.as_str())
            && own.insert(*column, weight).is_some()
        {
            return Err(table.refused(&format!("`{source}` has two weights for `{target}`")));
        }
    }
    if found.values().all(|weights| weights.len() < overlap) {
        let names = targets.iter().map(String::as_str);
        return Err(no_overlap(path, &format!("no pathway has {overlap} targets"), names, places));
    }
    Ok(found.into_iter().map(|(name, weights)| (name, weights.into_iter().collect())).collect())
}

fn cell_cycle(path: &Path, places: &Places<'_>) -> Result<CellCycleGenes, TaskError> {
    let text = file::read_to_string(path).map_err(TaskError::file("read", path))?;
    let genes: Vec<String> =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if genes.len() <= S_GENES {
        let problem = format!(
            "`{}` has {} genes; {S_GENES} of the S phase and then those of G2 and M are needed, one a line",
            path.display(),
            genes.len(),
        );
        return Err(TaskError::unfit(problem));
    }
    let (s, g2m) = genes.split_at(S_GENES);
    let found = CellCycleGenes { s: columns(s, places), g2m: columns(g2m, places) };
    if found.s.is_empty() && found.g2m.is_empty() {
        let names = genes.iter().map(String::as_str);
        return Err(no_overlap(path, "none of the genes is there", names, places));
    }
    Ok(found)
}

fn cytokines(
    path: &Path,
    cell_type: Option<&str>,
    limit: Option<f64>,
    places: &Places<'_>,
) -> Result<Named<Vec<usize>>, TaskError> {
    let table = Table::read(path)?;
    let (types, cytokines, genes) =
        (table.texts("Celltype_Str")?, table.texts("Cytokine_Str")?, table.texts("Gene")?);
    let rates = limit.map(|_| table.numbers("FDR")).transpose()?;
    let mut signatures: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in 0..table.n_rows() {
        let significant = match (limit, &rates) {
            (Some(limit), Some(rates)) => rates[row] <= limit,
            _ => true,
        };
        if significant && cell_type.is_none_or(|wanted| types[row] == wanted) {
            let name = match cell_type {
                Some(_) => cytokines[row].clone(),
                None => format!("{}|{}", types[row], cytokines[row]),
            };
            signatures.entry(name).or_default().insert(genes[row].to_uppercase());
        }
    }
    signatures.retain(|_, genes| genes.len() >= SIGNATURE);
    if signatures.is_empty() {
        let of = cell_type.map_or_else(String::new, |wanted| format!(" of the cell type `{wanted}`"));
        let known: BTreeSet<&String> = types.iter().collect();
        let known: Vec<String> = known.into_iter().map(|own| format!("`{own}`")).collect();
        return Err(table
            .refused(&format!("no signature{of} has {SIGNATURE} genes"))
            .hint(format!("the cell types of the table are {}", known.join(", "))));
    }
    let found: Named<Vec<usize>> = signatures
        .iter()
        .map(|(name, genes)| {
            let genes: Vec<String> = genes.iter().cloned().collect();
            (name.clone(), columns(&genes, places))
        })
        .collect();
    if found.iter().all(|(_, columns)| columns.len() < SIGNATURE) {
        let names = genes.iter().map(String::as_str);
        return Err(no_overlap(path, &format!("no signature has {SIGNATURE} genes"), names, places));
    }
    Ok(found)
}

/// Columns of the genes that are there, each once and ascending.
fn columns(genes: &[String], places: &Places<'_>) -> Vec<usize> {
    let found: BTreeSet<usize> = genes.iter().filter_map(|gene| places.get(gene.as_str()).copied()).collect();
    found.into_iter().collect()
}

fn no_overlap<'a>(
    path: &Path,
    what: &str,
    mut names: impl Iterator<Item = &'a str>,
    places: &Places<'_>,
) -> TaskError {
    let (theirs, ours) = (names.next().unwrap_or_default(), places.iter().min_by_key(|(_, column)| **column));
    let ours = ours.map_or("", |(name, _)| *name);
    let problem = format!("`{}`: {what} that the matrices have", path.display());
    TaskError::unfit(problem).hint(format!(
        "genes are compared by name, letter by letter: the file has for example `{theirs}`, the matrices `{ours}`"
    ))
}
