//! Ranks with ties, and rank percentiles.

/// Ranks of finite values, the largest first: rank 1 is the largest, ties share the average of their ranks.
/// The caller removes missing values beforehand.
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let ties = order[first..].iter().take_while(|index| values[**index] == values[order[first]]).count();
        // A value that is not equal to itself still has to leave the loop.
        let ties = ties.max(1);
        let rank = first as f64 + (ties as f64 + 1.0) / 2.0;
        order[first..first + ties].iter().for_each(|index| ranks[*index] = rank);
        first += ties;
    }
    ranks
}

/// Rank percentiles (n - rank) / (n - 1): 1 for the largest value, 0 for the smallest, ties averaged.
/// `None` for fewer than two values, where a rank says nothing.
pub fn rank_percentiles(values: &[f64]) -> Option<Vec<f64>> {
    let n = values.len() as f64;
    (values.len() >= 2)
        .then(|| average_ranks(values).into_iter().map(|rank| (n - rank) / (n - 1.0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_average_rank() {
        assert_eq!(average_ranks(&[0.3, 0.1, 0.2]), [1.0, 3.0, 2.0]);
        assert_eq!(average_ranks(&[2.0, 2.0, 5.0]), [2.5, 2.5, 1.0]);
        assert_eq!(average_ranks(&[-0.0, 0.0]), [1.5, 1.5]);
    }

    #[test]
    fn the_best_has_one_and_the_worst_zero() {
        assert_eq!(rank_percentiles(&[0.3, 0.1, 0.2]).unwrap(), [1.0, 0.0, 0.5]);
        assert_eq!(rank_percentiles(&[7.0]), None);
        assert_eq!(rank_percentiles(&[1.0, 1.0, 1.0]).unwrap(), [0.5, 0.5, 0.5]);
    }
}
