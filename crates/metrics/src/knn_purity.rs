//! How many neighbours of predicted cells are perturbed ones.

use crate::cells::{Cells, Real, enough_cells, same_genes};
use crate::distances::{Points, nearest};
use crate::undefined::{Score, Undefined};

/// Share of truly perturbed cells among the `k` nearest (Euclidean) of each predicted cell in the pool of truly
/// perturbed and control cells; between 0 and 1, higher is better. A smaller pool is taken whole. What it is for random
/// predictions depends on the balance of the pool, which is taken as it is.
///
/// Of equally near cells the first counts, perturbed ones before controls.
pub fn knn_purity<T: Real>(
    perturbed: &Cells<T>,
    control: &Cells<T>,
    predicted: &Cells<T>,
    k: usize,
) -> Score {
    same_genes(perturbed, control)?;
    same_genes(perturbed, predicted)?;
    enough_cells(predicted, 1)?;
    let n_genes = perturbed.n_genes();
    let values: Vec<f64> =
        perturbed.values().iter().chain(control.values()).map(|value| value.to_f64()).collect();
    let n_pool = perturbed.n_cells() + control.n_cells();
    if n_pool == 0 || k == 0 {
        return Err(Undefined::Cells { needed: 1, found: 0 });
    }
    let pool = Points::of_rows(n_pool, n_genes, values);
    let neighbours = nearest(&Points::new(predicted), &pool, k);
    let pure: usize =
        neighbours.iter().map(|cells| cells.iter().filter(|cell| **cell < perturbed.n_cells()).count()).sum();
    Ok(pure as f64 / (predicted.n_cells() * k.min(n_pool)) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_counted() {
        let line = |values: &[f64]| Cells::new(values.len(), 1, values.to_vec()).unwrap();
        let (perturbed, control) = (line(&[10.0, 11.0, 12.0]), line(&[0.0, 1.0]));
        assert_eq!(knn_purity(&perturbed, &control, &line(&[10.4]), 3), Ok(1.0));
        assert_eq!(knn_purity(&perturbed, &control, &line(&[0.0, 12.0]), 2), Ok(0.5));
        assert_eq!(knn_purity(&perturbed, &control, &line(&[0.0]), 100), Ok(0.6));
        // 5.5 is as far from 1 as from 10.
        assert_eq!(knn_purity(&perturbed, &control, &line(&[5.5]), 1), Ok(1.0));
        assert!(knn_purity(&line(&[]), &line(&[]), &line(&[1.0]), 5).is_err());
    }
}
