//! Whether signatures of cytokine responses keep their order.

use rayon::prelude::*;

use crate::cells::{Cells, Real, same_genes};
use crate::correlation::{Correlation, not_finite};
use crate::score_genes::{ScoreSettings, score_genes_with};
use crate::undefined::{Score, Undefined};

/// Fewest genes of a signature that are measured.
const FEWEST_GENES: usize = 5;

/// Scores of signatures on the true and the predicted cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Cytokines {
    /// Mean score over the true cells, one a signature.
    pub truth: Vec<Score>,
    /// Mean score over the predicted cells.
    pub predicted: Vec<Score>,
}

impl Cytokines {
    /// Correlation over the signatures that have a true score; -1 to 1, higher is better. At least two are needed, and
    /// at least four of five must have a predicted score too.
    pub fn correlation(&self, kind: Correlation) -> Score {
        let (_, truth, predicted) = self.with_true_score();
        kind.of(&truth, &predicted)
    }

    /// Returns the signatures with a true and without a predicted score, which the correlation leaves out.
    pub fn left_out(&self) -> Vec<usize> {
        let (signatures, truth, predicted) = self.with_true_score();
        not_finite(&truth, &predicted).into_iter().map(|at| signatures[at]).collect()
    }

    /// Positions of the signatures that have a true score, that score, and the predicted one or NaN.
    fn with_true_score(&self) -> (Vec<usize>, Vec<f64>, Vec<f64>) {
        let (mut signatures, mut truths, mut predictions) = (Vec::new(), Vec::new(), Vec::new());
        for (signature, (truth, predicted)) in self.truth.iter().zip(&self.predicted).enumerate() {
            if let Ok(truth) = truth {
                signatures.push(signature);
                truths.push(*truth);
                predictions.push(predicted.as_ref().copied().unwrap_or(f64::NAN));
            }
        }
        (signatures, truths, predictions)
    }
}

/// Scores each signature (columns of its measured genes, each once) on both matrices with the default settings of
/// [`score_genes`](crate::score_genes()).
pub fn cytokine<T: Real>(
    truth: &Cells<T>,
    predicted: &Cells<T>,
    signatures: &[Vec<usize>],
) -> Result<Cytokines, Undefined> {
    same_genes(truth, predicted)?;
    let mean = |cells: &Cells<T>| -> Vec<Score> {
        let means = cells.gene_means_as_stored();
        let score = |genes: &Vec<usize>| {
            let found = genes.len();
            if found < FEWEST_GENES {
                return Err(Undefined::Genes { needed: FEWEST_GENES, found });
            }
            let scores = score_genes_with(cells, &means, genes, ScoreSettings::default())?;
            Ok(scores.iter().sum::<f64>() / scores.len() as f64)
        };
        signatures.par_iter().map(score).collect()
    };
    Ok(Cytokines { truth: mean(truth), predicted: mean(predicted) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_without_a_true_score_are_left_out() {
        let missing = || Err(Undefined::Genes { needed: 5, found: 2 });
        let of = |truth: [Score; 4], predicted: [Score; 4]| Cytokines {
            truth: truth.into(),
            predicted: predicted.into(),
        };
        let ordered = of([Ok(1.0), missing(), Ok(2.0), Ok(5.0)], [Ok(3.0), Ok(9.0), Ok(4.0), Ok(4.5)]);
        assert!((ordered.correlation(Correlation::Spearman).unwrap() - 1.0).abs() < 1e-15);
        let few = of([Ok(1.0), missing(), missing(), missing()], [Ok(1.0), Ok(1.0), Ok(1.0), Ok(1.0)]);
        assert_eq!(few.correlation(Correlation::Pearson), Err(Undefined::Pairs { found: 1 }));
        let holes = of([Ok(1.0), Ok(2.0), Ok(3.0), Ok(4.0)], [Ok(1.0), missing(), Ok(1.0), Ok(1.0)]);
        assert_eq!(holes.correlation(Correlation::Pearson), Err(Undefined::NoNumber { count: 1 }));
    }
}
