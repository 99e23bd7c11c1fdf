//! Same order within a group.

use std::cmp::Ordering;

/// How many pairs with each value have another order in ours than in the published values. Values are pairs
/// (published, ours); a pair whose values differ by no more than `tie` on one side is a tie there, and a tie agrees
/// with any order.
pub fn discordant(values: &[(f64, f64)], tie: f64) -> Vec<usize> {
    let order = |a: f64, b: f64| if (a - b).abs() <= tie { Ordering::Equal } else { a.total_cmp(&b) };
    let differs = |a: &(f64, f64), b: &(f64, f64)| {
        let (published, ours) = (order(a.0, b.0), order(a.1, b.1));
        published != ours && published != Ordering::Equal && ours != Ordering::Equal
    };
    values.iter().map(|value| values.iter().filter(|other| differs(value, other)).count()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_touches_the_two_that_swapped() {
        assert_eq!(discordant(&[(1.0, 10.0), (2.0, 20.0), (3.0, 30.0)], 0.0), [0, 0, 0]);
        assert_eq!(discordant(&[(1.0, 20.0), (2.0, 10.0), (3.0, 30.0)], 0.0), [1, 1, 0]);
        assert_eq!(discordant(&[(1.0, 3.0), (2.0, 2.0), (3.0, 1.0)], 0.0), [2, 2, 2]);
    }

    #[test]
    fn ties_agree_with_any_order() {
        assert_eq!(discordant(&[(1.0, 2.0), (1.0, 1.0)], 0.0), [0, 0]);
        assert_eq!(discordant(&[(1.0, 2.0), (1.1, 1.0)], 0.2), [0, 0]);
        assert_eq!(discordant(&[], 0.0), Vec::<usize>::new());
    }
}
