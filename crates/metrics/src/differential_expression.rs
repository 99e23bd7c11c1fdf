//! Differential expression of all genes between two groups of cells, as scanpy's `rank_genes_groups` has it.

use repro_stats::{benjamini_hochberg, student_t_two_sided};

use crate::cells::{Cells, Real, enough_cells, same_genes};
use crate::rank_sums::rank_sums;
use crate::undefined::Undefined;

/// Added to both sides of a fold change.
const PSEUDO: f64 = 1e-9;

/// Which test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestKind {
    /// Rank sums, normal approximation without corrections for ties or continuity.
    Wilcoxon,
    /// Welch's t-test.
    TTest,
}

/// A test's statistic and its two-sided p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// Positive where the treated cells express more.
    pub score: f64,
    /// Between 0 and 1.
    pub p_value: f64,
}

/// What is known of one gene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gene {
    /// Column in the matrices.
    pub gene: usize,
    /// Statistic and p-value.
    pub test: Test,
    /// Adjusted over all genes by Benjamini and Hochberg.
    pub p_adjusted: f64,
    /// log2((expm1(mean treated) + 1e-9) / (expm1(mean control) + 1e-9)), kept in single precision as scanpy does; NaN
    /// where a mean is so far below 0 that the quotient is negative.
    pub log_fold_change: f32,
}

/// Tables of each pair (treated, control) of `groups`, genes in descending order of their score (equal ones in the
/// order of the matrix). Expression is log1p of something; every group needs at least one cell, two for a t-test.
pub fn differential_expression<T: Real>(
    groups: &[&Cells<T>],
    pairs: &[(usize, usize)],
    kind: TestKind,
) -> Result<Vec<Vec<Gene>>, Undefined> {
    for cells in groups {
        same_genes(groups[0], cells)?;
        enough_cells(cells, if kind == TestKind::TTest { 2 } else { 1 })?;
    }
    let means: Vec<Vec<f64>> = groups.iter().map(|cells| cells.gene_means()).collect();
    let tests = match kind {
        TestKind::Wilcoxon => wilcoxon(groups, pairs),
        TestKind::TTest => welch(groups, &means, pairs),
    };
    let tables = pairs.iter().zip(tests).map(|((a, b), tests)| table(&tests, &means[*a], &means[*b]));
    Ok(tables.collect())
}

fn table(tests: &[Test], treated: &[f64], control: &[f64]) -> Vec<Gene> {
    let p_values: Vec<f64> = tests.iter().map(|test| test.p_value).collect();
    let adjusted = benjamini_hochberg(&p_values);
    let mut genes: Vec<Gene> = (0..tests.len())
        .map(|gene| {
            let expressed = |means: &[f64]| libm::expm1(means[gene]) + PSEUDO;
            let log_fold_change = libm::log2(expressed(treated) / expressed(control)) as f32;
            Gene { gene, test: tests[gene], p_adjusted: adjusted[gene], log_fold_change }
        })
        .collect();
    genes.sort_by(|a, b| b.test.score.total_cmp(&a.test.score));
    genes
}

fn wilcoxon<T: Real>(groups: &[&Cells<T>], pairs: &[(usize, usize)]) -> Vec<Vec<Test>> {
    let sums = rank_sums(groups, pairs);
    let tests = |((a, b), sums): (&(usize, usize), Vec<f64>)| {
        let (n, m) = (groups[*a].n_cells() as f64, groups[*b].n_cells() as f64);
        let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
        let test = |sum: f64| {
            let score = (sum - n * ((n + m + 1.0) / 2.0)) / deviation;
            Test { score, p_value: libm::erfc(score.abs() / std::f64::consts::SQRT_2) }
        };
        sums.into_iter().map(test).collect()
    };
    pairs.iter().zip(sums).map(tests).collect()
}

fn welch<T: Real>(groups: &[&Cells<T>], means: &[Vec<f64>], pairs: &[(usize, usize)]) -> Vec<Vec<Test>> {
    let variances: Vec<Vec<f64>> =
        groups.iter().zip(means).map(|(cells, means)| variances(cells, means)).collect();
    let tests = |(a, b): &(usize, usize)| {
        let (n, m) = (groups[*a].n_cells() as f64, groups[*b].n_cells() as f64);
        (0..means[*a].len())
            .map(|gene| {
                let (x, y) = (variances[*a][gene] / n, variances[*b][gene] / m);
                let score = (means[*a][gene] - means[*b][gene]) / (x + y).sqrt();
                let degrees = (x + y) * (x + y) / (x * x / (n - 1.0) + y * y / (m - 1.0));
                // Equal means without spread: nothing speaks for a difference.
                if score.is_nan() {
                    return Test { score: 0.0, p_value: 1.0 };
                }
                let degrees = if degrees.is_nan() { 1.0 } else { degrees };
                Test { score, p_value: student_t_two_sided(score, degrees) }
            })
            .collect()
    };
    pairs.iter().map(tests).collect()
}

/// Sample variances, one a gene, from the mean of squares, in the precision of the reference.
fn variances<T: Real>(cells: &Cells<T>, means: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; cells.n_genes()];
    for cell in 0..cells.n_cells() {
        for (sum, value) in sums.iter_mut().zip(cells.cell(cell)) {
            *sum += value.square();
        }
    }
    let n = cells.n_cells() as f64;
    sums.iter().zip(means).map(|(sum, mean)| (sum / n - mean * mean) * (n / (n - 1.0))).collect()
}
