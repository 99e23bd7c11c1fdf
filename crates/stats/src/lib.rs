//! Ranks, quartiles, tests and random numbers: pure functions of numbers and seeds, checked against SciPy or NumPy.

mod benjamini_hochberg;
mod bootstrap;
mod equivalence;
mod pairwise;
mod pearson;
mod quartiles;
pub mod random;
mod rank;
mod rank_sum;
mod stars;
mod t_test;

pub use benjamini_hochberg::benjamini_hochberg;
pub use bootstrap::{BootstrapMean, bootstrap_mean};
pub use equivalence::equivalence_test;
pub use pairwise::pairwise_mean;
pub use pearson::pearson;
pub use quartiles::{Quartiles, quantile};
pub use rank::{average_ranks, rank_percentiles};
pub use rank_sum::rank_sum_test;
pub use stars::stars;
pub use t_test::{PairedTest, paired_t_test, student_t_two_sided};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    /// Output of `tests/oracle/stats.py`: NumPy and SciPy on fixed inputs.
    #[derive(Deserialize)]
    struct Oracle {
        quantiles: Vec<QuantileCase>,
        ranks: Vec<RankCase>,
        paired_t: Vec<PairedCase>,
        student_t: Vec<StudentCase>,
        equivalence: Vec<EquivalenceCase>,
    }

    #[derive(Deserialize)]
    struct QuantileCase {
        values: Vec<f64>,
        levels: Vec<f64>,
        quantiles: Vec<f64>,
    }

    #[derive(Deserialize)]
    struct RankCase {
        values: Vec<f64>,
        ranks: Vec<f64>,
    }

    #[derive(Deserialize)]
    struct PairedCase {
        a: Vec<f64>,
        b: Vec<f64>,
        t: f64,
        p: f64,
    }

    #[derive(Deserialize)]
    struct StudentCase {
        t: f64,
        df: f64,
        p: f64,
    }

    #[derive(Deserialize)]
    struct EquivalenceCase {
        values: Vec<f64>,
        target: f64,
        margin: f64,
        p: f64,
    }

    fn oracle() -> Oracle {
        serde_json::from_str(include_str!("../tests/oracle/stats.json")).unwrap()
    }

    #[track_caller]
    fn assert_close(ours: f64, theirs: f64, relative: f64) {
        let error = (ours - theirs).abs();
        assert!(error <= relative * theirs.abs(), "{ours:e} is not {theirs:e}: {:e}", error / theirs.abs());
    }

    #[test]
    fn quantiles_agree_with_numpy() {
        for case in oracle().quantiles {
            for (level, theirs) in case.levels.iter().zip(&case.quantiles) {
                assert!(
                    (quantile(&case.values, *level).unwrap() - theirs).abs() <= 1e-15 * theirs.abs().max(1.0)
                );
            }
        }
    }

    #[test]
    fn equivalence_tests_agree_with_scipy() {
        for case in oracle().equivalence {
            let p = equivalence_test(&case.values, case.target, case.margin).unwrap();
            assert!((p - case.p).abs() < 1e-12, "{p} instead of {}", case.p);
        }
    }

    #[test]
    fn ranks_agree_with_scipy() {
        for case in oracle().ranks {
            assert_eq!(average_ranks(&case.values), case.ranks);
        }
    }

    #[test]
    fn student_t_agrees_with_scipy_to_1e_12() {
        for case in oracle().student_t {
            assert_close(student_t_two_sided(case.t, case.df), case.p, 1e-12);
            assert_close(student_t_two_sided(-case.t, case.df), case.p, 1e-12);
        }
    }

    #[test]
    fn paired_tests_agree_with_scipy() {
        for case in oracle().paired_t {
            let test = paired_t_test(&case.a, &case.b).unwrap();
            // The statistic is a quotient of sums; their order costs the last digits, which small p multiply.
            assert_close(test.t, case.t, 1e-12);
            assert_close(test.p, case.p, 1e-10);
        }
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec((-50_i32..50).prop_map(|value| f64::from(value) / 4.0), 1..20)
    }

    proptest! {
        #[test]
        fn ranks_sum_to_a_constant_and_ignore_scale(values in values()) {
            let ranks = average_ranks(&values);
            let n = values.len() as f64;
            prop_assert!((ranks.iter().sum::<f64>() - n * (n + 1.0) / 2.0).abs() < 1e-9);
            let scaled: Vec<f64> = values.iter().map(|value| 8.0 * value + 1.0).collect();
            prop_assert_eq!(average_ranks(&scaled), ranks);
        }

        #[test]
        fn quartiles_ignore_order_and_follow_scale(values in values()) {
            let quartiles = Quartiles::of(&values).unwrap();
            let reversed: Vec<f64> = values.iter().rev().copied().collect();
            prop_assert_eq!(Quartiles::of(&reversed).unwrap(), quartiles);
            let doubled: Vec<f64> = values.iter().map(|value| 2.0 * value).collect();
            prop_assert_eq!(Quartiles::of(&doubled).unwrap().q1, 2.0 * quartiles.q1);
            let Quartiles { low, q1, median, q3, high } = quartiles;
            prop_assert!(low <= q1 && q1 <= median && median <= q3 && q3 <= high);
        }

        #[test]
        fn a_paired_test_is_symmetric_and_scale_free(a in values(), shift in -3.0_f64..3.0) {
            let b: Vec<f64> = a.iter().rev().map(|value| value + shift).collect();
            if let Some(test) = paired_t_test(&a, &b) {
                let back = paired_t_test(&b, &a).unwrap();
                prop_assert_eq!(test.t, -back.t);
                prop_assert_eq!(test.p, back.p);
                prop_assert!((0.0..=1.0).contains(&test.p));
                let double = |values: &[f64]| values.iter().map(|value| 2.0 * value).collect::<Vec<_>>();
                prop_assert_eq!(paired_t_test(&double(&a), &double(&b)).unwrap().p, test.p);
            }
        }
    }
}
