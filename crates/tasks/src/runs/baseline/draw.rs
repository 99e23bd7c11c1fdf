//! Random counts.

use repro_stats::random::{Generator, SeedSequence};

/// Probability of a 0 beside those of the negative binomial distribution.
const ZEROS: f64 = 0.2;
/// Successes that end the counting of failures, and the probability of one.
const SUCCESSES: u32 = 5;
const PROBABILITY: f64 = 0.5;

/// Draws of a zero-inflated negative binomial distribution.
pub struct Draw(Generator);

impl Draw {
    /// The stream of a seed; another one than that which the mask of the seed was drawn from.
    pub fn new(seed: u64) -> Self {
        Self(Generator::new(&SeedSequence::from_integers(&[u128::from(seed), 1])))
    }

    /// The next count.
    pub fn next(&mut self) -> f64 {
        if self.0.random() < ZEROS { 0.0 } else { failures(self.0.random()) }
    }
}

/// The smallest number of failures k whose cumulative probability is above `share`: P(0) = p^r,
/// P(k) = P(k − 1) (1 − p) (r + k − 1) / k.
fn failures(share: f64) -> f64 {
    let mut k = 0.0;
    let mut probability: f64 = (0..SUCCESSES).map(|_| PROBABILITY).product();
    let mut below = probability;
    while share >= below && probability > 0.0 {
        k += 1.0;
        probability *= (1.0 - PROBABILITY) * (f64::from(SUCCESSES) + k - 1.0) / k;
        below += probability;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_have_the_published_probabilities() {
        // scipy.stats.nbinom(5, 0.5).cdf([0, 1, 2, 10])
        let steps = [(0.0, 0.03125), (1.0, 0.109375), (2.0, 0.2265625), (10.0, 0.940765380859375)];
        for (k, cumulative) in steps {
            assert_eq!(failures(cumulative - 1e-9), k);
            assert_eq!(failures(cumulative), k + 1.0);
        }
        assert!(failures(1.0 - f64::EPSILON / 2.0) < 100.0);
    }

    #[test]
    fn counts_have_the_mean_and_zeros_of_the_distribution() {
        let mut draw = Draw::new(42);
        let counts: Vec<f64> = (0..40_000).map(|_| draw.next()).collect();
        let n = counts.len() as f64;
        let zeros = counts.iter().filter(|count| **count == 0.0).count() as f64 / n;
        let mean = counts.iter().sum::<f64>() / n;
        // 0.2 + 0.8 / 2^5 and 0.8 · 5, each within four standard errors.
        assert!((zeros - 0.225).abs() < 0.0084 && (mean - 4.0).abs() < 0.066, "{zeros} {mean}");
        let mut again = Draw::new(42);
        assert!(counts.iter().all(|count| *count == again.next()));
        let mut other = Draw::new(43);
        assert!(counts[..100].iter().any(|count| *count != other.next()));
    }
}
