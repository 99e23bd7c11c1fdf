//! How many neighbours of predicted cells are perturbed ones.

use crate::cells::{Cells, Real, enough_cells, same_genes};
use crate::distances::{Points, nearest, nearest_others};
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
    let pool = pool(perturbed, control, predicted, k)?;
    Ok(purity(&nearest(&Points::of_cells(&[predicted]), &pool, k), perturbed.n_cells()))
}

/// [`knn_purity`] and [`knn_purity_normalised`]: the neighbours of predicted cells are looked for once.
pub fn knn_purities<T: Real>(
    perturbed: &Cells<T>,
    control: &Cells<T>,
    predicted: &Cells<T>,
    k: usize,
) -> (Score, Score) {
    let pool = match pool(perturbed, control, predicted, k) {
        Ok(pool) => pool,
        Err(undefined) => return (Err(undefined.clone()), Err(undefined)),
    };
    let own = purity(&nearest(&Points::of_cells(&[predicted]), &pool, k), perturbed.n_cells());
    (Ok(own), normalised(own, &pool, perturbed.n_cells(), k))
}

/// Purity on a scale on which controls have 0 and truly perturbed cells 1: (p - c) / (t - c), where p is
/// [`knn_purity`], and c and t are the purities of the controls and of the perturbed cells themselves in the same pool,
/// each cell without itself. Higher is better; it may lie outside of 0 to 1.
///
/// Undefined unless t is above c: the scale would be turned round, so that a prediction like the controls gets the best
/// value. That happens where true cells do not differ from the controls, and where `k` is nearly the whole pool: a cell
/// without itself then sees one cell fewer of its kind.
///
/// This is our own definition: the paper has a normalised purity whose formula is not published.
pub fn knn_purity_normalised<T: Real>(
    perturbed: &Cells<T>,
    control: &Cells<T>,
    predicted: &Cells<T>,
    k: usize,
) -> Score {
    knn_purities(perturbed, control, predicted, k).1
}

fn normalised(own: f64, pool: &Points, n_perturbed: usize, k: usize) -> Score {
    let others = nearest_others(pool, k);
    let (of_perturbed, of_control) = others.split_at(n_perturbed);
    let (truth, background) = (purity(of_perturbed, n_perturbed), purity(of_control, n_perturbed));
    // Equal shares of neighbours are equal to the last digit.
    if truth > background {
        Ok((own - background) / (truth - background))
    } else {
        Err(Undefined::NotPurer { truth, background })
    }
}

/// Share of perturbed cells, which are the first ones of the pool, among all neighbours.
fn purity(neighbours: &[Vec<usize>], n_perturbed: usize) -> f64 {
    let pure: usize =
        neighbours.iter().map(|cells| cells.iter().filter(|cell| **cell < n_perturbed).count()).sum();
    pure as f64 / neighbours.iter().map(Vec::len).sum::<usize>() as f64
}

fn pool<T: Real>(
    perturbed: &Cells<T>,
    control: &Cells<T>,
    predicted: &Cells<T>,
    k: usize,
) -> Result<Points, Undefined> {
    same_genes(perturbed, control)?;
    same_genes(perturbed, predicted)?;
    // A pool of one kind is pure whatever the prediction.
    for cells in [perturbed, control, predicted] {
        enough_cells(cells, 1)?;
    }
    if k == 0 {
        return Err(Undefined::Cells { needed: 1, found: 0 });
    }
    Ok(Points::of_cells(&[perturbed, control]))
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

    #[test]
    fn a_cell_is_not_its_own_neighbour() {
        let line = |values: &[f64]| Cells::new(values.len(), 1, values.to_vec()).unwrap();
        let (perturbed, control) = (line(&[10.0, 11.0, 3.0]), line(&[0.0, 1.0]));
        // Perturbed cells have pure nearest neighbours but 3, controls each other: t = 2/3, c = 0.
        let normalised = |predicted: &[f64]| knn_purity_normalised(&perturbed, &control, &line(predicted), 1);
        assert!((normalised(&[10.1, 0.1]).unwrap() - 0.75).abs() < 1e-15);
        assert!((normalised(&[10.1]).unwrap() - 1.5).abs() < 1e-15);
        assert_eq!(
            knn_purity_normalised(&line(&[1.0]), &line(&[2.0]), &line(&[1.0]), 0),
            Err(Undefined::Cells { needed: 1, found: 0 })
        );
    }

    #[test]
    fn a_scale_that_is_turned_round_has_no_value() {
        let line = |values: &[f64]| Cells::new(values.len(), 1, values.to_vec()).unwrap();
        let turned = |truth: f64, background: f64| Err(Undefined::NotPurer { truth, background });
        // All at one place: a perturbed cell has one other perturbed one, a control two.
        let same = line(&[1.0, 1.0]);
        let found = knn_purity_normalised(&same, &same, &line(&[1.0]), 3);
        assert_eq!(found, turned(1.0 / 3.0, 2.0 / 3.0));
        // The whole pool, with a prediction that is a control.
        let (perturbed, control) = (line(&[10.0, 11.0, 12.0]), line(&[0.0, 1.0, 2.0]));
        let of = |k| knn_purity_normalised(&perturbed, &control, &line(&[0.5]), k);
        assert_eq!((of(2), of(5)), (Ok(0.0), turned(0.4, 0.6)));
        // Equal shares: each cell has one of each kind.
        let found = knn_purity_normalised(&line(&[0.0, 3.0]), &line(&[1.0, 2.0]), &line(&[0.0]), 2);
        assert_eq!(found, turned(0.0, 0.5));
    }
}
